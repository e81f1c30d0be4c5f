//! What the PSA refused for want of something that a person has mended meanwhile.
//!
//! Invariant: what is tried again is looked for before it is done again, as after any refusal; whatever is still wrong parks
//! it once more.

use std::sync::Arc;

use domain::id::TenantId;
use domain::ticket::TicketQueue;
use store::{Changes, PARKED, Range};
use tracing::info;

use crate::app::App;
use crate::effects::Effect;
use crate::error::Error;

/// How many are tried again together.
const AT_ONCE: u32 = 50;

/// Tries again whatever is parked.
pub(super) async fn wake(app: &Arc<App>, tenant: &TenantId) -> Result<(), Error> {
    let mut range = Range::first(AT_ONCE);
    let mut woken = 0;
    loop {
        let parked = app.store.newest::<TicketQueue>(tenant, Some(PARKED), &range).await?;
        for mut queue in parked.items {
            let now = app.clock.now();
            queue.value.retry_now(now);
            let mut changes = Changes::new();
            changes.replace(&queue)?;
            // Lost, somebody is at it this moment.
            if app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await? {
                app.runner.start(app, tenant, vec![Effect::Ticket(queue.value.incident_id)]);
                woken += 1;
            }
        }
        match parked.next {
            Some(next) => range.after = Some(next),
            None => break,
        }
    }
    if woken > 0 {
        info!(%tenant, woken, "what the PSA had refused is tried again");
    }
    Ok(())
}
