//! Notifications of UptimeRobot.

use serde_json::json;

use super::*;
use crate::alert_source::requests::{found, nothing, said};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../../tests/fixtures/alerts/uptime_robot/", $name, ".json"))
    };
}

fn signal(fixture: &str) -> Signal {
    found(&UptimeRobot, fixture).signal
}

#[test]
fn a_monitor_that_is_down_opens_and_one_that_is_up_ends() {
    let problem = signal(fixture!("problem.http"));
    assert_eq!((problem.action, problem.severity), (Action::Trigger, Severity::High));
    assert_eq!(
        (problem.title.as_str(), problem.description.as_str()),
        ("Contoso portal", "Connection Timeout")
    );
    assert_eq!(problem.dedup_key.as_deref(), Some("uptimerobot:779783111"));
    assert_eq!(problem.link.as_deref(), Some("https://portal.contoso.example"));
    assert_eq!(problem.degraded, None);
    assert_eq!(signal(fixture!("repeat.http")), problem, "as a form");
    assert_eq!(signal(fixture!("problem_json")), problem, "as JSON, with a variable that was left");
    let recovery = signal(fixture!("recovery.http"));
    assert_eq!((recovery.action, &recovery.dedup_key), (Action::Resolve, &problem.dedup_key));
    assert!(recovery.description.contains("Lasted: 5 minutes and 5 seconds"));
}

#[test]
fn a_certificate_that_runs_out_is_a_low_problem_of_its_own() {
    let notice = signal(fixture!("certificate_expiry"));
    assert_eq!((notice.action, notice.severity), (Action::Trigger, Severity::Low));
    assert_eq!(notice.title, "Contoso portal: SSL certificate expires soon");
    assert_eq!(notice.dedup_key.as_deref(), Some("uptimerobot:779783111:ssl"));
    assert!(notice.description.contains("Days left: 14"));
}

#[test]
fn an_address_without_a_scheme_is_a_machine_and_no_link() {
    let problem = signal(fixture!("without_scheme.http"));
    assert_eq!(problem.link, None);
    assert_eq!(problem.device.hostname.as_deref(), Some("portal.contoso.example"));
}

#[test]
fn the_type_counts_before_its_name_and_an_odd_one_pages() {
    let read = |kind: &str, name: &str| {
        signal(&json!({"monitorID": 1, "alertType": kind, "alertTypeFriendlyName": name}).to_string())
    };
    assert_eq!(read("2", "Down").action, Action::Resolve);
    assert_eq!(read("*alertType*", "Up").action, Action::Resolve);
    assert_eq!(read("", "SSL expiry").severity, Severity::Low);
    for odd in [read("9", "Elsewhere"), read("", "")] {
        assert_eq!((odd.action, odd.title.as_str()), (Action::Trigger, "Monitor 1"));
        assert!(odd.degraded.is_some());
    }
}

#[test]
fn the_test_button_pages_nobody() {
    assert_eq!(nothing(&UptimeRobot, fixture!("test_button")), "a test of UptimeRobot");
}

#[test]
fn what_is_no_notification_is_told_by_its_field() {
    for (body, field) in [(fixture!("malformed"), "monitorID"), ("{}", "monitorID"), ("[]", "body")] {
        assert_eq!(said(&UptimeRobot, body).unwrap_err().field, field, "{body}");
    }
}
