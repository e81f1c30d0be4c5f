//! Sources that came without a watch: the products' own doors, which nobody makes. They get one with their first delivery;
//! all others have it from when they are made.
//!
//! Invariants: a delivery never waits for its source's watch, nor fails by it; each process looks once for each source, and
//! not with each delivery.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use domain::id::{SourceId, TenantId};
use domain::source_watch::SourceWatch;
use store::{Changes, StoreError, source_watch_id};
use tracing::warn;

use crate::app::App;

/// How many sources are remembered; then it begins anew.
const MOST: usize = 100_000;

/// The sources that this process knows to be watched.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    known: Mutex<HashSet<SourceId>>,
}

impl Watched {
    fn is_known(&self, id: &SourceId) -> bool {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).contains(id)
    }

    fn know(&self, id: &SourceId) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(id.clone());
    }

    /// Its watch has ended; whoever delivers to it again begins another one.
    pub(crate) fn forget(&self, id: &SourceId) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

/// Has a source that has just delivered be watched from `since` on, unless it is.
pub(super) async fn watch(app: &App, tenant: &TenantId, id: &SourceId, since: DateTime<Utc>) {
    if app.watched.is_known(id) {
        return;
    }
    match begin(app, tenant, id, since).await {
        Ok(()) => app.watched.know(id),
        // The next delivery tries again.
        Err(error) => warn!(%error, source = %id, "the watch over an alert source could not be begun"),
    }
}

async fn begin(app: &App, tenant: &TenantId, id: &SourceId, since: DateTime<Utc>) -> Result<(), StoreError> {
    if app.store.get::<SourceWatch>(tenant, &source_watch_id(id)).await?.is_some() {
        return Ok(());
    }
    let mut changes = Changes::new();
    changes.create(&SourceWatch::begin(id.clone(), since))?;
    // Lost, somebody else has begun it.
    app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await.map(drop)
}
