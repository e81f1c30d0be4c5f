//! The books of a sitting: every document that it has looked at, as it will be when it is committed.
//!
//! Invariant: what is in the books is what the next alert is decided on; what didn't change isn't written.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, Utc};
use domain::id::{IncidentId, PolicyId, ServiceId, TenantId};
use domain::incident::{Incident, Status};
use domain::journal::Journal;
use domain::maintenance::MaintenanceWindow;
use domain::psa::PsaHome;
use domain::service::Service;
use domain::tenant::Tenant;
use store::{Changes, Counter, Etag, OpenKey, StoreError, TicketLink, Versioned};

use super::{Loaded, Sitting};
use crate::app::App;
use crate::change::{add_ticket_ops, follow_up};
use crate::effects::{Effect, maintenance};
use crate::error::Error;
use crate::roster::{self, Calling};

/// How many incidents of one key are open beside the newest, where each alert opens its own: their end must fit into one
/// commit. Further alerts join the newest.
pub(super) const MOST_OLDER: usize = 19;

/// A document as it will be when the sitting is committed.
#[derive(Debug)]
struct Slot<T> {
    value: T,
    /// As it was read; `None` when it isn't in the store yet.
    etag: Option<Etag>,
    changed: bool,
}

impl<T> Slot<T> {
    fn fresh(value: T) -> Self {
        Self { value, etag: None, changed: true }
    }

    fn read(found: Versioned<T>) -> Self {
        Self { value: found.value, etag: Some(found.etag), changed: false }
    }
}

#[derive(Debug)]
struct Open {
    incident: Slot<Incident>,
    journal: Journal,
}

/// Where the tenant's work is filed; `None`: nowhere.
#[derive(Debug, Clone)]
pub(super) struct Filing(pub(super) Option<PsaHome>);

#[derive(Debug, Default)]
pub(super) struct Books {
    counter: Option<Slot<Counter>>,
    /// By key id; `None`: there is no such entry, or it is taken away.
    keys: HashMap<String, Slot<Option<OpenKey>>>,
    links: HashMap<String, Slot<TicketLink>>,
    incidents: HashMap<IncidentId, Open>,
    pub(super) callings: HashMap<PolicyId, Calling>,
    services: HashMap<ServiceId, Service>,
    windows: Option<Vec<MaintenanceWindow>>,
    pub(super) filing: Option<Filing>,
}

impl Books {
    pub(super) fn incident(&self, id: &IncidentId) -> Option<&Incident> {
        self.incidents.get(id).map(|open| &open.incident.value)
    }

    /// An incident that was loaded, to be changed.
    pub(super) fn open_mut(&mut self, id: &IncidentId) -> Result<Loaded<'_>, Error> {
        let open = self.incidents.get_mut(id);
        let Open { incident, journal } = open.ok_or_else(|| Error::Internal("not loaded".to_owned()))?;
        incident.changed = true;
        Ok((&mut incident.value, journal))
    }

    pub(super) fn add(&mut self, incident: Incident, journal: Journal) {
        let open = Open { incident: Slot::fresh(incident), journal };
        self.incidents.insert(open.incident.value.id.clone(), open);
    }

    pub(super) fn key(&self, key: &str) -> Option<&OpenKey> {
        self.keys.get(key).and_then(|slot| slot.value.as_ref())
    }

    /// The older open incidents of a key.
    pub(super) fn older_of(&self, key: &str) -> Vec<IncidentId> {
        self.key(key).map(|entry| entry.also.clone()).unwrap_or_default()
    }

    /// From now on a key is this incident's.
    pub(super) fn point(&mut self, key: &str, incident: &IncidentId, point: Point) {
        let slot = self.keys.entry(key.to_owned()).or_insert_with(|| Slot::fresh(None));
        let before = slot.value.take();
        let mut entry = OpenKey {
            key: key.to_owned(),
            incident_id: incident.clone(),
            also: Vec::new(),
            since: point.since,
            opened: Vec::new(),
            over: false,
        };
        if let Some(before) = before {
            if point.beside && !before.over {
                entry.also = before.also;
                entry.also.push(before.incident_id);
            }
            entry.opened = before.opened;
        }
        if let Some(at) = point.opened {
            entry.opened.push(at);
            let surplus = entry.opened.len().saturating_sub(domain::source::REMEMBERED);
            entry.opened.drain(..surplus);
        }
        slot.value = Some(entry);
        slot.changed = true;
    }

    /// A key's problem is over. Where it is watched for flapping, when it opened is remembered for a while.
    pub(super) fn shut(&mut self, key: &str) {
        let Some(slot) = self.keys.get_mut(key) else { return };
        slot.changed = true;
        match &mut slot.value {
            Some(entry) if !entry.opened.is_empty() => {
                entry.over = true;
                entry.also.clear();
            }
            value => *value = None,
        }
    }

    /// One of a key's incidents is over.
    pub(super) fn leave(&mut self, key: &str, incident: &IncidentId) {
        let Some(slot) = self.keys.get_mut(key) else { return };
        let Some(entry) = &mut slot.value else { return };
        let before = entry.clone();
        let is_kept = entry.leave(incident);
        slot.changed |= *entry != before;
        if !is_kept {
            slot.value = None;
        }
    }

    /// The PSA says that a ticket is closed.
    pub(super) fn close_link(&mut self, home: &PsaHome, ticket: &str) {
        if let Some(slot) = self.links.get_mut(&TicketLink::key_of(home, ticket)) {
            slot.changed |= !slot.value.closed;
            slot.value.closed = true;
        }
    }

    /// Whether the PSA's last word of a ticket was that it is closed.
    pub(super) fn is_closed(&self, home: &PsaHome, ticket: &str) -> bool {
        self.links.get(&TicketLink::key_of(home, ticket)).is_some_and(|slot| slot.value.closed)
    }

    /// The PSA tells of a ticket's state; answers whether that is what it told last.
    pub(super) fn see(&mut self, home: &PsaHome, ticket: &str, state: &str) -> bool {
        let Some(slot) = self.links.get_mut(&TicketLink::key_of(home, ticket)) else { return false };
        if slot.value.state.as_deref() == Some(state) {
            return true;
        }
        slot.value.state = Some(state.to_owned());
        slot.changed = true;
        false
    }

    pub(super) fn link(&mut self, link: TicketLink) {
        let key = TicketLink::key_of(&link.home, &link.ticket_id);
        match self.links.entry(key) {
            Entry::Occupied(mut slot) => {
                let slot = slot.get_mut();
                slot.changed |= slot.value != link;
                slot.value = link;
            }
            Entry::Vacant(vacant) => {
                vacant.insert(Slot::fresh(link));
            }
        }
    }

    /// Everything that has changed, and what is to be done then.
    pub(super) async fn close(
        self,
        app: &App,
        tenant: &TenantId,
    ) -> Result<(Changes, Vec<Effect>), StoreError> {
        let mut changes = Changes::new();
        let mut effects = Vec::new();
        if let Some(counter) = self.counter {
            write(&mut changes, counter, tenant)?;
        }
        for Open { mut incident, mut journal } in self.incidents.into_values() {
            if !incident.changed {
                continue;
            }
            let follow = (&mut changes, &mut effects);
            follow_up(app, &mut incident.value, &mut journal, follow.0, follow.1)?;
            add_ticket_ops(app, &incident.value, &mut journal, (&mut changes, &mut effects)).await?;
            write(&mut changes, incident, tenant)?;
        }
        for link in self.links.into_values() {
            write(&mut changes, link, tenant)?;
        }
        for (key, slot) in self.keys {
            write_key(&mut changes, key, slot, tenant)?;
        }
        Ok((changes, effects))
    }
}

/// What a key says beside its incident.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Point {
    /// Since when, where it belongs to a group.
    pub(super) since: Option<DateTime<Utc>>,
    /// The incident before it stays open beside it.
    pub(super) beside: bool,
    /// When it opened, where it is watched for flapping.
    pub(super) opened: Option<DateTime<Utc>>,
}

impl Sitting<'_> {
    /// The live incident behind a key, loaded.
    pub(super) async fn open_incident(&mut self, key: &str) -> Result<Option<IncidentId>, Error> {
        self.load_key(key).await?;
        let Some(entry) = self.books.key(key).filter(|entry| !entry.over) else { return Ok(None) };
        let id = entry.incident_id.clone();
        Ok(self.load_live(&id).await?.then_some(id))
    }

    pub(super) async fn load_key(&mut self, key: &str) -> Result<(), StoreError> {
        if !self.books.keys.contains_key(key) {
            let slot = match self.app.store.get::<OpenKey>(self.tenant, key).await? {
                Some(found) => Slot { value: Some(found.value), etag: Some(found.etag), changed: false },
                None => Slot { value: None, etag: None, changed: false },
            };
            self.books.keys.insert(key.to_owned(), slot);
        }
        Ok(())
    }

    /// Loads an incident; answers whether it is one that alerts can join.
    pub(super) async fn load_live(&mut self, id: &IncidentId) -> Result<bool, Error> {
        if let Entry::Vacant(vacant) = self.books.incidents.entry(id.clone()) {
            let Some(found) = self.app.store.get::<Incident>(self.tenant, id.as_str()).await? else {
                return Ok(false);
            };
            vacant.insert(Open { incident: Slot::read(found), journal: Journal::new(self.now) });
            self.writes += 2;
        }
        // A key may outlive its incident for a while; the incident itself says whether it is over.
        Ok(self.books.incident(id).is_some_and(|incident| incident.status != Status::Resolved))
    }

    /// Whose a ticket is. One of the same id that is known to be elsewhere is another.
    pub(super) async fn linked(
        &mut self,
        home: &PsaHome,
        ticket: &str,
    ) -> Result<Option<IncidentId>, StoreError> {
        let key = TicketLink::key_of(home, ticket);
        if !self.books.links.contains_key(&key)
            && let Some(found) = self.app.store.get::<TicketLink>(self.tenant, &key).await?
        {
            self.books.links.insert(key.clone(), Slot::read(found));
        }
        let link = self.books.links.get(&key).map(|slot| &slot.value);
        Ok(link.filter(|link| link.home.may_be(home)).map(|link| link.incident_id.clone()))
    }

    pub(super) async fn load_calling(&mut self, policy: &PolicyId) -> Result<(), Error> {
        if let Entry::Vacant(vacant) = self.books.callings.entry(policy.clone()) {
            vacant.insert(roster::load(self.app, self.tenant, policy, self.now).await?);
        }
        Ok(())
    }

    /// The maintenance windows that aren't over.
    pub(super) async fn load_windows(&mut self) -> Result<(), StoreError> {
        if self.books.windows.is_none() {
            self.books.windows = Some(maintenance::not_over(self.app, self.tenant, self.now).await?);
        }
        Ok(())
    }

    /// Those of them that were loaded.
    pub(super) fn windows(&self) -> &[MaintenanceWindow] {
        self.books.windows.as_deref().unwrap_or_default()
    }

    /// What keeps an incident quiet now, and until when.
    pub(super) fn window_over(&self, incident: &Incident) -> Option<(MaintenanceWindow, DateTime<Utc>)> {
        let over = MaintenanceWindow::over(self.windows(), incident, self.now);
        over.map(|(window, until)| (window.clone(), until))
    }

    /// The source's service; the tenant's default one when it is gone, since the page must not be.
    pub(super) async fn service(&mut self, id: &ServiceId) -> Result<Service, Error> {
        if let Some(service) = self.books.services.get(id) {
            return Ok(service.clone());
        }
        let service = match self.app.store.get::<Service>(self.tenant, id.as_str()).await? {
            Some(found) => found.value,
            None => default_service(self.app, self.tenant).await?,
        };
        self.books.services.insert(id.clone(), service.clone());
        Ok(service)
    }

    pub(super) async fn next_number(&mut self) -> Result<u64, Error> {
        if self.books.counter.is_none() {
            let found = self.app.store.get::<Counter>(self.tenant, "counter").await?;
            self.books.counter = Some(found.map_or_else(|| Slot::fresh(Counter::default()), Slot::read));
            self.writes += 1;
        }
        let counter = self.books.counter.as_mut().ok_or_else(|| Error::Internal("not loaded".to_owned()))?;
        counter.value.incidents += 1;
        counter.changed = true;
        Ok(counter.value.incidents)
    }
}

/// The service of whatever names none.
pub(crate) async fn default_service(app: &App, tenant: &TenantId) -> Result<Service, Error> {
    let home = app.store.get::<Tenant>(tenant, "tenant").await?;
    let home = home.ok_or_else(|| Error::not_found("tenant", tenant.as_str()))?.value;
    let found = app.store.get::<Service>(tenant, home.default_service_id.as_str()).await?;
    Ok(found.ok_or_else(|| Error::not_found("service", home.default_service_id.as_str()))?.value)
}

fn write<T: store::Entity>(
    changes: &mut Changes,
    slot: Slot<T>,
    tenant: &TenantId,
) -> Result<(), StoreError> {
    match slot.etag {
        _ if !slot.changed => Ok(()),
        None => changes.create(&slot.value),
        Some(etag) => changes.replace(&Versioned { value: slot.value, tenant: tenant.to_string(), etag }),
    }
}

fn write_key(
    changes: &mut Changes,
    key: String,
    slot: Slot<Option<OpenKey>>,
    tenant: &TenantId,
) -> Result<(), StoreError> {
    let Slot { value, etag, changed } = slot;
    match (value, etag) {
        (Some(value), etag) => write(changes, Slot { value, etag, changed }, tenant),
        (None, Some(etag)) if changed => {
            // What a deleted entry says doesn't matter.
            let incident_id = IncidentId::derived(&[]);
            let (also, opened) = (Vec::new(), Vec::new());
            let value = OpenKey { key, incident_id, also, since: None, opened, over: true };
            changes.delete(&Versioned { value, tenant: tenant.to_string(), etag });
            Ok(())
        }
        (None, _) => Ok(()),
    }
}
