//! Tickets: what is sent, and how what comes back is read.
//!
//! Invariants: a key without a value is left out of a new ticket, since Autotask falls over an explicit null; what
//! somebody wrote as the resolution stays.

use app::port::TicketResolution;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use domain::ticket::{Filed, NewTicket, Technician};
use serde_json::{Value, json};

use super::api::{number, text};
use super::directory::Assignment;
use super::zone::Zone;

/// The longest title and description that a ticket takes.
const LONGEST_TITLE: usize = 255;
const LONGEST_DESCRIPTION: usize = 8_000;
const LONGEST_RESOLUTION: usize = 32_000;

/// What is known of a ticket that is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers {
    pub(super) company: i64,
    /// The company is not the client's own.
    pub(super) is_default: bool,
    pub(super) queue: i64,
    pub(super) status: i64,
    pub(super) priority: i64,
    pub(super) source: Option<i64>,
    pub(super) assignment: Option<Assignment>,
}

/// The body of a new ticket.
pub(super) fn new_ticket(ticket: &NewTicket, numbers: &Numbers, due_hours: u16) -> Value {
    let title = if ticket.title.trim().is_empty() { "On-Call incident" } else { ticket.title.as_str() };
    let description = described(ticket, numbers);
    let mut body = json!({
        "companyID": numbers.company,
        "queueID": numbers.queue,
        "status": numbers.status,
        "priority": numbers.priority,
        "title": cut(title, LONGEST_TITLE),
        "description": cut(&description, LONGEST_DESCRIPTION),
        "dueDateTime": instant(ticket.created_at + TimeDelta::hours(due_hours.into())),
        "externalID": ticket.external_ref,
    });
    if let Some(source) = numbers.source {
        body["source"] = json!(source);
    }
    if let Some(Assignment { resource, role }) = numbers.assignment {
        body["assignedResourceID"] = json!(resource);
        body["assignedResourceRoleID"] = json!(role);
    }
    body
}

/// The description, with whatever Autotask has no entry for: people read it there.
fn described(ticket: &NewTicket, numbers: &Numbers) -> String {
    let client = ticket.client.as_deref().filter(|_| numbers.is_default);
    let technician = ticket.assignee.as_ref().filter(|_| numbers.assignment.is_none());
    let lines = [
        client.map(|client| format!("\nClient: {client}")),
        technician.map(|technician| format!("\nTechnician: {}", named(technician))),
    ];
    let lines: String = lines.into_iter().flatten().collect();
    if lines.is_empty() { ticket.description.clone() } else { format!("{}\n{lines}", ticket.description) }
}

fn named(technician: &Technician) -> String {
    match technician.email.trim() {
        "" => technician.name.clone(),
        email => format!("{} <{email}>", technician.name),
    }
}

/// What a ticket says when it is complete: what it said before, and how it ended.
pub(super) fn resolution(ticket: &Value, end: &TicketResolution) -> String {
    let at = end.at.format("%Y-%m-%d %H:%M UTC");
    let ours = format!("Resolved in On-Call by {} at {at}\n{}", end.by, end.summary);
    let ours = ours.trim_end();
    match text(&ticket["resolution"]) {
        Some(theirs) if theirs.contains(ours) => theirs.to_owned(),
        Some(theirs) => {
            let room = LONGEST_RESOLUTION.saturating_sub(theirs.chars().count() + 2);
            format!("{theirs}\n\n{}", cut(ours, room))
        }
        None => cut(ours, LONGEST_RESOLUTION),
    }
}

/// A ticket with `changes` in it, as a whole; for the way of changing it that takes away whatever isn't named. What is
/// null is left out, in the fields that the MSP made as well: it becomes null by that.
pub(super) fn whole(ticket: &Value, changes: &Value) -> Value {
    let mut whole = ticket.clone();
    if let (Some(whole), Some(changes)) = (whole.as_object_mut(), changes.as_object()) {
        whole.extend(changes.iter().map(|(name, value)| (name.clone(), value.clone())));
        whole.retain(|_, value| !value.is_null());
        if let Some(own) = whole.get_mut("userDefinedFields").and_then(Value::as_array_mut) {
            own.retain(|field| !field["value"].is_null());
        }
    }
    whole
}

/// Whether a ticket already is what `changes` would make of it.
pub(super) fn is_so(ticket: &Value, changes: &Value) -> bool {
    changes.as_object().is_some_and(|changes| changes.iter().all(|(name, value)| ticket[name] == *value))
}

/// Whether a ticket's work goes on in another one. Not in the description of the API, so that any of the usual names
/// counts.
pub(super) fn is_merged(ticket: &Value) -> bool {
    ["mergedIntoTicketID", "mergedIntoTicketId", "mergedTicketID", "masterTicketID"]
        .iter()
        .any(|name| number(&ticket[*name]).is_some_and(|id| id > 0))
}

/// Which ticket it is.
pub(super) fn filed(ticket: &Value, zone: &Zone) -> Option<Filed> {
    let id = number(&ticket["id"])?;
    let of_people = text(&ticket["ticketNumber"]).map(str::to_owned);
    Some(Filed { id: id.to_string(), number: of_people, url: zone.ticket_url(id) })
}

pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// At most `longest` characters of it.
pub(super) fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(longest.saturating_sub(1)).collect();
    cut.extend((longest > 0).then_some('…'));
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_that_went_into_another_is_merged() {
        assert!(is_merged(&json!({ "mergedIntoTicketID": 7 })));
        assert!(!is_merged(&json!({ "mergedIntoTicketID": null, "id": 7 })));
        assert!(!is_merged(&json!({ "mergedIntoTicketID": 0 })));
    }

    #[test]
    fn what_somebody_wrote_as_the_resolution_stays_and_ours_is_there_once() {
        let end = TicketResolution {
            at: "2026-11-20T21:44:05Z".parse().unwrap(),
            by: "Sam".into(),
            summary: "restarted".into(),
        };
        let ours = "Resolved in On-Call by Sam at 2026-11-20 21:44 UTC\nrestarted";
        assert_eq!(resolution(&json!({ "resolution": null }), &end), ours);
        let both = resolution(&json!({ "resolution": "by hand" }), &end);
        assert_eq!(both, format!("by hand\n\n{ours}"));
        assert_eq!(resolution(&json!({ "resolution": both }), &end), both);
    }

    #[test]
    fn a_whole_ticket_has_what_it_had_and_no_nulls() {
        let ticket = json!({ "id": 7, "status": 1, "title": "CPU", "contactID": null });
        assert_eq!(whole(&ticket, &json!({ "status": 5 })), json!({ "id": 7, "status": 5, "title": "CPU" }));
        let own =
            json!({ "userDefinedFields": [{ "name": "A", "value": null }, { "name": "B", "value": "b" }] });
        let kept = json!({ "status": 5, "userDefinedFields": [{ "name": "B", "value": "b" }] });
        assert_eq!(whole(&own, &json!({ "status": 5 })), kept);
        assert!(is_so(&ticket, &json!({ "id": 7, "status": 1 })) && !is_so(&ticket, &json!({ "status": 5 })));
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(cut("ärger", 5), "ärger");
        assert_eq!(cut("ärgerlich", 5), "ärge…");
        assert_eq!(cut("x", 0), "");
    }
}
