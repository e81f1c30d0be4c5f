//! The bodies: what is sent, by the field table of the product, and what comes back, read leniently.

use app::port::{Filed, TicketNote, TicketResolution, TicketView, TimeSpent};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::id::TenantId;
use domain::ticket::{NewTicket, Technician, TicketFacts};
use serde::Serialize;
use serde_json::Value;

/// What a ticket came from.
const SOURCE: &str = "On-Call Auto";

/// The status of a ticket that is done.
const COMPLETED: &str = "Completed";

/// The status of a ticket that somebody works on.
const IN_PROGRESS: &str = "In Progress";

/// Every status of a ticket that is told nothing more.
const CLOSED: [&str; 5] = [COMPLETED, "Closed", "Resolved", "Cancelled", "Canceled"];

#[derive(Debug, Serialize)]
pub(super) struct Create<'a> {
    tenant_id: &'a str,
    /// The ticket's company.
    org_id: &'a str,
    title: &'a str,
    description: &'a str,
    source: &'static str,
    priority: &'static str,
    /// The customer of that company.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
    assigned_tech: Option<AssignedTech<'a>>,
    created_date: String,
    external_ref: &'a str,
}

#[derive(Debug, Serialize)]
struct AssignedTech<'a> {
    user_id: &'a str,
    email: &'a str,
    name: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Note<'a> {
    tenant_id: &'a str,
    body: String,
    internal: bool,
    author: &'a str,
    created_at: String,
    external_ref: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Complete<'a> {
    tenant_id: &'a str,
    status: &'static str,
    resolved_at: String,
    resolved_by: &'a str,
    resolution_summary: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Take<'a> {
    tenant_id: &'a str,
    status: &'static str,
    assigned_tech: AssignedTech<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct Time<'a> {
    tenant_id: &'a str,
    technician: AssignedTech<'a>,
    from: String,
    to: String,
    draft: bool,
    summary: &'a str,
    external_ref: &'a str,
}

impl<'a> Take<'a> {
    pub(super) fn of(tenant: &'a TenantId, technician: &'a Technician) -> Self {
        Self { tenant_id: tenant.as_str(), status: IN_PROGRESS, assigned_tech: AssignedTech::of(technician) }
    }
}

impl<'a> Time<'a> {
    pub(super) fn of(tenant: &'a TenantId, time: &'a TimeSpent) -> Self {
        Self {
            tenant_id: tenant.as_str(),
            technician: AssignedTech::of(&time.technician),
            from: instant(time.from),
            to: instant(time.to),
            draft: true,
            summary: &time.summary,
            external_ref: &time.external_ref,
        }
    }
}

impl<'a> Create<'a> {
    pub(super) fn of(ticket: &'a NewTicket) -> Self {
        Self {
            tenant_id: ticket.tenant_id.as_str(),
            org_id: ticket.tenant_id.as_str(),
            title: &ticket.title,
            description: &ticket.description,
            source: SOURCE,
            priority: ticket.priority,
            client: ticket.client.as_deref(),
            assigned_tech: ticket.assignee.as_ref().map(AssignedTech::of),
            created_date: instant(ticket.created_at),
            external_ref: &ticket.external_ref,
        }
    }
}

impl<'a> AssignedTech<'a> {
    fn of(technician: &'a Technician) -> Self {
        Self { user_id: technician.user_id.as_str(), email: &technician.email, name: &technician.name }
    }
}

impl<'a> Note<'a> {
    pub(super) fn of(tenant: &'a TenantId, note: &'a TicketNote) -> Self {
        Self {
            tenant_id: tenant.as_str(),
            body: format!("[On-Call] {}: {}", note.author, note.text),
            internal: true,
            author: &note.author,
            created_at: instant(note.at),
            external_ref: &note.external_ref,
        }
    }
}

impl<'a> Complete<'a> {
    pub(super) fn of(tenant: &'a TenantId, end: &'a TicketResolution) -> Self {
        Self {
            tenant_id: tenant.as_str(),
            status: COMPLETED,
            resolved_at: instant(end.at),
            resolved_by: &end.by,
            resolution_summary: &end.summary,
        }
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The number of the ticket that was made.
pub(super) fn created_id(body: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    id(&answer).or_else(|| id(answer.get("data")?)).or_else(|| id(answer.get("ticket")?))
}

/// An answer that is not about tickets.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotUnderstood;

/// The ticket that carries our key. A PSA that doesn't know the parameter answers with every ticket there is: one that
/// carries another key, or says that it has none, is never ours. One that doesn't speak of keys at all is ours where it is
/// the only answer to our question.
pub(super) fn found(body: &[u8], external_ref: &str) -> Result<Option<TicketView>, NotUnderstood> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| NotUnderstood)?;
    let list = match &answer {
        Value::Array(_) => Some(&answer),
        _ => answer.get("tickets").or_else(|| answer.get("data")),
    };
    let tickets = list.and_then(Value::as_array).ok_or(NotUnderstood)?;
    let key = |ticket: &Value| ticket.get("external_ref").map(|key| key.as_str() == Some(external_ref));
    let ours = tickets.iter().find(|ticket| key(ticket) == Some(true));
    let only = || tickets.first().filter(|only| tickets.len() == 1 && key(only).is_none());
    let ours = ours.or_else(only);
    ours.map(|ticket| Ok(view(ticket, id(ticket).ok_or(NotUnderstood)?))).transpose()
}

/// The ticket asked for as `asked`.
pub(super) fn ticket(body: &[u8], asked: &str) -> Option<TicketView> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let ticket = [answer.get("data"), answer.get("ticket"), Some(&answer)]
        .into_iter()
        .flatten()
        .find(|ticket| ticket.get("status").is_some())?;
    Some(view(ticket, id(ticket).unwrap_or_else(|| asked.to_owned())))
}

fn view(ticket: &Value, id: String) -> TicketView {
    let status = ticket.get("status").and_then(Value::as_str).unwrap_or_default().trim();
    let notes = ticket.get("notes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let note_refs = notes.iter().filter_map(|note| note.get("external_ref")?.as_str());
    TicketView {
        filed: Filed::bare(id),
        closed: CLOSED.iter().any(|closed| closed.eq_ignore_ascii_case(status)),
        note_refs: note_refs.map(str::to_owned).collect(),
    }
}

/// What a ticket says.
pub(super) fn facts(body: &[u8], asked: &str) -> Option<TicketFacts> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let ticket = answer.get("ticket").or_else(|| answer.get("data")).unwrap_or(&answer);
    let text = |name: &str| ticket.get(name).and_then(Value::as_str).map(str::trim).map(str::to_owned);
    Some(TicketFacts {
        id: id(ticket).filter(|id| id == asked)?,
        number: None,
        title: text("title").unwrap_or_default(),
        description: text("description").unwrap_or_default(),
        status: text("status").unwrap_or_default(),
        stage: None,
        priority: text("priority").unwrap_or_default(),
        client: text("client"),
        url: text("url"),
        external_ref: text("external_ref"),
        touched: None,
    })
}

fn id(object: &Value) -> Option<String> {
    ["id", "ticket_id", "ticketId"].into_iter().find_map(|name| match object.get(name)? {
        Value::String(id) => Some(id.trim().to_owned()).filter(|id| !id.is_empty()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_number_of_a_new_ticket_is_found_under_every_usual_name() {
        for (answer, id) in [
            (json!({"id": "T-1"}), Some("T-1")),
            (json!({"id": 4711, "status": "New"}), Some("4711")),
            (json!({"ticket_id": "T-2"}), Some("T-2")),
            (json!({"ticketId": 7}), Some("7")),
            (json!({"data": {"id": "T-3"}}), Some("T-3")),
            (json!({"ticket": {"id": "T-4"}}), Some("T-4")),
            (json!({"id": null, "ticket_id": "T-5"}), Some("T-5")),
            (json!({"id": "  "}), None),
            (json!({"ok": true}), None),
            (json!([]), None),
        ] {
            assert_eq!(created_id(answer.to_string().as_bytes()).as_deref(), id, "{answer}");
        }
        assert_eq!(created_id(b"<html>"), None);
    }

    #[test]
    fn a_look_up_tells_none_from_not_understood() {
        let one =
            |id: &str, closed| Some(TicketView { filed: Filed::bare(id.into()), closed, note_refs: vec![] });
        for (answer, expected) in [
            (json!({"tickets": []}), Ok(None)),
            (json!({"tickets": [{"id": 7, "status": "New"}]}), Ok(one("7", false))),
            (json!({"data": [{"id": "T", "status": "completed"}]}), Ok(one("T", true))),
            (json!([{"id": "T", "status": "Open", "external_ref": "ours"}]), Ok(one("T", false))),
            (json!({"tickets": [{"id": "X", "external_ref": "other"}]}), Ok(None)),
            (json!({"tickets": [{"id": "X", "external_ref": null}]}), Ok(None)),
            (json!({"tickets": [{"id": "X", "external_ref": 7}]}), Ok(None)),
            (json!({"tickets": [{"id": "X", "status": "New"}, {"id": "Y", "status": "New"}]}), Ok(None)),
            (
                json!([{"id": "X"}, {"id": "T", "external_ref": "ours"}, {"external_ref": null}]),
                Ok(one("T", false)),
            ),
            (json!({"tickets": [{"status": "New"}]}), Err(NotUnderstood)),
            (json!({"error": "?"}), Err(NotUnderstood)),
            (json!("tickets"), Err(NotUnderstood)),
        ] {
            assert_eq!(found(answer.to_string().as_bytes(), "ours"), expected, "{answer}");
        }
    }

    #[test]
    fn a_ticket_is_closed_by_its_status_in_any_case() {
        for (status, closed) in [
            ("Completed", true),
            ("closed", true),
            ("RESOLVED", true),
            (" Cancelled ", true),
            ("New", false),
            ("In progress", false),
            ("", false),
        ] {
            let body =
                json!({"id": 1, "status": status, "notes": [{"external_ref": "n"}, {"body": "by hand"}]});
            let read = ticket(body.to_string().as_bytes(), "1").unwrap();
            assert_eq!((read.closed, read.note_refs), (closed, vec!["n".to_owned()]), "{status}");
        }
        assert_eq!(ticket(br#"{"data":{"status":"New"}}"#, "T-9").unwrap().filed.id, "T-9");
        assert_eq!(ticket(b"{}", "T-9"), None);
    }
}
