//! What an answer of HaloPSA, or none, means for the ticket: the one table.
//!
//! Invariant: whatever was sent and may have been done is `Unknown`; a refusal carries HaloPSA's own words, in one line.

use app::port::{SecretError, TicketError};
use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::Value;

use crate::http::{Answer, NoAnswer};

pub(super) const NAME: &str = "HaloPSA";

/// How much of its own words is kept.
const LONGEST_MESSAGE: usize = 300;

/// How long a busy HaloPSA is left alone at least.
const SHORTEST_WAIT: TimeDelta = TimeDelta::seconds(5);

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// Makes a ticket.
    Create,
    /// Changes a ticket that should be there, or adds to it.
    Change,
    /// Files time on a ticket.
    Time,
    /// Reads one thing by its id.
    Read,
    /// Reads a list.
    List,
}

impl Call {
    /// It matters whether it was done.
    fn changes(self) -> bool {
        matches!(self, Self::Create | Self::Change | Self::Time)
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
    let reason = format!("{NAME} answered {}: {}", answer.status.as_u16(), message(&answer.body));
    let rest = Some(answer.wait.map_or(SHORTEST_WAIT, |asked| asked.max(SHORTEST_WAIT)));
    match answer.status.as_u16() {
        // With a time to come back a 503 is how HaloPSA throttles: nothing was done. Without one it may be something in front of
        // HaloPSA, which lost the answer and not the request.
        503 if call.changes() && answer.wait.is_none() => TicketError::Unknown { reason, after: rest },
        429 | 503 => TicketError::Unavailable { reason, after: rest },
        404 | 410 if matches!(call, Call::Read | Call::Change) => TicketError::NotFound,
        // Another attempt doesn't make it take the time.
        409 | 501 if call == Call::Time => TicketError::Refused(reason),
        408 | 409 | 500.. if call.changes() => TicketError::Unknown { reason, after: answer.wait },
        408 | 500.. => TicketError::Unavailable { reason, after: answer.wait },
        _ => TicketError::Refused(reason),
    }
}

/// Nothing was sent, for want of the client secret.
pub(super) fn no_secret(error: &SecretError) -> TicketError {
    match error {
        SecretError::Missing(_) => TicketError::Refused(format!(
            "{error}: enter the client secret of {NAME}'s API application again, and retry"
        )),
        SecretError::Unavailable { .. } => {
            TicketError::Unavailable { reason: format!("{NAME} can't be asked: {error}"), after: None }
        }
    }
}

/// The ticket was made, but which is it?
pub(super) fn without_id(status: StatusCode) -> TicketError {
    let status = status.as_u16();
    let reason = format!("{NAME} answered {status} to a new ticket without the ticket's id");
    TicketError::Unknown { reason, after: None }
}

pub(super) fn not_understood(what: &str) -> TicketError {
    let reason = format!("{NAME} answered something that is not {what}");
    TicketError::Unavailable { reason, after: None }
}

/// Whether it refused because of something that its words name.
pub(super) fn is_about(error: &TicketError, words: &[&str]) -> bool {
    let TicketError::Refused(reason) = error else { return false };
    let reason = reason.to_lowercase();
    words.iter().any(|word| reason.contains(word))
}

/// Whether an action was refused for itself, so that another one may be taken: it is neither the ticket nor the sign-in.
pub(super) fn is_about_action(error: &TicketError) -> bool {
    let elsewhere = ["ticket", "answered 401", "client id and secret"];
    matches!(error, TicketError::Refused(_)) && !is_about(error, &elsewhere)
}

/// What HaloPSA says is wrong, in its own words.
pub(super) fn message(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let said = match serde_json::from_str(&text) {
        Ok(answer) => words(&answer).unwrap_or_default(),
        // The web server in front of it speaks HTML.
        Err(_) if text.trim_start().starts_with('<') => "a web page instead of an answer".to_owned(),
        Err(_) => text.into_owned(),
    };
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { "no reason given".to_owned() } else { line.chars().take(LONGEST_MESSAGE).collect() }
}

fn words(answer: &Value) -> Option<String> {
    match answer {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Array(all) => words(all.first()?),
        Value::Object(fields) => {
            ["Message", "message", "error_description", "errorMessage", "error", "title", "ClassName"]
                .into_iter()
                .find_map(|name| fields.get(name).and_then(words))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Call; 5] = [Call::Create, Call::Change, Call::Read, Call::List, Call::Time];

    fn answer(status: u16, wait: Option<i64>, body: &str) -> Answer {
        let status = StatusCode::from_u16(status).unwrap();
        Answer { status, wait: wait.map(TimeDelta::seconds), body: body.into() }
    }

    /// The kind of error of all calls, in order.
    fn kinds(answered: impl Fn() -> Result<Answer, NoAnswer>) -> [&'static str; 5] {
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
        let refused = ["refused"; 5];
        let doubt = ["unknown", "unknown", "unavailable", "unavailable", "unknown"];
        for (status, expected) in [
            (200, ["ok"; 5]),
            (201, ["ok"; 5]),
            (302, refused),
            (400, refused),
            (401, refused),
            (403, refused),
            (404, ["refused", "not found", "not found", "refused", "refused"]),
            (408, doubt),
            (409, ["unknown", "unknown", "refused", "refused", "refused"]),
            (429, ["unavailable"; 5]),
            (500, doubt),
            (501, ["unknown", "unknown", "unavailable", "unavailable", "refused"]),
            (502, doubt),
            (503, doubt),
            (504, doubt),
        ] {
            assert_eq!(kinds(|| Ok(answer(status, None, ""))), expected, "{status}");
        }
        let later = ["unavailable"; 5];
        for (status, expected) in [(429, later), (503, later), (502, doubt)] {
            assert_eq!(
                kinds(|| Ok(answer(status, Some(7), ""))),
                expected,
                "{status}, and when to come back"
            );
        }
    }

    #[test]
    fn no_answer_leaves_open_only_what_was_sent_and_changes_something() {
        assert_eq!(kinds(|| Err(NoAnswer::NotSent("refused".into()))), ["unavailable"; 5]);
        let sent = kinds(|| Err(NoAnswer::Sent("timed out".into())));
        assert_eq!(sent, ["unknown", "unknown", "unavailable", "unavailable", "unknown"]);
    }

    #[test]
    fn a_busy_halopsa_is_left_alone_for_five_seconds_or_as_long_as_it_asks() {
        for (status, asked, waits) in
            [(429, None, 5), (503, None, 5), (429, Some(2), 5), (503, Some(2), 5), (429, Some(70), 70)]
        {
            let told = checked(Call::Create, Ok(answer(status, asked, "")));
            let Err(TicketError::Unavailable { after, .. } | TicketError::Unknown { after, .. }) = told
            else {
                panic!("{status}: {told:?}")
            };
            assert_eq!(after, Some(TimeDelta::seconds(waits)), "{status} {asked:?}");
        }
    }

    #[test]
    fn a_wait_that_was_asked_for_counts_where_the_work_may_have_been_done_too() {
        let told = checked(Call::Change, Ok(answer(502, Some(70), "")));
        let Err(TicketError::Unknown { after, .. }) = told else { panic!("{told:?}") };
        assert_eq!(after, Some(TimeDelta::seconds(70)));
    }

    #[test]
    fn a_refusal_is_told_in_its_own_words_and_not_at_length() {
        for (body, words) in [
            (
                r#"{"ClassName":"System.Exception","Message":"Please select a Priority"}"#,
                "Please select a Priority",
            ),
            (r#"{"error":"invalid_client","error_description":"who?"}"#, "who?"),
            (r#"{"error":"invalid_client","error_description":""}"#, "invalid_client"),
            (r#"{"resultCode":"E1","errorMessage":"no such agent"}"#, "no such agent"),
            ("two\nlines", "two lines"),
            ("<html><body>IIS</body></html>", "a web page instead of an answer"),
            ("", "no reason given"),
            ("{}", "no reason given"),
        ] {
            let told = checked(Call::Create, Ok(answer(400, None, body))).unwrap_err().to_string();
            assert_eq!(told, format!("HaloPSA answered 400: {words}"));
        }
        let long = checked(Call::Create, Ok(answer(400, None, &"x".repeat(5_000)))).unwrap_err();
        assert!(long.to_string().len() < 400, "{long}");
    }
}
