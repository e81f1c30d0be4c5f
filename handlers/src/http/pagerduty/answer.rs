//! What PagerDuty's Events API answers.
//!
//! Invariant: status and body are what a client of the API compares with, to the letter.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use integrations::alert_source::EventsApi;
use serde::Serialize;

use crate::problem::Problem;

/// An event that was taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Processed {
    pub(super) api: EventsApi,
    /// What the sender resolves it by; a change has none.
    pub(super) dedup_key: Option<String>,
}

#[derive(Debug, Serialize)]
struct ProcessedBody {
    status: &'static str,
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dedup_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incident_key: Option<String>,
}

impl IntoResponse for Processed {
    fn into_response(self) -> Response {
        let (status, message, dedup_key, incident_key) = match self.api {
            EventsApi::V2 => (StatusCode::ACCEPTED, "Event processed", self.dedup_key, None),
            EventsApi::Change => (StatusCode::ACCEPTED, "Change event processed", None, None),
            EventsApi::V1 => (StatusCode::OK, "Event processed", None, self.dedup_key),
        };
        let body = ProcessedBody { status: "success", message, dedup_key, incident_key };
        (status, Json(body)).into_response()
    }
}

/// An event that was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is no event at all.
    Unrecognized(&'static str),
    /// Its fields are wrong, each by itself.
    Invalid(Vec<String>),
    /// It isn't the event's fault, or it is too large.
    Other(Problem),
}

#[derive(Debug, Serialize)]
struct RefusalBody {
    status: &'static str,
    message: &'static str,
    errors: Vec<String>,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, message, errors) = match self {
            Self::Unrecognized(error) => {
                ("Unrecognized object", "Event object format is unrecognized", vec![error.to_owned()])
            }
            Self::Invalid(errors) => ("invalid event", "Event object is invalid", errors),
            Self::Other(problem) => return problem.into_response(),
        };
        (StatusCode::BAD_REQUEST, Json(RefusalBody { status, message, errors })).into_response()
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Other(problem)
    }
}

impl From<app::Error> for Refusal {
    fn from(error: app::Error) -> Self {
        Self::Other(error.into())
    }
}
