//! Errors on the wire: `application/problem+json` (RFC 9457), and the one table from the app's errors to it.
//!
//! Invariant: what went wrong inside stays inside; the client learns what it can do about it.

use app::{Error, FieldError};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tracing::error;
use utoipa::ToSchema;

/// A problem answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Names the sort of problem, for machines.
    #[serde(rename = "type")]
    kind: String,
    /// The same for every problem of the sort.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong this time, and what to do.
    detail: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<WrongField>,
    #[serde(skip)]
    retry_after: Option<u32>,
}

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WrongField {
    /// The field's path.
    field: String,
    /// What is wrong with it.
    problem: String,
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        code: &str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            kind: format!("urn:oncall:problem:{code}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// Wrong input: says which fields.
    pub(crate) fn invalid(fields: Vec<FieldError>) -> Self {
        let told: Vec<String> =
            fields.iter().map(|wrong| format!("'{}' {}", wrong.field, wrong.problem)).collect();
        let mut problem =
            Self::new(StatusCode::BAD_REQUEST, "invalid", "The input is not valid", told.join("; "));
        problem.errors = fields
            .into_iter()
            .map(|wrong| WrongField { field: wrong.field, problem: wrong.problem })
            .collect();
        problem
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let detail = format!("the body is larger than {} KiB", limit / 1024);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large", detail)
    }

    pub(crate) fn unauthenticated(detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Not signed in", detail)
    }

    /// Nothing is served at this address.
    pub(crate) fn no_such_page() -> Self {
        let detail = "nothing is served at this address; see /api/openapi.json";
        Self::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub(crate) fn title(&self) -> &'static str {
        self.title
    }

    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    fn busy(status: StatusCode, code: &str, title: &'static str, detail: &str, retry_after: u32) -> Self {
        Self { retry_after: Some(retry_after), ..Self::new(status, code, title, detail) }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound { kind, id } => Self::new(
                StatusCode::NOT_FOUND,
                "not-found",
                "Not found",
                format!("there is no {kind} '{id}'"),
            ),
            Error::Invalid(fields) => Self::invalid(fields),
            Error::Conflict { code, detail } => {
                Self::new(StatusCode::CONFLICT, code, "Not possible in this state", detail)
            }
            Error::Stale { kind } => {
                let detail = format!("the {kind} was changed by somebody else meanwhile: read it again");
                Self::new(StatusCode::PRECONDITION_FAILED, "stale", "Changed meanwhile", detail)
            }
            Error::Forbidden(what) => {
                let detail = format!("your role may not {what}");
                Self::new(StatusCode::FORBIDDEN, "forbidden", "Not allowed", detail)
            }
            Error::Unauthenticated => {
                Self::unauthenticated("sign in, or send 'Authorization: Bearer' with a token")
            }
            Error::NotTheirs(problem) => {
                Self::new(StatusCode::UNAUTHORIZED, "signature", "Not the sender's", problem)
            }
            Error::Overloaded => Self::busy(
                StatusCode::SERVICE_UNAVAILABLE,
                "overloaded",
                "Too busy",
                "too much at once: send it again in a moment",
                1,
            ),
            Error::Unavailable(reason) => {
                error!(%reason, "unavailable");
                let (title, detail) =
                    ("Unavailable", "something underneath is down: send it again in a moment");
                Self::busy(StatusCode::SERVICE_UNAVAILABLE, "unavailable", title, detail, 5)
            }
            Error::Internal(reason) => {
                error!(%reason, "internal");
                let detail = "this is our fault; the log says more";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error", detail)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, retry_after) = (self.status(), self.retry_after);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
