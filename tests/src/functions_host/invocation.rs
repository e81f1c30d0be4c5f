//! The host's verdict on a trigger's answer.

use axum::http::{HeaderMap, StatusCode, header};
use serde_json::Value;

/// An invocation and its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// `None` where there was no answer.
    pub status: Option<u16>,
    /// As it came.
    pub body: String,
    /// What the host makes of it.
    pub outcome: Outcome,
}

/// How the host sees an invocation end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A message is completed.
    Success,
    /// A message is delivered again. With the reason.
    Failure(String),
    /// A 2xx that says nothing, or no answer for a minute: the host goes on waiting until `functionTimeout`, and then
    /// kills the handler with everything that it is doing. Here the handler is left alone.
    Hang,
}

impl Invocation {
    /// Whether the host takes it for done.
    pub fn success(&self) -> bool {
        self.outcome == Outcome::Success
    }

    pub(super) fn unanswered(reason: String) -> Self {
        Self { status: None, body: String::new(), outcome: Outcome::Failure(reason) }
    }

    pub(super) fn judged(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let outcome = if status.is_success() {
            judge(headers, body)
        } else {
            Outcome::Failure(format!("the handler answered {status}"))
        };
        Self { status: Some(status.as_u16()), body: String::from_utf8_lossy(body).into_owned(), outcome }
    }
}

fn judge(headers: &HeaderMap, body: &[u8]) -> Outcome {
    if body.is_empty() {
        return Outcome::Hang;
    }
    let media_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !["application/json", "text/json"].contains(&media_type.as_str()) {
        return Outcome::Failure(format!("unsupported media type {media_type:?}"));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Null) => Outcome::Hang,
        Ok(Value::Object(answer)) => {
            let member = |name: &str| answer.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            let outputs = member("Outputs").is_none_or(|(_, value)| value.is_object() || value.is_null());
            let logs = member("Logs").is_none_or(|(_, value)| is_list_of_text(value));
            if outputs && logs { Outcome::Success } else { invalid("Outputs or Logs are of the wrong kind") }
        }
        Ok(_) => invalid("no object"),
        Err(_) if body.trim_ascii().is_empty() => Outcome::Hang,
        Err(error) => invalid(&error.to_string()),
    }
}

fn invalid(reason: &str) -> Outcome {
    Outcome::Failure(format!("invalid answer: {reason}"))
}

fn is_list_of_text(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(lines) => lines.iter().all(|line| !line.is_object() && !line.is_array()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, content_type: &str, body: &str) -> Outcome {
        let headers = [(header::CONTENT_TYPE, content_type.parse().unwrap())].into_iter().collect();
        Invocation::judged(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes()).outcome
    }

    #[test]
    fn an_object_is_success_whatever_else_it_says() {
        for body in [r#"{"Outputs":{},"Logs":[],"ReturnValue":null}"#, "{}", r#"{"logs":["a",1],"key1":"v"}"#]
        {
            assert_eq!(outcome(200, "application/json; charset=utf-8", body), Outcome::Success, "{body}");
        }
        assert_eq!(outcome(202, "text/json", "{}"), Outcome::Success);
    }

    #[test]
    fn a_success_that_says_nothing_hangs() {
        assert_eq!(outcome(200, "application/json", ""), Outcome::Hang);
        assert_eq!(outcome(204, "text/plain", ""), Outcome::Hang);
        assert_eq!(outcome(200, "application/json", "null"), Outcome::Hang);
    }

    #[test]
    fn everything_else_fails() {
        for (status, content_type, body) in [
            (500, "application/json", "{}"),
            (404, "application/json", "{}"),
            (302, "application/json", "{}"),
            (200, "text/plain", "{}"),
            (200, "application/problem+json", "{}"),
            (200, "application/json", "{"),
            (200, "application/json", "[]"),
            (200, "application/json", r#"{"Outputs":[]}"#),
            (200, "application/json", r#"{"Logs":[{"a":1}]}"#),
        ] {
            assert!(matches!(outcome(status, content_type, body), Outcome::Failure(_)), "{status} {body}");
        }
    }
}
