//! Notifications of Nagios and its kin.

use domain::severity::Severity;
use domain::signal::{Action, Signal};
use domain::source::SourceType;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::alert_source::fixture as door;
use crate::alert_source::pairs::testing::{found, missing, nothing, said, signal};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../../tests/fixtures/alerts/nagios/", $name, ".json"))
    };
}

fn read(fixture: &str) -> Signal {
    signal(&Nagios, fixture)
}

const KEY: Option<&str> = Some("service:srv-01.contoso.example;Disk /");

#[test]
fn a_service_problem_its_repeat_and_its_recovery_are_one_problem() {
    let problem = read(fixture!("problem"));
    assert_eq!((problem.action, problem.severity), (Action::Trigger, Severity::Critical));
    assert_eq!(problem.title, "Disk / on srv-01.contoso.example is CRITICAL");
    assert!(problem.description.starts_with("DISK CRITICAL - free space: / 410 MB (3%)"));
    assert!(
        problem.description.contains("long line 2") && problem.description.contains("Address: 192.0.2.10")
    );
    assert_eq!(problem.device.name.as_deref(), Some("srv-01.contoso.example"));
    assert_eq!((problem.dedup_key.as_deref(), &problem.degraded), (KEY, &None));
    assert_eq!(read(fixture!("repeat")), problem);
    let recovery = read(fixture!("recovery"));
    assert_eq!((recovery.action, recovery.dedup_key.as_deref()), (Action::Resolve, KEY));
    assert_eq!(recovery.title, "Disk / on srv-01.contoso.example is OK");
}

#[test]
fn an_acknowledge_says_who_and_why() {
    let acknowledge = read(fixture!("acknowledge"));
    assert_eq!((acknowledge.action, acknowledge.dedup_key.as_deref()), (Action::Acknowledge, KEY));
    assert!(acknowledge.description.starts_with("Acknowledged by jane: Looking at it, cleaning logs\n"));
    let host = read(fixture!("host_acknowledge"));
    assert_eq!(host.dedup_key.as_deref(), Some("host:srv-01.contoso.example"));
    assert_eq!((host.action, host.severity), (Action::Acknowledge, Severity::Critical));
    assert_eq!(host.title, "srv-01.contoso.example is DOWN");
}

#[test]
fn the_state_beats_the_event() {
    for (fixture, action) in [
        (fixture!("flapping_problem"), Action::Trigger),
        (fixture!("flapping_ok"), Action::Resolve),
        (fixture!("flapping_stopped_ok"), Action::Resolve),
        (fixture!("flapping"), Action::Note),
        (fixture!("flapping_stopped_bad"), Action::Trigger),
        (fixture!("custom_ok"), Action::Resolve),
        (fixture!("custom"), Action::Note),
        (fixture!("downtime_started"), Action::Note),
        (fixture!("downtime_ended_ok"), Action::Resolve),
    ] {
        let signal = read(fixture);
        assert_eq!((signal.action, signal.dedup_key.as_deref()), (action, KEY), "{fixture}");
        assert_eq!(signal.degraded, None, "{fixture}");
    }
    assert!(read(fixture!("custom")).description.starts_with("Custom notification by jane: custom hello"));
    assert!(read(fixture!("flapping")).description.starts_with("It has started flapping"));
    assert!(
        read(fixture!("downtime_started"))
            .description
            .starts_with("A downtime has started by jane: patching")
    );
}

#[test]
fn every_type_does_what_it_means_with_each_kind_of_state() {
    use Action::{Acknowledge, Note, Resolve, Trigger};
    for (kind, bad, unsaid) in [
        ("PROBLEM", Trigger, Trigger),
        ("RECOVERY", Trigger, Resolve),
        ("ACKNOWLEDGEMENT", Acknowledge, Acknowledge),
        ("FLAPPINGSTART", Note, Note),
        ("FLAPPINGSTOP", Trigger, Note),
        ("FLAPPINGDISABLED", Trigger, Note),
        ("DOWNTIMESTART", Note, Note),
        ("DOWNTIMEEND", Trigger, Note),
        ("DOWNTIMECANCELLED", Trigger, Note),
        ("CUSTOM", Note, Note),
    ] {
        let with =
            |state: &str| json!({"type": kind, "host": "h", "service": "s", "state": state}).to_string();
        let actions = ["WARNING", "", "OK"].map(|state| read(&with(state)).action);
        assert_eq!(actions, [bad, unsaid, Resolve], "{kind}");
    }
    let contradiction = read(&json!({"type": "RECOVERY", "host": "h", "state": "DOWN"}).to_string());
    assert!(contradiction.degraded.unwrap().contains("recovery with a bad state"));
}

#[test]
fn states_are_read_by_word_and_by_number() {
    let of = |service: &str, state: &str| {
        let signal = read(&json!({"host": "h", "service": service, "state": state}).to_string());
        (signal.action == Action::Trigger).then_some(signal.severity)
    };
    for (state, severity) in [
        ("0", None),
        ("1", Some(Severity::Critical)),
        ("2", Some(Severity::High)),
        ("UNREACHABLE", Some(Severity::High)),
    ] {
        assert_eq!(of("", state), severity, "host {state}");
    }
    for (state, severity) in [
        ("0", None),
        ("1", Some(Severity::Medium)),
        ("2", Some(Severity::Critical)),
        ("3", Some(Severity::Medium)),
        ("crit", Some(Severity::Critical)),
        ("UNKNOWN", Some(Severity::Medium)),
    ] {
        assert_eq!(of("s", state), severity, "service {state}");
    }
    let odd = read(&json!({"type": "PROBLEM", "host": "h", "state": "PURPLE"}).to_string());
    assert_eq!((odd.title.as_str(), odd.severity), ("h is PURPLE", Severity::High));
    assert!(odd.degraded.unwrap().contains("'PURPLE'"));
}

#[test]
fn a_form_a_mail_and_json_that_nobody_escaped_say_the_same() {
    let form = read(fixture!("form_problem.http"));
    assert_eq!((form.action, form.dedup_key.as_deref()), (Action::Trigger, KEY));
    assert!(form.description.contains(r"wrote C:\temp"), "{}", form.description);
    assert_eq!(read(fixture!("form_recovery.http")).action, Action::Resolve);
    assert_eq!(read(fixture!("form_acknowledge.http")).action, Action::Acknowledge);
    let mail = read(fixture!("mail_text.http"));
    assert_eq!(mail.title, "Disk / on Contoso Server 01 is CRITICAL");
    assert!(mail.description.starts_with("DISK CRITICAL - free space: / 410 MB (3%)"));
    let broken = read(fixture!("unescaped_backslashes.http"));
    assert_eq!(broken.dedup_key.as_deref(), Some("service:win-01.contoso.example;Disk C"));
    assert!(broken.description.contains(r"C:\Windows\Temp is full"), "{}", broken.description);
    assert!(broken.degraded.unwrap().contains("repaired"));
    let titled = read(fixture!("titles_of_fields"));
    assert_eq!(titled.title, "Disk C on win-01.contoso.example is CRITICAL");
}

#[test]
fn the_recommended_command_for_hosts_is_read() {
    let host = read(fixture!("recommended_host_down.http"));
    assert_eq!((host.action, host.severity), (Action::Trigger, Severity::Critical));
    assert_eq!(host.dedup_key.as_deref(), Some("host:srv-02.contoso.example"));
    assert_eq!(host.link.as_deref(), Some("https://wiki.msp.example/srv-02"));
    assert!(host.description.contains("first\nsecond"), "{}", host.description);
}

#[test]
fn checkmk_says_it_with_names_of_its_own() {
    let problem = read(fixture!("checkmk_problem"));
    assert_eq!((problem.action, problem.severity), (Action::Trigger, Severity::Medium));
    assert_eq!(problem.dedup_key.as_deref(), Some("service:srv-03.contoso.example;CPU load"));
    assert_eq!(
        problem.title, "CPU load on srv-03.contoso.example is WARNING",
        "the host's state is not the service's"
    );
    assert!(problem.description.contains("1 min: 8.9\n5 min: 9.0"));
    assert_eq!(problem.link, None, "a path is no address");
    assert_eq!(read(fixture!("checkmk_environment.http")), problem);
    let recovery = read(fixture!("checkmk_recovery"));
    assert_eq!((recovery.action, recovery.dedup_key), (Action::Resolve, problem.dedup_key));
    let host = read(fixture!("checkmk_host_down"));
    assert_eq!((host.title.as_str(), host.severity), ("srv-03.contoso.example is DOWN", Severity::Critical));
    let beyond = read(fixture!("checkmk_host_unreachable"));
    assert_eq!((beyond.severity, beyond.degraded), (Severity::High, None));
}

#[test]
fn macros_that_nobody_filled_in_page_nobody_and_a_missing_host_is_named() {
    assert!(nothing(&Nagios, fixture!("macros_left.http")).starts_with("a test"));
    assert_eq!(missing(&Nagios, fixture!("malformed")), "host");
    assert_eq!(missing(&Nagios, r#"{"host":"h"}"#), "notification_type");
    assert_eq!(missing(&Nagios, "[]"), "body");
    assert_eq!(missing(&Nagios, r#"{"type":"PROBLEM","state":"DOWN","host":"$HOSTNAME$"}"#), "host");
}

#[test]
fn a_list_is_read_one_by_one_and_none_of_it_is_dropped_for_another() {
    let item = |host: &str| json!({"type": "PROBLEM", "host": host, "state": "DOWN"});
    let test = json!({"host": "$HOSTNAME$"});
    let list = json!([item("a"), test, {"type": "PROBLEM"}, item("b")]);
    let found = found(&Nagios, &list.to_string());
    let titles: Vec<&str> = found.iter().map(|found| found.signal.title.as_str()).collect();
    assert_eq!(titles, ["a is DOWN", "Alert that could not be read", "b is DOWN"]);
    assert!(found[1].signal.degraded.as_ref().unwrap().contains("'host' is missing"));
    assert_eq!(found[0].item, item("a"));
    assert!(nothing(&Nagios, &json!([test]).to_string()).starts_with("a test"));
}

#[test]
fn a_delivery_of_thousands_has_an_end() {
    let items: Vec<_> =
        (0..5_000).map(|n| json!({"type": "PROBLEM", "host": format!("h{n}"), "state": "DOWN"})).collect();
    let signals = door::signals(door::said(SourceType::Nagios, &json!(items).to_string()));
    assert_eq!((signals.len(), &*signals[500].title), (501, "And 4500 more alerts not listed"));
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_refused(body in "\\PC{0,200}", kind in "(PROBLEM|RECOVERY|\\PC{0,9})") {
        let _ = said(&Nagios, &body);
        let _ = said(&Nagios, &format!("Host: {body}\nState: {kind}\nService:\n{body}"));
        let _ = said(&Nagios, &json!({"host": body, "type": kind, "state": body, "service": kind}).to_string());
    }
}
