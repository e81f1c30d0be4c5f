//! What the PSA knows: its tickets, and every request that it was sent.
//!
//! Invariant: a ticket is never deleted and its id never used again.

use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::watch;

/// A ticket, as it was ordered and what became of it.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// `T-1001` and counting.
    pub id: String,
    /// Whose ticket it is; nobody else sees it.
    pub tenant_id: String,
    /// The client's organization.
    pub org_id: String,
    /// One line.
    pub title: String,
    /// Many lines.
    pub description: String,
    /// Where it came from, `On-Call Auto`.
    pub source: String,
    /// `P1` to `P4`.
    pub priority: String,
    /// Nobody, where nobody was named.
    pub assigned: Option<Assignee>,
    /// When the incident began, as the client said.
    pub created_date: DateTime<Utc>,
    /// The client's own key for this ticket.
    pub external_ref: String,
    /// `New`, then what the completion said, or `Closed`.
    pub status: String,
    /// In the order of arrival.
    pub notes: Vec<Note>,
    /// Time that was worked on it.
    pub times: Vec<TimeEntry>,
    /// What closed it, unless somebody in the PSA did.
    pub completion: Option<Completion>,
    /// The body that created it.
    pub raw: Value,
}

impl Ticket {
    /// Whether nothing may be added any more.
    pub fn is_closed(&self) -> bool {
        !matches!(self.status.as_str(), "New" | "In Progress")
    }
}

/// Time that somebody worked on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TimeEntry {
    /// The client's own key for it.
    pub external_ref: String,
    /// Who worked.
    pub technician: Assignee,
    /// Since when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub to: DateTime<Utc>,
    /// Nobody has approved it yet.
    pub draft: bool,
}

/// A ticket's technician.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Assignee {
    /// The client's id of the user.
    pub user_id: String,
    /// By which a PSA finds its own agent.
    pub email: String,
    /// For display.
    pub name: String,
}

/// A note on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Note {
    /// The text.
    pub body: String,
    /// The name of who wrote it.
    pub author: String,
    /// Hidden from the client company.
    pub internal: bool,
    /// The sender's own key for this note.
    pub external_ref: String,
    /// When it was written, as the sender said.
    pub created_at: DateTime<Utc>,
}

/// The end of a ticket, as the client of the API sent it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Completion {
    /// The status from then on, `Completed`.
    pub status: String,
    /// When the incident was resolved.
    pub resolved_at: DateTime<Utc>,
    /// The technician's name, where a person resolved it.
    pub resolved_by: Option<String>,
    /// The closing note.
    pub resolution_summary: Option<String>,
}

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Request {
    /// `POST`, …
    pub method: String,
    /// With the query.
    pub path: String,
    /// `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The body; null where it was none or no JSON.
    pub body: Value,
    /// What it was answered with; `None` as long as it has no answer, or will never have one.
    pub status: Option<u16>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Books {
    pub(super) tickets: Vec<Ticket>,
    pub(super) requests: Vec<Request>,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) books: watch::Sender<Books>,
}

impl Ledger {
    pub(super) fn now(&self) -> Books {
        self.books.borrow().clone()
    }

    /// The request's number, for [`Ledger::answered`].
    pub(super) fn arrived(&self, parts: &Parts, body: &[u8]) -> usize {
        let key = parts.headers.get("Idempotency-Key").and_then(|key| key.to_str().ok());
        let request = Request {
            method: parts.method.to_string(),
            path: parts.uri.to_string(),
            idempotency_key: key.map(str::to_owned),
            body: serde_json::from_slice(body).unwrap_or_default(),
            status: None,
        };
        let mut number = 0;
        self.books.send_modify(|books| {
            number = books.requests.len();
            books.requests.push(request);
        });
        number
    }

    pub(super) fn answered(&self, number: usize, status: u16) {
        self.books.send_modify(|books| books.requests[number].status = Some(status));
    }

    /// Keeps what `order` makes of the new ticket's id.
    pub(super) fn open(&self, order: impl FnOnce(String) -> Ticket) -> Ticket {
        let mut opened = None;
        self.books.send_modify(|books| {
            let ticket = order(format!("T-{}", 1001 + books.tickets.len()));
            opened = Some(ticket.clone());
            books.tickets.push(ticket);
        });
        opened.expect("the closure runs")
    }

    pub(super) fn find(&self, wanted: impl Fn(&Ticket) -> bool) -> Vec<Ticket> {
        self.books.borrow().tickets.iter().filter(|ticket| wanted(ticket)).cloned().collect()
    }

    /// Changes one ticket; what `change` answers, or `None` where there is no such ticket.
    pub(super) fn change<T>(&self, ticket_id: &str, change: impl FnOnce(&mut Ticket) -> T) -> Option<T> {
        let mut changed = None;
        self.books.send_if_modified(|books| {
            let ticket = books.tickets.iter_mut().find(|ticket| ticket.id == ticket_id);
            changed = ticket.map(change);
            changed.is_some()
        });
        changed
    }
}
