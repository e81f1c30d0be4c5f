//! Notifications of Uptime Kuma.

use serde_json::json;

use super::*;
use crate::alert_source::requests::{found, nothing, said};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../../tests/fixtures/alerts/uptime_kuma/", $name, ".json"))
    };
}

fn signal(fixture: &str) -> Signal {
    found(&UptimeKuma, fixture).signal
}

#[test]
fn a_monitor_that_is_down_opens_and_one_that_is_up_ends() {
    let problem = signal(fixture!("problem"));
    assert_eq!((problem.action, problem.severity), (Action::Trigger, Severity::High));
    assert_eq!(problem.title, "Contoso portal");
    assert_eq!(problem.description, "connect ECONNREFUSED 192.0.2.10:443\n\nContoso / Contoso portal");
    assert_eq!(problem.dedup_key.as_deref(), Some("uptimekuma:7"));
    assert_eq!(problem.client.as_deref(), Some("Contoso"), "by the tag");
    assert_eq!(problem.link.as_deref(), Some("https://portal.contoso.example"));
    assert_eq!(problem.degraded, None);
    assert_eq!(signal(fixture!("repeat")), problem);
    let recovery = signal(fixture!("recovery"));
    assert_eq!((recovery.action, &recovery.dedup_key), (Action::Resolve, &problem.dedup_key));
}

#[test]
fn the_same_comes_in_a_form_and_in_a_query() {
    let problem = found(&UptimeKuma, fixture!("problem"));
    for other in [fixture!("form_data.http"), fixture!("get.http")] {
        let found = found(&UptimeKuma, other);
        assert_eq!(found.signal, problem.signal);
        assert_eq!(found.item["heartbeat"]["status"], json!(0), "a mapping's paths are the same");
    }
}

#[test]
fn looking_again_and_maintenance_page_nobody_and_end_nothing() {
    assert!(nothing(&UptimeKuma, fixture!("pending")).contains("once more"));
    assert!(nothing(&UptimeKuma, fixture!("maintenance")).contains("maintenance"));
}

#[test]
fn the_test_button_pages_nobody() {
    for test in [fixture!("test_button"), fixture!("get_test_button.http")] {
        assert_eq!(nothing(&UptimeKuma, test), "a test of Uptime Kuma");
    }
}

#[test]
fn a_certificate_that_runs_out_is_one_low_problem_however_often_it_is_told() {
    let notice = signal(fixture!("certificate_expiry"));
    assert_eq!((notice.action, notice.severity), (Action::Trigger, Severity::Low));
    assert!(notice.title.ends_with("will expire in 14 days"));
    assert!(notice.dedup_key.as_deref().unwrap().starts_with("uptimekuma:expiry:[Contoso portal]"));
    let later = signal(fixture!("certificate_expiry_repeat"));
    assert_eq!(later.dedup_key, notice.dedup_key);
    assert_ne!(later.title, notice.title);
    let news = signal(r#"{"heartbeat": null, "monitor": null, "msg": "Something new"}"#);
    assert_eq!((news.title.as_str(), news.severity), ("Something new", Severity::Info));
}

#[test]
fn a_status_is_read_from_the_message_where_the_heartbeat_has_none_and_pages_where_neither_has() {
    let read = |status: Value, msg: &str| {
        signal(&json!({"heartbeat": {"status": status}, "monitor": {"id": "7"}, "msg": msg}).to_string())
    };
    assert_eq!(read(json!("1"), "").action, Action::Resolve);
    assert_eq!(read(Value::Null, "[Portal] [✅ Up] 200").action, Action::Resolve);
    let down = read(Value::Null, "[Portal] [Down] timeout");
    assert_eq!(
        (down.action, down.title.as_str(), down.degraded),
        (Action::Trigger, "[Portal] [Down] timeout", None)
    );
    for odd in [read(json!(9), "[✅ Up]"), read(Value::Null, "")] {
        assert_eq!((odd.action, odd.degraded.is_some()), (Action::Trigger, true));
    }
}

#[test]
fn what_is_no_notification_is_told_by_its_field() {
    for (body, field) in [
        (fixture!("malformed"), "heartbeat"),
        ("[]", "body"),
        (r#"{"heartbeat": "{broken", "monitor": 7}"#, "heartbeat"),
    ] {
        assert_eq!(said(&UptimeKuma, body).unwrap_err().field, field, "{body}");
    }
}
