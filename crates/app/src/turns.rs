//! Turn-taking inside one process: who changes a tenant's incidents waits for whoever is at it.
//!
//! An economy, no safeguard: it saves conflicts (an acknowledge during a storm of repeats would lose every race); that
//! two writers can't both win is the store's if-match, in this process and between processes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::id::TenantId;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};
use tokio::time::timeout;

use crate::app::App;
use crate::error::Error;

/// How long anybody waits for their turn: about as long as the store takes to fail once. Turns are held while the store is
/// asked, so behind a store that hangs the queue would add up.
const PATIENCE: Duration = Duration::from_secs(10);

/// One queue for each tenant that was busy lately.
#[derive(Debug)]
pub(crate) struct Turns {
    tenants: Mutex<HashMap<TenantId, Arc<Turn<()>>>>,
    patience: Duration,
}

impl Default for Turns {
    fn default() -> Self {
        Self { tenants: Mutex::default(), patience: PATIENCE }
    }
}

impl Turns {
    /// Waits for the tenant's turn, first come first served; [`Error::Overloaded`] when it doesn't come in time.
    pub(crate) async fn take(&self, tenant: &TenantId) -> Result<OwnedMutexGuard<()>, Error> {
        let turn = {
            let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
            if tenants.len() > 1_000 {
                tenants.retain(|_, turn| Arc::strong_count(turn) > 1);
            }
            Arc::clone(tenants.entry(tenant.clone()).or_default())
        };
        timeout(self.patience, turn.lock_owned()).await.map_err(|_| Error::Overloaded)
    }
}

/// How often a decision is made again before the caller is told to come back later: some seconds in all, so that an
/// acknowledge gets through another process's storm.
const MOST_TRIES: u32 = 40;

/// The tries of one change that keeps losing against another process.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    lost: u32,
}

impl Tries {
    /// Gives the turn away and waits a little, growing and uneven, so that two processes don't keep meeting. An error
    /// when it has been tried often enough.
    pub(crate) async fn lost(&mut self, app: &App, turn: OwnedMutexGuard<()>) -> Result<(), Error> {
        drop(turn);
        self.lost += 1;
        if self.lost > MOST_TRIES {
            return Err(Error::Overloaded);
        }
        let most = 4_u64 << self.lost.min(6);
        let millis = u64::try_from(app.entropy.draw() % u128::from(most)).unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(millis)).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_too_long_is_told_to_come_back_and_another_tenant_is_not_held_up() {
        let turns = Turns { patience: Duration::ZERO, ..Turns::default() };
        let (busy, idle) = ("busy".parse().unwrap(), "idle".parse().unwrap());
        let turn = turns.take(&busy).await.unwrap();
        assert_eq!(turns.take(&busy).await.map(drop), Err(Error::Overloaded));
        assert_eq!(turns.take(&idle).await.map(drop), Ok(()));
        drop(turn);
        assert_eq!(
            turns.take(&busy).await.map(drop),
            Ok(()),
            "who gave up doesn't stand in the queue any more"
        );
    }
}
