//! Deliveries with more alerts than anybody wants to be paged for.

use domain::source::{Meaning, SourceType};
use serde_json::json;

use super::*;
use crate::alert_source::fixture::{said, said_to, signal, signals, source};

/// An alert of Alertmanager.
fn alert(number: usize, status: &str) -> Value {
    json!({"status": status, "fingerprint": format!("f{number}"),
        "labels": {"alertname": format!("Fan{number}"), "severity": "warning"}})
}

fn group(alerts: &[Value]) -> Vec<Signal> {
    signals(said(SourceType::Alertmanager, &json!({"groupKey": "g", "alerts": alerts}).to_string()))
}

fn plain(number: usize, state: &str) -> Value {
    json!({"title": format!("Disk {number}"), "device": "SRV-1", "severity": "low", "state": state})
}

fn list(alerts: &[Value]) -> Vec<Signal> {
    signals(said(SourceType::Generic, &json!(alerts).to_string()))
}

#[test]
fn hundreds_of_problems_and_thousands_of_recoveries_are_taken_one_by_one() {
    for (one, read) in
        [(alert as fn(usize, &str) -> Value, group as fn(&[Value]) -> Vec<Signal>), (plain, list)]
    {
        let mut alerts: Vec<Value> = (0..MOST_PROBLEMS).map(|number| one(number, "firing")).collect();
        alerts.extend((0..MOST_OTHERS).map(|number| one(number, "resolved")));
        let all = read(&alerts);
        assert_eq!(all.len(), alerts.len());
        assert!(all.iter().all(|signal| signal.degraded.is_none()));
    }
}

#[test]
fn problems_beyond_are_one_problem_under_a_key_that_stays() {
    let mut alerts: Vec<Value> = (0..MOST_PROBLEMS + 40).map(|number| alert(number, "firing")).collect();
    alerts[MOST_PROBLEMS + 3]["labels"]["severity"] = json!("critical");
    let all = group(&alerts);
    assert_eq!(all.len(), MOST_PROBLEMS + 1);
    let last = &all[MOST_PROBLEMS];
    assert_eq!(
        (&*last.title, last.action, last.severity),
        ("And 40 more alerts not listed", Action::Trigger, Severity::Critical)
    );
    assert!(last.description.contains("Fan503\n") && last.degraded.is_some());
    let again = group(&alerts[..=MOST_PROBLEMS]);
    assert_eq!(&*again[MOST_PROBLEMS].title, "And 1 more alert not listed");
    assert_eq!(again[MOST_PROBLEMS].dedup_key, last.dedup_key);
    assert_eq!(last.dedup_key.as_deref(), Some("more alerts of a delivery: g"));
}

#[test]
fn recoveries_beyond_are_told_and_are_no_problem() {
    for (one, read) in
        [(alert as fn(usize, &str) -> Value, group as fn(&[Value]) -> Vec<Signal>), (plain, list)]
    {
        for count in [MOST_OTHERS + 7, MOST_READ + 3_000] {
            let alerts: Vec<Value> = (0..count).map(|number| one(number, "resolved")).collect();
            let all = read(&alerts);
            assert_eq!(all.len(), MOST_OTHERS);
            assert!(all.iter().all(|signal| signal.action == Action::Resolve));
            let doubt = all[0].degraded.as_ref().unwrap();
            assert!(doubt.contains("more recoveries and acknowledgements than"), "{doubt}");
        }
    }
}

#[test]
fn recoveries_behind_many_problems_are_still_taken() {
    let mut alerts: Vec<Value> = (0..MOST_PROBLEMS + 100).map(|number| alert(number, "firing")).collect();
    alerts.push(alert(9_000, "resolved"));
    let all = group(&alerts);
    assert!(all.iter().any(|signal| signal.dedup_key.as_deref() == Some("f9000")));
}

#[test]
fn an_alert_has_one_key_alone_in_a_group_and_among_thousands() {
    for (one, read) in
        [(alert as fn(usize, &str) -> Value, group as fn(&[Value]) -> Vec<Signal>), (plain, list)]
    {
        let key = |signals: &[Signal]| signals[0].dedup_key();
        let alone = key(&read(&[one(0, "firing")]));
        let over = key(&read(&[one(0, "resolved"), one(1, "resolved")]));
        let many: Vec<Value> = (0..MOST_OTHERS + 5).map(|number| one(number, "resolved")).collect();
        assert_eq!((&over, &key(&read(&many))), (&alone, &alone));
    }
}

#[test]
fn a_doubt_about_the_body_leaves_the_key() {
    let key = |body: &str| {
        let signal = signal(said(SourceType::Generic, body));
        (signal.dedup_key(), signal.degraded.is_some())
    };
    let (clean, _) = key(r#"{"title": "Disk full", "device": "SRV-1", "status": "ok"}"#);
    for body in [
        r#"{"title": "Disk full", "device": "SRV-1", "description": "C:\Windows"}"#,
        r#"{"title": "Disk full", "device": "SRV-1", "severity": "purple"}"#,
        r#"{"title": "Disk full", "device": "SRV-1", "status": "odd"}"#,
    ] {
        assert_eq!(key(body), (clean.clone(), true), "{body}");
    }
    let broken = |body: &str| key(body).0;
    assert_ne!(broken("{\"title\": \"Disk full\",\n a"), broken("{\"title\": \"Disk full\",\n b"));
}

#[test]
fn a_mapped_key_of_the_whole_delivery_is_nobodys_in_a_group_of_one() {
    let mut mapped = source(SourceType::Alertmanager);
    mapped.mapping.dedup_key = Some("groupKey".into());
    let keys = |alerts: &[Value]| -> Vec<String> {
        let body = json!({"groupKey": "g", "alerts": alerts}).to_string();
        signals(said_to(&mapped, &body)).iter().map(Signal::dedup_key).collect()
    };
    let (one, other) = (alert(0, "firing"), alert(1, "firing"));
    assert_eq!(keys(std::slice::from_ref(&one)), ["f0"]);
    assert_eq!(keys(&[one, other]), ["f0", "f1"]);
}

#[test]
fn what_the_mapping_calls_over_is_over_before_it_is_counted() {
    let mut mapped = source(SourceType::Generic);
    mapped.mapping.status = Some("phase".into());
    mapped.mapping.statuses = [("fine".to_owned(), Meaning::Resolve)].into();
    mapped.mapping.device = Some("$..device".into());
    let alerts: Vec<Value> = (0..MOST_PROBLEMS + 50)
        .map(|number| json!({"title": format!("x{number}"), "phase": "fine"}))
        .collect();
    let all = signals(said_to(&mapped, &json!(alerts).to_string()));
    assert_eq!(all.len(), alerts.len());
    assert!(all.iter().all(|signal| signal.action == Action::Resolve));
}

#[test]
fn a_long_text_of_a_group_is_not_kept_for_each_of_its_alerts() {
    let alerts: Vec<Value> = (0..MOST_PROBLEMS).map(|number| alert(number, "firing")).collect();
    let long = format!("https://alerts.example/{}", "x".repeat(500_000));
    let body = json!({"groupKey": "g", "externalURL": long, "client": "y".repeat(100_000), "alerts": alerts});
    let mut mapped = source(SourceType::Alertmanager);
    mapped.mapping.client = Some("$.client".into());
    let all = signals(said_to(&mapped, &body.to_string()));
    assert!(
        all.iter().all(|signal| signal.links.is_empty() && signal.client.as_ref().unwrap().len() <= 9_000)
    );
}
