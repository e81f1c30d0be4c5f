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
    pub(super) fn changes(self) -> bool {
        matches!(self, Self::Create | Self::Note | Self::Complete | Self::Take | Self::Time)
    }

    /// It is refused where the ticket is closed, and there is nothing more to do then.
    fn needs_open_ticket(self) -> bool {
        matches!(self, Self::Note | Self::Complete | Self::Take)
    }

    /// It is about one ticket that should be there. A PSA that has no time entries knows no such address either, which
    /// says nothing about the ticket.
    fn names_ticket(self) -> bool {
        matches!(self, Self::Read | Self::Note | Self::Complete | Self::Take)
    }
}

/// The answer, if it is a good one.
pub(super) fn checked(call: Call, answer: Result<Answer, NoAnswer>) -> Result<Answer, TicketError> {
    match answer {
        Ok(answer) if answer.status.is_success() => Ok(answer),
        Ok(answer) => Err(refusal(call, &answer)),
        Err(NoAnswer::Sent(reason)) if call.changes() => {
            Err(TicketError::Unknown { reason: format!("{NAME} did not answer: {reason}"), after: None })
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
        // Time is filed or it isn't: no other attempt makes a closed ticket take it, or a PSA that has no time entries.
        409 | 501 if call == Call::Time => TicketError::Refused(reason),
        408 | 409 | 500.. if call.changes() => TicketError::Unknown { reason, after: answer.wait },
        408 | 500.. => TicketError::Unavailable { reason, after: answer.wait },
        _ => TicketError::Refused(reason),
    }
}

/// `422` is also what a wrong field is answered with: only the words tell that the ticket is over.
fn is_closed(status: u16, said: &str) -> bool {
    let said = said.to_lowercase();
    let says = ["closed", "already completed", "already resolved", "is completed", "is resolved"];
    status == 409 || (matches!(status, 400 | 422 | 423) && says.iter().any(|text| said.contains(text)))
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
    let status = status.as_u16();
    let reason = format!("{NAME} answered {status} to a new ticket without the ticket's id");
    TicketError::Unknown { reason, after: None }
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

    const ALL: [Call; 6] = [Call::Create, Call::Find, Call::Read, Call::Note, Call::Complete, Call::Time];

    fn answer(status: u16, body: &str) -> Answer {
        let status = StatusCode::from_u16(status).unwrap();
        Answer { status, wait: Some(TimeDelta::seconds(7)), body: body.into() }
    }

    /// The kind of error of all calls, in order.
    fn kinds(answered: impl Fn() -> Result<Answer, NoAnswer>) -> [&'static str; 6] {
        ALL.map(|call| match checked(call, answered()) {
            Ok(_) => "ok",
            Err(TicketError::Refused(_)) => "refused",
            Err(TicketError::Closed) => "closed",
            Err(TicketError::NotFound) => "not found",
            Err(TicketError::Unavailable { .. }) => "unavailable",
            Err(TicketError::Unknown { .. }) => "unknown",
        })
    }

    #[test]
    fn every_status_says_what_to_do_next() {
        let refused = ["refused"; 6];
        let doubt = ["unknown", "unavailable", "unavailable", "unknown", "unknown", "unknown"];
        let closed = ["refused", "refused", "refused", "closed", "closed", "refused"];
        for (status, body, expected) in [
            (200, "", ["ok"; 6]),
            (201, "", ["ok"; 6]),
            (204, "", ["ok"; 6]),
            (302, "", refused),
            (400, "", refused),
            (401, "", refused),
            (403, "", refused),
            (404, "", ["refused", "refused", "not found", "not found", "not found", "refused"]),
            (405, "", refused),
            (408, "", doubt),
            (409, "", ["unknown", "refused", "refused", "closed", "closed", "refused"]),
            (422, "", refused),
            (422, r#"{"message":"Ticket is CLOSED"}"#, closed),
            (422, r#"{"message":"The ticket was already completed"}"#, closed),
            (422, r#"{"message":"status must not be New"}"#, refused),
            (429, "", ["unavailable"; 6]),
            (500, "", doubt),
            (501, "", ["unknown", "unavailable", "unavailable", "unknown", "unknown", "refused"]),
            (503, "", doubt),
        ] {
            assert_eq!(kinds(|| Ok(answer(status, body))), expected, "{status} {body}");
        }
    }

    #[test]
    fn no_answer_leaves_open_only_what_was_sent_and_changes_something() {
        assert_eq!(kinds(|| Err(NoAnswer::NotSent("refused".into()))), ["unavailable"; 6]);
        let sent = kinds(|| Err(NoAnswer::Sent("timed out".into())));
        assert_eq!(sent, ["unknown", "unavailable", "unavailable", "unknown", "unknown", "unknown"]);
    }

    #[test]
    fn a_busy_psa_is_left_alone_as_long_as_it_asks_whether_or_not_it_has_done_the_work() {
        let seven = Some(TimeDelta::seconds(7));
        for (call, status) in [
            (Call::Create, 429),
            (Call::Create, 503),
            (Call::Note, 503),
            (Call::Complete, 500),
            (Call::Time, 503),
            (Call::Read, 503),
        ] {
            let told = checked(call, Ok(answer(status, "")));
            let Err(TicketError::Unavailable { after, .. } | TicketError::Unknown { after, .. }) = told
            else {
                panic!("{call:?} {status}: {told:?}")
            };
            assert_eq!(after, seven, "{call:?} {status}");
        }
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
