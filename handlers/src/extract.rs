//! What a handler is given: a bounded body, a JSON value with every mistake named, a person who is signed in.

use std::error::Error;
use std::sync::Arc;

use app::{Ctx, FieldError};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::edge::Edge;
use crate::problem::Problem;
use crate::session;

/// The largest body: senders' own limits are below it.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;

/// A body of at most [`BODY_LIMIT`] bytes.
#[derive(Debug)]
pub(crate) struct Bounded(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for Bounded {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read_body(request.into_body()).await.map(Self)
    }
}

async fn read_body(body: Body) -> Result<Bytes, Problem> {
    to_bytes(body, BODY_LIMIT).await.map_err(|error| {
        if error.source().is_some_and(<dyn Error>::is::<LengthLimitError>) {
            return Problem::too_large(BODY_LIMIT);
        }
        // It is packed, and not as it says; or its sender hung up, and nobody reads this.
        app::Error::invalid("body", "is not whole, or not packed as Content-Encoding says").into()
    })
}

/// A JSON body. What isn't JSON is answered with the position, what is of a wrong type with the field.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Bounded(bytes) = Bounded::from_request(request, state).await?;
        Self::read(&bytes).map(Self)
    }
}

impl<T: DeserializeOwned> JsonBody<T> {
    /// Reads a body that is there already.
    pub(crate) fn read(bytes: &[u8]) -> Result<T, Problem> {
        // A list would be taken for a structure's fields in their order.
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            return Err(app::Error::invalid("body", "must be a JSON object").into());
        }
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            refuse(&path, error.inner())
        })?;
        json.end().map_err(|error| refuse(".", &error))?;
        Ok(value)
    }
}

fn refuse(path: &str, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let (field, problem) = match error.classify() {
        Category::Data => wrong_data(path.trim_matches('.'), strip_position(&text)),
        _ => ("body".to_owned(), format!("is not JSON: {error}")),
    };
    Problem::invalid(vec![FieldError { field, problem }])
}

/// What the reader of times says, in its own words.
const TIME_PROBLEMS: [&str; 5] = [
    "premature end of input",
    "input contains invalid characters",
    "input is out of range",
    "trailing input",
    "input is not enough for unique date and time",
];

/// An instant as everybody can read it: a leap second is the first of the next minute.
pub(crate) fn without_leap(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

/// A field that is missing or unknown is named by the text; any other by the path.
fn wrong_data(path: &str, text: &str) -> (String, String) {
    let inside = |field: &str| if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
    let named = |start| text.strip_prefix(start).and_then(|rest| rest.split('`').next());
    if let Some(field) = named("missing field `") {
        (inside(field), "is missing".to_owned())
    } else if let Some(field) = named("unknown field `") {
        let known = text.split_once("expected ").map(|(_, known)| format!("; known is {known}"));
        // Depending on where it stands, the path names it already.
        let field = if path.ends_with(field) { path.to_owned() } else { inside(field) };
        (field, format!("is not known here{}", known.unwrap_or_default()))
    } else {
        let text = if TIME_PROBLEMS.contains(&text) {
            "must be a time such as 2026-11-21T02:00:00Z; in a query, + is written %2B"
        } else {
            text
        };
        (if path.is_empty() { "body" } else { path }.to_owned(), text.to_owned())
    }
}

/// The field says where it is; line and column would only repeat it.
fn strip_position(text: &str) -> &str {
    text.split(" at line ").next().unwrap_or(text)
}

/// An id from the path. One that can't be an id names nothing, like any other that isn't there.
pub(crate) async fn path_id<T: std::str::FromStr>(
    parts: &mut Parts,
    kind: &'static str,
) -> Result<T, Problem> {
    let text =
        Path::<String>::from_request_parts(parts, &()).await.map(|Path(text)| text).unwrap_or_default();
    text.parse().map_err(|_| Problem::from(app::Error::not_found(kind, text)))
}

/// An id that a path can name, and what people call the thing.
pub(crate) trait Named: std::str::FromStr {
    const KIND: &'static str;
}

impl Named for domain::id::IncidentId {
    const KIND: &'static str = "incident";
}

impl Named for domain::id::ScheduleId {
    const KIND: &'static str = "schedule";
}

impl Named for domain::id::OverrideId {
    const KIND: &'static str = "override";
}

impl Named for domain::id::TeamId {
    const KIND: &'static str = "team";
}

impl Named for domain::id::UserId {
    const KIND: &'static str = "user";
}

impl Named for domain::id::TimeOffId {
    const KIND: &'static str = "time off";
}

impl Named for domain::id::FindingId {
    const KIND: &'static str = "finding";
}

/// The thing that the path names, by the one id in it.
#[derive(Debug)]
pub(crate) struct IdPath<T>(pub(crate) T);

impl<T: Named, S: Send + Sync> FromRequestParts<S> for IdPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        path_id(parts, T::KIND).await.map(Self)
    }
}

/// The parameters after the `?`: each at most once, and none that the operation doesn't know.
///
/// Values are texts to `T`, so numbers need a type that is read from one.
#[derive(Debug)]
pub(crate) struct QueryOf<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut given = serde_json::Map::new();
        for (name, value) in url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            if given.insert(name.to_string(), value.into_owned().into()).is_some() {
                return Err(app::Error::invalid(name, "is given twice").into());
            }
        }
        let value = serde_json::Value::Object(given);
        serde_path_to_error::deserialize(value)
            .map(Self)
            .map_err(|error| refuse(&error.path().to_string(), error.inner()))
    }
}

/// Somebody who is signed in, by an API token or by a browser's session.
#[derive(Debug)]
pub(crate) struct SignedIn(pub(crate) Ctx);

impl FromRequestParts<Arc<Edge>> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Arc<Edge>) -> Result<Self, Problem> {
        let bearer = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        match bearer.map(str::trim) {
            Some(token) if !token.is_empty() => Ok(Self(app::tenants::sign_in(&edge.app, token).await?)),
            // A browser sends its cookie with requests that other sites make it send, so it may only read here.
            None if parts.method.is_safe() => Ok(Self(session::resume(edge, &parts.headers).await?.ctx)),
            _ => Err(app::Error::Unauthenticated.into()),
        }
    }
}
