//! A sitting: the alerts of one tenant that are decided together, each on what the ones before it left, and committed as
//! one batch.
//!
//! Invariant: nothing is written before [`Sitting::commit`], and then all of it; whatever was read is replaced only if it
//! is still as it was read.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::alert::{Alert, Outcome};
use domain::escalation;
use domain::id::{IncidentId, PolicyId, ServiceId, TenantId};
use domain::incident::{Incident, Opening, Origin};
use domain::journal::Journal;
use domain::service::Service;
use domain::signal::{Action, Signal};
use domain::source::AlertSource;
use domain::tenant::Tenant;
use store::{Changes, Counter, Etag, OpenKey, StoreError, Versioned};

use super::{Arrival, Taken};
use crate::app::App;
use crate::change::{add_ticket_ops, follow_up};
use crate::effects::Effect;
use crate::error::Error;
use crate::roster::{self, Calling};

/// Writes that one more alert usually needs at the most: alert, incident, timeline, key, counter, event, a PSA queue, and
/// the pages of a common step. A rare one that needs more makes the lane take fewer together.
const ROOM: usize = 12;

/// Bytes of bodies after which no more alerts are taken into the batch: one more may hold the largest body twice.
const MOST_BYTES: usize = 600_000;

/// A document as it will be when the sitting is committed.
#[derive(Debug)]
struct Slot<T> {
    value: T,
    /// As it was read; `None` when it isn't in the store yet.
    etag: Option<Etag>,
}

impl<T> From<Versioned<T>> for Slot<T> {
    fn from(found: Versioned<T>) -> Self {
        Self { value: found.value, etag: Some(found.etag) }
    }
}

#[derive(Debug)]
struct Open {
    incident: Slot<Incident>,
    journal: Journal,
}

/// The alerts decided so far.
#[derive(Debug)]
pub(super) struct Sitting<'a> {
    app: &'a Arc<App>,
    tenant: &'a TenantId,
    now: DateTime<Utc>,
    counter: Option<Slot<Counter>>,
    /// By key id: which incident is open, `None` when none is (any more).
    keys: HashMap<String, Slot<Option<IncidentId>>>,
    incidents: HashMap<IncidentId, Open>,
    callings: HashMap<PolicyId, Calling>,
    services: HashMap<ServiceId, Service>,
    alerts: Vec<Alert>,
    writes: usize,
    bytes: usize,
}

impl<'a> Sitting<'a> {
    pub(super) fn begin(app: &'a Arc<App>, tenant: &'a TenantId) -> Self {
        Self {
            app,
            tenant,
            now: app.clock.now(),
            counter: None,
            keys: HashMap::new(),
            incidents: HashMap::new(),
            callings: HashMap::new(),
            services: HashMap::new(),
            alerts: Vec::new(),
            writes: 0,
            bytes: 0,
        }
    }

    /// Whether one more alert surely fits.
    pub(super) fn has_room(&self) -> bool {
        self.alerts.is_empty()
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
        let open = self.open_incident(&key).await?;
        let (outcome, incident) = match (arrival.signal.action, open) {
            (Action::Trigger, Some(id)) => (self.join(&id, arrival)?, Some(id)),
            (Action::Trigger, None) => {
                let id = self.open(arrival, &key, dedup_key.clone()).await?;
                (Outcome::Created, Some(id))
            }
            (Action::Acknowledge, Some(id)) => (self.acknowledge(&id, arrival), Some(id)),
            (Action::Resolve, Some(id)) => (self.resolve(&id, &key, arrival), Some(id)),
            (Action::Unacknowledge | Action::Note, _) | (Action::Acknowledge | Action::Resolve, None) => (Outcome::Ignored, None),
        };
        self.keep(arrival, outcome, incident.clone());
        let incident = incident.and_then(|id| {
            let number = self.incidents.get(&id)?.incident.value.number;
            Some((id, number))
        });
        Ok(Taken { outcome, incident, dedup_key, degraded: arrival.signal.degraded.clone() })
    }

    /// Writes everything; answers what is to be done now.
    pub(super) async fn commit(self) -> Result<Vec<Effect>, StoreError> {
        let mut changes = Changes::new();
        let mut effects = Vec::new();
        if let Some(counter) = self.counter {
            write(&mut changes, counter, self.tenant)?;
        }
        for open in self.incidents.into_values() {
            let Open { mut incident, mut journal } = open;
            let follow = (&mut changes, &mut effects);
            follow_up(self.app, &mut incident.value, &mut journal, follow.0, follow.1)?;
            add_ticket_ops(self.app, &incident.value, &mut journal, (&mut changes, &mut effects)).await?;
            write(&mut changes, incident, self.tenant)?;
        }
        for (key, slot) in self.keys {
            write_key(&mut changes, &key, slot, self.tenant)?;
        }
        for alert in &self.alerts {
            changes.create(alert)?;
        }
        if changes.is_empty() {
            return Ok(effects);
        }
        self.app.store.commit(self.tenant, self.app.entropy.operation(), changes).await?;
        Ok(effects)
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
            Some(id) => match self.incidents.get(id) {
                Some(open) => Some(open.incident.value.number),
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

    /// The open incident behind a key, loaded into the sitting.
    async fn open_incident(&mut self, key: &str) -> Result<Option<IncidentId>, Error> {
        if !self.keys.contains_key(key) {
            let Some(found) = self.app.store.get::<OpenKey>(self.tenant, key).await? else { return Ok(None) };
            let slot = Slot { value: Some(found.value.incident_id), etag: Some(found.etag) };
            self.keys.insert(key.to_owned(), slot);
        }
        let Some(id) = self.keys.get(key).and_then(|slot| slot.value.clone()) else { return Ok(None) };
        if let Entry::Vacant(vacant) = self.incidents.entry(id.clone()) {
            let found = self.app.store.get::<Incident>(self.tenant, id.as_str()).await?;
            let incident = found
                .ok_or_else(|| Error::Internal(format!("the open incident {id} is not in the store")))?;
            vacant.insert(Open { incident: incident.into(), journal: Journal::new(self.now) });
            self.writes += 2;
        }
        Ok(Some(id))
    }

    fn join(&mut self, id: &IncidentId, arrival: &Arrival) -> Result<Outcome, Error> {
        let open = self.incidents.get_mut(id).ok_or_else(|| Error::Internal("not loaded".to_owned()))?;
        open.incident.value.join(&arrival.signal, by(&arrival.source), &mut open.journal);
        Ok(Outcome::Grouped)
    }

    fn acknowledge(&mut self, id: &IncidentId, arrival: &Arrival) -> Outcome {
        self.writes += 4;
        let Some(open) = self.incidents.get_mut(id) else { return Outcome::Ignored };
        // Whoever has it keeps it: a tool's acknowledge of an acknowledged incident says nothing new.
        match open.incident.value.acknowledge(by(&arrival.source), &mut open.journal) {
            Ok(_) => Outcome::Acknowledged,
            Err(_) => Outcome::Ignored,
        }
    }

    fn resolve(&mut self, id: &IncidentId, key: &str, arrival: &Arrival) -> Outcome {
        self.writes += 4;
        let Some(open) = self.incidents.get_mut(id) else { return Outcome::Ignored };
        let note = Some(arrival.signal.title.clone()).filter(|title| !title.is_empty());
        match open.incident.value.resolve(by(&arrival.source), note, &mut open.journal) {
            Ok(_) => {
                if let Some(slot) = self.keys.get_mut(key) {
                    slot.value = None;
                }
                Outcome::Resolved
            }
            Err(_) => Outcome::Ignored,
        }
    }

    async fn open(&mut self, arrival: &Arrival, key: &str, dedup_key: String) -> Result<IncidentId, Error> {
        // Everything that can fail comes before the number is taken, so that an alert that fails leaves no gap.
        let service = self.service(&arrival.source.service_id).await?;
        self.load_calling(&service.policy_id).await?;
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
            auto_resolve_hours: service.auto_resolve_hours,
        };
        let mut incident =
            Incident::open(opening, &arrival.signal, dedup_key, by(&arrival.source), &mut journal);
        if let Some(calling) = self.callings.get_mut(&incident.policy_id) {
            calling.complete_for(self.app, self.tenant, &incident).await?;
            escalation::advance(&mut incident, &calling.policy, &calling.roster, &mut journal);
        }
        self.writes += 4 + journal.pages.len() + journal.events.len();
        self.incidents.insert(id.clone(), Open { incident: Slot { value: incident, etag: None }, journal });
        match self.keys.entry(key.to_owned()) {
            Entry::Occupied(mut slot) => slot.get_mut().value = Some(id.clone()),
            Entry::Vacant(slot) => {
                slot.insert(Slot { value: Some(id.clone()), etag: None });
            }
        }
        Ok(id)
    }

    async fn load_calling(&mut self, policy: &PolicyId) -> Result<(), Error> {
        if let Entry::Vacant(vacant) = self.callings.entry(policy.clone()) {
            vacant.insert(roster::load(self.app, self.tenant, policy, self.now).await?);
        }
        Ok(())
    }

    /// The source's service; the tenant's default one when it is gone, since the page must not be.
    async fn service(&mut self, id: &ServiceId) -> Result<Service, Error> {
        if let Some(service) = self.services.get(id) {
            return Ok(service.clone());
        }
        let service = match self.app.store.get::<Service>(self.tenant, id.as_str()).await? {
            Some(found) => found.value,
            None => default_service(self.app, self.tenant).await?,
        };
        self.services.insert(id.clone(), service.clone());
        Ok(service)
    }

    async fn next_number(&mut self) -> Result<u64, Error> {
        if self.counter.is_none() {
            let found = self.app.store.get::<Counter>(self.tenant, "counter").await?;
            self.counter = Some(found.map_or(Slot { value: Counter::default(), etag: None }, Slot::from));
            self.writes += 1;
        }
        let counter = self.counter.as_mut().ok_or_else(|| Error::Internal("not loaded".to_owned()))?;
        counter.value.incidents += 1;
        Ok(counter.value.incidents)
    }

    fn keep(&mut self, arrival: &Arrival, outcome: Outcome, incident_id: Option<IncidentId>) {
        self.writes += 1;
        self.bytes += arrival.raw.len() + arrival.signal.description.len();
        self.alerts.push(Alert {
            id: arrival.alert_id.clone(),
            source_id: arrival.source.id.clone(),
            incident_id,
            received_at: arrival.at,
            outcome,
            signal: arrival.signal.clone(),
            delivery_id: None,
        });
    }
}

/// The service of whatever names none.
pub(crate) async fn default_service(app: &App, tenant: &TenantId) -> Result<Service, Error> {
    let home = app.store.get::<Tenant>(tenant, "tenant").await?;
    let home = home.ok_or_else(|| Error::not_found("tenant", tenant.as_str()))?.value;
    let found = app.store.get::<Service>(tenant, home.default_service_id.as_str()).await?;
    Ok(found.ok_or_else(|| Error::not_found("service", home.default_service_id.as_str()))?.value)
}

fn by(source: &AlertSource) -> Actor {
    Actor::Source { name: source.name.clone() }
}

fn origin(source: &AlertSource, signal: &Signal) -> Origin {
    Origin {
        source: source.source_type.as_str().to_owned(),
        source_name: source.name.clone(),
        product: source.source_type.product().map(str::to_owned).or_else(|| signal.product.clone()),
        source_id: Some(source.id.clone()),
    }
}

fn write<T: store::Entity>(
    changes: &mut Changes,
    slot: Slot<T>,
    tenant: &TenantId,
) -> Result<(), StoreError> {
    match slot.etag {
        None => changes.create(&slot.value),
        Some(etag) => changes.replace(&Versioned { value: slot.value, tenant: tenant.to_string(), etag }),
    }
}

fn write_key(
    changes: &mut Changes,
    key: &str,
    slot: Slot<Option<IncidentId>>,
    tenant: &TenantId,
) -> Result<(), StoreError> {
    let entry = |incident_id| OpenKey {
        key: key.to_owned(),
        incident_id,
        also: Vec::new(),
        since: None,
        opened: Vec::new(),
        over: false,
    };
    match (slot.value, slot.etag) {
        (Some(incident), etag) => write(changes, Slot { value: entry(incident), etag }, tenant),
        (None, Some(etag)) => {
            // The incident of a deleted entry says nothing.
            let value = entry(IncidentId::derived(&[]));
            changes.delete(&Versioned { value, tenant: tenant.to_string(), etag });
            Ok(())
        }
        (None, None) => Ok(()),
    }
}
