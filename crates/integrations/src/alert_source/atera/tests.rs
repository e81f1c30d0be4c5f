//! Atera: what each kind of delivery says.

use super::super::pick::testing::Delivery;
use super::*;

macro_rules! fixture {
    ($name:literal) => {
        Delivery::of(include_str!(concat!("../../../../../tests/fixtures/alerts/atera/", $name)))
    };
}

#[test]
fn an_alert_is_read_as_the_api_shows_it() {
    let signal = fixture!("problem.json").signal(&Atera);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::Critical));
    assert_eq!(signal.title, "Machine status unknown");
    assert_eq!(signal.dedup_key.as_deref(), Some("atera:184233"));
    assert_eq!(signal.client.as_deref(), Some("Contoso"));
    assert_eq!(signal.device.name.as_deref(), Some("SRV-DB-01"));
    assert!(signal.description.starts_with("Device is offline"), "{}", signal.description);
    assert_eq!(signal.degraded, None);
    assert_eq!(fixture!("repeat.json").signal(&Atera), signal);
}

#[test]
fn an_archived_alert_is_over_and_so_is_one_that_a_script_calls_resolved() {
    let recovery = fixture!("recovery.json").signal(&Atera);
    assert_eq!((recovery.action, recovery.dedup_key.as_deref()), (Action::Resolve, Some("atera:184233")));
    let told = fixture!("problem.json").replace("\"Code\": 0", "\"Status\": \"Resolved\"").signal(&Atera);
    assert_eq!(told.action, Action::Resolve);
}

#[test]
fn a_page_of_the_api_is_read_alert_by_alert() {
    let signals = fixture!("list.json").signals(&Atera);
    let told: Vec<_> = signals.iter().map(|s| (s.action, s.severity, s.dedup_key.as_deref())).collect();
    assert_eq!(
        told,
        [
            (Action::Trigger, Severity::Medium, Some("atera:184234")),
            (Action::Resolve, Severity::Low, Some("atera:184235"))
        ]
    );
}

#[test]
fn without_key_and_title_it_is_no_alert() {
    let error = fixture!("malformed.json").read(&Atera).unwrap_err();
    assert_eq!(error.field, "alertid");
    assert!(!matches!(error, Unreadable { problem, .. } if problem.is_empty()));
    assert!(matches!(Delivery::of("[]").read(&Atera), Err(error) if error.field == "body"));
    assert!(!matches!(Delivery::of("[1]").read(&Atera), Ok(Said::Alerts(_))));
}
