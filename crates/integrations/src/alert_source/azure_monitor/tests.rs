//! Alerts of Azure Monitor.

use serde_json::{Value, json};

use super::*;
use crate::alert_source::requests::{found, nothing, said};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../../tests/fixtures/alerts/azure_monitor/", $name, ".json"))
    };
}

fn signal(fixture: &str) -> Signal {
    found(&AzureMonitor, fixture).signal
}

/// The problem with these essentials changed.
fn problem_with(essentials: &[(&str, Value)]) -> Signal {
    let mut body: Value = serde_json::from_str(fixture!("problem")).unwrap();
    for (name, value) in essentials {
        body["data"]["essentials"][*name] = value.clone();
    }
    signal(&body.to_string())
}

#[test]
fn an_alert_opens_and_ends_under_its_id() {
    let problem = signal(fixture!("problem"));
    let id = "/subscriptions/5d2f0c1e-0000-4000-8000-0000000000a1/providers/Microsoft.AlertsManagement/alerts/\
              b9569717-0000-4000-8000-83a997729330";
    assert_eq!((problem.action, problem.severity), (Action::Trigger, Severity::High));
    assert_eq!(problem.title, "CPU of srv-sql-01");
    assert_eq!(problem.dedup_key.as_deref(), Some(id));
    assert_eq!(problem.client.as_deref(), Some("Contoso"));
    assert_eq!(problem.device.name.as_deref(), Some("srv-sql-01"));
    assert!(problem.link.unwrap().contains("Issue.ReactView"));
    assert_eq!(problem.links[0].href, format!("https://portal.azure.com/#resource{id}"));
    assert!(problem.links[1].href.ends_with("virtualmachines/srv-sql-01"));
    assert_eq!(problem.description, "CPU above 90 %\n\nPercentage CPU GreaterThan 90 (now 97.727)");
    assert_eq!(problem.degraded, None);
    let repeat = signal(fixture!("repeat"));
    assert_eq!((repeat.action, repeat.dedup_key.as_deref()), (Action::Trigger, Some(id)));
    let recovery = signal(fixture!("recovery"));
    assert_eq!((recovery.action, recovery.dedup_key.as_deref()), (Action::Resolve, Some(id)));
}

#[test]
fn the_health_of_a_service_ends_with_its_last_stage_under_the_same_key() {
    let active = signal(fixture!("service_health_active"));
    assert_eq!((active.action, active.severity), (Action::Trigger, Severity::Low));
    assert_eq!(active.title, "Service health: Azure Synapse - West Europe");
    assert_eq!(active.dedup_key.as_deref(), Some("azure-service-health:NO0P-BVG"));
    assert!(active.description.starts_with("We are looking into it & will tell.\nservice: Azure Synapse"));
    assert_eq!(active.device.name, None, "a subscription is no machine");
    let resolved = signal(fixture!("service_health_resolved"));
    assert_eq!((resolved.action, &resolved.dedup_key), (Action::Resolve, &active.dedup_key));
    let report = signal(fixture!("service_health_rca"));
    assert_eq!((report.action, &report.dedup_key), (Action::Note, &active.dedup_key));
}

#[test]
fn a_resource_that_is_available_again_ends_what_its_outage_opened() {
    let gone = signal(fixture!("resource_health_unavailable"));
    let back = signal(fixture!("resource_health_available"));
    assert_eq!((gone.action, back.action), (Action::Trigger, Action::Resolve));
    assert!(gone.dedup_key.as_deref().unwrap().starts_with("azure-resource-health:/subscriptions/"));
    assert_eq!(gone.dedup_key, back.dedup_key);
    assert_eq!(gone.device.name.as_deref(), Some("srv-sql-01"));
}

#[test]
fn what_succeeded_in_the_activity_log_is_still_a_problem() {
    let deleted = signal(fixture!("activity_log"));
    assert_eq!((deleted.action, deleted.severity), (Action::Trigger, Severity::Low));
    assert_eq!(deleted.title, "Server deleted");
    assert!(deleted.dedup_key.unwrap().starts_with("/subscriptions/"));
}

#[test]
fn severities_are_ours_and_an_odd_word_pages() {
    for (word, severity) in [
        ("Sev0", Severity::Critical),
        ("SEV1", Severity::High),
        ("Sev2", Severity::Medium),
        ("Sev3", Severity::Low),
    ] {
        assert_eq!(problem_with(&[("severity", json!(word))]).severity, severity, "{word}");
    }
    let odd = problem_with(&[("severity", json!("Verbose")), ("monitorCondition", json!("Maybe"))]);
    assert_eq!((odd.action, odd.severity), (Action::Trigger, UNSAID));
    let doubt = odd.degraded.unwrap();
    assert!(doubt.contains("'Verbose'") && doubt.contains("'Maybe'"), "{doubt}");
    assert_eq!(problem_with(&[("severity", Value::Null)]).degraded, None);
}

#[test]
fn what_is_missing_is_done_without() {
    let bare = problem_with(&[
        ("alertTargetIDs", json!("none")),
        ("configurationItems", json!([])),
        ("investigationLink", json!("javascript:alert(1)")),
        ("alertRule", Value::Null),
    ]);
    assert_eq!((bare.title.as_str(), bare.device.name), ("Azure Monitor alert", None));
    assert!(bare.link.unwrap().starts_with("https://portal.azure.com/#resource/subscriptions/"));
    let named = problem_with(&[("configurationItems", Value::Null)]);
    assert_eq!(named.device.name.as_deref(), Some("srv-sql-01"), "by its id");
}

#[test]
fn the_portals_test_pages_nobody() {
    assert_eq!(nothing(&AzureMonitor, fixture!("test_button")), "a test of Azure Monitor");
}

#[test]
fn another_schema_is_told_by_what_is_missing() {
    for (body, field) in [
        (fixture!("malformed"), "data.essentials"),
        ("{}", "data"),
        ("[]", "body"),
        (r#"{"data": {"essentials": {}}}"#, "data.essentials.alertId"),
        (r#"{"data": {"essentials": 7}}"#, "data.essentials"),
    ] {
        assert_eq!(said(&AzureMonitor, body).unwrap_err().field, field, "{body}");
    }
}
