//! Opening an incident, and paging for it unless something keeps it quiet.
//!
//! Invariant: a new incident is told to somebody at once, or is due when what keeps it quiet ends.

use domain::alert::Outcome;
use domain::escalation;
use domain::id::IncidentId;
use domain::incident::{Incident, Opening, Origin, Status};
use domain::journal::Journal;
use domain::signal::Signal;
use domain::source::{AlertSource, Grouping};

use super::books::Point;
use super::grouping::group_of;
use super::{Arrival, Sitting, by};
use crate::error::Error;

impl Sitting<'_> {
    /// Opens an incident for an alert; answers what that came to.
    pub(super) async fn open(
        &mut self,
        arrival: &Arrival,
        key: &str,
        dedup_key: String,
    ) -> Result<(Outcome, IncidentId), Error> {
        // Everything that can fail comes before the number is taken, so that an alert that fails leaves no gap.
        let service = self.service(&arrival.source.service_id).await?;
        self.load_calling(&service.policy_id).await?;
        self.load_windows().await?;
        // What is known of the key is read before it is written.
        self.open_incident(key).await?;
        let place = self.ticket_place(arrival).await?;
        let number = self.next_number().await?;
        let id = IncidentId::fresh(self.now, self.app.entropy.draw());
        let mut journal = Journal::new(self.now);
        let opening = Opening {
            id: id.clone(),
            tenant_id: self.tenant.clone(),
            number,
            origin: origin(&arrival.source, &arrival.signal),
            service: (service.id, service.name, service.policy_id),
            client: service.client,
            auto_resolve_hours: arrival.source.auto_resolve_hours(service.auto_resolve_hours),
        };
        let mut incident =
            Incident::open(opening, &arrival.signal, dedup_key.clone(), by(&arrival.source), &mut journal);
        if let Some(place) = &place {
            self.adopt_ticket(arrival, &mut incident, place);
        }
        let group = group_of(arrival);
        if group.is_some() {
            incident.gather(&dedup_key);
        }
        let outcome = self.page_or_wait(arrival, key, &mut incident, &mut journal).await?;
        self.writes += 5 + journal.pages.len() + journal.events.len();
        self.books.add(incident, journal);
        let since = group.is_some().then_some(self.now);
        if let Some(group) = group {
            self.books.point(&group.key, &id, Point { since, ..Point::default() });
        }
        let beside = arrival.source.grouping == Grouping::None;
        let opened = arrival.source.flap_pause.map(|_| self.now);
        self.books.point(key, &id, Point { since, beside, opened });
        Ok((outcome, id))
    }

    /// Tells the first step's people, unless maintenance or flapping keeps the new incident quiet.
    async fn page_or_wait(
        &mut self,
        arrival: &Arrival,
        key: &str,
        incident: &mut Incident,
        journal: &mut Journal,
    ) -> Result<Outcome, Error> {
        if let Some((window, until)) = self.window_over(incident) {
            incident.suppress(&window, until, journal);
            return Ok(Outcome::Suppressed);
        }
        let opened = self.books.key(key).map(|entry| entry.opened.as_slice()).unwrap_or_default();
        if let Some(until) = arrival.source.flap_pause.and_then(|pause| pause.until(opened, self.now)) {
            incident.pause(until, journal);
            return Ok(Outcome::Created);
        }
        if let Some(calling) = self.books.callings.get_mut(&incident.policy_id) {
            calling.complete_for(self.app, self.tenant, incident).await?;
            escalation::advance(incident, &calling.policy, &calling.roster, journal);
        }
        Ok(Outcome::Created)
    }

    /// An incident kept quiet by maintenance that an alert has joined: is it still to be kept quiet?
    pub(super) async fn look_at_suppressed(&mut self, id: &IncidentId) -> Result<Outcome, Error> {
        self.load_windows().await?;
        let over = self.books.incident(id).and_then(|incident| self.window_over(incident));
        let (incident, journal) = self.books.open_mut(id)?;
        if let Some((window, until)) = over {
            incident.hold(&window, until, journal);
            return Ok(Outcome::Suppressed);
        }
        incident.release(journal);
        self.page_now(id).await?;
        Ok(Outcome::Grouped)
    }

    /// Tells the next step's people of a loaded incident.
    pub(super) async fn page_now(&mut self, id: &IncidentId) -> Result<(), Error> {
        let Some(policy) = self.books.incident(id).map(|incident| incident.policy_id.clone()) else {
            return Ok(());
        };
        self.load_calling(&policy).await?;
        let mut calling = self.books.callings.remove(&policy);
        if let Some(calling) = &mut calling
            && let Some(incident) = self.books.incident(id)
        {
            calling.complete_for(self.app, self.tenant, incident).await?;
        }
        if let Some(calling) = calling {
            let (incident, journal) = self.books.open_mut(id)?;
            if incident.status == Status::Triggered {
                escalation::advance(incident, &calling.policy, &calling.roster, journal);
            }
            self.writes += journal.pages.len() + journal.events.len();
            self.books.callings.insert(policy, calling);
        }
        Ok(())
    }
}

fn origin(source: &AlertSource, signal: &Signal) -> Origin {
    Origin {
        source: source.source_type.as_str().to_owned(),
        source_name: source.name.clone(),
        product: source.source_type.product().map(str::to_owned).or_else(|| signal.product.clone()),
        source_id: Some(source.id.clone()),
    }
}
