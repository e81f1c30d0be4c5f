//! The runner: effects of this process's own commits, done at once beside the answer to whoever caused them.
//!
//! Invariant: an economy and nothing more. What it has no room for, or dies over, the tick finds when the lease ends; what
//! waited here past its lease is left to the tick.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::id::TenantId;
use tokio::sync::Notify;
use tracing::{debug, warn};

use super::{Effect, run};
use crate::app::App;

/// How many effects run at once: most of the time is spent waiting for providers.
const AT_ONCE: usize = 64;

/// How many may wait; a storm's surplus is the tick's.
const WAITING: usize = 10_000;

/// Where effects are run from.
#[derive(Debug, Default)]
pub(crate) struct Runner {
    line: Mutex<Line>,
    idle: Notify,
}

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<(TenantId, Effect)>,
    workers: usize,
}

impl Runner {
    /// Takes what there is room for; returns at once.
    pub(crate) fn start(&self, app: &Arc<App>, tenant: &TenantId, effects: Vec<Effect>) {
        let mut line = self.line();
        for effect in effects {
            if line.waiting.len() >= WAITING {
                debug!(?effect, "no room: left to the tick");
                continue;
            }
            line.waiting.push_back((tenant.clone(), effect));
            if line.workers < AT_ONCE {
                line.workers += 1;
                tokio::spawn(work(Arc::clone(app)));
            }
        }
    }

    /// Waits until nothing runs and nothing waits.
    pub(crate) async fn settled(&self) {
        loop {
            let idle = self.idle.notified();
            if self.line().workers == 0 {
                return;
            }
            idle.await;
        }
    }

    /// The next effect; `None` ends the worker that asked.
    fn next(&self) -> Option<(TenantId, Effect)> {
        let mut line = self.line();
        let next = line.waiting.pop_front();
        if next.is_none() {
            line.workers -= 1;
            if line.workers == 0 {
                self.idle.notify_waiters();
            }
        }
        next
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn work(app: Arc<App>) {
    while let Some((tenant, effect)) = app.runner.next() {
        if let Err(error) = run(&app, &tenant, &effect).await {
            warn!(?effect, %error, "an effect failed; the tick tries again");
        }
    }
}
