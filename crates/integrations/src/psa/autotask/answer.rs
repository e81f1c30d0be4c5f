//! What an answer of Autotask's, or none, means: the one table.
//!
//! Invariant: what may have been done is never called undone. Autotask says with the status 500 both that a request is
//! wrong, which is final, and that it fell over, which is not: its text tells them apart.

use app::port::{SecretError, TicketError};
use serde_json::Value;

use crate::http::{Answer, NoAnswer};

pub(super) const NAME: &str = "Autotask";

/// How much of Autotask's own words is kept.
const LONGEST_MESSAGE: usize = 300;

/// What it says when it fell over, so that nobody knows how far it came.
const FELL_OVER: [&str; 6] =
    ["timeout", "timed out", "exception has been encountered", "error reference", "deadlock", "try again"];

/// What it says about a ticket that takes nothing more.
const IS_CLOSED: [&str; 5] =
    ["is closed", "been closed", "already closed", "already complete", "closed ticket"];

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// Looks something up.
    Look,
    /// Reads one ticket, which should be there.
    Read,
    /// Makes a ticket.
    Create,
    /// Adds a note to a ticket.
    Note,
    /// Changes a ticket.
    Change,
    /// Files time on a ticket.
    Time,
}

impl Call {
    /// It changes something there, so that it matters whether it was done.
    fn changes(self) -> bool {
        !matches!(self, Self::Look | Self::Read)
    }

    /// It is about one ticket that should be there. Time is a thing of its own: where there is no such thing, that says
    /// nothing about the ticket.
    fn names_ticket(self) -> bool {
        !matches!(self, Self::Look | Self::Create | Self::Time)
    }

    /// It may be refused because the ticket is closed.
    fn needs_open_ticket(self) -> bool {
        matches!(self, Self::Note | Self::Change)
    }

    /// It can't be said what came of it.
    fn in_doubt(self, reason: String, answer: Option<&Answer>) -> TicketError {
        let after = answer.and_then(|answer| answer.wait);
        if self.changes() {
            TicketError::Unknown { reason, after }
        } else {
            TicketError::Unavailable { reason, after }
        }
    }
}

/// The answer, if there is one.
pub(super) fn arrived(call: Call, answer: Result<Answer, NoAnswer>) -> Result<Answer, TicketError> {
    answer.map_err(|error| match error {
        NoAnswer::Sent(reason) => call.in_doubt(format!("{NAME} did not answer: {reason}"), None),
        NoAnswer::NotSent(reason) => unavailable(&format!("can't be reached: {reason}")),
    })
}

/// What a good answer says.
pub(super) fn checked(call: Call, answer: &Answer) -> Result<Value, TicketError> {
    if !answer.status.is_success() {
        return Err(refusal(call, answer));
    }
    serde_json::from_slice(&answer.body).map_err(|_| not_understood(call))
}

fn refusal(call: Call, answer: &Answer) -> TicketError {
    let said = said(&answer.body);
    let reason = format!("{NAME} answered {}: {}", answer.status.as_u16(), line(&said));
    let lower = said.to_lowercase();
    let says = |any: &[&str]| any.iter().any(|text| lower.contains(text));
    match answer.status.as_u16() {
        429 => TicketError::Unavailable { reason, after: answer.wait },
        401 => TicketError::Refused(format!(
            "{reason}; look at the API user's name and secret, and at the integration code"
        )),
        404 | 410 if call.names_ticket() => TicketError::NotFound,
        500 if is_reasoned(&answer.body) && says(&["threshold"]) => {
            TicketError::Unavailable { reason, after: answer.wait }
        }
        500 if is_reasoned(&answer.body) && !says(&FELL_OVER) && !says_zone(&lower) => {
            if call.needs_open_ticket() && says(&IS_CLOSED) {
                TicketError::Closed
            } else if call.names_ticket() && says(&["no matching record", "does not exist: ticket"]) {
                TicketError::NotFound
            } else {
                TicketError::Refused(reason)
            }
        }
        409 | 501 if call == Call::Time => TicketError::Refused(reason),
        408 | 409 | 500.. => call.in_doubt(reason, Some(answer)),
        _ if call.needs_open_ticket() && says(&IS_CLOSED) => TicketError::Closed,
        _ => TicketError::Refused(reason),
    }
}

/// Whether the zone that answered is not the user's: it did nothing. So it says, too, where it is asked for the zone of
/// somebody who has none.
pub(super) fn is_wrong_zone(answer: &Answer) -> bool {
    let said = said(&answer.body).to_lowercase();
    let fell_over = FELL_OVER.iter().any(|text| said.contains(text));
    answer.status.as_u16() == 500 && is_reasoned(&answer.body) && says_zone(&said) && !fell_over
}

/// Whether it speaks of the zones that data lies in, and not of those that clocks go by.
fn says_zone(said: &str) -> bool {
    said.replace("time zone", "").replace("timezone", "").contains("zone")
}

/// Whether a way of changing a ticket isn't offered, so that nothing was done.
pub(super) fn is_unsupported(answer: &Answer) -> bool {
    match answer.status.as_u16() {
        404 | 405 | 501 => true,
        500 if is_reasoned(&answer.body) => {
            let said = said(&answer.body).to_lowercase();
            ["not supported", "not support", "unsupported"].iter().any(|text| said.contains(text))
        }
        _ => false,
    }
}

pub(super) fn unavailable(problem: &str) -> TicketError {
    TicketError::Unavailable { reason: format!("{NAME} {problem}"), after: None }
}

/// Nothing was sent, for want of the secret.
pub(super) fn no_secret(error: &SecretError) -> TicketError {
    match error {
        SecretError::Missing(_) => {
            TicketError::Refused(format!("{error}: enter the API user's secret again, and retry"))
        }
        SecretError::Unavailable { .. } => unavailable(&format!("can't be asked: {error}")),
    }
}

/// It went well, by the status; but what is said can't be used.
pub(super) fn not_understood(call: Call) -> TicketError {
    call.in_doubt(format!("{NAME} answered something that can't be understood"), None)
}

/// It gives a reason in its own form, an `errors` list; something in between, or a crash, doesn't.
fn is_reasoned(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body)
        .is_ok_and(|answer| answer["errors"].as_array().is_some_and(|errors| !errors.is_empty()))
}

/// What Autotask says is wrong, in its own words.
fn said(body: &[u8]) -> String {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else {
        return String::from_utf8_lossy(body).into_owned();
    };
    match (answer["errors"].as_array(), &answer) {
        (Some(errors), _) => errors.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; "),
        (None, Value::String(text)) => text.clone(),
        (None, _) => {
            let mut words = ["message", "Message", "error", "detail", "title"].iter();
            words.find_map(|name| answer[*name].as_str()).unwrap_or_default().to_owned()
        }
    }
}

fn line(said: &str) -> String {
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { "no reason given".to_owned() } else { line.chars().take(LONGEST_MESSAGE).collect() }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use reqwest::StatusCode;

    use super::*;

    const ALL: [Call; 6] = [Call::Look, Call::Read, Call::Create, Call::Note, Call::Change, Call::Time];

    fn answer(status: u16, body: &str) -> Answer {
        let status = StatusCode::from_u16(status).unwrap();
        Answer { status, wait: Some(TimeDelta::seconds(7)), body: body.into() }
    }

    fn word(error: &TicketError) -> &'static str {
        match error {
            TicketError::Refused(_) => "refused",
            TicketError::Closed => "closed",
            TicketError::NotFound => "not found",
            TicketError::Unavailable { .. } => "later",
            TicketError::Unknown { .. } => "unknown",
        }
    }

    fn kinds(answer: &Answer) -> [&'static str; 6] {
        ALL.map(|call| checked(call, answer).map_or_else(|error| word(&error), |_| "ok"))
    }

    #[test]
    fn every_status_and_text_says_what_to_do_next() {
        let refused = ["refused"; 6];
        let later = ["later"; 6];
        let doubt = ["later", "later", "unknown", "unknown", "unknown", "unknown"];
        let missing = ["refused", "not found", "refused", "not found", "not found", "refused"];
        let time_refused = ["later", "later", "unknown", "unknown", "unknown", "refused"];
        let closed = ["refused", "refused", "refused", "closed", "closed", "refused"];
        for (status, body, expected) in [
            (200, r#"{"itemId":1}"#, ["ok"; 6]),
            (200, "<html>", doubt),
            (302, "", refused),
            (400, "", refused),
            (401, "", refused),
            (403, "", refused),
            (404, "", missing),
            (408, "", doubt),
            (409, "", time_refused),
            (501, "", time_refused),
            (429, "", later),
            (500, "", doubt),
            (500, r#"{"errors":[]}"#, doubt),
            (500, r#"{"error":"Internal Server Error"}"#, doubt),
            (500, r#"{"errors":["Required fields are missing: dueDateTime, priority."]}"#, refused),
            (500, r#"{"errors":["Required fields to complete this ticket: issueType"]}"#, refused),
            (500, r#"{"errors":["The user is in another Zone."]}"#, doubt),
            (500, r#"{"errors":["The time zone of startDateTime is not valid."]}"#, refused),
            (500, r#"{"errors":["Execution Timeout Expired."]}"#, doubt),
            (500, r#"{"errors":["The operation has timed out"]}"#, doubt),
            (500, r#"{"errors":["An exception has been encountered. Error reference 7c9d"]}"#, doubt),
            (500, r#"{"errors":["The API request threshold is exceeded"]}"#, later),
            (500, r#"{"errors":["The ticket is closed."]}"#, closed),
            (500, r#"{"errors":["No matching records found for the ticket"]}"#, missing),
            (502, "<html>", doubt),
            (503, r#"{"errors":["down for maintenance"]}"#, doubt),
        ] {
            assert_eq!(kinds(&answer(status, body)), expected, "{status} {body}");
        }
    }

    #[test]
    fn no_answer_is_in_doubt_only_if_the_request_left_and_changes_something() {
        for call in ALL {
            let not_sent = arrived(call, Err(NoAnswer::NotSent("refused".into()))).unwrap_err();
            assert_eq!(word(&not_sent), "later");
            let sent = arrived(call, Err(NoAnswer::Sent("cut".into()))).unwrap_err();
            assert_eq!(word(&sent), if call.changes() { "unknown" } else { "later" }, "{call:?}");
        }
    }

    #[test]
    fn a_wait_that_was_asked_for_is_passed_on_and_the_words_are_kept_in_one_short_line() {
        let told = checked(Call::Create, &answer(429, "")).unwrap_err();
        let after = Some(TimeDelta::seconds(7));
        assert_eq!(
            told,
            TicketError::Unavailable { reason: "Autotask answered 429: no reason given".into(), after }
        );
        let long = format!(r#"{{"errors":["queueID\nis wrong.","{}"]}}"#, "x".repeat(900));
        let told = checked(Call::Create, &answer(500, &long)).unwrap_err().to_string();
        assert!(told.starts_with("Autotask answered 500: queueID is wrong.; xxx"), "{told}");
        assert_eq!(told.len(), "Autotask answered 500: ".len() + LONGEST_MESSAGE);
    }

    #[test]
    fn a_wait_that_was_asked_for_counts_where_the_work_may_have_been_done_too() {
        for call in ALL {
            let told = checked(call, &answer(503, "")).unwrap_err();
            let (TicketError::Unavailable { after, .. } | TicketError::Unknown { after, .. }) = &told else {
                panic!("{call:?}: {told:?}")
            };
            assert_eq!(*after, Some(TimeDelta::seconds(7)), "{call:?}");
        }
    }

    #[test]
    fn a_wrong_zone_is_told_from_one_that_fell_over_and_from_a_clocks() {
        for (body, wrong) in [
            (r#"{"errors":["Zone information could not be determined"]}"#, true),
            (r#"{"errors":["The zone look-up timed out"]}"#, false),
            (r#"{"errors":["timeZone is not valid"]}"#, false),
            ("zone", false),
        ] {
            assert_eq!(is_wrong_zone(&answer(500, body)), wrong, "{body}");
        }
    }

    #[test]
    fn an_unsupported_way_is_told_from_a_wrong_request() {
        for (status, body, unsupported) in [
            (405, "", true),
            (404, "", true),
            (501, "", true),
            (500, r#"{"errors":["PATCH is not supported for this entity"]}"#, true),
            (500, r#"{"errors":["issueType is required"]}"#, false),
            (500, "PATCH is not supported", false),
            (401, "", false),
        ] {
            assert_eq!(is_unsupported(&answer(status, body)), unsupported, "{status} {body}");
        }
    }
}
