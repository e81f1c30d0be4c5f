//! What PagerDuty's webhooks become.

use super::*;
use crate::alert_source::pick::testing::Delivery;

macro_rules! fixture {
    ($case:literal) => {
        Delivery::of(include_str!(concat!("../../../../../tests/fixtures/alerts/pagerduty_webhook/", $case)))
    };
}

const SECRET: &str = "pagerduty-signing-secret";
const KEY: Option<&str> = Some("pagerduty:PGRXYZ2");
const HEADER: &str = "x-pagerduty-signature";

#[test]
fn a_triggered_incident_is_a_problem_with_its_facts() {
    let signal = fixture!("problem.json").signal(&PagerdutyWebhook);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::Critical));
    assert_eq!((signal.title.as_str(), signal.dedup_key.as_deref()), ("Mail queue is growing", KEY));
    assert_eq!(signal.link.as_deref(), Some("https://contoso.pagerduty.com/incidents/PGRXYZ2"));
    assert_eq!(signal.links[0].href, "https://meet.contoso.example/bridge");
    assert!(signal.description.contains("Assigned to: John Roe"), "{}", signal.description);
    assert_eq!(fixture!("repeat.json").signal(&PagerdutyWebhook), signal);
}

#[test]
fn every_event_of_an_incident_is_about_the_same_problem() {
    for (delivery, action, severity) in [
        (fixture!("reopened.json"), Action::Trigger, Severity::Critical),
        (fixture!("acknowledge.json"), Action::Acknowledge, Severity::Critical),
        (fixture!("unacknowledge.json"), Action::Unacknowledge, Severity::Critical),
        (fixture!("recovery.json"), Action::Resolve, Severity::High),
        (fixture!("note.json"), Action::Note, Severity::High),
        (fixture!("escalated.json"), Action::Note, Severity::Critical),
    ] {
        let signal = delivery.signal(&PagerdutyWebhook);
        assert_eq!((signal.action, signal.severity, signal.dedup_key.as_deref()), (action, severity, KEY));
        assert_eq!(signal.title, "Mail queue is growing");
        assert_eq!(signal.degraded, None);
    }
}

#[test]
fn what_happened_is_told_with_who_did_it() {
    let said = |delivery: Delivery| delivery.signal(&PagerdutyWebhook).description;
    assert_eq!(said(fixture!("note.json")), "Annotated by Jane Doe: Restarted the queue runner.");
    assert_eq!(said(fixture!("acknowledge.json")), "Acknowledged by Jane Doe");
    assert_eq!(said(fixture!("recovery.json")), "Resolved");
    let updated = fixture!("escalated.json").replace("incident.escalated", "incident.priority_updated");
    assert_eq!(said(updated), "Priority updated by Jane Doe");
}

#[test]
fn severity_is_the_priority_then_the_urgency() {
    let of = |priority: &str, urgency: &str| {
        let incident = serde_json::json!({"priority": {"summary": priority}, "urgency": urgency});
        severity(&incident)
    };
    assert_eq!(of("P2", "low"), Severity::High);
    assert_eq!(of("P3", "high"), Severity::Medium);
    assert_eq!(of("P4", "high"), Severity::Low);
    assert_eq!(of("purple", "low"), Severity::Low);
    assert_eq!(of("", "high"), Severity::High);
    assert_eq!(of("", ""), Severity::High);
}

#[test]
fn a_ping_and_what_is_about_no_incident_page_nobody() {
    for delivery in [fixture!("test_button.json"), fixture!("service_updated.json")] {
        let said = delivery.read(&PagerdutyWebhook).unwrap();
        assert!(matches!(said, Said::Nothing(_)), "{said:?}");
    }
}

#[test]
fn version_two_is_read_message_by_message() {
    let signal = fixture!("v2_problem.json").signal(&PagerdutyWebhook);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::Low));
    assert_eq!(signal.dedup_key.as_deref(), Some("pagerduty:PRORXYZ"));
    assert_eq!(
        (signal.title.as_str(), signal.description.as_str()),
        ("Database is slow", "Service: Database cluster")
    );
    let signals = fixture!("v2_several.json").signals(&PagerdutyWebhook);
    let actions: Vec<Action> = signals.iter().map(|signal| signal.action).collect();
    assert_eq!(actions, [Action::Acknowledge, Action::Note, Action::Unacknowledge, Action::Resolve]);
    assert_eq!(signals[1].description, "Annotate by Jane Doe: Added an index.");
    assert!(signals.iter().all(|signal| signal.dedup_key.as_deref() == Some("pagerduty:PRORXYZ")));
}

#[test]
fn a_message_without_an_incident_pages_beside_those_that_have_one() {
    let body = r#"{"messages": [{"event": "incident.resolve", "incident": {"id": "P1"}}, 7]}"#;
    let signals = Delivery::of(body).signals(&PagerdutyWebhook);
    assert_eq!((signals[0].action, signals[0].title.as_str()), (Action::Resolve, "PagerDuty incident P1"));
    assert!(signals[1].action == Action::Trigger && signals[1].degraded.is_some(), "{:?}", signals[1]);
}

#[test]
fn a_delivery_without_what_identifies_it_is_refused_with_the_fields_name() {
    assert_eq!(fixture!("malformed.json").read(&PagerdutyWebhook).unwrap_err().field, "event.data.id");
    for (body, field) in [
        ("{}", "event"),
        (r#"{"event": 7}"#, "event"),
        (r#"{"event": {}}"#, "event.event_type"),
        (r#"{"messages": []}"#, "messages"),
        (r#"{"messages": [{}]}"#, "messages[].incident.id"),
        ("ping", "body"),
    ] {
        assert_eq!(Delivery::of(body).read(&PagerdutyWebhook).unwrap_err().field, field, "{body}");
    }
}

#[test]
fn with_a_secret_only_what_is_signed_with_it_is_believed() {
    let signed = fixture!("signed.http.json");
    assert_eq!(signed.authenticate(&PagerdutyWebhook, Some(SECRET)), Ok(()), "the second of two signatures");
    assert!(matches!(signed.authenticate(&PagerdutyWebhook, Some("another")), Err(Distrust::NotTheirs(_))));
    let changed = signed.replace("\"triggered\"", "\"resolved\"");
    assert!(matches!(changed.authenticate(&PagerdutyWebhook, Some(SECRET)), Err(Distrust::NotTheirs(_))));
    let unsigned = fixture!("signed.http.json").with(HEADER, None);
    assert!(matches!(unsigned.authenticate(&PagerdutyWebhook, Some(SECRET)), Err(Distrust::NotTheirs(_))));
    assert_eq!(unsigned.authenticate(&PagerdutyWebhook, None), Ok(()));
    let blank = fixture!("signed.http.json").with(HEADER, Some("v1=,,v2=00"));
    assert!(blank.authenticate(&PagerdutyWebhook, Some(SECRET)).is_err());
}

#[test]
fn the_signature_covers_every_byte_of_the_body() {
    let respaced = fixture!("signed.http.json").replace("{\"event\":", "{\"event\": ");
    assert!(respaced.authenticate(&PagerdutyWebhook, Some(SECRET)).is_err());
}
