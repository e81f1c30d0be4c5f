//! Turn-taking inside one process: who changes a tenant's incidents waits for whoever is at it.
//!
//! An economy, no safeguard: it saves conflicts (an acknowledge during a storm of repeats would lose every race); that
//! two writers can't both win is the store's if-match, in this process and between processes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::TenantId;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// One queue for each tenant that was busy lately.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    tenants: Mutex<HashMap<TenantId, Arc<Turn<()>>>>,
}

impl Turns {
    /// Waits for the tenant's turn, first come first served.
    pub(crate) async fn take(&self, tenant: &TenantId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
            if tenants.len() > 1_000 {
                tenants.retain(|_, turn| Arc::strong_count(turn) > 1);
            }
            Arc::clone(tenants.entry(tenant.clone()).or_default())
        };
        turn.lock_owned().await
    }
}
