//! An incident and its ticket in the PSA.
//!
//! Invariant: the ticket is named by its PSA and its id; an incident has one at a time.

use chrono::{DateTime, Utc};

use super::Incident;
use crate::actor::Actor;
use crate::id::UserId;
use crate::journal::Journal;
use crate::ticket::{Filed, Spent};
use crate::timeline::Event;

impl Incident {
    /// The PSA of this word has this ticket for it.
    pub fn set_ticket(&mut self, ticket: Filed, provider: Option<&str>, by: Actor, journal: &mut Journal) {
        let ticket_id = ticket.id.clone();
        let event = match by {
            Actor::User { .. } => Event::TicketLinked { ticket_id },
            Actor::Source { .. } | Actor::System => Event::TicketCreated { ticket_id },
        };
        self.psa_ticket_id = Some(ticket.id);
        self.psa_provider = provider.map(str::to_owned);
        self.psa_ticket_number = ticket.number;
        self.psa_ticket_url = ticket.url;
        journal.write(by, event);
    }

    /// Whether a ticket of a PSA is its own, and not just another problem that it has gathered.
    pub fn has_ticket(&self, provider: &str, ticket_id: &str) -> bool {
        self.psa_ticket_id.as_deref() == Some(ticket_id)
            && self.psa_provider.as_deref().is_none_or(|own| own == provider)
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
