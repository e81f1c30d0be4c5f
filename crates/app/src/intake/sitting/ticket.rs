//! Alerts that are tickets: what the PSA says of a ticket reaches the ticket's incident, wherever that came from.
//!
//! Invariants: whose a ticket is, the books say. Our key in it is believed only while we are making that very ticket and
//! don't know its id yet, so that what we made never opens an incident, and whoever quotes or copies one of ours is heard.
//! A ticket whose incident is over opens another only once it was closed in between: until then whatever the PSA says of it
//! is the echo of what was done here. What can't be read of such a ticket is taken for an echo for an hour, and pages after
//! that: nobody can tell that it wasn’t opened again. What is told once more of a ticket to which nothing has happened since
//! acknowledges nothing.

use chrono::TimeDelta;
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::psa::PsaHome;
use domain::signal::{Action, TicketMention, WhenNoneOpen};
use domain::ticket::{TicketQueue, incident_in};
use store::{TicketLink, queue_id};

use super::books::Filing;
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
    /// It is this incident's. `is_known`: the PSA told the same before, and nothing has happened to it since.
    Open { id: IncidentId, is_known: bool },
    /// Nothing is to be done about it here.
    Past,
}

/// Where a ticket is.
pub(super) struct TicketPlace {
    /// The PSA that it is in.
    pub(super) home: PsaHome,
    /// The tenant's own work is filed in another: there an incident has a ticket of its own.
    pub(super) is_filed_elsewhere: bool,
}

/// Whether an alert is about an incident's own ticket, and not about one of the problems that it has gathered.
pub(super) fn is_own_ticket(arrival: &Arrival, incident: &Incident) -> bool {
    let Some(mention) = &arrival.signal.ticket else { return false };
    if incident.psa_ticket_id.is_some() {
        // It was found by its link, which says whose PSA it is.
        return incident.has_ticket(&somebodys(arrival), &mention.id);
    }
    // The PSA has not told us its id yet.
    names(mention).as_ref() == Some(&incident.id)
}

/// The PSA that an alert is from, as far as its source tells.
fn somebodys(arrival: &Arrival) -> PsaHome {
    PsaHome::of_somebody(arrival.source.source_type.word())
}

/// The incident that our key in a ticket names.
fn names(mention: &TicketMention) -> Option<IncidentId> {
    mention.external_ref.as_deref().and_then(incident_in)
}

/// Whether a ticket may be one that an incident once had, and not the one that it has.
fn is_former(incident: &Incident, home: &PsaHome, mention: &TicketMention) -> bool {
    if incident.psa_ticket_id.is_none() {
        return false;
    }
    let is_other = match &mention.number {
        Some(number) if mention.id.is_empty() => {
            incident.psa_ticket_number.as_ref().is_some_and(|own| !own.eq_ignore_ascii_case(number))
        }
        _ => !incident.has_ticket(home, &mention.id),
    };
    incident.psa_home.as_ref().is_some_and(|own| own.may_be(home)) && is_other
}

/// Whether a queue's ticket is this one, or one that it is making, or was when another was linked by hand.
fn is_of(queue: &TicketQueue, home: &PsaHome, mention: &TicketMention) -> bool {
    let is_ours = |key: Option<String>| key.is_some() && key == mention.external_ref;
    let is_its = queue.ticket_id.as_ref() == Some(&mention.id) && !queue.is_elsewhere(home);
    is_its || is_ours(queue.making()) || is_ours(queue.abandoned.clone())
}

impl Sitting<'_> {
    pub(super) async fn by_ticket(&mut self, arrival: &Arrival) -> Result<Standing, Error> {
        let Some(mention) = &arrival.signal.ticket else { return Ok(Standing::Unknown) };
        let Some(TicketPlace { home, .. }) = &self.ticket_place(arrival).await? else {
            return Ok(Standing::Unknown);
        };
        let whose = match self.linked_to(home, mention).await? {
            Some(id) => Some(id),
            None => self.making(home, mention).await?,
        };
        let Some(id) = whose else { return Ok(Standing::Unknown) };
        let was_made_here = names(mention).as_ref() == Some(&id);
        if arrival.signal.action == Action::Resolve {
            self.books.close_link(home, &mention.id);
        }
        let state = mention.state.as_deref();
        let is_known = state.is_some_and(|state| self.books.see(home, &mention.id, state));
        self.writes += 1;
        let is_live = self.load_live(&id).await?;
        let Some(incident) = self.books.incident(&id) else { return Ok(Standing::Unknown) };
        if is_live {
            // One that was closed before, and followed by another.
            let is_former = is_former(incident, home, mention);
            return Ok(if is_former { Standing::Past } else { Standing::Open { id, is_known } });
        }
        let is_past = match arrival.signal.action {
            _ if was_made_here => true,
            _ if mention.unread => {
                let ended = incident.resolved.as_ref().map(|end| end.at);
                ended.is_some_and(|ended| self.now < ended + UNREAD_ECHO)
            }
            _ if arrival.signal.when_none_open() == WhenNoneOpen::Open => {
                !self.is_open_again(&id, home, mention).await?
            }
            _ => false,
        };
        Ok(if is_past { Standing::Past } else { Standing::Unknown })
    }

    /// The incident that the books have a ticket for. Read in any case: whatever is written about the ticket replaces what
    /// stands there.
    async fn linked_to(
        &mut self,
        home: &PsaHome,
        mention: &TicketMention,
    ) -> Result<Option<IncidentId>, Error> {
        let by_id = match mention.id.as_str() {
            "" => None,
            id => self.linked(home, id).await?,
        };
        let Some(number) = &mention.number else { return Ok(by_id) };
        let ticket_id = TicketLink::by_number(number);
        let by_number = self.linked(home, &ticket_id).await?;
        match by_id {
            // Its number wasn't known when it was made or linked.
            Some(id) if by_number.as_ref() != Some(&id) => {
                self.put_down(home, ticket_id, &id);
                Ok(Some(id))
            }
            Some(id) => Ok(Some(id)),
            None if mention.id.is_empty() => Ok(by_number),
            None => Ok(None),
        }
    }

    /// The incident that a ticket is being made for, of which the PSA has not told us the id.
    async fn making(&mut self, home: &PsaHome, mention: &TicketMention) -> Result<Option<IncidentId>, Error> {
        let Some(id) = names(mention) else { return Ok(None) };
        if self.psa_home().await?.as_ref() != Some(home) {
            return Ok(None);
        }
        let queue = self.app.store.get::<TicketQueue>(self.tenant, &queue_id(&id)).await?;
        Ok(queue.is_some_and(|queue| is_of(&queue.value, home, mention)).then_some(id))
    }

    fn put_down(&mut self, home: &PsaHome, ticket_id: String, incident: &IncidentId) {
        self.writes += 1;
        let (home, incident_id) = (home.clone(), incident.clone());
        self.books.link(TicketLink { home, ticket_id, incident_id, closed: false, state: None });
    }

    /// Whether a ticket whose incident is over was closed before it was spoken of again.
    async fn is_open_again(
        &self,
        id: &IncidentId,
        home: &PsaHome,
        mention: &TicketMention,
    ) -> Result<bool, Error> {
        if self.books.is_closed(home, &mention.id) {
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
            && !queue.is_elsewhere(home)
            && ended.is_some_and(|ended| self.now >= ended + ECHO))
    }

    /// Where the tenant's work is filed; `None`: nowhere.
    async fn psa_home(&mut self) -> Result<Option<PsaHome>, Error> {
        if let Some(Filing(home)) = &self.books.filing {
            return Ok(home.clone());
        }
        let home = psa::home(self.app, self.tenant).await?;
        self.books.filing = Some(Filing(home.clone()));
        Ok(home)
    }

    /// Where an alert's ticket is, if it is one.
    pub(super) async fn ticket_place(&mut self, arrival: &Arrival) -> Result<Option<TicketPlace>, Error> {
        if arrival.signal.ticket.is_none() {
            return Ok(None);
        }
        let own = self.psa_home().await?;
        let somebodys = somebodys(arrival);
        Ok(Some(match own {
            Some(own) if own.may_be(&somebodys) => TicketPlace { home: own, is_filed_elsewhere: false },
            own => TicketPlace { home: somebodys, is_filed_elsewhere: own.is_some() },
        }))
    }

    /// An incident that was opened before its ticket could be read has that ticket from now on, unless one of our own is on
    /// its way. Answers whether it is read just now.
    pub(super) async fn adopt_late(&mut self, arrival: &Arrival, id: &IncidentId) -> Result<bool, Error> {
        let dedup_key = arrival.signal.dedup_key();
        let incident = self.books.incident(id);
        let is_wanting =
            incident.is_some_and(|incident| incident.wants_ticket_of(&arrival.source.id, &dedup_key));
        let place = match self.ticket_place(arrival).await? {
            Some(place) if is_wanting && !place.is_filed_elsewhere => place,
            _ => return Ok(false),
        };
        let Some(mention) = &arrival.signal.ticket else { return Ok(false) };
        let (incident, _) = self.books.open_mut(id)?;
        incident.adopt_mentioned(mention, arrival.signal.link.clone(), place.home.clone());
        self.link_mention(mention, id, &place.home);
        Ok(!mention.unread)
    }

    /// An incident that was opened by a ticket has that ticket, unless its own is filed elsewhere, and is found by it in any
    /// case.
    pub(super) fn adopt_ticket(&mut self, arrival: &Arrival, incident: &mut Incident, place: &TicketPlace) {
        let Some(mention) = &arrival.signal.ticket else { return };
        if !place.is_filed_elsewhere {
            incident.adopt_mentioned(mention, arrival.signal.link.clone(), place.home.clone());
        }
        self.link_mention(mention, &incident.id, &place.home);
    }

    /// A ticket's incident is found by its id and by its number, as far as they are known.
    fn link_mention(&mut self, mention: &TicketMention, incident: &IncidentId, home: &PsaHome) {
        let id = Some(mention.id.clone()).filter(|id| !id.is_empty());
        let number = mention.number.as_deref().map(TicketLink::by_number);
        for ticket_id in [id, number].into_iter().flatten() {
            self.put_down(home, ticket_id, incident);
        }
        if let Some(state) = &mention.state {
            self.books.see(home, &mention.id, state);
        }
    }
}
