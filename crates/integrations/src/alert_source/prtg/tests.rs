//! Notifications of PRTG.

use serde_json::json;

use super::*;
use crate::alert_source::requests::{found, nothing, said};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../../tests/fixtures/alerts/prtg/", $name, ".http.json"))
    };
}

fn signal(fixture: &str) -> Signal {
    found(&Prtg, fixture).signal
}

#[test]
fn a_sensor_that_is_down_opens_and_one_that_is_up_ends() {
    let problem = signal(fixture!("problem"));
    assert_eq!((problem.action, problem.severity), (Action::Trigger, Severity::Critical), "five stars");
    assert_eq!(problem.title, "srv-db-01 Disk Free C:");
    assert_eq!(problem.dedup_key.as_deref(), Some("prtg:2042"));
    assert_eq!(problem.client.as_deref(), Some("Contoso"));
    assert_eq!(problem.device.name.as_deref(), Some("srv-db-01"));
    assert_eq!(problem.device.hostname.as_deref(), Some("192.0.2.10"));
    assert_eq!(problem.link.as_deref(), Some("https://prtg.msp.example/sensor.htm?id=2042"));
    for part in ["below the error limit of 10 %", "Group: Servers", "Down for: 5 m 0 s"] {
        assert!(problem.description.contains(part), "{part} in {}", problem.description);
    }
    assert_eq!(problem.degraded, None);
    let repeat = signal(fixture!("repeat"));
    assert_eq!((repeat.action, &repeat.dedup_key), (Action::Trigger, &problem.dedup_key));
    for recovery in [signal(fixture!("recovery")), signal(fixture!("recovery_ended"))] {
        assert_eq!((recovery.action, &recovery.dedup_key), (Action::Resolve, &problem.dedup_key));
    }
}

#[test]
fn problems_and_recoveries_are_known_in_other_languages() {
    for (problem, recovery) in [
        (fixture!("problem_german"), fixture!("recovery_german")),
        (fixture!("problem_french"), fixture!("recovery_french")),
        (fixture!("problem_spanish"), fixture!("recovery_spanish")),
    ] {
        let (problem, recovery) = (signal(problem), signal(recovery));
        assert_eq!(
            (problem.action, problem.severity, problem.degraded),
            (Action::Trigger, Severity::High, None)
        );
        assert_eq!((recovery.action, recovery.degraded), (Action::Resolve, None));
    }
}

#[test]
fn lesser_states_are_lesser_problems_and_an_odd_word_is_a_problem() {
    let warning = signal(fixture!("warning"));
    assert_eq!((warning.action, warning.severity), (Action::Trigger, Severity::Medium));
    let acknowledged = signal(fixture!("acknowledge"));
    assert_eq!(
        (acknowledged.action, acknowledged.dedup_key.as_deref()),
        (Action::Acknowledge, Some("prtg:2042"))
    );
    let odd = signal(fixture!("unknown_word"));
    assert_eq!((odd.action, odd.severity), (Action::Trigger, UNSAID));
    assert!(odd.degraded.unwrap().contains("'Nedtid (timeout)'"));
    let unusual = signal(&json!({"sensorid": 1, "status": "Unusual"}).to_string());
    assert_eq!((unusual.severity, unusual.title.as_str()), (Severity::Low, "Sensor 1"));
}

#[test]
fn a_paused_sensor_and_the_test_button_page_nobody() {
    assert_eq!(nothing(&Prtg, fixture!("paused")), "a sensor that is paused");
    assert_eq!(nothing(&Prtg, fixture!("test_button")), "a test of PRTG");
}

#[test]
fn without_an_id_the_sensors_name_is_its_key_and_placeholders_are_absent() {
    let body = json!({
        "SensorID": "%sensorid", "device": "srv", "sensor": "Ping", "status": "Up", "priority": "5",
        "message": "100%", "linksensor": "javascript:alert(1)",
    });
    let up = signal(&body.to_string());
    assert_eq!((up.action, up.dedup_key.as_deref()), (Action::Resolve, Some("prtg:srv/Ping")));
    assert_eq!((up.link, up.severity), (None, Severity::Critical));
    assert!(up.description.contains("100%"));
    let without_status = signal(r#"{"sensorid": "7"}"#);
    assert_eq!((without_status.action, without_status.degraded.is_some()), (Action::Trigger, true));
}

#[test]
fn what_is_no_notification_is_told_by_its_field() {
    for (body, field) in [(fixture!("malformed"), "sensorid"), ("{}", "sensorid"), ("[]", "body")] {
        assert_eq!(said(&Prtg, body).unwrap_err().field, field, "{body}");
    }
}
