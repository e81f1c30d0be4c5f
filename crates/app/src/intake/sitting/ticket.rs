//! Alerts that are tickets: what the PSA says of a ticket reaches the ticket's incident, wherever that came from.
//!
//! Invariant: a ticket that we made never opens an incident, not even when the PSA tells of it before it has told us its
//! number: it carries our key.

use domain::id::IncidentId;
use domain::incident::Incident;
use domain::ticket::incident_in;
use store::TicketLink;

use super::{Arrival, Sitting};
use crate::error::Error;

/// How an alert's ticket stands here.
pub(super) enum Standing {
    /// It is no ticket, or one that isn't known, or whose incident is over.
    Unknown,
    /// It is this incident's.
    Open(IncidentId),
    /// We made it for an incident that is over: nothing is to be done about it here.
    OursAndOver,
}

impl Sitting<'_> {
    pub(super) async fn by_ticket(&mut self, arrival: &Arrival) -> Result<Standing, Error> {
        let Some(mention) = &arrival.signal.ticket else { return Ok(Standing::Unknown) };
        let ours = mention.external_ref.as_deref().and_then(incident_in);
        let provider = arrival.source.source_type.word();
        let known = match &ours {
            Some(id) => Some(id.clone()),
            None => self.linked(provider, &mention.id).await?,
        };
        let Some(id) = known else { return Ok(Standing::Unknown) };
        if self.load_live(&id).await? {
            return Ok(Standing::Open(id));
        }
        let was_made_here = ours.is_some() && self.books.incident(&id).is_some();
        Ok(if was_made_here { Standing::OursAndOver } else { Standing::Unknown })
    }

    /// An incident that was opened by a ticket has that ticket.
    pub(super) fn adopt_ticket(&mut self, arrival: &Arrival, incident: &mut Incident) {
        let Some(mention) = &arrival.signal.ticket else { return };
        incident.psa_ticket_id = Some(mention.id.clone());
        incident.psa_ticket_number.clone_from(&mention.number);
        incident.psa_ticket_url.clone_from(&arrival.signal.link);
        self.writes += 1;
        self.books.link(TicketLink {
            provider: arrival.source.source_type.word().to_owned(),
            ticket_id: mention.id.clone(),
            incident_id: incident.id.clone(),
        });
    }
}
