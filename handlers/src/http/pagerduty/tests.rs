//! What a client of PagerDuty's Events API is answered.

use app::{FieldError, Taken};
use axum::body::to_bytes;
use axum::http::{HeaderValue, StatusCode};
use domain::alert::Outcome;
use serde_json::json;

use super::*;

async fn told(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let body = to_bytes(response.into_body(), 10_000).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

fn taken(dedup_key: &str) -> Received {
    let (dedup_key, outcome) = (dedup_key.to_owned(), Outcome::Created);
    Received::Taken(vec![Taken { outcome, incident: None, dedup_key, degraded: None }])
}

#[tokio::test]
async fn an_event_that_was_taken_is_answered_with_its_key_as_its_version_calls_it() {
    for (api, delivered, status, body) in [
        (
            EventsApi::V2,
            taken("k"),
            202,
            json!({"status": "success", "message": "Event processed", "dedup_key": "k"}),
        ),
        (
            EventsApi::V1,
            taken("k"),
            200,
            json!({"status": "success", "message": "Event processed", "incident_key": "k"}),
        ),
        (
            EventsApi::Change,
            Received::Nothing("a change".into()),
            202,
            json!({"status": "success", "message": "Change event processed"}),
        ),
    ] {
        let answer = answered(outcome(api, Ok(delivered), None, Some(Vec::new())));
        assert_eq!(told(answer).await, (StatusCode::from_u16(status).unwrap(), body));
    }
}

#[tokio::test]
async fn an_event_for_which_nothing_was_open_is_answered_with_its_own_key() {
    let answer = outcome(EventsApi::V2, Ok(taken("other")), Some("own".into()), Some(Vec::new()));
    assert_eq!(answer, Ok(Processed { api: EventsApi::V2, dedup_key: Some("own".into()) }));
}

#[tokio::test]
async fn each_wrong_field_is_an_error_and_what_is_no_json_is_unrecognized() {
    let refused = || Err(app::Error::invalid("event_action", "is missing or blank; and more"));
    let wrong =
        vec!["'event_action' is missing or blank".to_owned(), "'payload' is missing or blank".to_owned()];
    let answer = answered(outcome(EventsApi::V2, refused(), None, Some(wrong.clone())));
    let body = json!({"status": "invalid event", "message": "Event object is invalid", "errors": wrong});
    assert_eq!(told(answer).await, (StatusCode::BAD_REQUEST, body));
    let answer = answered(outcome(EventsApi::V2, refused(), None, None));
    let body = json!({
        "status": "Unrecognized object",
        "message": "Event object format is unrecognized",
        "errors": ["JSON parse error"]
    });
    assert_eq!(told(answer).await, (StatusCode::BAD_REQUEST, body));
}

#[tokio::test]
async fn a_key_that_opens_nothing_is_told_like_a_wrong_field() {
    for (api, told) in [
        (EventsApi::V2, "'routing_key' is not valid"),
        (EventsApi::Change, "'routing_key' is not valid"),
        (EventsApi::V1, "'service_key' is not valid"),
    ] {
        let answer = outcome(api, Err(app::Error::Unauthenticated), None, Some(Vec::new()));
        assert_eq!(answer, Err(Refusal::Invalid(vec![told.to_owned()])));
    }
}

#[tokio::test]
async fn what_is_not_the_senders_fault_is_503_and_to_be_tried_again() {
    for error in [app::Error::Overloaded, app::Error::Unavailable("down".into())] {
        let answer = answered(outcome(EventsApi::V1, Err(error), None, Some(Vec::new())));
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.headers().contains_key(header::RETRY_AFTER));
    }
    let large = answered(Err(Problem::too_large(1024).into()));
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn a_problem_that_only_the_source_has_is_told_too() {
    let fields = vec![FieldError { field: "status".into(), problem: "may open nothing".into() }];
    let answer = outcome(EventsApi::V2, Err(app::Error::Invalid(fields)), None, Some(Vec::new()));
    assert_eq!(answer, Err(Refusal::Invalid(vec!["'status' may open nothing".into()])));
}

#[test]
fn the_key_stands_in_the_event_or_in_a_header() {
    let header = HeaderMap::from_iter([(
        axum::http::HeaderName::from_static("x-routing-key"),
        HeaderValue::from_static(" h "),
    )]);
    let event = json!({"routing_key": " b ", "service_key": 7});
    assert_eq!(key_of(EventsApi::V2, Some(&event), &header), "b");
    assert_eq!(key_of(EventsApi::V1, Some(&event), &header), "h", "a number is no key");
    assert_eq!(key_of(EventsApi::V2, None, &header), "h");
    assert_eq!(key_of(EventsApi::V2, Some(&json!({"routing_key": " "})), &HeaderMap::new()), "");
}

#[test]
fn only_a_trigger_without_a_key_gets_one_and_every_other_body_stays_as_it_came() {
    let deliver = |api: EventsApi, text: &str| {
        let body = Bytes::from(text.to_owned());
        let mut event = event_in(&body).unwrap();
        let delivered = with_key(api, &mut event, &body, || 0xabc);
        (String::from_utf8(delivered.into_owned()).unwrap(), api.dedup_key(&event))
    };
    let (body, key) = deliver(EventsApi::V2, r#"{"event_action": "trigger", "dedup_key": ""}"#);
    assert_eq!(key.as_deref(), Some("00000000000000000000000000000abc"));
    assert_eq!(event_in(body.as_bytes()).unwrap()["dedup_key"], "00000000000000000000000000000abc");
    let (_, key) = deliver(EventsApi::V1, r#"{"event_type": "trigger"}"#);
    assert_eq!(key.as_deref(), Some("00000000000000000000000000000abc"));
    for text in [
        r#"{"event_action": "trigger",  "dedup_key": "k"}"#,
        r#"{"event_action":   "resolve"}"#,
        r#"{"payload":  {"summary": "x"}}"#,
    ] {
        assert_eq!(deliver(EventsApi::V2, text).0, text);
    }
}

#[test]
fn what_templates_get_wrong_about_json_is_mended() {
    for body in [
        &b"\xef\xbb\xbf{\"routing_key\": \"k\", \"event_action\": \"resolve\"}"[..],
        b"{\"routing_key\": \"k\", \"event_action\": \"resolve\", \"payload\": {\"summary\": \"C:\\Windows\nfull\"}}",
        b"{\"routing_key\": \"k\", \"event_action\": \"resolve\", \"client\": ,}",
    ] {
        let event = event_in(body).unwrap();
        assert_eq!(key_of(EventsApi::V2, Some(&event), &HeaderMap::new()), "k");
        assert_eq!(EventsApi::V2.action(&event), Some(Action::Resolve));
    }
    for body in
        [&b"no event"[..], b"", b"[]", b"{\"routing_key\": \"k", b"routing_key=k&event_action=resolve"]
    {
        assert_eq!(event_in(body), None);
    }
}

#[test]
fn only_sources_that_understand_events_take_them() {
    assert_eq!(mismatch(EventsApi::V2, SourceType::PagerdutyEvents), None);
    assert_eq!(mismatch(EventsApi::V1, SourceType::Generic), None);
    assert!(mismatch(EventsApi::Change, SourceType::Generic).is_some());
    let told = mismatch(EventsApi::V2, SourceType::Zabbix).unwrap();
    assert!(told.starts_with("'routing_key'") && told.contains("zabbix"), "{told}");
}
