//! Writing down that something went out.
//!
//! Invariant: to leave that to the tick is to send it again, so a store that is too busy just now is asked again, under the
//! same operation, as long as the lease lasts. After it the effect is anybody's, and nothing more is tried here.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::id::TenantId;
use store::{Changes, StoreError};
use tokio::time::sleep;

use crate::app::App;
use crate::error::Error;

/// Before each further try.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// Commits what `changes` makes, at each try anew; answers whether it was us.
///
/// It is tried once however late it is, since the commit is refused where somebody took it over meanwhile; and again only
/// while the lease, which ends at `until`, isn't over. The last try may outlast it by the store's time-out.
pub(super) async fn write_down(
    app: &App,
    tenant: &TenantId,
    until: Option<DateTime<Utc>>,
    changes: impl Fn() -> Result<Changes, StoreError> + Send + Sync,
) -> Result<bool, Error> {
    let operation = app.entropy.operation();
    let mut written = app.store.commit_unless_lost(tenant, operation.clone(), changes()?).await;
    for pause in PAUSES {
        let is_passing = matches!(written, Err(StoreError::Throttled { .. } | StoreError::Unavailable(_)));
        if !is_passing || until.is_none_or(|until| app.clock.now() + pause >= until) {
            break;
        }
        sleep(pause).await;
        written = app.store.commit_unless_lost(tenant, operation.clone(), changes()?).await;
    }
    Ok(written?)
}
