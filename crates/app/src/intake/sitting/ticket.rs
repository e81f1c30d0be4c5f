//! Alerts that are tickets: what the PSA says of a ticket reaches the ticket's incident, wherever that came from.
//!
//! Invariants: whose a ticket is, the books say. Our key in it is believed only while we are making that very ticket and
//! don't know its id yet, so that what we made never opens an incident, and whoever quotes or copies one of ours is heard.
//! A ticket whose incident is over opens another only once it was closed in between: until then whatever the PSA says of it
//! is the echo of what was done here. What can't be read of such a ticket is taken for an echo for an hour, and pages after
//! that: nobody can tell that it wasn't opened again.

use chrono::TimeDelta;
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::signal::{Action, TicketMention, WhenNoneOpen};
use domain::ticket::{TicketOp, TicketQueue, external_ref, incident_in};
use store::{TicketLink, queue_id};

use super::{Arrival, Sitting};
use crate::error::Error;
use crate::psa;

/// For how long after the end what a PSA says of a ticket may have been said before the end.
const ECHO: TimeDelta = TimeDelta::minutes(1);

/// The same for a ticket that can't be read.
const UNREAD_ECHO: TimeDelta = TimeDelta::hours(1);

/// How an alert's ticket stands here.
pub(super) enum Standing {
    /// It is no ticket, or one that isn't known, or one that is to be taken as such.
    Unknown,
    /// It is this incident's.
    Open(IncidentId),
    /// Nothing is to be done about it here.
    Past,
}

/// Whether an alert is about an incident's own ticket, and not about one of the problems that it has gathered.
pub(super) fn is_own_ticket(arrival: &Arrival, incident: &Incident) -> bool {
    let Some(mention) = &arrival.signal.ticket else { return false };
    if incident.psa_ticket_id.is_some() {
        return incident.has_ticket(arrival.source.source_type.word(), &mention.id);
    }
    // The PSA has not told us its id yet.
    names(mention).as_ref() == Some(&incident.id)
}

/// The incident that our key in a ticket names.
fn names(mention: &TicketMention) -> Option<IncidentId> {
    mention.external_ref.as_deref().and_then(incident_in)
}

/// Whether a ticket may be one that an incident once had, and not the one that it has.
fn is_former(incident: &Incident, provider: &str, mention: &TicketMention) -> bool {
    let is_other = match &mention.number {
        Some(number) if mention.id.is_empty() => {
            incident.psa_ticket_number.as_ref().is_some_and(|own| !own.eq_ignore_ascii_case(number))
        }
        _ => !incident.has_ticket(provider, &mention.id),
    };
    incident.psa_provider.as_deref() == Some(provider) && is_other
}

/// Whether a queue's ticket is this one, or one that it is making.
fn is_of(queue: &TicketQueue, provider: &str, mention: &TicketMention) -> bool {
    if let Some(id) = &queue.ticket_id {
        return *id == mention.id && !queue.is_elsewhere(provider);
    }
    let is_making = queue.begun > 0 && matches!(queue.ops.front(), Some(TicketOp::Create { .. }));
    is_making && mention.external_ref == Some(external_ref(&queue.incident_id, queue.followed))
}

impl Sitting<'_> {
    pub(super) async fn by_ticket(&mut self, arrival: &Arrival) -> Result<Standing, Error> {
        let Some(mention) = &arrival.signal.ticket else { return Ok(Standing::Unknown) };
        let provider = arrival.source.source_type.word();
        let whose = match self.linked_to(provider, mention).await? {
            Some(id) => Some(id),
            None => self.making(provider, mention).await?,
        };
        let Some(id) = whose else { return Ok(Standing::Unknown) };
        let was_made_here = names(mention).as_ref() == Some(&id);
        if arrival.signal.action == Action::Resolve {
            self.books.close_link(provider, &mention.id);
            self.writes += 1;
        }
        let is_live = self.load_live(&id).await?;
        let Some(incident) = self.books.incident(&id) else { return Ok(Standing::Unknown) };
        if is_live {
            // One that was closed before, and followed by another.
            let is_former = is_former(incident, provider, mention);
            return Ok(if is_former { Standing::Past } else { Standing::Open(id) });
        }
        let is_past = match arrival.signal.action {
            _ if was_made_here => true,
            _ if mention.unread => {
                let ended = incident.resolved.as_ref().map(|end| end.at);
                ended.is_some_and(|ended| self.now < ended + UNREAD_ECHO)
            }
            _ if arrival.signal.when_none_open() == WhenNoneOpen::Open => {
                !self.is_open_again(&id, provider, mention).await?
            }
            _ => false,
        };
        Ok(if is_past { Standing::Past } else { Standing::Unknown })
    }

    /// The incident that the books have a ticket for. Read in any case: whatever is written about the ticket replaces what
    /// stands there.
    async fn linked_to(
        &mut self,
        provider: &str,
        mention: &TicketMention,
    ) -> Result<Option<IncidentId>, Error> {
        let by_id = match mention.id.as_str() {
            "" => None,
            id => self.linked(provider, id).await?,
        };
        let Some(number) = &mention.number else { return Ok(by_id) };
        let ticket_id = TicketLink::by_number(number);
        let by_number = self.linked(provider, &ticket_id).await?;
        match by_id {
            // Its number wasn't known when it was made or linked.
            Some(id) if by_number.as_ref() != Some(&id) => {
                self.put_down(provider, ticket_id, &id);
                Ok(Some(id))
            }
            Some(id) => Ok(Some(id)),
            None if mention.id.is_empty() => Ok(by_number),
            None => Ok(None),
        }
    }

    /// The incident that a ticket is being made for, of which the PSA has not told us the id.
    async fn making(&mut self, provider: &str, mention: &TicketMention) -> Result<Option<IncidentId>, Error> {
        let Some(id) = names(mention) else { return Ok(None) };
        if psa::provider(self.app, self.tenant).await? != Some(provider) {
            return Ok(None);
        }
        let queue = self.app.store.get::<TicketQueue>(self.tenant, &queue_id(&id)).await?;
        Ok(queue.is_some_and(|queue| is_of(&queue.value, provider, mention)).then_some(id))
    }

    fn put_down(&mut self, provider: &str, ticket_id: String, incident: &IncidentId) {
        self.writes += 1;
        let (provider, incident_id) = (provider.to_owned(), incident.clone());
        self.books.link(TicketLink { provider, ticket_id, incident_id, closed: false });
    }

    /// Whether a ticket whose incident is over was closed before it was spoken of again.
    async fn is_open_again(
        &self,
        id: &IncidentId,
        provider: &str,
        mention: &TicketMention,
    ) -> Result<bool, Error> {
        if self.books.is_closed(provider, &mention.id) {
            return Ok(true);
        }
        // Closed from here: the PSA was told, and had time to say what it had to say before that.
        let Some(queue) = self.app.store.get::<TicketQueue>(self.tenant, &queue_id(id)).await? else {
            return Ok(false);
        };
        let queue = queue.value;
        let ended = self.books.incident(id).and_then(|incident| incident.resolved.as_ref()).map(|end| end.at);
        Ok(queue.ops.is_empty()
            && queue.ticket_id.as_deref() == Some(mention.id.as_str())
            && !queue.is_elsewhere(provider)
            && ended.is_some_and(|ended| self.now >= ended + ECHO))
    }

    /// Whether the tenant's own work is filed in another PSA than the one that an alert's ticket is in: then an incident
    /// has a ticket of its own there.
    pub(super) async fn is_filed_elsewhere(&self, arrival: &Arrival) -> Result<bool, Error> {
        if arrival.signal.ticket.is_none() {
            return Ok(false);
        }
        let own = psa::provider(self.app, self.tenant).await?;
        Ok(own.is_some_and(|own| own != arrival.source.source_type.word()))
    }

    /// An incident that was opened before its ticket could be read has that ticket from now on, unless one of our own is on
    /// its way.
    pub(super) async fn adopt_late(&mut self, arrival: &Arrival, id: &IncidentId) -> Result<(), Error> {
        let dedup_key = arrival.signal.dedup_key();
        let is_wanting = self.books.incident(id).is_some_and(|incident| {
            incident.psa_ticket_id.is_none()
                && incident.first_acknowledged_at.is_none()
                && incident.dedup_key == dedup_key
                && incident.origin.source_id.as_ref() == Some(&arrival.source.id)
        });
        if !is_wanting || arrival.signal.ticket.is_none() || self.is_filed_elsewhere(arrival).await? {
            return Ok(());
        }
        let Some(mut incident) = self.books.incident(id).cloned() else { return Ok(()) };
        self.adopt_ticket(arrival, &mut incident, false);
        *self.books.open_mut(id)?.0 = incident;
        Ok(())
    }

    /// An incident that was opened by a ticket has that ticket, and is found by it in any case. One that only the number is
    /// known of is adopted when it is read.
    pub(super) fn adopt_ticket(&mut self, arrival: &Arrival, incident: &mut Incident, is_elsewhere: bool) {
        let Some(mention) = arrival.signal.ticket.as_ref().filter(|mention| !mention.id.is_empty()) else {
            return;
        };
        let provider = arrival.source.source_type.word();
        if !is_elsewhere {
            incident.psa_ticket_id = Some(mention.id.clone());
            incident.psa_provider = Some(provider.to_owned());
            incident.psa_ticket_number.clone_from(&mention.number);
            incident.psa_ticket_url.clone_from(&arrival.signal.link);
        }
        let number = mention.number.as_deref().map(TicketLink::by_number);
        for ticket_id in [Some(mention.id.clone()), number].into_iter().flatten() {
            self.put_down(provider, ticket_id, &incident.id);
        }
    }
}
