//! Doors with a key: `POST /api/webhooks/ingest?key=` and `POST /api/webhooks/{key}`.
//!
//! Invariant: the answer comes after the store has the alert, and every wrong key is answered with the same bytes.

use std::sync::Arc;

use app::Delivery;
use app::port::ReceivedBody;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::alert::Outcome;
use serde::Serialize;

use crate::edge::Edge;
use crate::extract::Bounded;
use crate::problem::Problem;

/// What a sender is told.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    status: &'static str,
    #[serde(flatten)]
    first: Taken,
    /// One for each alert, where the delivery held several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alerts: Vec<Taken>,
}

#[derive(Debug, Clone, Serialize)]
struct Taken {
    result: Outcome,
    incident_id: Option<String>,
    number: Option<u64>,
    dedup_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

impl From<app::Taken> for Taken {
    fn from(taken: app::Taken) -> Self {
        let (incident_id, number) = taken.incident.map(|(id, number)| (id.to_string(), number)).unzip();
        Self {
            result: taken.outcome,
            incident_id,
            number,
            dedup_key: taken.dedup_key,
            warning: taken.degraded,
        }
    }
}

impl TryFrom<app::Received> for Answer {
    type Error = Problem;

    fn try_from(received: app::Received) -> Result<Self, Problem> {
        let alerts: Vec<Taken> = received.taken.into_iter().map(Taken::from).collect();
        let first = alerts.first().cloned();
        let first =
            first.ok_or_else(|| Problem::from(app::Error::Internal("an empty delivery".to_owned())))?;
        Ok(Self { status: "success", first, alerts: if alerts.len() > 1 { alerts } else { Vec::new() } })
    }
}

/// The key stands in the query, or in a header.
pub(super) async fn by_query(
    State(edge): State<Arc<Edge>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Bounded(body): Bounded,
) -> Result<Json<Answer>, Problem> {
    let query = query.unwrap_or_default();
    let key = key_in_query(&query).or_else(|| key_in_headers(&headers)).unwrap_or_default();
    deliver(&edge, &key, &query, &headers, &body).await
}

/// The key stands in the path.
pub(super) async fn by_path(
    State(edge): State<Arc<Edge>>,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Bounded(body): Bounded,
) -> Result<Json<Answer>, Problem> {
    deliver(&edge, &key, &query.unwrap_or_default(), &headers, &body).await
}

async fn deliver(
    edge: &Edge,
    key: &str,
    query: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Json<Answer>, Problem> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let received = ReceivedBody { content_type, query, body };
    match app::deliver(&edge.app, Delivery { key, received }).await {
        Ok(received) => Answer::try_from(received).map(Json),
        Err(app::Error::Unauthenticated) => {
            Err(Problem::unauthenticated("the key is not (or no longer) the key of an alert source"))
        }
        Err(error) => Err(error.into()),
    }
}

fn key_in_query(query: &str) -> Option<String> {
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "key" || name == "token")
        .map(|(_, value)| value.into_owned())
}

/// `X-Integration-Key`, a bearer token, or either half of basic credentials: senders differ in what they can set.
fn key_in_headers(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(key) = text("x-integration-key") {
        return Some(key.trim().to_owned());
    }
    let (scheme, rest) = text("authorization")?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (user, password) = pair.split_once(':')?;
    Some(if password.is_empty() { user } else { password }.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(
            axum::http::HeaderName::from_static(name),
            axum::http::HeaderValue::from_static(value),
        )])
    }

    #[test]
    fn the_key_is_found_wherever_senders_can_put_it() {
        assert_eq!(key_in_query("a=b&key=k%2B1").as_deref(), Some("k+1"));
        assert_eq!(key_in_query("token=k").as_deref(), Some("k"));
        assert_eq!(key_in_headers(&headers("x-integration-key", " k ")).as_deref(), Some("k"));
        assert_eq!(key_in_headers(&headers("authorization", "Bearer k")).as_deref(), Some("k"));
        assert_eq!(key_in_headers(&headers("authorization", "Basic dXNlcjprZXk=")).as_deref(), Some("key"));
        assert_eq!(key_in_headers(&headers("authorization", "Basic a2V5Og==")).as_deref(), Some("key"));
        assert_eq!(key_in_headers(&headers("authorization", "Digest k")), None);
    }
}
