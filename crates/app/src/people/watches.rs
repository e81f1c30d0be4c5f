//! Making the handoff watches of a tenant look again, since what they wait for is worked out from what people want.
//!
//! It comes after the change itself, in commits of its own, for there may be more watches than one commit takes. A crash in
//! between leaves a watch waiting for what it was waiting for before: it looks then, finds what people want now, and at
//! worst a word that was asked for shortly before is late or not said. No page hangs on it.

use chrono::{DateTime, Utc};
use domain::handoff::HandoffWatch;
use domain::id::{ScheduleId, TenantId};
use domain::schedule::Schedule;
use store::{Changes, StoreError, watch_id};

use crate::app::App;
use crate::error::Error;
use crate::turns::Tries;

/// The most watches of one commit.
const AT_ONCE: usize = 50;

/// Makes every watch of a tenant due now.
pub(super) async fn look_again(app: &App, tenant: &TenantId, now: DateTime<Utc>) -> Result<(), Error> {
    let schedules = app.store.all::<Schedule>(tenant).await?;
    let ids: Vec<ScheduleId> = schedules.into_iter().map(|found| found.value.id).collect();
    for some in ids.chunks(AT_ONCE) {
        stir(app, tenant, some, now).await?;
    }
    Ok(())
}

/// Those that aren't there are passed over: a schedule without a watch gets one, due at once, with its next change.
async fn stir(
    app: &App,
    tenant: &TenantId,
    schedules: &[ScheduleId],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut tries = Tries::default();
    loop {
        let turn = app.turns.take(tenant).await?;
        let mut changes = Changes::new();
        for id in schedules {
            if let Some(mut watch) = app.store.get::<HandoffWatch>(tenant, &watch_id(id)).await? {
                watch.value.stir(now);
                changes.replace(&watch)?;
            }
        }
        if changes.is_empty() {
            return Ok(());
        }
        match app.store.commit(tenant, app.entropy.operation(), changes).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Conflict { .. }) => tries.lost(app, turn).await?,
            Err(error) => return Err(error.into()),
        }
    }
}
