//! N-central: what each kind of delivery says.

use super::super::pick::testing::Delivery;
use super::*;

macro_rules! fixture {
    ($name:literal) => {
        Delivery::of(include_str!(concat!("../../../../../tests/fixtures/alerts/n_central/", $name)))
    };
}

#[test]
fn a_problem_says_what_is_broken_where_and_how() {
    let signal = fixture!("problem.json").signal(&NCentral);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::Critical));
    assert_eq!(signal.title, "Disk - C: is Failed on SRV-DB-01");
    assert_eq!(signal.dedup_key.as_deref(), Some("ncentral:2718281"));
    assert_eq!(signal.client.as_deref(), Some("Contoso"));
    assert_eq!(signal.device.name.as_deref(), Some("SRV-DB-01"));
    assert_eq!(signal.link.as_deref(), Some("https://ncentral.msp.example"));
    assert_eq!(signal.links.len(), 1, "the remote control");
    assert!(signal.description.contains("Measured: Disk Usage : 97%"), "{}", signal.description);
    assert_eq!(signal.degraded, None);
}

#[test]
fn repeat_acknowledge_and_return_to_normal_have_the_key_of_their_problem() {
    for (delivery, action) in [
        (fixture!("repeat.json"), Action::Trigger),
        (fixture!("acknowledge.json"), Action::Acknowledge),
        // It still names who acknowledged it.
        (fixture!("recovery.json"), Action::Resolve),
    ] {
        let signal = delivery.signal(&NCentral);
        assert_eq!((signal.action, signal.dedup_key.as_deref()), (action, Some("ncentral:2718281")));
    }
}

#[test]
fn without_the_triggers_id_the_service_is_the_key() {
    let signal = fixture!("no_data.json").signal(&NCentral);
    assert_eq!(signal.dedup_key.as_deref(), Some("ncentral:SRV-DB-01|Disk - C:|C:"));
    assert_eq!((signal.severity, signal.degraded), (Severity::Medium, None));
}

#[test]
fn each_state_is_as_bad_as_the_tool_means_it() {
    for (state, severity, is_known) in [
        ("Disconnected", Severity::Critical, true),
        ("Warning", Severity::Medium, true),
        ("Stale", Severity::Medium, true),
        ("Misconfigured", Severity::Low, true),
        ("On fire", Severity::High, false),
    ] {
        let signal =
            fixture!("problem.json").replace("\"Failed\"", &format!("\"{state}\"")).signal(&NCentral);
        assert_eq!((signal.severity, signal.degraded.is_none()), (severity, is_known), "{state}");
    }
}

#[test]
fn a_test_pages_nobody_and_what_names_no_service_is_refused() {
    let said = fixture!("test_button.json").read(&NCentral);
    assert!(matches!(&said, Ok(Said::Nothing(why)) if why.starts_with("a test")), "{said:?}");
    let error = fixture!("malformed.json").read(&NCentral).unwrap_err();
    assert_eq!(error.to_string(), "'QualitativeNewState' is missing");
}
