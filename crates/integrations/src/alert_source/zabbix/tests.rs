//! What Zabbix sends in each of its ways.

use domain::severity::Severity;
use domain::signal::{Action, Signal};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::alert_source::pairs::testing::{found, missing, nothing, said, signal};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../../tests/fixtures/alerts/zabbix/", $name, ".json"))
    };
}

fn read(fixture: &str) -> Signal {
    signal(&Zabbix, fixture)
}

/// A fixture with some of its fields set.
fn with(fixture: &str, fields: &Value) -> String {
    let mut body: Value = serde_json::from_str(fixture).unwrap();
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    body.to_string()
}

const NAME: &str = "Disk space low on Contoso DB 01 C:\\temp \"data\"";

#[test]
fn a_problem_its_repeat_and_its_recovery_are_one_problem() {
    let problem = read(fixture!("problem"));
    assert_eq!((problem.action, problem.severity), (Action::Trigger, Severity::High));
    assert_eq!((problem.title.as_str(), problem.dedup_key.as_deref()), (NAME, Some("zabbix:25")));
    assert!(problem.description.starts_with("Operational data: Free: 5 %\n\nFree space is under 10%."));
    assert_eq!(problem.client.as_deref(), Some("Contoso"));
    assert_eq!(problem.device.name.as_deref(), Some("Contoso DB 01"));
    assert_eq!(problem.device.hostname.as_deref(), Some("srv-db-01"));
    let page = "https://zabbix.msp.example/tr_events.php?triggerid=23133&eventid=25";
    assert_eq!((problem.link.as_deref(), &problem.degraded), (Some(page), &None));
    assert_eq!(problem.links[0].href, "https://wiki.msp.example/runbook");
    assert_eq!(read(fixture!("repeat")), problem);
    let recovery = read(fixture!("recovery"));
    assert_eq!((recovery.action, recovery.dedup_key), (Action::Resolve, problem.dedup_key));
}

#[test]
fn an_update_does_what_it_says_and_not_what_was_done_before() {
    for (fixture, action, first) in [
        (
            fixture!("acknowledge"),
            Action::Acknowledge,
            "Sam Tech (tech) acknowledged and commented: Looking at it \"now\" & C:\\temp",
        ),
        (fixture!("comment_only"), Action::Note, "Sam Tech (tech) commented: just a comment"),
        (
            fixture!("unacknowledged"),
            Action::Unacknowledge,
            "Sam Tech (tech) unacknowledged and commented: not mine after all",
        ),
        (
            fixture!("severity_changed"),
            Action::Trigger,
            "Sam Tech (tech) commented and changed severity from High to Disaster: raise severity",
        ),
        (
            fixture!("closed_manually"),
            Action::Resolve,
            "Sam Tech (tech) commented and closed: closing manually",
        ),
    ] {
        let signal = read(fixture);
        assert_eq!((signal.action, signal.dedup_key.as_deref()), (action, Some("zabbix:27")), "{first}");
        assert!(signal.description.starts_with(first), "{}", signal.description);
    }
    let raised = read(fixture!("severity_changed"));
    assert_eq!(raised.severity, Severity::Critical, "the event's, not the trigger's");
}

#[test]
fn the_words_of_an_update_are_told_apart() {
    for (done, action) in [
        ("acknowledged", Action::Acknowledge),
        ("acknowledged, commented and changed severity from High to Disaster", Action::Acknowledge),
        ("unacknowledged", Action::Unacknowledge),
        ("changed severity from Acknowledged to High", Action::Trigger),
        ("suppressed until 2026-11-21", Action::Note),
        ("unsuppressed", Action::Trigger),
        ("commented", Action::Note),
    ] {
        let body = with(fixture!("comment_only"), &json!({"EVENT.UPDATE.ACTION": done}));
        assert_eq!(read(&body).action, action, "{done}");
    }
    let silent = json!({"EVENT.UPDATE.ACTION": "{EVENT.UPDATE.ACTION}", "ALERT.MESSAGE": ""});
    assert_eq!(read(&with(fixture!("comment_only"), &silent)).action, Action::Acknowledge, "by its state");
}

#[test]
fn severities_are_read_by_number_since_names_can_be_changed() {
    for (number, severity) in [
        ("5", Severity::Critical),
        ("4", Severity::High),
        ("3", Severity::Medium),
        ("2", Severity::Medium),
        ("1", Severity::Low),
        ("0", Severity::Low),
        ("", Severity::Medium),
    ] {
        let fields = json!({"EVENT.NSEVERITY": number, "EVENT.SEVERITY": "Mittel", "ALERT.MESSAGE": "",
            "TRIGGER.NSEVERITY": "", "TRIGGER.SEVERITY": ""});
        assert_eq!(read(&with(fixture!("problem"), &fields)).severity, severity, "{number}");
    }
}

#[test]
fn the_test_button_pages_nobody() {
    assert!(nothing(&Zabbix, fixture!("test_button")).contains("test"));
    let script =
        json!({"sendto": "k", "subject": "Test subject", "message": "This is the test message from Zabbix"});
    assert!(nothing(&Zabbix, &script.to_string()).contains("test"));
    assert!(nothing(&Zabbix, r#"{"alert_uid":"{EVENT.ID}","title":"{EVENT.NAME}"}"#).contains("test"));
    assert!(nothing(&Zabbix, r#"{"event_action":"trigger","dedup_key":"{EVENT.ID}"}"#).contains("test"));
    assert_eq!(missing(&Zabbix, fixture!("malformed")), "EVENT.ID");
    assert_eq!(missing(&Zabbix, "nothing of ours"), "body");
}

#[test]
fn no_key_is_handed_on_to_a_mapping() {
    for fixture in [
        fixture!("problem"),
        fixture!("severity_changed"),
        fixture!("script_problem.http"),
        fixture!("enqueue_problem"),
    ] {
        let found = found(&Zabbix, fixture);
        let text = format!("{} {:?}", found[0].item, found[0].signal);
        assert!(!text.contains("invented"), "{text}");
        assert!(found[0].item.as_object().unwrap().len() > 1);
    }
}

#[test]
fn stock_media_types_of_others_are_read() {
    let [problem, acknowledge, recovery] =
        [fixture!("ilert_problem"), fixture!("ilert_acknowledge"), fixture!("ilert_recovery")].map(read);
    assert_eq!((problem.action, problem.dedup_key.as_deref()), (Action::Trigger, Some("zabbix:25")));
    assert_eq!((problem.title.as_str(), problem.client.as_deref()), (NAME, Some("Contoso")));
    assert_eq!(
        (acknowledge.action, acknowledge.dedup_key.as_deref()),
        (Action::Acknowledge, Some("zabbix:27"))
    );
    assert_eq!((recovery.action, recovery.severity), (Action::Resolve, Severity::Critical));
    assert_eq!(recovery.dedup_key, problem.dedup_key);

    let [problem, acknowledge, recovery] =
        [fixture!("enqueue_problem"), fixture!("enqueue_acknowledge"), fixture!("enqueue_recovery")]
            .map(read);
    assert_eq!((problem.action, problem.severity), (Action::Trigger, Severity::High));
    assert_eq!(problem.title, format!("Problem: {NAME}"));
    assert_eq!(problem.device.name.as_deref(), Some("Contoso DB 01"));
    assert_eq!(problem.client.as_deref(), Some("Contoso"));
    let page = "https://zabbix.msp.example/tr_events.php?triggerid=23133&eventid=25";
    assert_eq!(problem.link.as_deref(), Some(page));
    assert_eq!(
        (acknowledge.action, acknowledge.dedup_key.as_deref()),
        (Action::Acknowledge, Some("zabbix:27"))
    );
    assert_eq!((recovery.action, recovery.dedup_key), (Action::Resolve, problem.dedup_key));

    let [problem, recovery] = [fixture!("formatted_problem"), fixture!("formatted_recovery")].map(read);
    assert_eq!((problem.action, problem.severity), (Action::Trigger, Severity::High));
    assert_eq!((problem.dedup_key.as_deref(), problem.link.as_deref()), (Some("zabbix:25"), Some(page)));
    assert_eq!((recovery.action, recovery.dedup_key), (Action::Resolve, problem.dedup_key));
}

#[test]
fn a_script_is_known_by_the_original_problem_in_its_message() {
    let problem = read(fixture!("script_problem.http"));
    assert_eq!((problem.action, problem.severity), (Action::Trigger, Severity::High));
    assert_eq!((problem.title.as_str(), problem.dedup_key.as_deref()), (NAME, Some("zabbix:25")));
    assert_eq!(problem.device.name.as_deref(), Some("Contoso DB 01"));
    assert_eq!(problem.degraded, None);
    let recovery = read(fixture!("script_recovery.http"));
    assert_eq!((recovery.action, recovery.dedup_key), (Action::Resolve, problem.dedup_key));
    assert!(nothing(&Zabbix, fixture!("script_update.http")).contains("Original problem ID"));
    let update = json!({"subject": "Updated problem in 1m: x", "message":
        "Sam acknowledged problem at 2026.11.20.\n\nCurrent problem status is PROBLEM.\nOriginal problem ID: 25"});
    assert_eq!(read(&update.to_string()).action, Action::Acknowledge);
}

#[test]
fn a_script_without_an_id_is_known_by_name_and_host() {
    let say = |subject: &str| json!({"subject": subject, "message": "Host: DB 01"}).to_string();
    let (problem, recovery) = (read(&say("Problem: CPU high")), read(&say("Resolved in 1m: CPU high")));
    assert_eq!(problem.dedup_key.as_deref(), Some("zabbix:DB 01|CPU high"));
    assert!(problem.degraded.as_ref().unwrap().contains("EVENT.ID"));
    assert_eq!((recovery.action, recovery.dedup_key), (Action::Resolve, problem.dedup_key));
}

#[test]
fn a_client_is_named_by_a_tag_or_by_a_group() {
    let client = |fields: Value| read(&with(fixture!("problem"), &fields)).client;
    assert_eq!(
        client(json!({"EVENT.TAGSJSON": [{"tag": "Customer", "value": "Fabrikam"}]})).as_deref(),
        Some("Fabrikam")
    );
    assert_eq!(client(json!({"EVENT.TAGSJSON": "[not json"})).as_deref(), Some("Contoso"), "by the list");
    let none = json!({"EVENT.TAGSJSON": "[]", "EVENT.TAGS": "scope:x", "TRIGGER.HOSTGROUP.NAME": "Linux, Clients/Fabrikam/EU"});
    assert_eq!(client(none).as_deref(), Some("Fabrikam"));
    let unknown = json!({"EVENT.TAGSJSON": "", "EVENT.TAGS": "", "TRIGGER.HOSTGROUP.NAME": "Linux servers"});
    assert_eq!(client(unknown), None);
}

#[test]
fn macros_as_they_stand_are_absent_and_texts_that_look_alike_are_not() {
    for text in [
        "{EVENT.ID}",
        "{HOST.NAME1}",
        "{$ZABBIX.URL}",
        "{EVENT.TAGS.client}",
        "*UNKNOWN*",
        "{{ITEM.VALUE}.regsub(\"x\",1)}",
    ] {
        assert!(is_placeholder(text), "{text}");
    }
    for text in ["", "{}", "{\"a\": 1}", "{x}", "a {EVENT.ID}"] {
        assert!(!is_placeholder(text), "{text}");
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_refused(a in "\\PC{0,80}", b in "\\PC{0,80}", n in 0_u8..9) {
        let _ = said(&Zabbix, &a);
        let _ = said(&Zabbix, &json!({"subject": a, "message": b}).to_string());
        let event = json!({"EVENT.ID": a, "EVENT.NAME": b, "EVENT.VALUE": n, "EVENT.TAGSJSON": b, "EVENT.TAGS": a,
            "TRIGGER.HOSTGROUP.NAME": b, "EVENT.UPDATE.STATUS": "1", "EVENT.UPDATE.ACTION": a});
        let _ = said(&Zabbix, &event.to_string());
    }
}
