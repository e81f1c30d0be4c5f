//! An incident and its ticket in the PSA.
//!
//! Invariant: the ticket is named by its home and its id; an incident has one at a time.

use chrono::{DateTime, Utc};

use super::{Changed, Incident, TransitionError};
use crate::actor::Actor;
use crate::id::{SourceId, UserId};
use crate::journal::Journal;
use crate::psa::PsaHome;
use crate::signal::TicketMention;
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
        self.put_ticket(Some(ticket.id), home, (ticket.number, ticket.url));
        journal.write(by, event);
    }

    fn put_ticket(
        &mut self,
        id: Option<String>,
        home: Option<PsaHome>,
        (number, url): (Option<String>, Option<String>),
    ) {
        self.psa_ticket_id = id;
        self.psa_home = home;
        self.psa_ticket_number = number;
        self.psa_ticket_url = url;
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
        self.put_ticket(Some(ticket.id), Some(home), (ticket.number, ticket.url));
    }

    /// It has the ticket that an alert is. Of one that could not be read yet only the number may be known.
    pub fn adopt_mentioned(&mut self, mention: &TicketMention, url: Option<String>, home: PsaHome) {
        let id = Some(mention.id.clone()).filter(|id| !id.is_empty());
        self.put_ticket(id, Some(home), (mention.number.clone(), url));
    }

    /// Whether a ticket of this source and dedup key opened it before it could be read: it is to have that one, unless one of
    /// our own is on its way, which is so from the first acknowledge on.
    pub fn wants_ticket_of(&self, source: &SourceId, dedup_key: &str) -> bool {
        self.psa_ticket_id.is_none()
            && self.first_acknowledged_at.is_none()
            && self.dedup_key == dedup_key
            && self.origin.source_id.as_ref() == Some(source)
    }

    /// It is over, since its ticket was closed in the PSA: the ticket isn't closed there again. Else as [`Self::resolve`].
    pub fn resolve_by_ticket(
        &mut self,
        by: Actor,
        note: Option<String>,
        journal: &mut Journal,
    ) -> Result<Changed, TransitionError> {
        self.end(by, note, journal)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventKind;
    use crate::sample::{actor, incident, journal, tool};

    fn mention(id: &str) -> TicketMention {
        TicketMention { id: id.into(), number: Some("T20261120.0042".into()), ..TicketMention::default() }
    }

    fn home() -> PsaHome {
        PsaHome::of_somebody("autotask")
    }

    #[test]
    fn whoever_closes_the_ticket_ends_the_incident_and_the_psa_is_not_told_what_it_said() {
        let (mut incident, mut journal) = (incident(), journal(4));
        incident.adopt_mentioned(&mention("7"), None, home());
        assert_eq!(incident.resolve_by_ticket(tool(), None, &mut journal), Ok(Changed::Yes));
        assert_eq!((journal.ticket.len(), journal.events.as_slice()), (0, [EventKind::Resolved].as_slice()));
        assert_eq!(incident.resolve_by_ticket(tool(), None, &mut journal), Ok(Changed::No));
    }

    #[test]
    fn a_ticket_that_opened_it_unread_is_wanted_until_somebody_acknowledges_or_it_is_there() {
        let mut incident = incident();
        let source = SourceId::derived(&["autotask"]);
        incident.origin.source_id = Some(source.clone());
        let key = incident.dedup_key.clone();
        incident.adopt_mentioned(&mention(""), None, home());
        assert_eq!(
            (&incident.psa_ticket_id, incident.unread_ticket(&home())),
            (&None, Some("T20261120.0042"))
        );
        assert!(incident.wants_ticket_of(&source, &key));
        assert!(
            !incident.wants_ticket_of(&source, "another")
                && !incident.wants_ticket_of(&SourceId::derived(&["x"]), &key)
        );
        let mut taken = incident.clone();
        taken.acknowledge(actor("Ann"), &mut journal(1)).unwrap();
        assert!(!taken.wants_ticket_of(&source, &key), "one of our own is on its way");
        incident.adopt_mentioned(&mention("7"), Some("https://psa.example/7".into()), home());
        assert!(incident.has_ticket(&home(), "7") && !incident.wants_ticket_of(&source, &key));
        assert_eq!(incident.psa_ticket_url.as_deref(), Some("https://psa.example/7"));
    }
}
