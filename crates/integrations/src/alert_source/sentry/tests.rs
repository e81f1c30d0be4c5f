//! What Sentry's deliveries become.

use super::*;
use crate::alert_source::pick::testing::Delivery;

macro_rules! fixture {
    ($case:literal) => {
        Delivery::of(include_str!(concat!("../../../../../tests/fixtures/alerts/sentry/", $case)))
    };
}

const SECRET: &str = "sentry-client-secret";
const ISSUE: Option<&str> = Some("sentry:issue:1170820999");
const METRIC: Option<&str> = Some("sentry:metric_alert:135");

#[test]
fn an_issue_alert_is_a_problem_of_its_issue() {
    let signal = fixture!("problem.http.json").signal(&Sentry);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::High));
    assert_eq!(signal.title, "ReferenceError: cart is not defined");
    assert_eq!(signal.dedup_key.as_deref(), ISSUE);
    assert_eq!(signal.device.name.as_deref(), Some("web-1"));
    assert_eq!(signal.client.as_deref(), Some("Contoso"));
    assert!(signal.link.clone().unwrap().contains("/organizations/contoso/issues/"), "{:?}", signal.link);
    for said in ["cart is not defined", "Where: app.run", "Environment: production", "Rule: New errors"] {
        assert!(signal.description.contains(said), "{}", signal.description);
    }
    assert_eq!(fixture!("repeat.http.json").signal(&Sentry), signal);
}

#[test]
fn a_delivery_whose_header_got_lost_is_told_by_its_fields() {
    let signal = fixture!("problem_without_header.http.json").signal(&Sentry);
    assert_eq!(signal, fixture!("problem.http.json").signal(&Sentry));
    let metric = fixture!("metric_critical.http.json").with("sentry-hook-resource", None);
    assert_eq!(metric.signal(&Sentry).dedup_key.as_deref(), METRIC);
    let issue = fixture!("recovery.http.json").with("sentry-hook-resource", None);
    assert_eq!(issue.signal(&Sentry).action, Action::Resolve);
}

#[test]
fn what_becomes_of_an_issue_is_about_the_same_problem() {
    for (delivery, action, said) in [
        (fixture!("recovery.http.json"), Action::Resolve, "Resolved by Jane Doe"),
        (fixture!("issue_created.http.json"), Action::Trigger, "Project: backend"),
        (fixture!("issue_unresolved.http.json"), Action::Trigger, "Issue: BACKEND-1"),
        (fixture!("issue_archived.http.json"), Action::Note, "Archived by Jane Doe"),
        (fixture!("issue_assigned.http.json"), Action::Note, "Assigned by Jane Doe"),
    ] {
        let signal = delivery.signal(&Sentry);
        assert_eq!((signal.action, signal.dedup_key.as_deref()), (action, ISSUE));
        assert!(signal.description.contains(said), "{}", signal.description);
        assert_eq!(signal.degraded, None);
    }
    let comment = fixture!("comment.http.json").signal(&Sentry);
    assert_eq!((comment.action, comment.dedup_key.as_deref()), (Action::Note, ISSUE));
    assert_eq!(comment.description, "Rolled back the release.");
}

#[test]
fn an_event_that_says_its_issue_only_in_an_address_has_the_same_key() {
    let signal = fixture!("problem.http.json").replace("\"issue_id\"", "\"x\"").signal(&Sentry);
    assert_eq!(signal.dedup_key.as_deref(), ISSUE);
}

#[test]
fn levels_are_severities() {
    for (level, severity) in [
        ("fatal", Severity::Critical),
        ("warning", Severity::Medium),
        ("info", Severity::Low),
        ("purple", Severity::High),
    ] {
        let level = format!("\"level\": \"{level}\"");
        let signal = fixture!("problem.http.json").replace("\"level\": \"error\"", &level).signal(&Sentry);
        assert_eq!(signal.severity, severity, "{level}");
    }
}

#[test]
fn a_metric_alert_begins_and_ends_by_itself() {
    let critical = fixture!("metric_critical.http.json").signal(&Sentry);
    assert_eq!((critical.action, critical.severity), (Action::Trigger, Severity::Critical));
    assert_eq!((critical.title.as_str(), critical.dedup_key.as_deref()), ("Too many errors", METRIC));
    assert_eq!(
        critical.link.as_deref(),
        Some("https://sentry.io/organizations/contoso/alerts/rules/details/7/?alert=123")
    );
    let warning = fixture!("metric_warning.http.json").signal(&Sentry);
    assert_eq!((warning.action, warning.severity), (Action::Trigger, Severity::Medium));
    let over = fixture!("metric_recovery.http.json").signal(&Sentry);
    assert_eq!((over.action, over.dedup_key.as_deref()), (Action::Resolve, METRIC));
    let odd = fixture!("metric_critical.http.json").replace("\"critical\"", "\"purple\"").signal(&Sentry);
    assert!(odd.action == Action::Trigger && odd.degraded.is_some(), "{odd:?}");
}

#[test]
fn the_older_plugin_is_read_by_its_own_shape() {
    let signal = fixture!("plugin_problem.json").signal(&Sentry);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::High));
    assert_eq!(signal.title, "Failed to fetch user profile");
    assert_eq!(signal.dedup_key.as_deref(), Some("sentry:issue:4616132999"));
    assert_eq!(signal.link.as_deref(), Some("https://contoso.sentry.io/issues/4616132999/"));
    assert!(signal.description.contains("fetchUserProfile at app.js:245"), "{}", signal.description);
}

#[test]
fn an_installation_pages_nobody() {
    let said = fixture!("installation.http.json").read(&Sentry).unwrap();
    assert!(matches!(said, Said::Nothing(_)), "{said:?}");
}

#[test]
fn a_delivery_that_lacks_what_its_header_promises_is_refused_with_the_fields_name() {
    let field = |delivery: Delivery| delivery.read(&Sentry).unwrap_err().field;
    assert_eq!(field(fixture!("malformed.http.json")), "data.metric_alert.id");
    let of = |resource: &str| fixture!("malformed.http.json").with("sentry-hook-resource", Some(resource));
    assert_eq!(field(of("event_alert")), "data.event");
    assert_eq!(field(of("issue")), "data.issue.id");
    assert_eq!(field(of("comment")), "data.issue_id");
    assert_eq!(field(of("purple")), "Sentry-Hook-Resource");
    assert_eq!(field(Delivery::of("{}")), "id");
    assert_eq!(field(Delivery::of("oops")), "body");
}

#[test]
fn with_a_secret_only_what_is_signed_with_it_is_believed() {
    let signed = fixture!("metric_critical.http.json");
    assert_eq!(signed.authenticate(&Sentry, Some(SECRET)), Ok(()));
    assert!(matches!(signed.authenticate(&Sentry, Some("another")), Err(Distrust::NotTheirs(_))));
    let changed = signed.replace("\"critical\"", "\"resolved\"");
    assert!(matches!(changed.authenticate(&Sentry, Some(SECRET)), Err(Distrust::NotTheirs(_))));
    let unsigned = fixture!("plugin_problem.json");
    assert!(matches!(unsigned.authenticate(&Sentry, Some(SECRET)), Err(Distrust::NotTheirs(_))));
    assert_eq!(unsigned.authenticate(&Sentry, None), Ok(()));
}
