//! PagerDuty's Events API as a drop-in: whoever sends to PagerDuty changes the address and the key, nothing else.
//!
//! Invariants: the answers are PagerDuty's own, except that an overload is told by 503, which every sender tries again;
//! the answer comes after the store has the event; a stranger learns nothing of an alert source.

mod answer;

use std::borrow::Cow;
use std::sync::Arc;

use app::port::ReceivedBody;
use app::{App, Delivery, Received};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use domain::signal::Action;
use domain::source::{AlertSource, KeyHash, SourceType};
use integrations::alert_source::{EventsApi, json_of};
use serde_json::Value;
use store::KeyEntry;

use self::answer::{Processed, Refusal};
use crate::edge::Edge;
use crate::extract::Bounded;
use crate::problem::Problem;

/// What a body that is no event is told.
const NOT_JSON: &str = "JSON parse error";

/// The addresses: PagerDuty's own paths as far as ours may be called so, and all of them below one base address.
pub(super) fn router() -> Router<Arc<Edge>> {
    Router::new()
        .route("/v2/enqueue", post(enqueue))
        .route("/v2/change/enqueue", post(enqueue_change))
        .route("/v2/generic/2010-04-15/create_event.json", post(create_event))
        .route("/api/pagerduty/v2/enqueue", post(enqueue))
        .route("/api/pagerduty/v2/change/enqueue", post(enqueue_change))
        .route("/api/pagerduty/generic/2010-04-15/create_event.json", post(create_event))
}

async fn enqueue(
    State(edge): State<Arc<Edge>>,
    headers: HeaderMap,
    body: Result<Bounded, Problem>,
) -> Response {
    answered(take(&edge, EventsApi::V2, &headers, body).await)
}

async fn enqueue_change(
    State(edge): State<Arc<Edge>>,
    headers: HeaderMap,
    body: Result<Bounded, Problem>,
) -> Response {
    answered(take(&edge, EventsApi::Change, &headers, body).await)
}

async fn create_event(
    State(edge): State<Arc<Edge>>,
    headers: HeaderMap,
    body: Result<Bounded, Problem>,
) -> Response {
    answered(take(&edge, EventsApi::V1, &headers, body).await)
}

fn answered(result: Result<Processed, Refusal>) -> Response {
    result.map_or_else(Refusal::into_response, Processed::into_response)
}

async fn take(
    edge: &Edge,
    api: EventsApi,
    headers: &HeaderMap,
    body: Result<Bounded, Problem>,
) -> Result<Processed, Refusal> {
    let Bounded(body) = body?;
    let mut event = event_in(&body);
    let key = key_of(api, event.as_ref(), headers);
    let mut wrong: Vec<String> = match &event {
        Some(event) => api.problems(event).iter().map(ToString::to_string).collect(),
        None if key.is_empty() => return Err(Refusal::Unrecognized(NOT_JSON)),
        None => Vec::new(),
    };
    let Some(source_type) = type_behind(&edge.app, &key).await? else {
        let problem = if key.is_empty() { "is missing or blank" } else { "is not valid" };
        wrong.insert(0, format!("'{}' {problem}", api.key_field()));
        return Err(Refusal::Invalid(wrong));
    };
    if let Some(problem) = mismatch(api, source_type) {
        return Err(Refusal::Invalid(vec![problem]));
    }
    let is_kept_when_refused = source_type == SourceType::PagerdutyEvents;
    if event.is_none() && !is_kept_when_refused {
        return Err(Refusal::Unrecognized(NOT_JSON));
    }
    if !wrong.is_empty() && !is_kept_when_refused {
        return Err(Refusal::Invalid(wrong));
    }
    let body = match &mut event {
        Some(event) if wrong.is_empty() => with_key(api, event, &body, || edge.app.entropy.draw()),
        _ => Cow::Borrowed(body.as_ref()),
    };
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let received = ReceivedBody { content_type, query: api.query(), headers: &[], body: &body };
    let delivered = app::deliver(&edge.app, Delivery { key: &key, received }).await;
    let said = event.as_ref().and_then(|event| api.dedup_key(event));
    outcome(api, delivered, said, event.is_some().then_some(wrong))
}

/// What became of an event, as PagerDuty says it. `said` is the key that the event was delivered with; `wrong` what its
/// fields lack, `None` where it has no fields.
fn outcome(
    api: EventsApi,
    delivered: Result<Received, app::Error>,
    said: Option<String>,
    wrong: Option<Vec<String>>,
) -> Result<Processed, Refusal> {
    match delivered {
        Ok(received) => {
            let known_by = || received.taken().first().map(|taken| taken.dedup_key.clone());
            Ok(Processed { api, dedup_key: said.or_else(known_by) })
        }
        // The key was changed in between.
        Err(app::Error::Unauthenticated) => {
            Err(Refusal::Invalid(vec![format!("'{}' is not valid", api.key_field())]))
        }
        Err(app::Error::Invalid(fields)) => Err(match wrong {
            None => Refusal::Unrecognized(NOT_JSON),
            Some(wrong) if wrong.is_empty() => {
                let told = fields.into_iter().map(|wrong| format!("'{}' {}", wrong.field, wrong.problem));
                Refusal::Invalid(told.collect())
            }
            Some(wrong) => Refusal::Invalid(wrong),
        }),
        Err(error) => Err(Refusal::Other(error.into())),
    }
}

/// The event in a body, whatever the sender calls it. What is mended here, the reader mends likewise, and tells.
fn event_in(body: &[u8]) -> Option<Value> {
    json_of(body).filter(Value::is_object)
}

/// The key: in the event, else in a header.
fn key_of(api: EventsApi, event: Option<&Value>, headers: &HeaderMap) -> String {
    let in_event = event.and_then(|event| event.get(api.key_field())?.as_str()).map(str::trim);
    let in_header = || headers.get("x-routing-key").and_then(|value| value.to_str().ok()).map(str::trim);
    in_event.filter(|key| !key.is_empty()).or_else(in_header).unwrap_or_default().to_owned()
}

/// The type of the alert source whose key it is. Delivering looks again, and has the last word.
async fn type_behind(app: &App, key: &str) -> Result<Option<SourceType>, app::Error> {
    if key.is_empty() {
        return Ok(None);
    }
    let hash = KeyHash::of(key);
    let Some(entry) = app.store.get_from_directory::<KeyEntry>(hash.as_str()).await? else { return Ok(None) };
    let KeyEntry { tenant_id, source_id, .. } = entry.value;
    let source = app.store.get::<AlertSource>(&tenant_id, source_id.as_str()).await?.map(|found| found.value);
    Ok(source.filter(|source| source.key_hash.as_ref() == Some(&hash)).map(|source| source.source_type))
}

/// What whoever has the key of another sort of alert source is told.
fn mismatch(api: EventsApi, source_type: SourceType) -> Option<String> {
    let takes = match api {
        // By the usual names, a change would look like a problem.
        EventsApi::Change => source_type == SourceType::PagerdutyEvents,
        EventsApi::V2 | EventsApi::V1 => {
            matches!(source_type, SourceType::PagerdutyEvents | SourceType::Generic)
        }
    };
    let (field, wanted) = (api.key_field(), SourceType::PagerdutyEvents.word());
    let told = || {
        let word = source_type.word();
        format!(
            "'{field}' is the key of an alert source of the type {word}; events need one of the type {wanted}"
        )
    };
    (!takes).then(told)
}

/// The body to deliver. A trigger without a key is a problem of its own, whatever it is about, so it gets one.
fn with_key<'a>(
    api: EventsApi,
    event: &mut Value,
    body: &'a Bytes,
    draw: impl FnOnce() -> u128,
) -> Cow<'a, [u8]> {
    let is_keyless = api.action(event) == Some(Action::Trigger) && api.dedup_key(event).is_none();
    if let (true, Some(field), Some(fields)) = (is_keyless, api.dedup_field(), event.as_object_mut()) {
        fields.insert(field.to_owned(), Value::String(format!("{:032x}", draw())));
        return Cow::Owned(event.to_string().into_bytes());
    }
    Cow::Borrowed(body)
}

#[cfg(test)]
mod tests;
