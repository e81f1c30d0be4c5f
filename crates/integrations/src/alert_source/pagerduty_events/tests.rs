//! The Events API: what each kind of delivery says.

use super::super::pick::testing::Delivery;
use super::*;

macro_rules! fixture {
    ($name:literal) => {
        Delivery::of(include_str!(concat!("../../../../../tests/fixtures/alerts/pagerduty_events/", $name)))
    };
}

#[test]
fn a_trigger_keeps_links_images_and_details() {
    let signal = fixture!("problem.json").signal(&PagerdutyEvents);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::Critical));
    assert_eq!(signal.title, "DISK at 99% on machine datapipe03.contoso.example");
    assert_eq!(signal.dedup_key.as_deref(), Some("srv01/mysql"));
    assert_eq!(signal.product.as_deref(), Some("Sample Monitoring"));
    assert_eq!(signal.client.as_deref(), Some("Contoso"), "what the details name, not the monitoring tool");
    assert_eq!(signal.device.name.as_deref(), Some("datapipe03.contoso.example"));
    assert_eq!(signal.link.as_deref(), Some("https://monitoring.msp.example"));
    let runbook = Link { href: "https://runbooks.msp.example/disk".into(), text: Some("Runbook".into()) };
    assert_eq!(signal.links, [runbook], "what is no web address is no link");
    assert_eq!(signal.images.len(), 1);
    assert_eq!(signal.images[0].alt.as_deref(), Some("Disk usage"));
    assert!(signal.description.contains("Component: mysql"), "{}", signal.description);
    assert!(signal.description.contains("free space: 1%"), "{}", signal.description);
    assert!(!signal.description.contains("0123456789abcdef"), "never the key");
}

#[test]
fn repeat_acknowledge_and_resolve_have_the_key_of_their_trigger() {
    for (delivery, action) in [
        (fixture!("repeat.json"), Action::Trigger),
        (fixture!("acknowledge.json"), Action::Acknowledge),
        (fixture!("recovery.json"), Action::Resolve),
    ] {
        let signal = delivery.signal(&PagerdutyEvents);
        assert_eq!((signal.action, signal.dedup_key.as_deref()), (action, Some("srv01/mysql")));
    }
    assert_eq!(fixture!("recovery.json").signal(&PagerdutyEvents).title, "Resolved: srv01/mysql");
}

#[test]
fn severities_are_the_apis_four() {
    for (word, severity) in [
        ("error", Severity::High),
        ("warning", Severity::Medium),
        ("info", Severity::Low),
        ("Error", Severity::High),
    ] {
        let signal = fixture!("problem.json").replace("\"critical\"", &format!("\"{word}\""));
        assert_eq!(signal.signal(&PagerdutyEvents).severity, severity, "{word}");
    }
}

#[test]
fn version_1_is_read_as_well_and_has_no_severity() {
    let signal = fixture!("v1_problem.json").signal(&PagerdutyEvents);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::High));
    assert_eq!(signal.title, "FAILURE for production/HTTP on machine srv01.contoso.example");
    assert_eq!(signal.dedup_key.as_deref(), Some("srv01/HTTP"));
    assert_eq!(signal.device.name.as_deref(), Some("srv01"));
    assert_eq!((signal.links.len(), signal.images.len()), (1, 1));
    assert!(signal.description.contains("ping time: 1500ms"), "{}", signal.description);
    let recovery = fixture!("v1_recovery.json").signal(&PagerdutyEvents);
    assert_eq!((recovery.action, recovery.dedup_key.as_deref()), (Action::Resolve, Some("srv01/HTTP")));
}

#[test]
fn a_change_never_pages() {
    let said = fixture!("change_event.json").read(&PagerdutyEvents);
    let told = "a change event: Build Success: Increase snapshot create timeout to 30 seconds";
    assert_eq!(said, Ok(Said::Nothing(told.to_owned())));
}

#[test]
fn a_change_is_told_from_a_trigger_that_forgot_its_action() {
    let trigger = fixture!("problem.json").replace("\"event_action\": \"trigger\",", "");
    let error = trigger.read(&PagerdutyEvents).unwrap_err();
    assert_eq!(error.to_string(), "'event_action' is missing or blank");
}

#[test]
fn an_event_that_came_to_the_address_of_an_api_is_for_that_api() {
    let trigger: Value = serde_json::from_str(include_str!(
        "../../../../../tests/fixtures/alerts/pagerduty_events/problem.json"
    ))
    .unwrap();
    for api in [EventsApi::V2, EventsApi::Change, EventsApi::V1] {
        assert_eq!(EventsApi::of(&trigger, &format!("a=b&{}", api.query())), api);
    }
    assert_eq!(EventsApi::of(&trigger, "a=b"), EventsApi::V2);
}

#[test]
fn every_wrong_field_is_named() {
    let error = fixture!("malformed.json").read(&PagerdutyEvents).unwrap_err().to_string();
    for told in [
        "'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')",
        "'payload.summary' is missing or blank",
        "'payload.source' is missing or blank",
        "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
    ] {
        assert!(error.contains(told), "{told}: {error}");
    }
}

#[test]
fn what_is_wrong_depends_on_the_api_and_the_action() {
    let told = |api: EventsApi, event: &str| {
        let event = serde_json::from_str(event).unwrap();
        api.problems(&event).into_iter().map(|problem| problem.field).collect::<Vec<_>>().join(" ")
    };
    let long = format!("{{\"event_action\": \"resolve\", \"dedup_key\": \"{}\"}}", "k".repeat(256));
    for (api, event, fields) in [
        (EventsApi::V2, "{}", "event_action"),
        (EventsApi::V2, r#"{"event_action": "trigger"}"#, "payload"),
        (EventsApi::V2, r#"{"event_action": "trigger", "payload": []}"#, "payload"),
        (
            EventsApi::V2,
            r#"{"event_action": ["trigger"], "payload": {}}"#,
            "event_action payload.summary payload.source payload.severity",
        ),
        (EventsApi::V2, r#"{"event_action": "resolve"}"#, "dedup_key"),
        (EventsApi::V2, &long, "dedup_key"),
        (EventsApi::V2, r#"{"event_action": "acknowledge", "dedup_key": 7}"#, ""),
        (EventsApi::V1, r#"{"event_type": "trigger"}"#, "description"),
        (EventsApi::V1, r#"{"event_type": "resolve", "incident_key": " "}"#, "incident_key"),
        (EventsApi::Change, r#"{"payload": {"source": "x"}}"#, "payload.summary"),
        (EventsApi::Change, r#"{"payload": {"summary": "x", "severity": "purple"}}"#, ""),
    ] {
        assert_eq!(told(api, event), fields, "{event}");
    }
}

#[test]
fn a_bad_link_is_no_reason_to_lose_a_page() {
    let signal = fixture!("problem.json").replace("\"https://runbooks.msp.example/disk\"", "null");
    assert_eq!(signal.signal(&PagerdutyEvents).links, []);
    let signal = fixture!("no_dedup_key.json")
        .replace("\"event_action\"", "\"links\": 7, \"images\": {}, \"event_action\"");
    let signal = signal.signal(&PagerdutyEvents);
    assert_eq!((signal.dedup_key, signal.severity), (None, Severity::Low));
}
