//! A sitting: the alerts of one tenant that are decided together, each on what the ones before it left, and committed as
//! one batch.
//!
//! Invariant: nothing is written before [`Sitting::commit`], and then all of it; whatever was read is replaced only if it
//! is still as it was read.

mod books;
mod grouping;
mod opening;
mod ticket;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::alert::{Alert, Outcome};
use domain::delivery::{Delivery, Verdict};
use domain::id::{IncidentId, TenantId};
use domain::incident::{Changed, Incident, ProblemEnd, Status};
use domain::journal::Journal;
use domain::signal::{Action, WhenNoneOpen};
use domain::source::{AlertSource, Grouping};
use store::{OpenKey, StoreError};

use self::books::Books;
pub(crate) use self::books::default_service;
use super::apart::Beside;
use super::{Arrival, Taken};
use crate::app::App;
use crate::effects::Effect;
use crate::error::Error;

/// Writes that one more alert usually needs at the most: delivery, alert, incident, timeline, two keys, counter, event, a
/// PSA queue, and the pages of a common step. A rare one that needs more makes the lane take fewer together.
const ROOM: usize = 14;

/// Bytes of bodies after which no more alerts are taken into the batch: one more may hold the largest body twice.
const MOST_BYTES: usize = 600_000;

/// The alerts decided so far.
#[derive(Debug)]
pub(super) struct Sitting<'a> {
    app: &'a Arc<App>,
    tenant: &'a TenantId,
    now: DateTime<Utc>,
    books: Books,
    alerts: Vec<Alert>,
    deliveries: Vec<Delivery>,
    /// Deliveries that were there before, as they were read.
    known: Vec<store::Versioned<Delivery>>,
    /// Bodies that are too large to stand in their deliveries.
    beside: Vec<Beside>,
    writes: usize,
    bytes: usize,
}

impl<'a> Sitting<'a> {
    pub(super) fn begin(app: &'a Arc<App>, tenant: &'a TenantId) -> Self {
        Self {
            app,
            tenant,
            now: app.clock.now(),
            books: Books::default(),
            alerts: Vec::new(),
            deliveries: Vec::new(),
            known: Vec::new(),
            beside: Vec::new(),
            writes: 0,
            bytes: 0,
        }
    }

    /// Whether one more alert surely fits.
    pub(super) fn has_room(&self) -> bool {
        (self.alerts.is_empty() && self.deliveries.is_empty())
            || (self.writes + ROOM <= store::document::MOST_WRITES && self.bytes < MOST_BYTES)
    }

    /// Decides what one alert does.
    pub(super) async fn decide(&mut self, arrival: &Arrival) -> Result<Taken, Error> {
        let dedup_key = arrival.signal.dedup_key();
        if arrival.may_repeat
            && let Some(taken) = self.taken_before(arrival, &dedup_key).await?
        {
            return Ok(taken);
        }
        let key = OpenKey::key_of(&arrival.source.id, &dedup_key);
        let (outcome, incident) = match self.by_ticket(arrival).await? {
            // What came before, once more, or late: nobody has taken it since.
            ticket::Standing::Open { id, is_known: true } if arrival.signal.action == Action::Acknowledge => {
                (Outcome::Grouped, Some(id))
            }
            ticket::Standing::Open { id, .. } => self.act(arrival, &id, &key).await?,
            ticket::Standing::Past => (Outcome::Ignored, None),
            ticket::Standing::Unknown => match self.open_incident(&key).await? {
                Some(id) => self.act(arrival, &id, &key).await?,
                None => self.act_on_nothing(arrival, &key, &dedup_key).await?,
            },
        };
        self.keep(arrival, outcome, incident.clone()).await?;
        let incident = incident.and_then(|id| Some((id.clone(), self.books.incident(&id)?.number)));
        Ok(Taken { outcome, incident, dedup_key, degraded: arrival.signal.degraded.clone() })
    }

    /// Writes everything; answers what is to be done now.
    pub(super) async fn commit(self) -> Result<Vec<Effect>, StoreError> {
        let (mut changes, effects) = self.books.close(self.app, self.tenant).await?;
        for alert in &self.alerts {
            changes.create(alert)?;
        }
        for delivery in &self.deliveries {
            changes.create(delivery)?;
        }
        for delivery in &self.known {
            changes.replace(delivery)?;
        }
        for beside in &self.beside {
            beside.write(&mut changes)?;
        }
        if !changes.is_empty() {
            self.app.store.commit(self.tenant, self.app.entropy.operation(), changes).await?;
        }
        Ok(effects)
    }

    /// What a signal does to the incident that is open for it.
    async fn act(
        &mut self,
        arrival: &Arrival,
        id: &IncidentId,
        key: &str,
    ) -> Result<(Outcome, Option<IncidentId>), Error> {
        let outcome = match arrival.signal.action {
            Action::Trigger if self.stands_alone(arrival, key) => {
                let dedup_key = arrival.signal.dedup_key();
                let (outcome, opened) = self.open(arrival, key, dedup_key).await?;
                return Ok((outcome, Some(opened)));
            }
            Action::Trigger => self.join(arrival, id).await?,
            // What the ticket said all along is no sign that anybody has taken it.
            Action::Acknowledge if self.adopt_late(arrival, id).await? => Outcome::Grouped,
            Action::Acknowledge => self.acknowledge(arrival, id)?,
            Action::Unacknowledge => self.unacknowledge(arrival, id).await?,
            Action::Resolve => self.resolve(arrival, id, key).await?,
            Action::Note => self.note(arrival, id)?,
        };
        Ok((outcome, Some(id.clone())))
    }

    /// Whether an alert opens an incident beside the one that is open for its key.
    fn stands_alone(&self, arrival: &Arrival, key: &str) -> bool {
        arrival.source.grouping == Grouping::None
            && arrival.signal.ticket.is_none()
            && self.books.older_of(key).len() < books::MOST_OLDER
    }

    /// What a signal does when nothing is open for it.
    async fn act_on_nothing(
        &mut self,
        arrival: &Arrival,
        key: &str,
        dedup_key: &str,
    ) -> Result<(Outcome, Option<IncidentId>), Error> {
        match arrival.signal.when_none_open() {
            WhenNoneOpen::Ignore => Ok((Outcome::Ignored, None)),
            WhenNoneOpen::Refuse(_) => Ok((Outcome::Refused, None)),
            WhenNoneOpen::Open => {
                if let Some((outcome, id)) = self.join_group(arrival, key, dedup_key).await? {
                    return Ok((outcome, Some(id)));
                }
                let (outcome, id) = self.open(arrival, key, dedup_key.to_owned()).await?;
                Ok((outcome, Some(id)))
            }
        }
    }

    /// A repeat. One that was kept quiet pages when nothing keeps it quiet any more.
    async fn join(&mut self, arrival: &Arrival, id: &IncidentId) -> Result<Outcome, Error> {
        self.adopt_late(arrival, id).await?;
        let (incident, journal) = self.books.open_mut(id)?;
        incident.join(&arrival.signal, by(&arrival.source), journal);
        if incident.status == Status::Suppressed {
            return self.look_at_suppressed(id).await;
        }
        Ok(Outcome::Grouped)
    }

    fn acknowledge(&mut self, arrival: &Arrival, id: &IncidentId) -> Result<Outcome, Error> {
        self.writes += 4;
        let (incident, journal) = self.books.open_mut(id)?;
        // Whoever has it keeps it: a tool's acknowledge of an acknowledged incident says nothing new.
        Ok(match incident.acknowledge(by(&arrival.source), journal) {
            Ok(_) => Outcome::Acknowledged,
            Err(_) => Outcome::Ignored,
        })
    }

    async fn unacknowledge(&mut self, arrival: &Arrival, id: &IncidentId) -> Result<Outcome, Error> {
        self.load_windows().await?;
        let over = self.books.incident(id).and_then(|incident| self.window_over(incident));
        let (incident, journal) = self.books.open_mut(id)?;
        if incident.unacknowledge(by(&arrival.source), journal) == Ok(Changed::Yes) {
            match over {
                // Its paging would have been held when the window opened.
                Some((window, until)) => incident.hold(&window, until, journal),
                None => self.page_now(id).await?,
            }
        }
        Ok(Outcome::Grouped)
    }

    async fn resolve(&mut self, arrival: &Arrival, id: &IncidentId, key: &str) -> Result<Outcome, Error> {
        let dedup_key = arrival.signal.dedup_key();
        let mut outcome = self.resolve_one(arrival, id, &dedup_key)?;
        for older in self.books.older_of(key) {
            if self.load_live(&older).await? {
                outcome = self.resolve_one(arrival, &older, &dedup_key)?;
            }
        }
        self.books.shut(key);
        if outcome == Outcome::Resolved {
            self.leave_own_key(id, key).await?;
        }
        Ok(outcome)
    }

    /// An incident that was found by its ticket has a key of its own, which is now nobody's.
    async fn leave_own_key(&mut self, id: &IncidentId, key: &str) -> Result<(), Error> {
        let Some(incident) = self.books.incident(id) else { return Ok(()) };
        let Some(source) = &incident.origin.source_id else { return Ok(()) };
        let own = OpenKey::key_of(source, &incident.dedup_key);
        if own != key {
            self.load_key(&own).await?;
            self.books.leave(&own, id);
            self.writes += 1;
        }
        Ok(())
    }

    fn resolve_one(&mut self, arrival: &Arrival, id: &IncidentId, dedup_key: &str) -> Result<Outcome, Error> {
        self.writes += 4;
        let note = Some(arrival.signal.title.clone()).filter(|title| !title.is_empty());
        let (incident, journal) = self.books.open_mut(id)?;
        let is_own_ticket = ticket::is_own_ticket(arrival, incident);
        // Whoever closes the incident's ticket has ended all of it, unless the ticket is one of what it has gathered.
        let is_all = is_own_ticket && !incident.open_problems.iter().any(|open| open == dedup_key);
        if !is_all
            && incident.problem_over(dedup_key, by(&arrival.source), journal) == ProblemEnd::OthersStand
        {
            return Ok(Outcome::Grouped);
        }
        let by = by(&arrival.source);
        let resolved = if is_own_ticket {
            incident.resolve_by_ticket(by, note, journal)
        } else {
            incident.resolve(by, note, journal)
        };
        Ok(if resolved.is_ok() { Outcome::Resolved } else { Outcome::Ignored })
    }

    fn note(&mut self, arrival: &Arrival, id: &IncidentId) -> Result<Outcome, Error> {
        let text = match arrival.signal.description.as_str() {
            "" => arrival.signal.title.clone(),
            more => format!("{}\n{more}", arrival.signal.title),
        };
        let (incident, journal) = self.books.open_mut(id)?;
        incident.remark(text, by(&arrival.source), journal);
        Ok(Outcome::Grouped)
    }

    /// What was done with the same message when it came before.
    async fn taken_before(&self, arrival: &Arrival, dedup_key: &str) -> Result<Option<Taken>, Error> {
        let here = self.alerts.iter().find(|alert| alert.id == arrival.alert_id).cloned();
        let alert = match here {
            Some(alert) => alert,
            None => match self.app.store.get::<Alert>(self.tenant, arrival.alert_id.as_str()).await? {
                Some(found) => found.value,
                None => return Ok(None),
            },
        };
        let number = match &alert.incident_id {
            None => None,
            Some(id) => match self.books.incident(id) {
                Some(incident) => Some(incident.number),
                None => self
                    .app
                    .store
                    .get::<Incident>(self.tenant, id.as_str())
                    .await?
                    .map(|found| found.value.number),
            },
        };
        Ok(Some(Taken {
            outcome: alert.outcome,
            incident: alert.incident_id.zip(number),
            dedup_key: dedup_key.to_owned(),
            degraded: alert.signal.degraded,
        }))
    }

    /// Keeps the alert, and with the first of a delivery the delivery.
    async fn keep(
        &mut self,
        arrival: &Arrival,
        outcome: Outcome,
        incident_id: Option<IncidentId>,
    ) -> Result<(), Error> {
        if let Some(draft) = &arrival.delivery {
            let mut delivery = draft.value.clone();
            delivery.verdict = match (outcome, arrival.signal.when_none_open()) {
                (Outcome::Refused, WhenNoneOpen::Refuse(problem)) => {
                    Verdict::Refused { field: "status".to_owned(), problem }
                }
                _ => Verdict::Taken { outcome, incident_id: incident_id.clone() },
            };
            self.bytes += delivery.request.body.len();
            let beside = Beside::part(self.app, self.tenant, &mut delivery, draft.may_repeat).await?;
            self.writes += 1 + beside.writes();
            let known = match draft.etag {
                Some(_) => self.app.store.get::<Delivery>(self.tenant, delivery.id.as_str()).await?,
                None => None,
            };
            match known {
                Some(mut known) => {
                    known.value = delivery;
                    self.known.push(known);
                    self.beside.push(beside);
                }
                // Two readings of the same that came together: the first one stands.
                None if self.deliveries.iter().any(|kept| kept.id == delivery.id) => {}
                None => {
                    self.deliveries.push(delivery);
                    self.beside.push(beside);
                }
            }
        }
        let is_nothing = outcome == Outcome::Ignored && incident_id.is_none() && !arrival.may_repeat;
        // The delivery says it all.
        if outcome == Outcome::Refused || is_nothing {
            return Ok(());
        }
        self.writes += 1;
        self.bytes += arrival.signal.description.len();
        self.alerts.push(Alert {
            id: arrival.alert_id.clone(),
            source_id: arrival.source.id.clone(),
            incident_id,
            received_at: arrival.at,
            outcome,
            signal: arrival.signal.clone(),
            delivery_id: Some(arrival.delivery_id.clone()),
        });
        Ok(())
    }
}

fn by(source: &AlertSource) -> Actor {
    Actor::Source { name: source.name.clone() }
}

/// An incident that this sitting works on.
type Loaded<'b> = (&'b mut Incident, &'b mut Journal);
