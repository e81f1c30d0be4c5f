//! The runner: effects of this process's own commits, done at once beside the answer to whoever caused them.
//!
//! Invariant: an economy and nothing more. What it has no room for, or dies over, the tick finds when the lease ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::id::TenantId;
use tokio::sync::{Notify, Semaphore};
use tracing::{debug, warn};

use super::{Effect, run};
use crate::app::App;

/// How many effects run at once; a storm's surplus is the tick's.
const AT_ONCE: usize = 64;

/// Where effects are run from.
#[derive(Debug)]
pub(crate) struct Runner {
    room: Arc<Semaphore>,
    running: AtomicUsize,
    idle: Notify,
}

impl Default for Runner {
    fn default() -> Self {
        Self { room: Arc::new(Semaphore::new(AT_ONCE)), running: AtomicUsize::new(0), idle: Notify::new() }
    }
}

impl Runner {
    /// Starts what fits; returns at once.
    pub(crate) fn start(&self, app: &Arc<App>, tenant: &TenantId, effects: Vec<Effect>) {
        for effect in effects {
            let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
                debug!(?effect, "no room: left to the tick");
                continue;
            };
            let (app, tenant) = (Arc::clone(app), tenant.clone());
            self.running.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                if let Err(error) = run(&app, &tenant, &effect).await {
                    warn!(?effect, %error, "an effect failed; the tick tries again");
                }
                drop(room);
                let runner = &app.runner;
                if runner.running.fetch_sub(1, Ordering::SeqCst) == 1 {
                    runner.idle.notify_waiters();
                }
            });
        }
    }

    /// Waits until nothing runs.
    pub(crate) async fn settled(&self) {
        loop {
            let idle = self.idle.notified();
            if self.running.load(Ordering::SeqCst) == 0 {
                return;
            }
            idle.await;
        }
    }
}
