//! What Datadog's deliveries become.

use super::*;
use crate::alert_source::pick::testing::Delivery;

macro_rules! fixture {
    ($case:literal) => {
        Delivery::of(include_str!(concat!("../../../../../tests/fixtures/alerts/datadog/", $case)))
    };
}

const KEY: &str = "datadog:123456:5f0c2d7be91a43d8a6b4c2e0f1d3a597";

#[test]
fn our_template_says_everything() {
    let signal = fixture!("problem.json").signal(&Datadog);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::High));
    assert_eq!(signal.title, "CPU high on srv-db-01");
    assert!(signal.description.starts_with("CPU is high\n\nsystem.cpu.user over"), "{}", signal.description);
    assert_eq!(signal.dedup_key.as_deref(), Some(KEY));
    assert_eq!(signal.client.as_deref(), Some("Contoso"), "a tag beats the account");
    assert_eq!(signal.device.hostname.as_deref(), Some("srv-db-01"));
    assert_eq!(signal.link.as_deref(), Some("https://app.datadoghq.com/event/event?id=6543210987654321000"));
    assert_eq!(signal.images[0].src, "https://p.datadoghq.com/snapshot/view/x.png");
    assert_eq!(signal.degraded, None);
}

#[test]
fn every_transition_is_the_same_problem_and_has_its_action() {
    for (delivery, action, severity) in [
        (fixture!("repeat.json"), Action::Trigger, Severity::High),
        (fixture!("renotify.json"), Action::Trigger, Severity::High),
        (fixture!("no_data.json"), Action::Trigger, Severity::High),
        (fixture!("warning.json"), Action::Trigger, Severity::Medium),
        (fixture!("muted.json"), Action::Note, Severity::High),
        (fixture!("recovery.json"), Action::Resolve, Severity::High),
    ] {
        let signal = delivery.signal(&Datadog);
        assert_eq!(
            (signal.action, signal.severity, signal.dedup_key.as_deref()),
            (action, severity, Some(KEY))
        );
        assert_eq!(signal.title, "CPU high on srv-db-01");
        assert_eq!(signal.degraded, None);
    }
}

#[test]
fn a_type_that_says_all_is_well_beats_the_event() {
    let signal = fixture!("renotify.json").replace("\"error\"", "\"success\"").signal(&Datadog);
    assert_eq!(signal.action, Action::Resolve);
    let signal = fixture!("renotify.json").replace("\"error\"", "\"warning\"").signal(&Datadog);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::Medium));
}

#[test]
fn severity_is_the_monitors_priority_then_the_type() {
    let problem = || fixture!("problem.json").replace("[P2] ", "");
    for (priority, severity) in [("P1", Severity::Critical), ("P3", Severity::Medium), ("P4", Severity::Low)]
    {
        let signal = problem().replace("\"P2\"", &format!("\"{priority}\"")).signal(&Datadog);
        assert_eq!(signal.severity, severity, "{priority}");
    }
    for (kind, severity) in
        [("error", Severity::High), ("warning", Severity::Medium), ("info", Severity::Low)]
    {
        let unset = problem().replace("\"P2\"", "\"$ALERT_PRIORITY\"");
        let signal = unset.replace("\"error\"", &format!("\"{kind}\"")).signal(&Datadog);
        assert_eq!(signal.severity, severity, "{kind}");
    }
    let signal = fixture!("problem.json").replace("\"P2\"", "\"\"").replace("[P2]", "[P1]").signal(&Datadog);
    assert_eq!(signal.severity, Severity::Critical, "the title has it as well");
}

#[test]
fn variables_without_values_are_a_test_and_page_nobody() {
    let said = fixture!("test_button.json").read(&Datadog).unwrap();
    assert!(matches!(said, Said::Nothing(_)), "{said:?}");
    let partly = fixture!("problem.json").replace("\"Triggered\"", "\"$ALERT_TRANSITION\"");
    let signal = partly.replace("\"host:srv-db-01\"", "\"$ALERT_SCOPE\"").signal(&Datadog);
    assert_eq!(signal.dedup_key.as_deref(), Some(KEY), "what has a monitor is no test");
    for (text, is) in
        [("$ALERT_ID", true), ("$TAGS[env]", true), ("$5 left", false), ("$ALERT_ID x", false), ("$", false)]
    {
        assert_eq!(is_variable(text), is, "{text}");
    }
}

#[test]
fn datadogs_own_template_is_read_by_its_title() {
    let problem = fixture!("default_problem.json").signal(&Datadog);
    assert_eq!((problem.action, problem.title.as_str()), (Action::Trigger, "CPU high"));
    assert_eq!(problem.description, "CPU is high");
    assert_eq!(problem.client, None, "the organization is the MSP's own");
    assert_eq!(problem.device.name.as_deref(), Some("srv-db-01"));
    let recovery = fixture!("default_recovery.json").signal(&Datadog);
    assert_eq!(recovery.action, Action::Resolve);
    assert_eq!(recovery.dedup_key, problem.dedup_key);
}

#[test]
fn without_a_key_two_hosts_of_one_monitor_stay_two_problems() {
    let one = fixture!("default_problem.json").signal(&Datadog);
    let other = fixture!("default_problem.json").replace("srv-db-01", "srv-db-02").signal(&Datadog);
    assert_ne!(one.dedup_key, other.dedup_key);
}

#[test]
fn a_form_is_read_like_json() {
    let problem = fixture!("form_problem.http.json").signal(&Datadog);
    assert_eq!((problem.action, problem.severity), (Action::Trigger, Severity::High));
    assert_eq!(problem.dedup_key.as_deref(), Some("datadog:123456:5f0c2d7be91a43d8"));
    let recovery = fixture!("form_recovery.http.json").signal(&Datadog);
    assert_eq!((recovery.action, recovery.dedup_key), (Action::Resolve, problem.dedup_key));
}

#[test]
fn an_unknown_transition_is_a_problem_and_says_so() {
    let odd = fixture!("problem.json").replace("Triggered", "Smouldering").signal(&Datadog);
    assert_eq!(odd.action, Action::Trigger);
    assert!(odd.degraded.unwrap().contains("Smouldering"));
}

#[test]
fn a_delivery_that_says_nothing_is_refused_with_the_fields_name() {
    assert_eq!(fixture!("malformed.json").read(&Datadog).unwrap_err().field, "title");
    assert_eq!(Delivery::of("[]").read(&Datadog).unwrap_err().field, "body");
    assert_eq!(Delivery::of("CPU is high").read(&Datadog).unwrap_err().field, "body");
}
