//! Committing a decision about one incident: the incident, its timeline and everything the journal wants done, at once.
//!
//! Invariant: either all of it is in the store or none of it, and a decision made on a stale incident is made again.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::event::{CloudEvent, EventKind, OutgoingEvent};
use domain::id::{IncidentId, TenantId};
use domain::incident::{Incident, Status};
use domain::journal::Journal;
use domain::page;
use domain::ticket::{TicketOp, TicketQueue};
use store::{Changes, OpenKey, StoreError, Versioned, queue_id};

use crate::app::App;
use crate::effects::maintenance;
use crate::effects::{Effect, Hold};
use crate::error::Error;
use crate::psa;
use crate::roster::{self, Calling};
use crate::turns::Tries;

/// Decides about an incident and commits; decides again on the fresh incident when somebody else was first.
pub(crate) async fn change(
    app: &Arc<App>,
    key: (&TenantId, &IncidentId),
    now: DateTime<Utc>,
    decide: impl Fn(&mut Incident, &mut Journal) -> Result<(), Error> + Send + Sync,
) -> Result<Incident, Error> {
    decided(app, key, now, &Decision::Plain(&decide)).await
}

/// [`change`] for a decision that needs to know who would be told now.
pub(crate) async fn change_with_people(
    app: &Arc<App>,
    key: (&TenantId, &IncidentId),
    now: DateTime<Utc>,
    decide: impl Fn(&mut Incident, &Calling, &mut Journal) -> Result<(), Error> + Send + Sync,
) -> Result<Incident, Error> {
    decided(app, key, now, &Decision::WithPeople(&decide)).await
}

enum Decision<'a> {
    Plain(&'a (dyn Fn(&mut Incident, &mut Journal) -> Result<(), Error> + Send + Sync)),
    WithPeople(&'a (dyn Fn(&mut Incident, &Calling, &mut Journal) -> Result<(), Error> + Send + Sync)),
}

async fn decided(
    app: &Arc<App>,
    (tenant, id): (&TenantId, &IncidentId),
    now: DateTime<Utc>,
    decision: &Decision<'_>,
) -> Result<Incident, Error> {
    let mut tries = Tries::default();
    loop {
        let turn = app.turns.take(tenant).await?;
        let found = app.store.get::<Incident>(tenant, id.as_str()).await?;
        let mut incident = found.ok_or_else(|| Error::not_found("incident", id.as_str()))?;
        let mut journal = Journal::new(now);
        let before = incident.value.clone();
        match decision {
            Decision::Plain(decide) => decide(&mut incident.value, &mut journal)?,
            Decision::WithPeople(decide) => {
                let mut calling = roster::load(app, tenant, &before.policy_id, now).await?;
                calling.complete_for(app, tenant, &before).await?;
                if before.held_for.is_some() {
                    calling.windows = maintenance::not_over(app, tenant, now).await?;
                }
                decide(&mut incident.value, &calling, &mut journal)?;
            }
        }
        if incident.value == before && journal == Journal::new(now) {
            return Ok(before);
        }
        match commit(app, tenant, incident, journal).await {
            Ok((incident, effects)) => {
                drop(turn);
                app.runner.start(app, tenant, effects);
                return Ok(incident);
            }
            Err(StoreError::Conflict { .. }) => tries.lost(app, turn).await?,
            Err(error) => return Err(error.into()),
        }
    }
}

async fn commit(
    app: &App,
    tenant: &TenantId,
    mut item: Versioned<Incident>,
    mut journal: Journal,
) -> Result<(Incident, Vec<Effect>), StoreError> {
    let mut changes = Changes::new();
    let mut effects = Vec::new();
    let incident = &mut item.value;
    follow_up(app, incident, &mut journal, &mut changes, &mut effects)?;
    add_ticket_ops(app, incident, &mut journal, (&mut changes, &mut effects)).await?;
    if incident.status == Status::Resolved {
        leave_key(app, incident, &mut changes).await?;
    }
    changes.replace(&item)?;
    app.store.commit(tenant, app.entropy.operation(), changes).await?;
    Ok((item.value, effects))
}

/// Takes the incident out of the index of open problems. What the entry says of others stays.
async fn leave_key(app: &App, incident: &Incident, changes: &mut Changes) -> Result<(), StoreError> {
    let Some(source) = &incident.origin.source_id else { return Ok(()) };
    let id = OpenKey::key_of(source, &incident.dedup_key);
    let Some(mut key) = app.store.get::<OpenKey>(&incident.tenant_id, &id).await? else { return Ok(()) };
    let before = key.value.clone();
    if !key.value.leave(&incident.id) {
        changes.delete(&key);
    } else if key.value != before {
        changes.replace(&key)?;
    }
    Ok(())
}

/// Puts the journal's timeline, pages and events into `changes`; the PSA's part is [`add_ticket_ops`].
pub(crate) fn follow_up(
    app: &App,
    incident: &mut Incident,
    journal: &mut Journal,
    changes: &mut Changes,
    effects: &mut Vec<Effect>,
) -> Result<(), StoreError> {
    if let Some(record) = incident.record(journal) {
        changes.create(&record)?;
    }
    for page in journal.pages.drain(..) {
        changes.create(&page)?;
        if page.is_immediate() {
            effects.push(Effect::Page(page.id, Hold::Born));
        }
    }
    for kind in journal.events.drain(..) {
        if app.bus.is_some() {
            let outgoing = outgoing(app, incident, kind, journal.at);
            changes.create(&outgoing)?;
            effects.push(Effect::Event(outgoing.event.id, Hold::Born));
        }
    }
    Ok(())
}

fn outgoing(app: &App, incident: &Incident, kind: EventKind, at: DateTime<Utc>) -> OutgoingEvent {
    let event = CloudEvent::of(kind, incident, at, app.incident_url(&incident.id));
    // Born leased, like a page: whoever commits it publishes it.
    OutgoingEvent { event, begun: 1, due_at: at + page::LEASE }
}

/// Queues what the PSA is to be told, where there is a PSA, or was one that has the ticket.
pub(crate) async fn add_ticket_ops(
    app: &App,
    incident: &Incident,
    journal: &mut Journal,
    (changes, effects): (&mut Changes, &mut Vec<Effect>),
) -> Result<(), StoreError> {
    let ops: Vec<TicketOp> = journal.ticket.drain(..).collect();
    if ops.is_empty() {
        return Ok(());
    }
    if incident.psa_ticket_id.is_none() && !psa::is_there(app, &incident.tenant_id).await? {
        return Ok(());
    }
    let found = app.store.get::<TicketQueue>(&incident.tenant_id, &queue_id(&incident.id)).await?;
    let push = |queue: &mut TicketQueue| ops.into_iter().for_each(|op| queue.push(op, journal.at));
    if let Some(mut queue) = found {
        let before = queue.value.clone();
        push(&mut queue.value);
        if queue.value == before {
            return Ok(());
        }
        changes.replace(&queue)?;
    } else {
        let mut queue = TicketQueue::new(incident);
        push(&mut queue);
        if queue.ops.is_empty() {
            return Ok(());
        }
        changes.create(&queue)?;
    }
    effects.push(Effect::Ticket(incident.id.clone()));
    Ok(())
}
