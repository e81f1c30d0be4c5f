//! Doors with a key: `POST /api/webhooks/ingest?key=` and `POST /api/webhooks/{key}`. `PUT` does the same, and so does `GET`
//! for what can send nothing else; a `GET` that says nothing is somebody who looks at the address.
//!
//! Invariant: the answer comes after the store has the alert, and every wrong key is answered with the same bytes.

use std::sync::Arc;

use app::App;
use app::Delivery;
use app::port::ReceivedBody;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, header};
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

/// The key stands in the query, or in a header. Senders also put other things there, so each that there is may be it.
pub(super) async fn by_query(
    State(edge): State<Arc<Edge>>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Bounded(body): Bounded,
) -> Result<Json<Answer>, Problem> {
    let query = query.unwrap_or_default();
    for key in keys(&query, &headers) {
        match deliver(&edge, &key, (&method, &query), &headers, &body).await {
            Err(app::Error::Unauthenticated) => {}
            delivered => return answered(delivered),
        }
    }
    answered(Err(app::Error::Unauthenticated))
}

/// The key stands in the path.
pub(super) async fn by_path(
    State(edge): State<Arc<Edge>>,
    Path(key): Path<String>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Bounded(body): Bounded,
) -> Result<Json<Answer>, Problem> {
    answered(deliver(&edge, &key, (&method, &query.unwrap_or_default()), &headers, &body).await)
}

async fn deliver(
    edge: &Edge,
    key: &str,
    (method, query): (&Method, &str),
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Answer, app::Error> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let told = told_headers(headers);
    let received = ReceivedBody { content_type, query, headers: &told, body };
    let delivery = Delivery { key, received };
    let received = match *method {
        Method::GET | Method::HEAD => app::deliver_asking(&edge.app, delivery).await?,
        _ => app::deliver(&edge.app, delivery).await?,
    };
    Ok(Answer::of(&edge.app, received))
}

fn answered(delivered: Result<Answer, app::Error>) -> Result<Json<Answer>, Problem> {
    delivered.map(Json).map_err(|error| match error {
        app::Error::Unauthenticated => {
            Problem::unauthenticated("the key is not (or no longer) the key of an alert source")
        }
        error => error.into(),
    })
}

/// The headers that somebody here reads, or wants to see to tell who sent a body. They are kept and shown, so none belongs
/// here that may hold a key or a token; a signature tells nobody the secret that it was made with.
fn told_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let told = headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    told.filter(|(name, value)| TOLD.contains(name) || is_time(name, value))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Grafana signs a time with the body, in a header that people name as they like.
fn is_time(name: &str, value: &str) -> bool {
    name.ends_with("timestamp") && value.len() <= 20 && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Those headers, and no others that begin like them.
const TOLD: [&str; 11] = [
    "user-agent",
    "x-amz-sns-message-id",
    "x-amz-sns-message-type",
    "x-amz-sns-rawdelivery",
    "x-amz-sns-subscription-arn",
    "x-amz-sns-topic-arn",
    "x-grafana-alerting-signature",
    "x-pagerduty-signature",
    "x-webhook-id",
    "sentry-hook-resource",
    "sentry-hook-signature",
];

/// Keys that are tried of one delivery.
const MOST_KEYS: usize = 6;

/// What may be the key, the likeliest first: the query, `X-Integration-Key`, a bearer token, and either half of basic
/// credentials, since senders differ in what they can set. What is blank is none.
fn keys(query: &str, headers: &HeaderMap) -> Vec<String> {
    let in_query = url::form_urlencoded::parse(query.as_bytes());
    let in_query = in_query.filter(|(name, _)| name == "key" || name == "token");
    let header = |name: &str| headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    let all = in_query
        .map(|(_, value)| value.into_owned())
        .chain(header("x-integration-key").map(str::to_owned))
        .chain(header("authorization").flat_map(credentials));
    let mut keys: Vec<String> = Vec::new();
    for key in all {
        let key = key.trim();
        if !key.is_empty() && keys.len() < MOST_KEYS && !keys.iter().any(|known| known == key) {
            keys.push(key.to_owned());
        }
    }
    keys
}

/// A bearer token; of basic credentials the password, and then the name.
fn credentials(header: &str) -> Vec<String> {
    let Some((scheme, rest)) = header.trim().split_once(' ') else { return Vec::new() };
    if scheme.eq_ignore_ascii_case("bearer") {
        return vec![rest.to_owned()];
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Vec::new();
    }
    let Some(pair) = STANDARD.decode(rest.trim()).ok().and_then(|pair| String::from_utf8(pair).ok()) else {
        return Vec::new();
    };
    let (user, password) = pair.split_once(':').unwrap_or((&pair, ""));
    vec![password.to_owned(), user.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let header = |(name, value): &(&'static str, &'static str)| {
            (axum::http::HeaderName::from_static(name), axum::http::HeaderValue::from_static(value))
        };
        pairs.iter().map(header).collect()
    }

    #[test]
    fn the_key_is_found_wherever_senders_can_put_it() {
        let none = HeaderMap::new();
        assert_eq!(keys("a=b&key=k%2B1", &none), ["k+1"]);
        assert_eq!(keys("token=k", &none), ["k"]);
        for (name, value, found) in [
            ("x-integration-key", " k ", &["k"][..]),
            ("authorization", "Bearer k", &["k"]),
            ("authorization", "Basic dXNlcjprZXk=", &["key", "user"]),
            ("authorization", "Basic a2V5Og==", &["key"]),
            ("authorization", "Basic a2V5", &["key"]),
            ("authorization", "Basic ???", &[]),
            ("authorization", "Digest k", &[]),
        ] {
            assert_eq!(keys("", &headers(&[(name, value)])), found, "{value}");
        }
    }

    #[test]
    fn only_headers_that_somebody_reads_are_kept() {
        let all = headers(&[
            ("x-pagerduty-signature", "v1=ab"),
            ("x-grafana-alerting-signature", "cd"),
            ("sentry-hook-resource", "issue"),
            ("x-amz-sns-message-id", "m-1"),
            ("x-signed-timestamp", "1795208646"),
            ("x-webhook-timestamp", "a-token"),
            ("x-webhook-secret", "s"),
            ("x-webhook-token", "t"),
            ("x-grafana-api-key", "k"),
            ("x-pagerduty-token", "t"),
            ("x-hook-signature", "s"),
            ("authorization", "Bearer k"),
            ("cookie", "session=1"),
        ]);
        let told = told_headers(&all);
        let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "x-pagerduty-signature",
                "x-grafana-alerting-signature",
                "sentry-hook-resource",
                "x-amz-sns-message-id",
                "x-signed-timestamp"
            ]
        );
    }

    #[test]
    fn what_is_blank_hides_no_key_that_stands_elsewhere() {
        let both = headers(&[("x-integration-key", " "), ("authorization", "Basic dXNlcjprZXk=")]);
        assert_eq!(keys("key=&token=%20", &both), ["key", "user"]);
        assert_eq!(keys("key=&key=k&token=k", &both), ["k", "key", "user"]);
        assert_eq!(keys("key=", &HeaderMap::new()), Vec::<String>::new());
    }

    #[test]
    fn the_keys_that_are_tried_have_an_end() {
        let query: Vec<String> = (0..100).map(|number| format!("key={number}")).collect();
        assert_eq!(keys(&query.join("&"), &HeaderMap::new()).len(), MOST_KEYS);
    }
}
