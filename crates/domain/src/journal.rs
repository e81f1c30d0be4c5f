//! The journal of one decision: what it writes down and what it wants done, to be committed together with the
//! changed incident.
//!
//! Invariant: a decision never acts; it only journals. What is not in the journal does not happen, and what is in it
//! happens even if the process dies right after the commit.

use chrono::{DateTime, Utc};

use crate::actor::Actor;
use crate::event::EventKind;
use crate::page::Page;
use crate::ticket::TicketOp;
use crate::timeline::{Entry, Event};

/// Collected while deciding.
#[derive(Debug, Clone, PartialEq)]
pub struct Journal {
    /// The decision's `now`.
    pub at: DateTime<Utc>,
    /// For the timeline, in order.
    pub entries: Vec<Entry>,
    /// Pages to send.
    pub pages: Vec<Page>,
    /// Life-cycle events for the bus.
    pub events: Vec<EventKind>,
    /// What the PSA is to be told, in order.
    pub ticket: Vec<TicketOp>,
}

impl Journal {
    /// An empty one.
    pub fn new(at: DateTime<Utc>) -> Self {
        Self { at, entries: Vec::new(), pages: Vec::new(), events: Vec::new(), ticket: Vec::new() }
    }

    /// Writes an entry for the timeline.
    pub fn write(&mut self, actor: Actor, event: Event) {
        self.entries.push(Entry { at: self.at, actor, event });
    }
}
