//! Datto RMM: what each kind of delivery says.

use domain::signal::Action;

use super::super::pick::testing::Delivery;
use super::*;

macro_rules! fixture {
    ($name:literal) => {
        Delivery::of(include_str!(concat!("../../../../../tests/fixtures/alerts/datto_rmm/", $name)))
    };
}

#[test]
fn a_problem_is_read_from_the_usual_template() {
    let signal = fixture!("problem.json").signal(&DattoRmm);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::Critical));
    assert_eq!(signal.title, "Device SRV-DB-01 went OFFLINE");
    assert_eq!(signal.dedup_key.as_deref(), Some("datto:2f8d5c60-7c1a-4d63-8a55-91d0b2c4e6f8"));
    assert_eq!(signal.client.as_deref(), Some("Contoso"));
    assert_eq!(signal.device.hostname.as_deref(), Some("SRV-DB-01"));
    assert!(signal.description.contains("Address: 10.20.0.15"), "{}", signal.description);
    assert_eq!(signal.degraded, None);
}

#[test]
fn repeat_and_recovery_have_the_key_of_their_problem() {
    let key = fixture!("problem.json").signal(&DattoRmm).dedup_key;
    let repeat = fixture!("repeat.json").signal(&DattoRmm);
    let recovery = fixture!("recovery.json").signal(&DattoRmm);
    assert_eq!((repeat.action, &repeat.dedup_key), (Action::Trigger, &key));
    assert_eq!((recovery.action, &recovery.dedup_key), (Action::Resolve, &key));
}

#[test]
fn a_template_without_the_uid_is_known_by_device_and_monitor() {
    let delivery = || fixture!("no_alert_uid.json");
    let key = delivery().signal(&DattoRmm).dedup_key;
    assert_eq!(key.as_deref(), Some("datto:SRV-DB-01|Online Status Monitor"));
    let recovery =
        delivery().replace("\"open\"", "\"resolved\"").replace("OFFLINE", "ONLINE").signal(&DattoRmm);
    assert_eq!((recovery.action, recovery.dedup_key), (Action::Resolve, key));
}

#[test]
fn backslashes_that_nobody_escaped_page_and_are_told() {
    let signal = fixture!("unescaped_backslash.http.json").signal(&DattoRmm);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::High));
    assert_eq!(signal.title, "Process C:\\Program Files\\x.exe stopped");
    assert_eq!(signal.dedup_key.as_deref(), Some("datto:2f8d5c60"));
    assert!(signal.degraded.is_some_and(|doubt| doubt.contains("repaired")));
}

#[test]
fn priorities_are_read_in_the_tools_own_words() {
    for (word, severity) in [
        ("High", Severity::High),
        ("Moderate", Severity::Medium),
        ("Low", Severity::Low),
        ("Information", Severity::Low),
    ] {
        let signal =
            fixture!("problem.json").replace("\"Critical\"", &format!("\"{word}\"")).signal(&DattoRmm);
        assert_eq!((signal.severity, signal.degraded), (severity, None), "{word}");
    }
}

#[test]
fn a_test_pages_nobody_but_one_forgotten_placeholder_is_no_test() {
    let said = fixture!("test_button.json").read(&DattoRmm);
    assert!(matches!(&said, Ok(Said::Nothing(why)) if why.starts_with("a test")), "{said:?}");
    let uid = "2f8d5c60-7c1a-4d63-8a55-91d0b2c4e6f8";
    let signal = fixture!("problem.json").replace(uid, "[alert_id]").signal(&DattoRmm);
    assert_eq!(signal.dedup_key.as_deref(), Some("datto:SRV-DB-01|Online Status Monitor"));
    assert!(signal.degraded.is_some());
}

#[test]
fn without_key_and_title_the_key_is_named() {
    let error = fixture!("malformed.json").read(&DattoRmm).unwrap_err();
    assert_eq!(error.field, "alertuid");
}
