//! An incident and its ticket in the PSA.
//!
//! Invariant: the ticket is named by its home and its id; an incident has one at a time.

use chrono::{DateTime, Utc};

use super::Incident;
use crate::actor::Actor;
use crate::id::UserId;
use crate::journal::Journal;
use crate::psa::PsaHome;
use crate::ticket::{Filed, Spent, TicketOp};
use crate::timeline::Event;

impl Incident {
    /// There is this ticket for it.
    pub fn set_ticket(&mut self, ticket: Filed, home: Option<PsaHome>, by: Actor, journal: &mut Journal) {
        let ticket_id = ticket.id.clone();
        let event = match by {
            Actor::User { .. } => Event::TicketLinked { ticket_id },
            Actor::Source { .. } | Actor::System => Event::TicketCreated { ticket_id },
        };
        self.psa_ticket_id = Some(ticket.id);
        self.psa_home = home;
        self.psa_ticket_number = ticket.number;
        self.psa_ticket_url = ticket.url;
        journal.write(by, event);
    }

    /// Whether a ticket is its own, and not just another problem that it has gathered.
    pub fn has_ticket(&self, home: &PsaHome, ticket_id: &str) -> bool {
        self.psa_ticket_id.as_deref() == Some(ticket_id)
            && self.psa_home.as_ref().is_none_or(|own| own.may_be(home))
    }

    /// The number of the ticket that it was opened by, where nothing but that is known of it.
    pub fn unread_ticket(&self, home: &PsaHome) -> Option<&str> {
        let is_there = self.psa_ticket_id.is_none() && self.psa_home.as_ref()?.may_be(home);
        self.psa_ticket_number.as_deref().filter(|_| is_there)
    }

    /// It has a ticket that somebody made there.
    pub fn adopt_ticket(&mut self, ticket: Filed, home: PsaHome) {
        self.psa_ticket_id = Some(ticket.id);
        self.psa_home = Some(home);
        self.psa_ticket_number = ticket.number;
        self.psa_ticket_url = ticket.url;
    }

    /// What the PSA is told at the end; `None`: it isn't over.
    pub fn completion(&self, note: Option<String>, spent: Option<Spent>) -> Option<TicketOp> {
        let end = self.resolved.as_ref()?;
        Some(TicketOp::Complete { at: end.at, by: end.by.to_string(), note, spent })
    }

    /// The work from acknowledge to resolve, where a person had it.
    pub(super) fn time_spent(&self, until: DateTime<Utc>) -> Option<Spent> {
        let taken = self.acknowledged.as_ref()?;
        Some(Spent { user: taken.by.user_id()?.clone(), from: taken.at, to: until })
    }

    /// Who has it, where that is a person.
    pub fn assignee(&self) -> Option<&UserId> {
        self.acknowledged.as_ref().and_then(|act| act.by.user_id())
    }
}
