//! The PSA's ticket of an incident: what goes into it, and what the PSA still has to be told.
//!
//! Invariants: everything the PSA is told about one incident stands in one queue and goes out in order, one at a time;
//! what adds something is begun in the store before it is sent, so that whoever comes after a crash or a time-out looks for
//! it before adding it, and adds none as long as the PSA may still be adding the first; "create" stands in the queue at most
//! once; a ticket is named by its home and its id, and nothing meant for it is told to a ticket of the same id elsewhere.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{IncidentId, NoteId, UserId};
use crate::incident::Incident;
use crate::psa::PsaHome;
use crate::retry;

/// How long one sender has for the head of the queue before another may take over.
pub const LEASE: TimeDelta = TimeDelta::seconds(90);

/// How long after a create without an answer the PSA may still be at it: as long as the servers in front of one wait for
/// their own. Until then the ticket is looked for, and no other is made.
pub const DOUBT: TimeDelta = TimeDelta::minutes(4);

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
    /// Where the ticket is; `None`: in whichever PSA the tenant has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<PsaHome>,
    /// In order.
    pub ops: VecDeque<TicketOp>,
    /// How often the head was begun.
    pub begun: u32,
    /// When the head is tried (again), or taken over; `None` when there is nothing to do or it is parked.
    pub due_at: Option<DateTime<Utc>>,
    /// Until when somebody is at the head, whatever anybody else wants.
    #[serde(default)]
    pub held_until: Option<DateTime<Utc>>,
    /// Until when the PSA may still be at what was sent without an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt_until: Option<DateTime<Utc>>,
    /// What the PSA said when it last refused.
    pub problem: Option<String>,
    /// How many tickets of this incident were closed in the PSA before the present one.
    #[serde(default)]
    pub followed: u32,
    /// The key of a ticket that the PSA may have made although another was linked by hand meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandoned: Option<String>,
}

impl TicketQueue {
    /// An empty queue for a ticket that may exist already.
    pub fn new(incident: &Incident) -> Self {
        Self {
            incident_id: incident.id.clone(),
            ticket_id: incident.psa_ticket_id.clone(),
            home: incident.psa_home.clone(),
            ops: VecDeque::new(),
            begun: 0,
            due_at: None,
            held_until: None,
            doubt_until: None,
            problem: None,
            followed: 0,
            abandoned: None,
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

    /// Adds what comes before everything that waits.
    pub fn push_first(&mut self, op: TicketOp, now: DateTime<Utc>) {
        self.ops.push_front(op);
        self.due_at = Some(now);
    }

    /// Adds the end of an incident that is over, where a ticket is made for one whose end was never queued.
    pub fn completes(&mut self, end: Option<TicketOp>) {
        let is_there = self.ops.iter().any(|op| matches!(op, TicketOp::Complete { .. }));
        let is_made = self.ops.iter().any(|op| matches!(op, TicketOp::Create { .. }));
        if is_made && !is_there {
            self.ops.extend(end);
        }
    }

    /// Whether the head may have been sent before without our knowing the answer.
    pub fn is_in_doubt(&self) -> bool {
        self.begun > 1
    }

    /// Takes the head for one attempt.
    pub fn begin(&mut self, now: DateTime<Utc>) {
        // Whoever held it has not come back to say how it went.
        if let Some(left) = self.held_until {
            self.doubt_from(left);
        }
        self.begun += 1;
        self.held_until = Some(now + LEASE);
        self.due_at = self.held_until;
    }

    /// From an instant on, nobody knows whether the head was done, or is being done.
    pub fn doubt_from(&mut self, at: DateTime<Utc>) {
        self.doubt_until = self.doubt_until.max(Some(at + DOUBT));
    }

    /// Whether the PSA may be at the head this moment.
    pub fn may_be_under_way(&self, now: DateTime<Utc>) -> bool {
        self.is_in_doubt() && self.doubt_until.is_some_and(|until| until > now)
    }

    /// The head is done.
    pub fn done(&mut self, now: DateTime<Utc>) {
        self.ops.pop_front();
        self.begun = 0;
        self.held_until = None;
        self.doubt_until = None;
        self.problem = None;
        self.due_at = (!self.ops.is_empty()).then_some(now);
    }

    /// How long the head waits after it was begun so often.
    pub fn wait_after(&self, begun: u32) -> TimeDelta {
        retry::spread(retry::backoff(begun, FIRST_RETRY, LONGEST_RETRY), self.incident_id.as_str())
    }

    /// The head is tried again after a growing wait, at least `at_least` long where the PSA asked for one.
    pub fn retry_later(&mut self, now: DateTime<Utc>, problem: String, at_least: Option<TimeDelta>) {
        self.held_until = None;
        let wait = self.wait_after(self.begun);
        self.due_at = Some(now + at_least.map_or(wait, |asked| wait.max(asked)));
        self.problem = Some(problem);
    }

    /// The PSA refused for a reason that waiting won't mend: stands until a person presses retry.
    pub fn park(&mut self, problem: String) {
        self.held_until = None;
        self.due_at = None;
        self.problem = Some(problem);
    }

    /// Whether it stands until a person does something.
    pub fn is_parked(&self) -> bool {
        self.due_at.is_none() && !self.ops.is_empty()
    }

    /// A person pressed retry: the head is due now, unless somebody is at it this moment.
    pub fn retry_now(&mut self, now: DateTime<Utc>) {
        if self.held_until.is_some_and(|until| until > now) {
            return;
        }
        self.due_at = (!self.ops.is_empty()).then_some(now);
    }

    /// The key of the ticket that the PSA was told to make, and may have made without our knowing its id.
    pub fn making(&self) -> Option<String> {
        let may_be = self.held_until.is_some() || self.doubt_until.is_some();
        let is_making = may_be && matches!(self.ops.front(), Some(TicketOp::Create { .. }));
        (is_making && self.ticket_id.is_none()).then(|| external_ref(&self.incident_id, self.followed))
    }

    /// A person linked a ticket by hand: nothing that was waiting is sent to it.
    pub fn link(&mut self, ticket_id: String, home: Option<PsaHome>) {
        *self = Self {
            incident_id: self.incident_id.clone(),
            abandoned: self.making().or(self.abandoned.take()),
            ticket_id: Some(ticket_id),
            home,
            ops: VecDeque::new(),
            begun: 0,
            due_at: None,
            held_until: None,
            doubt_until: None,
            problem: None,
            followed: self.followed,
        };
    }

    /// Whether its ticket is somewhere else.
    pub fn is_elsewhere(&self, home: &PsaHome) -> bool {
        self.ticket_id.is_some() && self.home.as_ref().is_some_and(|own| !own.may_be(home))
    }

    /// The ticket is closed in the PSA, or in a PSA that the tenant has no more, though there is more to tell: another one
    /// is made for what waits. Answers the one before.
    pub fn follow_up(&mut self, assignee: Option<UserId>, now: DateTime<Utc>) -> Option<String> {
        let closed = self.ticket_id.take()?;
        self.home = None;
        self.followed += 1;
        // Only a ticket that is there can be taken.
        self.ops.retain(|op| !matches!(op, TicketOp::Take { .. }));
        self.ops.push_front(TicketOp::Create { assignee });
        self.begun = 0;
        self.held_until = None;
        self.doubt_until = None;
        self.problem = None;
        self.due_at = Some(now);
        Some(closed)
    }
}

mod content;

pub use content::{NewTicket, Stage, Technician, TicketFacts, external_ref, incident_in, note_ref, time_ref};

#[cfg(test)]
mod tests;
