//! What Alertmanager's deliveries become.

use super::*;
use crate::alert_source::pick::testing::Delivery;

macro_rules! fixture {
    ($case:literal) => {
        Delivery::of(include_str!(concat!("../../../../../tests/fixtures/alerts/alertmanager/", $case)))
    };
}

fn keys(signals: &[Signal]) -> Vec<(Action, &str)> {
    signals.iter().map(|signal| (signal.action, signal.dedup_key.as_deref().unwrap_or_default())).collect()
}

#[test]
fn each_alert_of_a_group_is_a_problem_of_its_own() {
    let signals = fixture!("problem.json").signals(&Alertmanager);
    let expected = [(Action::Trigger, "3f1c5a7e9b2d4f60"), (Action::Trigger, "9d2e4b6c8a0f1357")];
    assert_eq!(keys(&signals), expected);
    let first = &signals[0];
    assert_eq!(first.title, "Instance srv01:9100 down");
    assert!(first.description.starts_with("srv01:9100 of job node has been down"), "{}", first.description);
    assert!(first.description.contains("job: node"), "{}", first.description);
    assert_eq!(first.severity, Severity::Critical);
    assert_eq!(first.client.as_deref(), Some("Contoso"));
    assert_eq!(first.device.name.as_deref(), Some("srv01:9100"));
    assert_eq!(first.device.hostname.as_deref(), Some("srv01"));
    assert_eq!(
        first.link.as_deref(),
        Some("https://prometheus.msp.example/graph?g0.expr=up+%3D%3D+0&g0.tab=1")
    );
    let links: Vec<&str> = first.links.iter().map(|link| link.href.as_str()).collect();
    assert_eq!(
        links,
        ["https://wiki.msp.example/runbooks/instance-down", "https://alertmanager.msp.example"]
    );
    assert_eq!(first.degraded, None);
    assert_eq!(keys(&fixture!("repeat.json").signals(&Alertmanager)), expected);
}

#[test]
fn an_alert_is_over_when_it_says_so_whatever_its_group_says() {
    let signals = fixture!("partial_recovery.json").signals(&Alertmanager);
    assert_eq!(
        keys(&signals),
        [(Action::Resolve, "3f1c5a7e9b2d4f60"), (Action::Trigger, "9d2e4b6c8a0f1357")]
    );
    let signals = fixture!("recovery.json").signals(&Alertmanager);
    assert_eq!(keys(&signals), [(Action::Resolve, "9d2e4b6c8a0f1357")]);
}

#[test]
fn an_alert_without_a_fingerprint_is_known_by_its_labels() {
    let without = |case: Delivery| {
        case.replace("\"fingerprint\"", "\"x\"").signals(&Alertmanager).pop().unwrap().dedup_key.unwrap()
    };
    let (problem, recovery) = (without(fixture!("problem.json")), without(fixture!("recovery.json")));
    assert_eq!(problem, recovery);
    assert!(problem.contains("instance=\"srv02:9100\""), "{problem}");
}

#[test]
fn what_cannot_be_read_of_an_alert_still_pages_beside_the_others() {
    let signals = fixture!("half_readable.json").signals(&Alertmanager);
    assert_eq!(signals.len(), 3);
    assert_eq!(signals[0].degraded, None);
    assert_eq!(signals[1].title, "Alert without a name");
    assert_eq!((signals[1].action, signals[1].severity), (Action::Trigger, Severity::High));
    assert_eq!(signals[2].title, "DiskFull on srv03:9100");
    assert_eq!((signals[2].action, signals[2].severity), (Action::Trigger, Severity::High));
    let doubt = signals[2].degraded.clone().unwrap();
    assert!(doubt.contains("smouldering") && doubt.contains("purple"), "{doubt}");
}

#[test]
fn what_is_only_information_is_low() {
    for word in ["info", "informational", "none", "P5"] {
        let alert = Delivery::of(&format!(
            r#"{{"alerts": [{{"labels": {{"alertname": "x", "severity": "{word}"}}}}]}}"#
        ));
        assert_eq!(alert.signal(&Alertmanager).severity, Severity::Low, "{word}");
    }
}

#[test]
fn alerts_that_were_left_out_are_told() {
    let signal = fixture!("truncated.json").signal(&Alertmanager);
    assert!(signal.degraded.unwrap().contains("left out 7 more"));
}

#[test]
fn a_watchdog_pages_nobody_and_hides_nothing() {
    let said = fixture!("watchdog.json").read(&Alertmanager).unwrap();
    assert!(matches!(said, Said::Nothing(_)), "{said:?}");
    let both = fixture!("problem.json").replace("srv01:9100\",\n        \"job\"", "x\",\n        \"job\"");
    assert_eq!(both.signals(&Alertmanager).len(), 2);
    let alerts = r#"{"alerts": [{"labels": {"alertname": "Watchdog"}}, {"labels": {"alertname": "Fan"}}]}"#;
    assert_eq!(Delivery::of(alerts).signal(&Alertmanager).title, "Fan");
}

#[test]
fn a_delivery_without_alerts_is_refused_with_the_fields_name() {
    for (body, field) in [
        (include_str!("../../../../../tests/fixtures/alerts/alertmanager/malformed.json"), "alerts"),
        (r#"{"alerts": []}"#, "alerts"),
        (r#"{"alerts": {}}"#, "alerts"),
        ("[]", "body"),
        ("on fire", "body"),
    ] {
        assert_eq!(Delivery::of(body).read(&Alertmanager).unwrap_err().field, field, "{body}");
    }
}

#[test]
fn host_names_are_what_is_before_the_port() {
    for (instance, host) in [
        ("srv01:9100", Some("srv01")),
        ("srv01", Some("srv01")),
        ("[fd00::1]:9100", Some("fd00::1")),
        ("https://contoso.example/", None),
        (":9100", None),
    ] {
        assert_eq!(host_of(instance).as_deref(), host, "{instance}");
    }
}
