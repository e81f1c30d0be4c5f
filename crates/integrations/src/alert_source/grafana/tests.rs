//! What Grafana's deliveries become.

use domain::signal::Action;

use super::*;
use crate::alert_source::pick::testing::Delivery;

macro_rules! fixture {
    ($case:literal) => {
        Delivery::of(include_str!(concat!("../../../../../tests/fixtures/alerts/grafana/", $case)))
    };
}

const SECRET: &str = "grafana-signing-secret";

fn nothing(delivery: &Delivery) -> bool {
    matches!(delivery.read(&Grafana), Ok(Said::Nothing(_)))
}

#[test]
fn an_alert_is_read_with_where_to_look() {
    let signal = fixture!("problem.json").signal(&Grafana);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::Critical));
    assert_eq!(signal.title, "CPU above 90% on srv-db-01");
    assert_eq!(signal.dedup_key.as_deref(), Some("6e4a2c8f1b3d5079"));
    assert_eq!(signal.client.as_deref(), Some("Contoso"));
    assert_eq!(signal.device.name.as_deref(), Some("srv-db-01"));
    assert_eq!(
        signal.link.as_deref(),
        Some("https://grafana.msp.example/alerting/grafana/fdq3k2/view?orgId=1")
    );
    let names: Vec<_> = signal.links.iter().filter_map(|link| link.text.as_deref()).collect();
    assert_eq!(names, ["Runbook", "Dashboard", "Panel", "Silence", "All alerts"]);
    assert_eq!(signal.images[0].src, "https://grafana.msp.example/img/cpu.png");
    assert!(signal.description.contains("value=93.4"), "{}", signal.description);
    assert_eq!(signal.degraded, None);
    assert_eq!(fixture!("repeat.json").signal(&Grafana), signal);
}

#[test]
fn a_recovery_ends_the_same_problem() {
    let signal = fixture!("recovery.json").signal(&Grafana);
    assert_eq!((signal.action, signal.dedup_key.as_deref()), (Action::Resolve, Some("6e4a2c8f1b3d5079")));
}

#[test]
fn a_rule_without_data_is_a_problem_of_its_own_that_can_wait() {
    let signal = fixture!("no_data.json").signal(&Grafana);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::Medium));
    assert_eq!(signal.title, "High CPU: no data");
    assert_eq!(signal.dedup_key.as_deref(), Some("b7d5f3a1c9e80246"));
    assert!(signal.description.contains("Reason: NoData"), "{}", signal.description);
    let severe = fixture!("no_data.json").replace("\"ref_id\": \"A\"", "\"severity\": \"critical\"");
    assert_eq!(severe.signal(&Grafana).severity, Severity::Critical);
}

#[test]
fn test_buttons_page_nobody() {
    assert!(nothing(&fixture!("test_button.json")));
    assert!(nothing(&fixture!("legacy_test_button.json")));
    let real = fixture!("test_button.json").replace("\"instance\": \"Grafana\"", "\"instance\": \"srv-1\"");
    assert!(!nothing(&real), "an alert that only has the name of the test is real");
}

#[test]
fn the_older_alerting_is_known_by_its_rule() {
    let signal = fixture!("legacy_problem.json").signal(&Grafana);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::Medium));
    assert_eq!(
        (signal.title.as_str(), signal.dedup_key.as_deref()),
        ("CPU alert", Some("grafana-legacy:42"))
    );
    assert_eq!(signal.client.as_deref(), Some("Contoso"));
    assert_eq!(signal.device.name.as_deref(), Some("srv-db-01"));
    assert_eq!(signal.link.as_deref(), Some("https://grafana.msp.example/d/abc?viewPanel=2"));
    assert!(signal.description.ends_with("High value: 100"), "{}", signal.description);
    let over = fixture!("legacy_recovery.json").signal(&Grafana);
    assert_eq!((over.action, over.dedup_key.as_deref()), (Action::Resolve, Some("grafana-legacy:42")));
    assert!(nothing(&fixture!("legacy_paused.json")));
    let no_data = fixture!("legacy_recovery.json").replace("\"ok\"", "\"no_data\"").signal(&Grafana);
    assert_eq!((no_data.action, no_data.severity), (Action::Trigger, Severity::Medium));
    let odd = fixture!("legacy_recovery.json").replace("\"ok\"", "\"odd\"").signal(&Grafana);
    assert!(odd.action == Action::Trigger && odd.degraded.is_some(), "{odd:?}");
}

#[test]
fn an_older_rule_without_a_number_is_known_by_its_name() {
    let body = |state: &str, title: &str| {
        format!(r#"{{"ruleUrl": "https://a.example/", "state": "{state}", "title": "{title}"}}"#)
    };
    let problem = Delivery::of(&body("alerting", "[Alerting] CPU alert")).signal(&Grafana);
    let recovery = Delivery::of(&body("ok", "[OK] CPU alert")).signal(&Grafana);
    assert_eq!(problem.dedup_key.as_deref(), Some("grafana-legacy:CPU alert"));
    assert_eq!(problem.dedup_key, recovery.dedup_key);
}

#[test]
fn a_formatted_webhook_is_known_by_its_uid() {
    let uid = Some("5b1f7c34-2f60-4f0e-9d4e-0a6f3c1b7e22");
    let signal = fixture!("formatted_problem.json").signal(&Grafana);
    assert_eq!((signal.action, signal.dedup_key.as_deref()), (Action::Trigger, uid));
    assert_eq!(signal.title, "The whole system is down");
    assert_eq!(signal.description, "Nothing answers on any port.");
    assert_eq!(signal.link.as_deref(), Some("https://monitor.msp.example/1"));
    assert_eq!(signal.images[0].src, "https://upload.msp.example/x.jpg");
    let over = fixture!("formatted_recovery.json").signal(&Grafana);
    assert_eq!((over.action, over.dedup_key.as_deref()), (Action::Resolve, uid));
}

#[test]
fn a_delivery_of_none_of_its_kinds_is_refused_with_the_fields_name() {
    assert_eq!(fixture!("malformed.json").read(&Grafana).unwrap_err().field, "alerts");
    assert_eq!(Delivery::of(r#"{"alerts": "none"}"#).read(&Grafana).unwrap_err().field, "alerts");
    assert_eq!(Delivery::of("on fire").read(&Grafana).unwrap_err().field, "body");
}

#[test]
fn a_signature_is_asked_for_only_where_there_is_a_secret() {
    assert_eq!(fixture!("problem.json").authenticate(&Grafana, None), Ok(()));
    let unsigned = fixture!("problem.json").authenticate(&Grafana, Some(SECRET));
    assert!(matches!(unsigned, Err(Distrust::NotTheirs(why)) if why.contains("missing")));
}

#[test]
fn a_signature_covers_the_body_and_the_time_where_one_is_sent() {
    let signed = [fixture!("signed.http.json"), fixture!("signed_with_time.http.json")];
    for delivery in signed {
        assert_eq!(delivery.authenticate(&Grafana, Some(SECRET)), Ok(()));
        assert!(delivery.authenticate(&Grafana, Some("another")).is_err());
        assert!(delivery.replace("srv-db-01", "srv-db-02").authenticate(&Grafana, Some(SECRET)).is_err());
    }
    let later =
        fixture!("signed_with_time.http.json").with("x-grafana-alerting-timestamp", Some("1795208646"));
    assert!(later.authenticate(&Grafana, Some(SECRET)).is_err());
    let renamed = fixture!("signed_with_time.http.json")
        .with("x-grafana-alerting-timestamp", None)
        .with("x-our-timestamp", Some("1795208645"));
    assert_eq!(renamed.authenticate(&Grafana, Some(SECRET)), Ok(()));
}
