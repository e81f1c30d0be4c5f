//! The runner: effects done at once, beside the answer to whoever caused them or to the timer that found them due.
//!
//! Invariants: an economy and nothing more: what it has no room for, or dies over, the tick finds when the lease ends. Pages,
//! tickets, events and notices wait in lines of their own, so that neither a PSA that hangs nor a hundred mails about gaps
//! delay a page. An effect that panics ends nothing but itself.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::id::TenantId;
use tokio::sync::Notify;
use tracing::{debug, error, warn};

use super::{Effect, run};
use crate::app::App;

/// How many of each are worked on at once: enough to wait for several providers, few enough to leave room for intake in a
/// storm, and as many as a channel keeps connections.
const AT_ONCE: usize = 16;

/// How many lines there are.
const LINES: usize = 9;

/// How many of each may wait; a storm's surplus is the tick's.
const WAITING: usize = 10_000;

/// Where effects are run from.
#[derive(Debug, Default)]
pub(crate) struct Runner {
    lines: Mutex<[Line; LINES]>,
    idle: Notify,
}

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<(TenantId, Effect)>,
    workers: usize,
}

fn line_of(effect: &Effect) -> usize {
    match effect {
        Effect::Page(..) => 0,
        Effect::Ticket(_) => 1,
        Effect::Event(..) => 2,
        Effect::Notice(_) => 3,
        Effect::Calendars(_) => 4,
        Effect::Delivery(_) => 5,
        Effect::Maintenance(_) => 6,
        Effect::Source(_) => 7,
        Effect::PsaCheck => 8,
    }
}

impl Runner {
    /// Takes what there is room for; returns at once.
    pub(crate) fn start(&self, app: &Arc<App>, tenant: &TenantId, effects: Vec<Effect>) {
        let mut lines = self.lines();
        for effect in effects {
            let index = line_of(&effect);
            let line = &mut lines[index];
            if line.waiting.len() >= WAITING {
                debug!(?effect, "no room: left to the tick");
                continue;
            }
            line.waiting.push_back((tenant.clone(), effect));
            if line.workers < AT_ONCE {
                line.workers += 1;
                tokio::spawn(work(Arc::clone(app), index));
            }
        }
    }

    /// Waits until nothing runs and nothing waits.
    pub(crate) async fn settled(&self) {
        loop {
            let idle = self.idle.notified();
            if self.lines().iter().all(|line| line.workers == 0) {
                return;
            }
            idle.await;
        }
    }

    /// The next effect of a line; `None` ends the worker that asked.
    fn next(&self, index: usize) -> Option<(TenantId, Effect)> {
        let line = &mut self.lines()[index];
        let next = line.waiting.pop_front();
        if next.is_none() {
            line.workers -= 1;
            if line.workers == 0 {
                self.idle.notify_waiters();
            }
        }
        next
    }

    fn lines(&self) -> MutexGuard<'_, [Line; LINES]> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn work(app: Arc<App>, index: usize) {
    while let Some((tenant, effect)) = app.runner.next(index) {
        let name = format!("{effect:?}");
        let task = {
            let app = Arc::clone(&app);
            tokio::spawn(async move { run(&app, &tenant, &effect).await })
        };
        match task.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!(effect = name, %error, "an effect failed; the tick tries again"),
            Err(panic) => error!(effect = name, %panic, "an effect panicked; the tick tries again"),
        }
    }
}
