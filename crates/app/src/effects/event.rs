//! Publishing one life-cycle event. Its document is deleted when the bus has it; a crash in between publishes it again,
//! under the same id.

use chrono::TimeDelta;
use domain::event::OutgoingEvent;
use domain::id::TenantId;
use domain::{page, retry};
use store::Changes;
use tracing::warn;

use super::Hold;
use super::write_down::write_down;
use crate::app::App;
use crate::error::Error;

const FIRST_RETRY: TimeDelta = TimeDelta::seconds(10);
const LONGEST_RETRY: TimeDelta = TimeDelta::minutes(15);

/// Publishes one event, unless that was done or begun by another meanwhile.
pub(super) async fn publish(app: &App, tenant: &TenantId, id: &str, hold: Hold) -> Result<(), Error> {
    let Some(bus) = &app.bus else { return Ok(()) };
    let now = app.clock.now();
    let Some(mut outgoing) = app.store.get::<OutgoingEvent>(tenant, id).await? else { return Ok(()) };
    let is_due = outgoing.value.due_at <= now;
    if is_due == (hold == Hold::Born) {
        // Either it waited here past its lease and is anybody's, or somebody has taken it since it was found.
        return Ok(());
    }
    if hold == Hold::Due {
        outgoing.value.begun += 1;
        outgoing.value.due_at = now + page::LEASE;
        let mut changes = Changes::new();
        changes.replace(&outgoing)?;
        if !app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await? {
            return Ok(());
        }
        let Some(taken) = app.store.get::<OutgoingEvent>(tenant, id).await? else { return Ok(()) };
        outgoing = taken;
    }
    let lease_ends = outgoing.value.due_at;
    let published = bus.publish(&outgoing.value.event).await;
    if let Err(error) = &published {
        warn!(event = outgoing.value.event.id, %error, "an event could not be published");
        let wait = retry::backoff(outgoing.value.begun, FIRST_RETRY, LONGEST_RETRY);
        outgoing.value.due_at = app.clock.now() + wait;
    }
    // Where somebody took it over when our lease had ended, how it ends is theirs to say.
    write_down(app, tenant, Some(lease_ends), || {
        let mut changes = Changes::new();
        match &published {
            Ok(()) => changes.delete(&outgoing),
            Err(_) => changes.replace(&outgoing)?,
        }
        Ok(changes)
    })
    .await?;
    Ok(())
}
