//! Alerts that are tickets: what the PSA says of a ticket reaches the ticket's incident, wherever that came from.
//!
//! Invariants: a ticket that we made never opens an incident, not even when the PSA tells of it before it has told us its
//! number: it carries our key. A ticket whose incident is over opens another only once it was closed in between: until then
//! whatever the PSA says of it is the echo of what was done here.

use chrono::TimeDelta;
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::signal::{Action, TicketMention, WhenNoneOpen};
use domain::ticket::{TicketQueue, incident_in};
use store::{TicketLink, queue_id};

use super::{Arrival, Sitting};
use crate::error::Error;
use crate::psa;

/// For how long after the end what a PSA says of a ticket may have been said before the end.
const ECHO: TimeDelta = TimeDelta::minutes(1);

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
    // The PSA has not told us its number yet.
    ours(mention).as_ref() == Some(&incident.id)
}

/// The incident that we made a ticket for.
fn ours(mention: &TicketMention) -> Option<IncidentId> {
    mention.external_ref.as_deref().and_then(incident_in)
}

impl Sitting<'_> {
    pub(super) async fn by_ticket(&mut self, arrival: &Arrival) -> Result<Standing, Error> {
        let Some(mention) = &arrival.signal.ticket else { return Ok(Standing::Unknown) };
        let provider = arrival.source.source_type.word();
        // Read even where our key says it: whatever is written about the ticket replaces what stands there.
        let linked = self.linked(provider, &mention.id).await?;
        let ours = ours(mention);
        let was_made_here = ours.is_some();
        let Some(id) = ours.or(linked) else { return Ok(Standing::Unknown) };
        if arrival.signal.action == Action::Resolve {
            self.books.close_link(provider, &mention.id);
            self.writes += 1;
        }
        let is_live = self.load_live(&id).await?;
        let Some(incident) = self.books.incident(&id) else { return Ok(Standing::Unknown) };
        if is_live {
            // One that was closed before, and followed by another.
            let is_former = incident.psa_provider.as_deref() == Some(provider)
                && !incident.has_ticket(provider, &mention.id);
            return Ok(if is_former { Standing::Past } else { Standing::Open(id) });
        }
        let is_past = match arrival.signal.action {
            _ if was_made_here => true,
            _ if arrival.signal.when_none_open() == WhenNoneOpen::Open => {
                !self.is_open_again(&id, provider, mention).await?
            }
            _ => false,
        };
        Ok(if is_past { Standing::Past } else { Standing::Unknown })
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

    /// An incident that was opened by a ticket has that ticket, and is found by it in any case.
    pub(super) fn adopt_ticket(&mut self, arrival: &Arrival, incident: &mut Incident, is_elsewhere: bool) {
        let Some(mention) = &arrival.signal.ticket else { return };
        let provider = arrival.source.source_type.word();
        if !is_elsewhere {
            incident.psa_ticket_id = Some(mention.id.clone());
            incident.psa_provider = Some(provider.to_owned());
            incident.psa_ticket_number.clone_from(&mention.number);
            incident.psa_ticket_url.clone_from(&arrival.signal.link);
        }
        self.writes += 1;
        self.books.link(TicketLink {
            provider: provider.to_owned(),
            ticket_id: mention.id.clone(),
            incident_id: incident.id.clone(),
            closed: false,
        });
    }
}
