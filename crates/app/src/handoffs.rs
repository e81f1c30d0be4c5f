//! Shift notices: looking at the handoffs of schedules whose watch is due, and telling whoever wants to be told.
//!
//! Invariants: a look's notices and the watch that moves on are one commit; whoever loses it against another look, or against
//! a change of the schedule, drops what it decided, since the other has told it or the watch is due again.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::handoff::{self, HandoffWatch};
use domain::id::{ScheduleId, TenantId};
use domain::roster::Rota;
use domain::schedule::{Override, Schedule};
use store::{Changes, StoreError, Versioned, watch_id};
use tracing::warn;

use crate::app::App;
use crate::error::Error;
use crate::{notices, roster};

/// How long a watch that could not be looked at stays out of the way.
const POSTPONED: TimeDelta = TimeDelta::minutes(1);

/// Looks at one schedule's handoffs, if it is time; answers whether that worked.
pub(crate) async fn look(app: &Arc<App>, tenant: &TenantId, id: &ScheduleId, now: DateTime<Utc>) -> bool {
    let task = {
        let (app, tenant, id) = (Arc::clone(app), tenant.clone(), id.clone());
        tokio::spawn(async move { try_to_look(&app, &tenant, &id, now).await })
    };
    let problem = match task.await {
        Ok(Ok(())) => return true,
        Ok(Err(error)) => error.to_string(),
        Err(panic) => panic.to_string(),
    };
    warn!(schedule = %id, problem, "the handoffs could not be looked at; tried again in a minute");
    if let Err(error) = postpone(app, tenant, id, now).await {
        warn!(schedule = %id, %error, "the look could not be postponed either");
    }
    false
}

async fn try_to_look(
    app: &Arc<App>,
    tenant: &TenantId,
    id: &ScheduleId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    // The watch before the schedule: whoever changes the schedule in between replaces it, and our commit is refused.
    let Some(mut watch) = due(app, tenant, id, now).await? else { return Ok(()) };
    let mut tellings = Vec::new();
    let users = roster::all_users(app, tenant).await?;
    match app.store.get::<Schedule>(tenant, id.as_str()).await? {
        None => watch.value.rest(),
        Some(schedule) => {
            let told_until = watch.value.told_until.timestamp_micros();
            let overrides = app.store.all_of_after::<Override>(tenant, id.as_str(), told_until).await?;
            let overrides = overrides.into_iter().map(|found| found.value).collect();
            let rota = Rota { schedule: schedule.value, overrides };
            let handoffs = handoff::look(&watch.value, &rota, &users, now);
            watch.value.told(now, handoffs.wake);
            tellings = handoffs.tellings;
        }
    }
    let mut changes = Changes::new();
    changes.replace(&watch)?;
    match notices::commit(app, tenant, changes, &tellings, now).await {
        Ok(()) | Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn due(
    app: &App,
    tenant: &TenantId,
    id: &ScheduleId,
    now: DateTime<Utc>,
) -> Result<Option<Versioned<HandoffWatch>>, StoreError> {
    let watch = app.store.get::<HandoffWatch>(tenant, &watch_id(id)).await?;
    Ok(watch.filter(|watch| watch.value.due_at.is_some_and(|due| due <= now)))
}

async fn postpone(app: &App, tenant: &TenantId, id: &ScheduleId, now: DateTime<Utc>) -> Result<(), Error> {
    let Some(mut watch) = due(app, tenant, id, now).await? else { return Ok(()) };
    watch.value.due_at = Some(now + POSTPONED);
    let mut changes = Changes::new();
    changes.replace(&watch)?;
    app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?;
    Ok(())
}
