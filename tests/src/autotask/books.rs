//! What Autotask knows: its entities, as it would answer them, and every request that it was sent.
//!
//! Invariants: a ticket is never deleted and its id never used again; whatever happens to one moves its last activity, and
//! nothing else does.

use std::collections::BTreeMap;

use axum::http::request::Parts;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::seed;

/// Before anything happens to any ticket.
const FIRST_ACTIVITY: &str = "2026-11-20T21:04:05.467Z";

/// A ticket; numbers of picklists are written out as their labels.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Autotask's id.
    pub id: String,
    /// `T20261120.0042`.
    pub number: String,
    /// One line.
    pub title: String,
    /// Many lines.
    pub description: String,
    /// By its label.
    pub status: String,
    /// By its label.
    pub priority: String,
    /// By its label; empty where there is none.
    pub queue: String,
    /// By its label; empty where there is none.
    pub source: String,
    /// The company's id.
    pub company: i64,
    /// The client's own key for this ticket.
    pub external_id: String,
    /// The resource's id.
    pub assigned: Option<i64>,
    /// The role's id.
    pub role: Option<i64>,
    /// How it ended.
    pub resolution: Option<String>,
    /// In the order of arrival.
    pub notes: Vec<Note>,
    /// Its time entries, as they were sent.
    pub time: Vec<Value>,
    /// The whole ticket, as Autotask would answer it.
    pub raw: Value,
}

/// A note on a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// One line.
    pub title: String,
    /// The text.
    pub description: String,
    /// By its label.
    pub note_type: String,
    /// By its label.
    pub publish: String,
    /// In whose name, where that isn't the API user's.
    pub creator: Option<i64>,
}

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Request {
    /// `POST`, …
    pub method: String,
    /// Below the zone's address: `Tickets/query`.
    pub path: String,
    /// `ImpersonationResourceId`.
    pub on_behalf_of: Option<String>,
    /// The body; null where it was none or no JSON.
    pub body: Value,
    /// What it was answered with; `None` as long as it has no answer, or will never have one.
    pub status: Option<u16>,
}

#[derive(Debug, Clone)]
pub(super) struct Books {
    pub(super) url: String,
    pub(super) zone: u32,
    pub(super) secret: String,
    pub(super) has_patch: bool,
    pub(super) impersonates: bool,
    pub(super) locks_closed: bool,
    pub(super) forbidden: Vec<String>,
    /// How often anything has happened to any ticket.
    pub(super) touches: i64,
    /// By `Entity`.
    pub(super) entities: BTreeMap<&'static str, Vec<Value>>,
    /// The picklists by `Entity` and field: number and label.
    pub(super) picklists: BTreeMap<(&'static str, &'static str), Vec<(i64, String)>>,
    pub(super) requests: Vec<Request>,
}

#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) books: watch::Sender<Books>,
}

impl Ledger {
    pub(super) fn new(url: String) -> Self {
        Self { books: watch::Sender::new(seed::books(url)) }
    }

    pub(super) fn now(&self) -> Books {
        self.books.borrow().clone()
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Books) -> T) -> T {
        let mut changed = None;
        self.books.send_modify(|books| changed = Some(change(books)));
        changed.expect("the closure runs")
    }

    /// The request's number, for [`Ledger::answered`].
    pub(super) fn arrived(&self, parts: &Parts, body: &[u8]) -> usize {
        let path = parts.uri.path();
        let header = parts.headers.get("ImpersonationResourceId").and_then(|value| value.to_str().ok());
        let request = Request {
            method: parts.method.to_string(),
            path: path.split_once("/V1.0/").map_or(path, |(_, below)| below).to_owned(),
            on_behalf_of: header.map(str::to_owned),
            body: serde_json::from_slice(body).unwrap_or_default(),
            status: None,
        };
        self.change(|books| {
            books.requests.push(request);
            books.requests.len() - 1
        })
    }

    pub(super) fn answered(&self, number: usize, status: u16) {
        self.change(|books| books.requests[number].status = Some(status));
    }
}

impl Books {
    pub(super) fn all(&self, entity: &str) -> &[Value] {
        self.entities.get(entity).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn get(&self, entity: &str, id: i64) -> Option<&Value> {
        self.all(entity).iter().find(|item| item["id"] == id)
    }

    /// Keeps something new and answers its id.
    pub(super) fn keep(&mut self, entity: &'static str, first: i64, mut item: Value) -> i64 {
        let items = self.entities.entry(entity).or_default();
        let id = first + i64::try_from(items.len()).expect("few things");
        item["id"] = json!(id);
        items.push(item);
        id
    }

    /// Keeps a new ticket and answers its id.
    pub(super) fn open(&mut self, mut item: Value) -> i64 {
        item["ticketNumber"] = json!(format!("T20261120.{:04}", 42 + self.all("Tickets").len()));
        for absent in ["resolution", "completedDate", "contactID", "mergedIntoTicketID"] {
            if item.get(absent).is_none() {
                item[absent] = Value::Null;
            }
        }
        let id = self.keep("Tickets", 128_926, item);
        self.touch(id);
        id
    }

    /// Something happens to a ticket, a second after whatever happened last.
    pub(super) fn touch(&mut self, id: i64) {
        self.touches += 1;
        let first: DateTime<Utc> = FIRST_ACTIVITY.parse().expect("a time");
        let at = first + TimeDelta::seconds(self.touches);
        self.ticket_mut(&id.to_string())["lastActivityDate"] =
            json!(at.to_rfc3339_opts(SecondsFormat::Millis, true));
    }

    pub(super) fn ticket_mut(&mut self, id: &str) -> &mut Value {
        let tickets = self.entities.entry("Tickets").or_default();
        let wanted: Option<i64> = id.parse().ok();
        let ticket = tickets.iter_mut().find(|ticket| wanted.is_some() && ticket["id"].as_i64() == wanted);
        ticket.unwrap_or_else(|| panic!("no ticket {id}"))
    }

    /// The number of a ticket's picklist entry.
    pub(super) fn pick(&self, field: &str, label: &str) -> i64 {
        let entries = self.picklist("Tickets", field);
        let entry = entries.iter().find(|(_, known)| known == label);
        entry.unwrap_or_else(|| panic!("no {field} '{label}'")).0
    }

    pub(super) fn picklist(&self, entity: &str, field: &str) -> &[(i64, String)] {
        let found = self.picklists.iter().find(|((of, name), _)| *of == entity && *name == field);
        found.map(|(_, entries)| entries.as_slice()).unwrap_or_default()
    }

    pub(super) fn company(&self, name: &str) -> i64 {
        let company = self.all("Companies").iter().find(|company| company["companyName"] == name);
        company.and_then(|company| company["id"].as_i64()).unwrap_or_else(|| panic!("no company '{name}'"))
    }

    pub(super) fn dismiss(&mut self, email: &str) {
        for resource in self.entities.entry("Resources").or_default() {
            if resource["email"] == email {
                resource["isActive"] = json!(false);
            }
        }
    }

    pub(super) fn renumber(&mut self, field: &str) {
        const FURTHER: i64 = 500;
        for ((_, name), entries) in &mut self.picklists {
            if *name == field {
                for (value, _) in entries.iter_mut() {
                    *value += FURTHER;
                }
            }
        }
        for ticket in self.entities.entry("Tickets").or_default() {
            if let Some(value) = ticket[field].as_i64() {
                ticket[field] = json!(value + FURTHER);
            }
        }
    }

    pub(super) fn is_over(&self, ticket: &Value) -> bool {
        matches!(self.label("Tickets", "status", ticket).as_str(), "Complete" | "Denied")
    }

    fn label(&self, entity: &str, field: &str, item: &Value) -> String {
        let entry = self.picklist(entity, field).iter().find(|(value, _)| item[field] == *value);
        entry.map(|(_, label)| label.clone()).unwrap_or_default()
    }

    pub(super) fn tickets(&self) -> Vec<Ticket> {
        self.all("Tickets").iter().map(|item| self.ticket(item)).collect()
    }

    fn ticket(&self, item: &Value) -> Ticket {
        let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let of_ticket = |other: &&Value| other["ticketID"] == item["id"];
        let notes = self.all("TicketNotes").iter().filter(of_ticket);
        Ticket {
            id: item["id"].to_string(),
            number: text("ticketNumber"),
            title: text("title"),
            description: text("description"),
            status: self.label("Tickets", "status", item),
            priority: self.label("Tickets", "priority", item),
            queue: self.label("Tickets", "queueID", item),
            source: self.label("Tickets", "source", item),
            company: item["companyID"].as_i64().unwrap_or_default(),
            external_id: text("externalID"),
            assigned: item["assignedResourceID"].as_i64(),
            role: item["assignedResourceRoleID"].as_i64(),
            resolution: item["resolution"].as_str().map(str::to_owned),
            notes: notes.map(|note| self.note(note)).collect(),
            time: self.all("TimeEntries").iter().filter(of_ticket).cloned().collect(),
            raw: item.clone(),
        }
    }

    fn note(&self, item: &Value) -> Note {
        let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        Note {
            title: text("title"),
            description: text("description"),
            note_type: self.label("TicketNotes", "noteType", item),
            publish: self.label("TicketNotes", "publish", item),
            creator: item["impersonatorCreatorResourceID"].as_i64(),
        }
    }
}
