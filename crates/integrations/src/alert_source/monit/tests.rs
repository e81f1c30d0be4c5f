//! What Monit's exec actions send.

use serde_json::json;

use super::*;
use crate::alert_source::pairs::testing::{missing, signal};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../../tests/fixtures/alerts/monit/", $name, ".json"))
    };
}

fn read(fixture: &str) -> Signal {
    signal(&Monit, fixture)
}

#[test]
fn a_failure_its_repeat_and_its_recovery_are_one_problem() {
    let problem = read(fixture!("problem"));
    assert_eq!((problem.action, problem.severity), (Action::Trigger, Severity::High));
    assert_eq!(problem.title, "flag on vm-01.contoso.example: Does not exist");
    assert_eq!(problem.description, "file doesn't exist");
    assert_eq!(problem.dedup_key.as_deref(), Some("monit:vm-01.contoso.example;flag"));
    assert_eq!(problem.device.hostname.as_deref(), Some("vm-01.contoso.example"));
    assert_eq!(read(fixture!("repeat")), problem);
    for recovery in [fixture!("recovery"), fixture!("environment_recovery.http")].map(read) {
        assert_eq!((recovery.action, &recovery.dedup_key), (Action::Resolve, &problem.dedup_key));
        assert_eq!(
            (recovery.title.as_str(), recovery.degraded),
            ("flag on vm-01.contoso.example: Exists", None)
        );
    }
}

#[test]
fn a_form_is_read_encoded_or_not() {
    let (problem, recovery) = (read(fixture!("form_problem.http")), read(fixture!("form_not_encoded.http")));
    assert_eq!(
        (problem.action, problem.description.as_str()),
        (Action::Trigger, "failed protocol test [HTTP]")
    );
    assert_eq!((recovery.action, recovery.dedup_key), (Action::Resolve, problem.dedup_key));
}

#[test]
fn a_program_says_how_it_ended_and_a_certificate_can_wait() {
    let program = read(fixture!("program_failed"));
    assert_eq!(program.description, "status failed (1) -- no output\n\nExit status: 1");
    let certificate = read(fixture!("certificate"));
    assert_eq!((certificate.action, certificate.severity), (Action::Trigger, Severity::Low));
    assert_eq!(severity("certificate has expired"), Severity::High);
}

#[test]
fn events_say_whether_it_works_again() {
    for event in [
        "Does not exist",
        "Checksum changed",
        "Connection failed",
        "Content match",
        "Execution failed",
        "Link down",
        "Monit is angry",
        "Process is not running",
        "Resource limit matched",
        "Saturation exceeded",
        "Status failed",
        "Timeout",
    ] {
        assert_eq!(action(event), Action::Trigger, "{event}");
    }
    for event in [
        "Exists",
        "Checksum succeeded",
        "Connection succeeded",
        "Link up",
        "Process is running",
        "Resource limit succeeded",
        "Status succeeded",
        "Timeout recovery",
        "Upload bytes ok",
    ] {
        assert_eq!(action(event), Action::Resolve, "{event}");
    }
    for event in ["Checksum not changed", "Content doesn't match", "Action done", "Monit instance changed"] {
        assert_eq!(action(event), Action::Note, "{event}");
    }
    assert_eq!(read(fixture!("instance_started")).action, Action::Note);
}

#[test]
fn a_delivery_without_a_service_is_refused_by_name_and_one_without_event_still_pages() {
    assert_eq!(missing(&Monit, fixture!("malformed")), "MONIT_SERVICE");
    assert_eq!(
        missing(&Monit, r#"{"MONIT_SERVICE":"$MONIT_SERVICE","MONIT_EVENT":"${MONIT_EVENT}"}"#),
        "MONIT_SERVICE"
    );
    assert_eq!(missing(&Monit, r#"{"service":"nginx"}"#), "MONIT_EVENT");
    let odd = read(&json!({"service": "nginx", "description": "gone"}).to_string());
    assert_eq!((odd.title.as_str(), odd.action), ("nginx: gone", Action::Trigger));
    assert_eq!((odd.dedup_key.as_deref(), odd.degraded.is_some()), (Some("monit:nginx"), true));
}
