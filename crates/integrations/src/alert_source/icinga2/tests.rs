//! Notifications of Icinga 2 and incidents of Icinga Notifications.

use domain::severity::Severity;
use domain::signal::{Action, Signal};
use serde_json::json;

use super::*;
use crate::alert_source::pairs::testing::{missing, nothing, said, signal};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../../tests/fixtures/alerts/icinga2/", $name, ".json"))
    };
}

fn read(fixture: &str) -> Signal {
    signal(&Icinga2, fixture)
}

const KEY: Option<&str> = Some("service:srv-01.contoso.example;disk /");

#[test]
fn a_service_problem_its_repeat_and_its_recovery_are_one_problem() {
    let problem = read(fixture!("problem"));
    assert_eq!((problem.action, problem.severity), (Action::Trigger, Severity::Critical));
    assert_eq!(problem.title, "disk / on srv-01.contoso.example is CRITICAL");
    assert!(problem.description.contains("wrote C:\\Windows\\temp & <b>more</b>\nlong line 1"));
    assert_eq!((problem.dedup_key.as_deref(), &problem.degraded), (KEY, &None));
    assert_eq!(read(fixture!("repeat")), problem);
    let recovery = read(fixture!("recovery"));
    assert_eq!((recovery.action, recovery.dedup_key.as_deref()), (Action::Resolve, KEY));
    assert_eq!(read(fixture!("problem_unknown")).severity, Severity::Medium);
}

#[test]
fn a_host_goes_down_and_comes_up() {
    let (down, up) = (read(fixture!("host_down")), read(fixture!("host_up")));
    assert_eq!((down.action, down.severity), (Action::Trigger, Severity::Critical));
    assert_eq!(down.title, "srv-01.contoso.example is DOWN");
    assert_eq!(down.dedup_key.as_deref(), Some("host:srv-01.contoso.example"));
    assert_eq!((up.action, up.dedup_key), (Action::Resolve, down.dedup_key));
}

#[test]
fn the_state_beats_the_event() {
    for (fixture, action) in [
        (fixture!("acknowledge"), Action::Acknowledge),
        (fixture!("custom_ok"), Action::Resolve),
        (fixture!("downtime_started_ok"), Action::Resolve),
        (fixture!("downtime_ended_bad"), Action::Trigger),
        (fixture!("flapping_ok"), Action::Resolve),
        (fixture!("flapping_ended_ok"), Action::Resolve),
    ] {
        let signal = read(fixture);
        assert_eq!((signal.action, signal.dedup_key.as_deref()), (action, KEY), "{fixture}");
    }
    let acknowledge = read(fixture!("acknowledge"));
    assert!(acknowledge.description.starts_with("Acknowledged by jane: Looking at it, \"cleaning\" logs"));
    let removed = json!({"type": "DOWNTIMEREMOVED", "host": "h", "hoststate": "DOWN"});
    assert_eq!(read(&removed.to_string()).action, Action::Trigger);
}

#[test]
fn a_form_is_read_by_its_service_state_and_without_what_was_left_open() {
    let form = read(fixture!("form_problem.http"));
    assert_eq!((form.action, form.severity), (Action::Trigger, Severity::Medium));
    assert_eq!(form.title, "http on srv-01.contoso.example is WARNING");
    assert_eq!(form.description, "HTTP slow");
    let odd =
        json!({"type": "PROBLEM", "host": "h", "hoststate": "DOWN", "comment": "Object of type 'Function'"});
    assert_eq!(read(&odd.to_string()).description, "");
}

#[test]
fn macros_that_nobody_filled_in_page_nobody_and_a_function_for_a_body_is_explained() {
    assert!(nothing(&Icinga2, fixture!("macros_left.http")).starts_with("a test"));
    let problem = said(&Icinga2, fixture!("malformed.http")).unwrap_err();
    assert_eq!(problem.field, "body");
    assert!(problem.problem.contains("function"), "{problem}");
}

#[test]
fn an_incident_of_icinga_notifications_is_one_problem_by_its_id() {
    let incident = read(fixture!("incident"));
    assert_eq!((incident.action, incident.severity), (Action::Trigger, Severity::Critical));
    assert_eq!(incident.dedup_key.as_deref(), Some("icinga-incident:1437"));
    assert_eq!(incident.title, "disk / on srv-01.contoso.example is CRITICAL");
    assert_eq!(incident.description, "DISK CRITICAL - free space: / 410 MB (3%)");
    assert_eq!(incident.device.name.as_deref(), Some("srv-01.contoso.example"));
    let link = "https://icinga.msp.example/icingaweb2/notifications/incident?id=1437";
    assert_eq!((incident.link.as_deref(), incident.links.len()), (Some(link), 1));
    for (fixture, action) in [
        (fixture!("incident_recovery"), Action::Resolve),
        (fixture!("incident_acknowledge"), Action::Acknowledge),
        (fixture!("incident_unacknowledge"), Action::Unacknowledge),
        (fixture!("incident_downtime"), Action::Note),
    ] {
        let signal = read(fixture);
        assert_eq!((signal.action, &signal.dedup_key), (action, &incident.dedup_key), "{fixture}");
    }
    let acknowledge = read(fixture!("incident_acknowledge"));
    assert_eq!(acknowledge.description, "Event: acknowledgement-set by jane\n\nLooking at it");
}

#[test]
fn an_incident_needs_an_id_and_an_unknown_severity_wakes_somebody() {
    assert_eq!(missing(&Icinga2, r#"{"incident":{"severity":"crit"}}"#), "incident.id");
    let odd = read(r#"{"incident":{"id":"7","severity":"purple"},"object":{"name":"h"}}"#);
    assert_eq!((odd.action, odd.severity), (Action::Trigger, Severity::High));
    assert_eq!((odd.title.as_str(), odd.degraded.is_some()), ("h is PURPLE", true));
}
