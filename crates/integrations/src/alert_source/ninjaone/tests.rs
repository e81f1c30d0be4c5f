//! `NinjaOne`: what each kind of delivery says.

use super::super::pick::testing::Delivery;
use super::*;

macro_rules! fixture {
    ($name:literal) => {
        Delivery::of(include_str!(concat!("../../../../../tests/fixtures/alerts/ninjaone/", $name)))
    };
}

#[test]
fn a_condition_is_known_by_its_series_and_says_what_it_measured() {
    let signal = fixture!("problem.json").signal(&Ninjaone);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::Critical));
    assert_eq!(signal.title, "Disk free space below threshold");
    assert_eq!(signal.dedup_key.as_deref(), Some("ninja:5b0c2c1e-93a4-4d0b-9d5e-7f2f6a0f1d11"));
    assert_eq!(signal.client.as_deref(), Some("7"), "an organization without a name has a number");
    assert_eq!(signal.device.name.as_deref(), Some("Database 1"));
    assert_eq!(signal.device.hostname.as_deref(), Some("SRV-DB-01"));
    assert!(signal.description.contains("volume C: has 4% free"), "{}", signal.description);
    assert!(signal.description.contains("threshold: 5%"), "{}", signal.description);
    assert_eq!(signal.degraded, None);
}

#[test]
fn repeat_acknowledge_and_reset_have_the_key_of_their_problem() {
    let key = fixture!("problem.json").signal(&Ninjaone).dedup_key;
    for (delivery, action) in [
        (fixture!("repeat.json"), Action::Trigger),
        (fixture!("acknowledge.json"), Action::Acknowledge),
        (fixture!("recovery.json"), Action::Resolve),
    ] {
        let signal = delivery.signal(&Ninjaone);
        assert_eq!((signal.action, &signal.dedup_key), (action, &key));
        assert_eq!(signal.degraded, None);
    }
}

#[test]
fn without_a_series_device_and_condition_are_the_key_and_without_a_severity_the_priority_counts() {
    let signal = fixture!("no_series.json").signal(&Ninjaone);
    assert_eq!(signal.dedup_key.as_deref(), Some("ninja:42:c4b7a0d2-0001-4002-8003-000000000004"));
    assert_eq!((signal.severity, signal.client.as_deref()), (Severity::Medium, Some("Contoso")));
}

#[test]
fn severities_are_read_in_the_tools_own_words() {
    for (word, severity) in [
        ("MAJOR", Severity::High),
        ("MODERATE", Severity::Medium),
        ("MINOR", Severity::Low),
        ("NONE", Severity::Low),
    ] {
        let signal =
            fixture!("problem.json").replace("\"CRITICAL\"", &format!("\"{word}\"")).signal(&Ninjaone);
        assert_eq!((signal.severity, signal.degraded), (severity, None), "{word}");
    }
}

#[test]
fn other_activities_concern_nobody() {
    let said = fixture!("other_activity.json").read(&Ninjaone);
    assert!(matches!(&said, Ok(Said::Nothing(why)) if why.contains("PATCH_MANAGEMENT")), "{said:?}");
}

#[test]
fn a_status_that_is_not_known_is_a_problem_and_none_is_no_activity() {
    let signal = fixture!("problem.json").replace("TRIGGERED", "EXPLODED").signal(&Ninjaone);
    assert_eq!(signal.action, Action::Trigger);
    assert!(signal.degraded.is_some_and(|doubt| doubt.contains("EXPLODED")));
    let error = fixture!("malformed.json").read(&Ninjaone).unwrap_err();
    assert_eq!(error.to_string(), "'statusCode' is missing");
}
