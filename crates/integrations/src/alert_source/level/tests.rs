//! Level: what each kind of delivery says.

use domain::signal::Action;

use super::super::pick::testing::Delivery;
use super::*;

macro_rules! fixture {
    ($name:literal) => {
        Delivery::of(include_str!(concat!("../../../../../tests/fixtures/alerts/level/", $name)))
    };
}

#[test]
fn a_problem_is_read_with_levels_own_severities() {
    let signal = fixture!("problem.json").signal(&Level);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::High));
    assert_eq!(
        (signal.title.as_str(), signal.dedup_key.as_deref()),
        ("Disk usage", Some("level:alert_01JD7X"))
    );
    assert_eq!(signal.client.as_deref(), Some("Contoso"));
    assert_eq!(signal.device.hostname.as_deref(), Some("SRV-DB-01"));
    assert!(signal.description.starts_with("Disk C: usage over 95%"), "{}", signal.description);
    assert_eq!(signal.degraded, None);
    for (word, severity) in
        [("emergency", Severity::Critical), ("warning", Severity::Medium), ("information", Severity::Low)]
    {
        let signal = fixture!("problem.json").replace("\"critical\"", &format!("\"{word}\"")).signal(&Level);
        assert_eq!(signal.severity, severity, "{word}");
    }
}

#[test]
fn repeat_and_recovery_have_the_key_of_their_problem() {
    for (delivery, action) in
        [(fixture!("repeat.json"), Action::Trigger), (fixture!("recovery.json"), Action::Resolve)]
    {
        let signal = delivery.signal(&Level);
        assert_eq!((signal.action, signal.dedup_key.as_deref()), (action, Some("level:alert_01JD7X")));
    }
}

#[test]
fn an_event_that_is_not_known_is_a_problem_and_told() {
    let signal = fixture!("unknown_event.json").signal(&Level);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::Critical));
    assert!(signal.degraded.is_some_and(|doubt| doubt.contains("alert.snoozed")));
}

#[test]
fn a_test_pages_nobody_and_what_has_neither_key_nor_title_is_refused() {
    let said = fixture!("test_button.json").read(&Level);
    assert!(matches!(&said, Ok(Said::Nothing(why)) if why.starts_with("a test")), "{said:?}");
    assert_eq!(fixture!("malformed.json").read(&Level).unwrap_err().field, "alertid");
}
