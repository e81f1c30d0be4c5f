//! What the host is answered.
//!
//! Invariant: success is always `200`, `application/json` and an object; anything else is a failed invocation. The
//! host throws away the body of a failure, so its reason is logged here, the one place every failure passes.

use std::error::Error;
use std::fmt::Write as _;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// An invocation that did its work: the message is completed, the timer satisfied.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    logs: Vec<String>,
    return_value: Value,
}

impl Outcome {
    /// Done, with nothing to say.
    pub(crate) fn done() -> Self {
        Self::default()
    }

    /// Adds a line that the host logs with the invocation, at level Information.
    pub(crate) fn log(mut self, line: impl Into<String>) -> Self {
        self.logs.push(line.into());
        self
    }

    /// The `ReturnValue`; no function here has a binding that reads it, but whoever calls a function by hand sees it.
    pub(crate) fn returning(mut self, value: impl Into<Value>) -> Self {
        self.return_value = value.into();
        self
    }
}

/// The host matches these names without regard to case; they are written the way its documentation does.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    /// No function has an output binding: events leave through the outbox.
    outputs: Map<String, Value>,
    logs: Vec<String>,
    return_value: Value,
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        let Self { logs, return_value } = self;
        Json(Answer { outputs: Map::new(), logs, return_value }).into_response()
    }
}

/// An invocation that must be tried again: the broker redelivers and at last dead-letters, the timer's `retry` runs.
#[derive(Debug)]
pub(crate) struct Failure {
    reason: String,
}

/// Any error fails an invocation, told with its causes.
impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut reason = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            // Many errors already repeat their cause in their own text.
            let text = error.to_string();
            if !reason.ends_with(&text) {
                // Writing to a String can't fail.
                let _ = write!(reason, ": {text}");
            }
            cause = error.source();
        }
        Self { reason }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        tracing::error!(reason = self.reason, "invocation failed");
        (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error": self.reason }))).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::header::CONTENT_TYPE;

    use super::*;

    async fn read(answer: impl IntoResponse) -> (StatusCode, String, String) {
        let (head, body) = answer.into_response().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let content_type = head.headers[CONTENT_TYPE].to_str().unwrap().to_owned();
        (head.status, content_type, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn success_is_never_empty() {
        for (outcome, body) in [
            (Outcome::done(), r#"{"Outputs":{},"Logs":[],"ReturnValue":null}"#),
            (
                Outcome::done().log("2 pages").log("1 due").returning(json!({"pages": 2})),
                r#"{"Outputs":{},"Logs":["2 pages","1 due"],"ReturnValue":{"pages":2}}"#,
            ),
        ] {
            let expected = (StatusCode::OK, "application/json".to_owned(), body.to_owned());
            assert_eq!(read(outcome).await, expected);
        }
    }

    #[derive(Debug, thiserror::Error)]
    enum Trouble {
        #[error("tick failed")]
        Tick(#[source] std::io::Error),
        #[error("disk: {0}")]
        Disk(#[source] std::io::Error),
    }

    #[tokio::test]
    async fn failure_is_500_with_every_cause_once() {
        for (trouble, body) in [
            (Trouble::Tick(std::io::Error::other("no space")), r#"{"error":"tick failed: no space"}"#),
            (Trouble::Disk(std::io::Error::other("no space")), r#"{"error":"disk: no space"}"#),
        ] {
            let answer: Result<Outcome, Failure> = Err(trouble.into());
            let expected =
                (StatusCode::INTERNAL_SERVER_ERROR, "application/json".to_owned(), body.to_owned());
            assert_eq!(read(answer).await, expected);
        }
    }
}
