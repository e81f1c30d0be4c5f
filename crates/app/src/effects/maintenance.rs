//! A maintenance window opens or closes: whose paging runs is held, and what still stands is released.
//!
//! Invariants: the window is due until every incident was looked at, so a crash in between loses none; an incident that
//! slips in between is due by itself when the window ends; a window that can't be read keeps nobody from being paged.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::escalation;
use domain::id::{IncidentId, MaintenanceId, TenantId};
use domain::incident::{Incident, Status};
use domain::maintenance::MaintenanceWindow;
use store::{Changes, MAINTENANCE, Range, StoreError};
use tracing::warn;

use crate::app::App;
use crate::change::{change, change_with_people};
use crate::error::Error;

/// The windows of a tenant that aren't over. One that can't be read keeps nothing quiet.
pub(crate) async fn not_over(
    app: &App,
    tenant: &TenantId,
    now: DateTime<Utc>,
) -> Result<Vec<MaintenanceWindow>, StoreError> {
    let now = now.timestamp_micros();
    let found = app.store.readable_of_after::<MaintenanceWindow>(tenant, MAINTENANCE, now).await?;
    for problem in &found.unreadable {
        warn!(%problem, "a maintenance window can't be read; paging goes on without it");
    }
    Ok(found.items.into_iter().map(|found| found.value).collect())
}

/// Looks at a window that is due.
pub(crate) async fn turn(app: &Arc<App>, tenant: &TenantId, id: &MaintenanceId) -> Result<(), Error> {
    let now = app.clock.now();
    let Some(mut found) = app.store.get::<MaintenanceWindow>(tenant, id.as_str()).await? else {
        return Ok(());
    };
    if found.value.due_at.is_none_or(|due| due > now) {
        return Ok(());
    }
    match found.value.open_until(now) {
        Some(until) => hold_all(app, tenant, (&found.value, until), now).await?,
        None => release_all(app, tenant, id, now).await?,
    }
    found.value.due_at = found.value.next_turn(now);
    let mut changes = Changes::new();
    changes.replace(&found)?;
    // Lost, somebody has edited it meanwhile, and it is due again.
    app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?;
    Ok(())
}

async fn hold_all(
    app: &Arc<App>,
    tenant: &TenantId,
    (window, until): (&MaintenanceWindow, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let concerns = |incident: &Incident| window.concerns(&incident.service_id, incident.client.as_deref());
    // What an edit has taken out of the window is none of its business any more.
    for status in [Status::Triggered, Status::Suppressed] {
        let let_go =
            |incident: &Incident| incident.held_for.as_ref() == Some(&window.id) && !concerns(incident);
        for id in standing(app, tenant, status, let_go).await? {
            look_again(app, tenant, &id, now).await?;
        }
    }
    // One that was interrupted goes on where it stopped.
    let is_to_be_held = |incident: &Incident| {
        let is_held = incident.held_for.as_ref() == Some(&window.id);
        concerns(incident) && !(is_held && incident.escalation.due_at == Some(until))
    };
    for id in standing(app, tenant, Status::Triggered, is_to_be_held).await? {
        let held = change(app, (tenant, &id), now, |incident, journal| {
            if incident.status == Status::Triggered {
                incident.hold(window, until, journal);
            }
            Ok(())
        });
        held.await?;
    }
    Ok(())
}

async fn release_all(
    app: &Arc<App>,
    tenant: &TenantId,
    window: &MaintenanceId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    for status in [Status::Triggered, Status::Suppressed] {
        let held = |incident: &Incident| incident.held_for.as_ref() == Some(window);
        for id in standing(app, tenant, status, held).await? {
            look_again(app, tenant, &id, now).await?;
        }
    }
    Ok(())
}

/// A held incident: something else may keep it quiet; else its paging starts over.
pub(crate) async fn look_again(
    app: &Arc<App>,
    tenant: &TenantId,
    id: &IncidentId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    change_with_people(app, (tenant, id), now, |incident, calling, journal| {
        if incident.held_for.is_none() || incident.status == Status::Resolved {
            return Ok(());
        }
        if let Some((window, until)) = MaintenanceWindow::over(&calling.windows, incident, now) {
            incident.hold(window, until, journal);
            return Ok(());
        }
        incident.release(journal);
        if incident.status == Status::Triggered {
            escalation::advance(incident, &calling.policy, &calling.roster, journal);
        }
        Ok(())
    })
    .await
    .map(drop)
}

/// The incidents in one status that are wanted.
async fn standing(
    app: &App,
    tenant: &TenantId,
    status: Status,
    wanted: impl Fn(&Incident) -> bool + Send,
) -> Result<Vec<IncidentId>, StoreError> {
    let mut ids = Vec::new();
    let mut range = Range::first(200);
    loop {
        let listed = app.store.newest::<Incident>(tenant, Some(status.as_str()), &range).await?;
        let found = listed.items.into_iter().filter(|item| wanted(&item.value));
        ids.extend(found.map(|item| item.value.id));
        match listed.next {
            Some(next) => range.after = Some(next),
            None => return Ok(ids),
        }
    }
}
