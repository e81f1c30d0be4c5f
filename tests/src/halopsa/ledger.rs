//! What HaloPSA knows: its tickets with their actions, and every request that it was sent.
//!
//! Invariants: a ticket is never deleted and its id never used again; no form is written down, since a secret is in it.

use axum::http::{header, request::Parts};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::directory::{CLIENTS, PRIORITIES, STATUSES, name_of};

const FIRST_ID: i64 = 4711;

/// A date that says nothing.
const NEVER: &str = "1900-01-01T00:00:00";

/// A ticket, as it was ordered and what became of it.
#[derive(Debug, Clone, Default)]
pub struct Ticket {
    /// 4711 and counting.
    pub id: i64,
    /// One line.
    pub summary: String,
    /// Many lines, without markup.
    pub details: String,
    /// Its type.
    pub ticket_type: i64,
    /// Its priority; 0 where none was named.
    pub priority: i64,
    /// 1 and then what updates say.
    pub status: i64,
    /// The client; 1 is nobody known.
    pub client: i64,
    /// Who has it; 1 is nobody.
    pub agent: i64,
    /// A number of whoever made it.
    pub third_party_id: i64,
    /// Who reported it.
    pub reported_by: String,
    /// What was said at the end.
    pub closure_note: String,
    /// It was closed once, and may be open again.
    pub has_been_closed: bool,
    /// The ticket that it became a part of; 0: none.
    pub merged_into: i64,
    /// In the order of arrival.
    pub actions: Vec<Action>,
    /// How often anything was done about it.
    pub touches: u32,
    /// The object that created it.
    pub raw: Value,
}

/// What was done about a ticket.
#[derive(Debug, Clone)]
pub struct Action {
    /// Counts within the ticket.
    pub id: i64,
    /// Under what it was filed.
    pub outcome: i64,
    /// What was said, without markup.
    pub note: String,
    /// Hidden from the client.
    pub hidden: bool,
    /// The object that created it.
    pub raw: Value,
}

impl Ticket {
    /// The status's name.
    pub fn status_name(&self) -> &'static str {
        name_of(&STATUSES, self.status).unwrap_or_default()
    }

    pub(super) fn is_closed(&self) -> bool {
        matches!(self.status, 8 | 9 | 31)
    }

    /// The whole ticket, as HaloPSA tells others of it.
    pub fn told(&self) -> Value {
        json!({ "ticket": self.shown(false) })
    }

    pub(super) fn set_status(&mut self, status: i64) {
        self.status = status;
        self.has_been_closed |= self.is_closed();
    }

    /// As an answer has it; `brief` leaves out what it says.
    pub(super) fn shown(&self, brief: bool) -> Value {
        let priority = PRIORITIES.iter().find(|(id, ..)| *id == self.priority);
        let priority =
            priority.map(|(id, sla, name)| json!({ "priorityid": id, "slaid": sla, "name": name }));
        let mut shown = json!({
            "id": self.id, "summary": self.summary, "status_id": self.status, "status_name": self.status_name(),
            "tickettype_id": self.ticket_type, "priority_id": self.priority, "priority": priority,
            "client_id": self.client, "client_name": name_of(&CLIENTS, self.client), "agent_id": self.agent,
            "reportedby": self.reported_by, "hasbeenclosed": self.has_been_closed, "onhold": false,
            "dateclosed": if self.is_closed() { "2026-11-20T22:00:00.113" } else { NEVER },
            "third_party_id": self.third_party_id, "closure_note": self.closure_note,
            "merged_into_id": self.merged_into,
            "lastactiondate": format!("2026-11-20T21:{:02}:{:02}.617", self.touches / 60 % 60, self.touches % 60),
        });
        if !brief {
            shown["details"] = json!(self.details);
            shown["details_html"] = json!(format!("<p>{}</p>", self.details.replace('\n', "<br>")));
        }
        shown
    }
}

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Request {
    /// `POST`, …
    pub method: String,
    /// Without the query.
    pub path: String,
    /// The query.
    pub query: String,
    /// The body; null where it was none, a form, or no JSON.
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
    books: watch::Sender<Books>,
}

impl Ledger {
    pub(super) fn now(&self) -> Books {
        self.books.borrow().clone()
    }

    /// The request's number, for [`Ledger::answered`].
    pub(super) fn arrived(&self, parts: &Parts, body: &[u8]) -> usize {
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_json = kind.is_some_and(|kind| kind.starts_with("application/json"));
        let request = Request {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            body: if is_json { serde_json::from_slice(body).unwrap_or_default() } else { Value::Null },
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

    /// Keeps a new ticket, under an id of its own.
    pub(super) fn open(&self, mut ticket: Ticket) -> Ticket {
        self.books.send_modify(|books| {
            ticket.id = books.tickets.last().map_or(FIRST_ID, |last| last.id + 1);
            books.tickets.push(ticket.clone());
        });
        ticket
    }

    pub(super) fn find(&self, wanted: impl Fn(&Ticket) -> bool) -> Vec<Ticket> {
        self.books.borrow().tickets.iter().filter(|ticket| wanted(ticket)).cloned().collect()
    }

    /// Changes one ticket; what `change` answers, or `None` where there is no such ticket.
    pub(super) fn change<T>(&self, id: i64, change: impl FnOnce(&mut Ticket) -> T) -> Option<T> {
        let mut changed = None;
        self.books.send_if_modified(|books| {
            let ticket = books.tickets.iter_mut().find(|ticket| ticket.id == id);
            changed = ticket.map(|ticket| {
                ticket.touches += 1;
                change(ticket)
            });
            changed.is_some()
        });
        changed
    }
}
