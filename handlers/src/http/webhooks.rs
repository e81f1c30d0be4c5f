//! Doors with a key: `POST /api/webhooks/ingest?key=` and `POST /api/webhooks/{key}`.
//!
//! Invariant: the answer comes after the store has the alert, and every wrong key is answered with the same bytes.

use std::sync::Arc;

use app::App;
use app::Delivery;
use app::port::ReceivedBody;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

use crate::edge::Edge;
use crate::extract::Bounded;
use crate::problem::Problem;

/// What a sender is told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Answer {
    status: &'static str,
    #[serde(flatten)]
    first: Taken,
    /// One for each alert, where the delivery held several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alerts: Vec<Taken>,
}

#[derive(Debug, Clone, Default, Serialize, ToSchema)]
struct Taken {
    /// `created`, `grouped`, `acknowledged`, `resolved`, `suppressed`, `ignored` or `pending`.
    result: &'static str,
    incident_id: Option<String>,
    number: Option<u64>,
    dedup_key: String,
    /// Where people see the incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    incident_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

impl Taken {
    fn of(app: &App, taken: app::Taken) -> Self {
        let incident_url = taken.incident.as_ref().map(|(id, _)| app.incident_url(id));
        let (incident_id, number) = taken.incident.map(|(id, number)| (id.to_string(), number)).unzip();
        Self {
            result: taken.outcome.as_str(),
            incident_id,
            number,
            dedup_key: taken.dedup_key,
            incident_url,
            warning: taken.degraded,
        }
    }
}

impl Answer {
    /// What became of a delivery, for whoever sent it.
    pub(super) fn of(app: &App, received: app::Received) -> Self {
        let alerts: Vec<Taken> = match received {
            app::Received::Taken(taken) => taken.into_iter().map(|taken| Taken::of(app, taken)).collect(),
            app::Received::Nothing(why) => {
                vec![Taken { result: "ignored", warning: Some(format!("this is {why}")), ..Taken::default() }]
            }
            app::Received::Waiting => {
                let why = "it is kept, and its ticket is asked for again".to_owned();
                vec![Taken { result: "pending", warning: Some(why), ..Taken::default() }]
            }
        };
        let first = alerts.first().cloned().unwrap_or_default();
        Self { status: "success", first, alerts: if alerts.len() > 1 { alerts } else { Vec::new() } }
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
    let told = told_headers(headers);
    let received = ReceivedBody { content_type, query, headers: &told, body };
    match app::deliver(&edge.app, Delivery { key, received }).await {
        Ok(received) => Ok(Json(Answer::of(&edge.app, received))),
        Err(app::Error::Unauthenticated) => {
            Err(Problem::unauthenticated("the key is not (or no longer) the key of an alert source"))
        }
        Err(error) => Err(error.into()),
    }
}

/// The headers that say something about a body; those that carry keys or speak of the way here are nobody's business.
fn told_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let says = |name: &str| TOLD.contains(&name) || TOLD_STARTS.iter().any(|start| name.starts_with(start));
    let told = headers.iter().filter(|(name, _)| says(name.as_str()));
    told.filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect()
}

const TOLD: [&str; 2] = ["user-agent", "x-hook-signature"];

const TOLD_STARTS: [&str; 5] = ["x-amz-sns-", "x-pagerduty-", "x-webhook-", "x-grafana-", "sentry-hook-"];

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
