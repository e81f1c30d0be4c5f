//! What an answer, or none, means for the ticket: the one table.

use app::port::{SecretError, TicketError};
use reqwest::StatusCode;
use serde_json::Value;

use crate::http::{Answer, NoAnswer};

pub(super) const NAME: &str = "The One PSA";

/// How much of the PSA's own words is kept.
const LONGEST_MESSAGE: usize = 300;

/// Which of the calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Create,
    Find,
    Read,
    Note,
    Complete,
    Take,
    Time,
}

impl Call {
    /// It changes something there, so that it matters whether it was done.
    fn changes(self) -> bool {
        matches!(self, Self::Create | Self::Note | Self::Complete | Self::Take | Self::Time)
    }

    /// It is refused where the ticket is closed.
    fn needs_open_ticket(self) -> bool {
        matches!(self, Self::Note | Self::Complete | Self::Take)
    }

    /// It is about one ticket that should be there.
    fn names_ticket(self) -> bool {
        matches!(self, Self::Read | Self::Note | Self::Complete | Self::Take | Self::Time)
    }
}

/// The answer, if it is a good one.
pub(super) fn checked(call: Call, answer: Result<Answer, NoAnswer>) -> Result<Answer, TicketError> {
    match answer {
        Ok(answer) if answer.status.is_success() => Ok(answer),
        Ok(answer) => Err(refusal(call, &answer)),
        Err(NoAnswer::Sent(reason)) if call.changes() => {
            Err(TicketError::Unknown(format!("{NAME} did not answer: {reason}")))
        }
        Err(NoAnswer::NotSent(reason) | NoAnswer::Sent(reason)) => Err(TicketError::Unavailable {
            reason: format!("{NAME} can't be reached: {reason}"),
            after: None,
        }),
    }
}

fn refusal(call: Call, answer: &Answer) -> TicketError {
    let said = message(&answer.body);
    let reason = format!("{NAME} answered {}: {said}", answer.status.as_u16());
    match answer.status.as_u16() {
        429 => TicketError::Unavailable { reason, after: answer.wait },
        404 | 410 if call.names_ticket() => TicketError::NotFound,
        status if call.needs_open_ticket() && is_closed(status, &said) => TicketError::Closed,
        408 | 409 | 500.. if call.changes() => TicketError::Unknown(reason),
        408 | 500.. => TicketError::Unavailable { reason, after: answer.wait },
        _ => TicketError::Refused(reason),
    }
}

fn is_closed(status: u16, said: &str) -> bool {
    status == 409 || (matches!(status, 400 | 422 | 423) && said.to_lowercase().contains("closed"))
}

/// Nothing was sent, for want of a key.
pub(super) fn no_key(error: &SecretError) -> TicketError {
    match error {
        SecretError::Missing(_) => TicketError::Refused(format!(
            "{error}: set PSA_SERVICE_KEY, or put it into the key vault, and retry"
        )),
        SecretError::Unavailable { .. } => {
            TicketError::Unavailable { reason: format!("{NAME} can't be asked: {error}"), after: None }
        }
    }
}

/// Nothing was sent, since the key can't be.
pub(super) fn bad_key(name: &str, problem: &str) -> TicketError {
    TicketError::Refused(format!("the secret {name} {problem}: set the key of {NAME}, and retry"))
}

/// The ticket was made, but which is it?
pub(super) fn without_id(status: StatusCode) -> TicketError {
    TicketError::Unknown(format!(
        "{NAME} answered {} to a new ticket without the ticket's id",
        status.as_u16()
    ))
}

pub(super) fn not_understood() -> TicketError {
    let reason = format!("{NAME} answered something that is not a ticket");
    TicketError::Unavailable { reason, after: None }
}

/// What the PSA says is wrong, in its own words.
fn message(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let said = serde_json::from_str(&text).ok().and_then(|answer| words(&answer));
    let said = said.unwrap_or_else(|| text.into_owned());
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { "no reason given".to_owned() } else { line.chars().take(LONGEST_MESSAGE).collect() }
}

fn words(answer: &Value) -> Option<String> {
    match answer {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Array(all) => words(all.first()?),
        Value::Object(fields) => ["message", "error", "detail", "errors", "title"]
            .into_iter()
            .find_map(|name| fields.get(name).and_then(words)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const ALL: [Call; 5] = [Call::Create, Call::Find, Call::Read, Call::Note, Call::Complete];

    fn answer(status: u16, body: &str) -> Answer {
        let status = StatusCode::from_u16(status).unwrap();
        Answer { status, wait: Some(TimeDelta::seconds(7)), body: body.into() }
    }

    /// The kind of error of all five calls, in order.
    fn kinds(answered: impl Fn() -> Result<Answer, NoAnswer>) -> [&'static str; 5] {
        ALL.map(|call| match checked(call, answered()) {
            Ok(_) => "ok",
            Err(TicketError::Refused(_)) => "refused",
            Err(TicketError::Closed) => "closed",
            Err(TicketError::NotFound) => "not found",
            Err(TicketError::Unavailable { .. }) => "unavailable",
            Err(TicketError::Unknown(_)) => "unknown",
        })
    }

    #[test]
    fn every_status_says_what_to_do_next() {
        for (status, body, expected) in [
            (200, "", ["ok"; 5]),
            (201, "", ["ok"; 5]),
            (204, "", ["ok"; 5]),
            (302, "", ["refused"; 5]),
            (400, "", ["refused"; 5]),
            (401, "", ["refused"; 5]),
            (403, "", ["refused"; 5]),
            (404, "", ["refused", "refused", "not found", "not found", "not found"]),
            (408, "", ["unknown", "unavailable", "unavailable", "unknown", "unknown"]),
            (409, "", ["unknown", "refused", "refused", "closed", "closed"]),
            (422, "", ["refused"; 5]),
            (422, r#"{"message":"Ticket is CLOSED"}"#, ["refused", "refused", "refused", "closed", "closed"]),
            (429, "", ["unavailable"; 5]),
            (500, "", ["unknown", "unavailable", "unavailable", "unknown", "unknown"]),
            (503, "", ["unknown", "unavailable", "unavailable", "unknown", "unknown"]),
        ] {
            assert_eq!(kinds(|| Ok(answer(status, body))), expected, "{status} {body}");
        }
    }

    #[test]
    fn no_answer_leaves_open_only_what_was_sent_and_changes_something() {
        assert_eq!(kinds(|| Err(NoAnswer::NotSent("refused".into()))), ["unavailable"; 5]);
        let sent = kinds(|| Err(NoAnswer::Sent("timed out".into())));
        assert_eq!(sent, ["unknown", "unavailable", "unavailable", "unknown", "unknown"]);
    }

    #[test]
    fn a_busy_psa_is_left_alone_as_long_as_it_asks() {
        let Err(TicketError::Unavailable { after, .. }) = checked(Call::Create, Ok(answer(429, ""))) else {
            panic!("429 is unavailable")
        };
        assert_eq!(after, Some(TimeDelta::seconds(7)));
    }

    #[test]
    fn a_refusal_is_told_in_the_psas_own_words_and_not_at_length() {
        for (body, words) in [
            (r#"{"message":"no such technician"}"#, "no such technician"),
            (r#"{"error":"wrong key"}"#, "wrong key"),
            (r#"{"error":{"code":7,"message":"wrong key"}}"#, "wrong key"),
            (r#"{"errors":[{"detail":"title is missing"}]}"#, "title is missing"),
            (r#"{"title":"Bad Request","detail":"priority P9"}"#, "priority P9"),
            ("two\nlines", "two lines"),
            ("", "no reason given"),
        ] {
            let told = checked(Call::Create, Ok(answer(422, body))).unwrap_err().to_string();
            assert_eq!(told, format!("The One PSA answered 422: {words}"));
        }
        let long = checked(Call::Create, Ok(answer(400, &"x".repeat(5_000)))).unwrap_err().to_string();
        assert!(long.len() < 400, "{}", long.len());
    }
}
