//! Reading a schedule's calendars again: take the watch, fetch, and put what they say now into the layers.
//!
//! Invariants: a calendar that can't be read leaves its last shifts where they are, with the problem beside them. Nothing is
//! written where nothing changed. Whoever edits the schedule meanwhile wins; the calendars are read into what they left.

use std::sync::Arc;

use domain::calendar_watch::CalendarWatch;
use domain::id::{ScheduleId, TenantId};
use store::{Changes, Versioned, calendar_watch_id};
use tracing::warn;

use crate::app::App;
use crate::error::Error;
use crate::schedules;

/// Reads the calendars of one schedule again, unless somebody does so already.
pub(super) async fn read_again(app: &Arc<App>, tenant: &TenantId, id: &ScheduleId) -> Result<(), Error> {
    let now = app.clock.now();
    let key = calendar_watch_id(id);
    let Some(mut watch) = app.store.get::<CalendarWatch>(tenant, &key).await? else { return Ok(()) };
    if watch.value.due_at > now {
        return Ok(());
    }
    watch.value.take(now);
    if !write(app, tenant, &watch).await? {
        return Ok(());
    }
    let Some(mut taken) = app.store.get::<CalendarWatch>(tenant, &key).await? else { return Ok(()) };
    let read = match schedules::read_again(app, tenant, id, now).await {
        Ok(read) => read,
        // A schedule that is gone needs no watch.
        Err(Error::NotFound { .. }) => None,
        Err(error) => return Err(error),
    };
    if let Some(all) = read {
        if !all {
            warn!(schedule = %id, "a calendar could not be read again");
        }
        taken.value.read(all, app.clock.now());
        write(app, tenant, &taken).await?;
    } else {
        let mut changes = Changes::new();
        changes.delete(&taken);
        app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?;
    }
    Ok(())
}

/// Commits the watch as it is now; answers whether it was us.
async fn write(app: &App, tenant: &TenantId, watch: &Versioned<CalendarWatch>) -> Result<bool, Error> {
    let mut changes = Changes::new();
    changes.replace(watch)?;
    Ok(app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?)
}
