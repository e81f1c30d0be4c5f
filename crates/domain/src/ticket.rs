//! The PSA's ticket of an incident: what goes into it, and what the PSA still has to be told.
//!
//! Invariants: everything the PSA is told about one incident stands in one queue and goes out in order, one at a time;
//! a create is begun in the store before it is sent, so that whoever comes after a crash or a time-out looks for the
//! ticket before making one; "create" stands in the queue at most once; a ticket is named by its PSA and its id, and nothing
//! meant for it is told to another PSA's ticket of the same id.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{IncidentId, NoteId, TenantId, UserId};
use crate::incident::Incident;
use crate::retry;
use crate::severity::Severity;
use crate::user::User;

/// How long one sender has for the head of the queue before another may take over.
pub const LEASE: TimeDelta = TimeDelta::seconds(90);

const FIRST_RETRY: TimeDelta = TimeDelta::seconds(10);
const LONGEST_RETRY: TimeDelta = TimeDelta::minutes(15);

/// One thing that the PSA is to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum TicketOp {
    /// Make the ticket.
    Create {
        /// Who acknowledged; `None` when a tool did.
        assignee: Option<UserId>,
    },
    /// Give a ticket that is there to whoever acknowledged, and say that it is worked on.
    Take {
        /// Who acknowledged.
        assignee: UserId,
        /// When.
        at: DateTime<Utc>,
    },
    /// Append an internal note.
    Note {
        /// The note's identity.
        note_id: NoteId,
        /// When it was written.
        at: DateTime<Utc>,
        /// Who wrote it.
        author: String,
        /// What was written.
        text: String,
    },
    /// Complete the ticket.
    Complete {
        /// When the incident was resolved.
        at: DateTime<Utc>,
        /// By whom.
        by: String,
        /// The closing note.
        note: Option<String>,
        /// The work on it, where a person had it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spent: Option<Spent>,
    },
}

/// The time that somebody worked on an incident: from the acknowledge to the resolve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// Who.
    pub user: UserId,
    /// Since when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub to: DateTime<Utc>,
}

/// A ticket that there is in the PSA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// The PSA's id of it.
    pub id: String,
    /// The number that people know it by, where that is another.
    pub number: Option<String>,
    /// Where people look at it.
    pub url: Option<String>,
}

impl Filed {
    /// One of which nothing but the id is known.
    pub fn bare(id: String) -> Self {
        Self { id, number: None, url: None }
    }
}

/// What the PSA still has to be told about one incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketQueue {
    /// About which incident.
    pub incident_id: IncidentId,
    /// The ticket, once there is one.
    pub ticket_id: Option<String>,
    /// The word of the PSA that the ticket is in; `None`: whichever the tenant has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// In order.
    pub ops: VecDeque<TicketOp>,
    /// How often the head was begun.
    pub begun: u32,
    /// When the head is tried (again), or taken over; `None` when there is nothing to do or it is parked.
    pub due_at: Option<DateTime<Utc>>,
    /// Until when somebody is at the head, whatever anybody else wants.
    #[serde(default)]
    pub held_until: Option<DateTime<Utc>>,
    /// What the PSA said when it last refused.
    pub problem: Option<String>,
    /// How many tickets of this incident were closed in the PSA before the present one.
    #[serde(default)]
    pub followed: u32,
}

impl TicketQueue {
    /// An empty queue for a ticket that may exist already.
    pub fn new(incident: &Incident) -> Self {
        Self {
            incident_id: incident.id.clone(),
            ticket_id: incident.psa_ticket_id.clone(),
            provider: incident.psa_provider.clone(),
            ops: VecDeque::new(),
            begun: 0,
            due_at: None,
            held_until: None,
            problem: None,
            followed: 0,
        }
    }

    /// Adds what a decision journalled. Notes and completion of an incident that has no ticket and will get none are
    /// dropped: there is nothing to add them to.
    pub fn push(&mut self, op: TicketOp, now: DateTime<Utc>) {
        let has_ticket =
            self.ticket_id.is_some() || self.ops.iter().any(|op| matches!(op, TicketOp::Create { .. }));
        if has_ticket == matches!(op, TicketOp::Create { .. }) {
            return;
        }
        self.ops.push_back(op);
        if self.due_at.is_none() && self.problem.is_none() {
            self.due_at = Some(now);
        }
    }

    /// Whether the head may have been sent before without our knowing the answer.
    pub fn is_in_doubt(&self) -> bool {
        self.begun > 1
    }

    /// Takes the head for one attempt.
    pub fn begin(&mut self, now: DateTime<Utc>) {
        self.begun += 1;
        self.held_until = Some(now + LEASE);
        self.due_at = self.held_until;
    }

    /// The head is done.
    pub fn done(&mut self, now: DateTime<Utc>) {
        self.ops.pop_front();
        self.begun = 0;
        self.held_until = None;
        self.problem = None;
        self.due_at = (!self.ops.is_empty()).then_some(now);
    }

    /// The head is tried again after a growing wait, at least `at_least` long where the PSA asked for one.
    pub fn retry_later(&mut self, now: DateTime<Utc>, problem: String, at_least: Option<TimeDelta>) {
        self.held_until = None;
        let wait = retry::backoff(self.begun, FIRST_RETRY, LONGEST_RETRY);
        self.due_at = Some(now + at_least.map_or(wait, |asked| wait.max(asked)));
        self.problem = Some(problem);
    }

    /// The PSA refused for a reason that waiting won't mend: stands until a person presses retry.
    pub fn park(&mut self, problem: String) {
        self.held_until = None;
        self.due_at = None;
        self.problem = Some(problem);
    }

    /// A person pressed retry: the head is due now, unless somebody is at it this moment.
    pub fn retry_now(&mut self, now: DateTime<Utc>) {
        if self.held_until.is_some_and(|until| until > now) {
            return;
        }
        self.due_at = (!self.ops.is_empty()).then_some(now);
    }

    /// A person linked a ticket by hand: nothing that was waiting is sent to it.
    pub fn link(&mut self, ticket_id: String, provider: Option<String>) {
        *self = Self {
            incident_id: self.incident_id.clone(),
            ticket_id: Some(ticket_id),
            provider,
            ops: VecDeque::new(),
            begun: 0,
            due_at: None,
            held_until: None,
            problem: None,
            followed: self.followed,
        };
    }

    /// Whether its ticket is in another PSA than `provider`.
    pub fn is_elsewhere(&self, provider: &str) -> bool {
        self.ticket_id.is_some() && self.provider.as_deref().is_some_and(|own| own != provider)
    }

    /// The ticket is closed in the PSA, or in a PSA that the tenant has no more, though there is more to tell: another one
    /// is made for what waits. Answers the one before.
    pub fn follow_up(&mut self, assignee: Option<UserId>, now: DateTime<Utc>) -> Option<String> {
        let closed = self.ticket_id.take()?;
        self.provider = None;
        self.followed += 1;
        // Only a ticket that is there can be taken.
        self.ops.retain(|op| !matches!(op, TicketOp::Take { .. }));
        self.ops.push_front(TicketOp::Create { assignee });
        self.begun = 0;
        self.held_until = None;
        self.problem = None;
        self.due_at = Some(now);
        Some(closed)
    }
}

/// A new ticket, in the PSA-independent terms of the product's field table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTicket {
    /// Whose it is; also the ticket's company, by organization id.
    pub tenant_id: TenantId,
    /// The incident's title.
    pub title: String,
    /// The incident's description, where it came from, and what a detection product added.
    pub description: String,
    /// `P1` to `P4`.
    pub priority: &'static str,
    /// What the priority was made of, for a PSA that has other words for it.
    pub severity: Severity,
    /// The incident's running number.
    pub number: u64,
    /// The customer company, where known.
    pub client: Option<String>,
    /// Who acknowledged.
    pub assignee: Option<Technician>,
    /// The incident's creation time.
    pub created_at: DateTime<Utc>,
    /// Our key for the ticket: the same for every attempt.
    pub external_ref: String,
}

/// What a ticket says that somebody else made or changed in the PSA.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketFacts {
    /// The PSA's id of it.
    pub id: String,
    /// The number that people know it by.
    pub number: Option<String>,
    /// One line.
    pub title: String,
    /// The rest.
    pub description: String,
    /// Its status, as the PSA's people call it.
    pub status: String,
    /// Its priority, as the PSA's people call it.
    pub priority: String,
    /// The customer company.
    pub client: Option<String>,
    /// Where people look at it.
    pub url: Option<String>,
    /// Our own key of it, where it was made by us.
    pub external_ref: Option<String>,
}

/// A technician, as a PSA can find them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Technician {
    /// Our id.
    pub user_id: UserId,
    /// Their mail address at the Hub.
    pub email: String,
    /// Their name.
    pub name: String,
}

impl From<&User> for Technician {
    fn from(user: &User) -> Self {
        Self { user_id: user.id.clone(), email: user.email.clone(), name: user.name.clone() }
    }
}

/// What our keys for tickets start with, in any PSA.
const REF_PREFIX: &str = "oncall-incident-";

/// Our key for an incident's ticket in any PSA; for one that follows closed ones, another for each.
pub fn external_ref(incident: &IncidentId, followed: u32) -> String {
    match followed {
        0 => format!("{REF_PREFIX}{incident}"),
        n => format!("{REF_PREFIX}{incident}-{}", n + 1),
    }
}

/// The incident that a key of ours, or a text with one in it, is about.
pub fn incident_in(text: &str) -> Option<IncidentId> {
    let (_, rest) = text.split_once(REF_PREFIX)?;
    let body = rest.strip_prefix("inc_")?;
    let end = body.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(body.len());
    format!("inc_{}", &body[..end]).parse().ok()
}

/// Our key for the time spent on an incident in any PSA.
pub fn time_ref(incident: &IncidentId) -> String {
    format!("oncall-time-{incident}")
}

/// Our key for a note in any PSA.
pub fn note_ref(note: &NoteId) -> String {
    format!("oncall-{note}")
}

impl NewTicket {
    /// The ticket for `incident`.
    pub fn of(incident: &Incident, assignee: Option<&User>, followed: u32) -> Self {
        Self {
            tenant_id: incident.tenant_id.clone(),
            title: incident.title.clone(),
            description: description(incident, followed),
            priority: incident.severity.psa_priority(),
            client: incident.client.clone(),
            assignee: assignee.map(Technician::from),
            created_at: incident.created_at,
            external_ref: external_ref(&incident.id, followed),
            severity: incident.severity,
            number: incident.number,
        }
    }
}

fn description(incident: &Incident, followed: u32) -> String {
    let mut lines = vec![format!("Alert source: {}", incident.origin.source_name)];
    if let Some(before) = incident.psa_ticket_id.as_ref().filter(|_| followed > 0) {
        lines.push(format!("Follows ticket {before}, which took no more while this went on"));
    }
    if let Some(product) = &incident.origin.product {
        lines.push(format!("Triggering product: {product}"));
    }
    match (&incident.device.name, &incident.device.hostname) {
        (Some(name), Some(host)) if name != host => lines.push(format!("Device: {name} ({host})")),
        (Some(name), _) | (None, Some(name)) => lines.push(format!("Device: {name}")),
        (None, None) => {}
    }
    if let Some(detection) = &incident.detection {
        if let Some(kind) = &detection.detection_type {
            lines.push(format!("Detection: {kind}"));
        }
        if let Some(mitre) = &detection.mitre_technique {
            lines.push(format!("MITRE: {} {}", mitre.id, mitre.name).trim_end().to_owned());
        }
        if let Some(advice) = &detection.recommended_action {
            lines.push(format!("Recommended action: {advice}"));
        }
    }
    let facts = lines.join("\n");
    if incident.description.is_empty() { facts } else { format!("{}\n\n{facts}", incident.description) }
}

#[cfg(test)]
mod tests;
