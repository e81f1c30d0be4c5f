//! The runner: effects done at once, beside the answer to whoever caused them or to the timer that found them due.
//!
//! Invariants: an economy and nothing more: what it has no room for, or dies over, the tick finds when the lease ends. Pages,
//! tickets, events and notices wait in lines of their own, so that neither a PSA that hangs nor a hundred mails about gaps
//! delay a page. An effect that panics ends nothing but itself.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::id::TenantId;
use tokio::sync::Notify;
use tracing::{debug, error, warn};

use super::{Effect, run};
use crate::app::App;

/// How many of each are worked on at once: enough to wait for several providers, few enough to leave room for intake in a
/// storm, and as many as a channel keeps connections.
const AT_ONCE: usize = 16;

/// How many of one tenant at once, where its own server is asked: one that hangs keeps nobody else's work waiting.
const OF_ONE_TENANT: usize = 4;

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
    /// How many of each tenant are worked on.
    busy: HashMap<TenantId, usize>,
    workers: usize,
}

impl Line {
    /// The first one whose tenant has not enough of them going.
    fn take(&mut self, of_one: usize) -> Option<(TenantId, Effect)> {
        let is_free = |tenant: &TenantId| self.busy.get(tenant).is_none_or(|busy| *busy < of_one);
        let place = self.waiting.iter().position(|(tenant, _)| is_free(tenant))?;
        let next = self.waiting.remove(place)?;
        *self.busy.entry(next.0.clone()).or_default() += 1;
        Some(next)
    }

    fn leave(&mut self, tenant: &TenantId) {
        if let Some(busy) = self.busy.get_mut(tenant) {
            *busy -= 1;
            if *busy == 0 {
                self.busy.remove(tenant);
            }
        }
    }
}

/// Lines of those who ask a tenant's own server.
const TICKETS: usize = 1;
const CALENDARS: usize = 4;
const DELIVERIES: usize = 5;
const PSA_CHECKS: usize = 8;

fn line_of(effect: &Effect) -> usize {
    match effect {
        Effect::Page(..) => 0,
        Effect::Ticket(_) => TICKETS,
        Effect::Event(..) => 2,
        Effect::Notice(_) => 3,
        Effect::Calendars(_) => CALENDARS,
        Effect::Delivery(_) => DELIVERIES,
        Effect::Maintenance(_) => 6,
        Effect::Source(_) => 7,
        Effect::PsaCheck => PSA_CHECKS,
    }
}

/// How many of one tenant's a line works on at once.
fn of_one_tenant(index: usize) -> usize {
    match index {
        TICKETS | CALENDARS | DELIVERIES | PSA_CHECKS => OF_ONE_TENANT,
        _ => AT_ONCE,
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

    /// The next effect of a line, for a worker that may have just done one of a tenant; `None` ends the worker.
    fn next(&self, index: usize, done: Option<&TenantId>) -> Option<(TenantId, Effect)> {
        let line = &mut self.lines()[index];
        if let Some(tenant) = done {
            line.leave(tenant);
        }
        let next = line.take(of_one_tenant(index));
        // What waits for its own tenant's turn is taken by whoever works for that one.
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
    let mut next = app.runner.next(index, None);
    while let Some((tenant, effect)) = next {
        let name = format!("{effect:?}");
        let task = {
            let (app, tenant) = (Arc::clone(&app), tenant.clone());
            tokio::spawn(async move { run(&app, &tenant, &effect).await })
        };
        match task.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!(effect = name, %error, "an effect failed; the tick tries again"),
            Err(panic) => error!(effect = name, %panic, "an effect panicked; the tick tries again"),
        }
        next = app.runner.next(index, Some(&tenant));
    }
}

#[cfg(test)]
mod tests {
    use domain::id::IncidentId;

    use super::*;

    fn ticket(line: &mut Line, tenant: &str, number: usize) {
        let tenant = tenant.parse().unwrap();
        line.waiting.push_back((tenant, Effect::Ticket(IncidentId::derived(&[&number.to_string()]))));
    }

    #[test]
    fn a_tenant_whose_server_hangs_leaves_room_for_the_others_and_gets_on_when_one_is_done() {
        let mut line = Line::default();
        for number in 0..20 {
            ticket(&mut line, "slow", number);
        }
        ticket(&mut line, "quick", 0);
        let of_one = of_one_tenant(TICKETS);
        let taken: Vec<String> =
            std::iter::from_fn(|| line.take(of_one)).map(|(tenant, _)| tenant.to_string()).collect();
        assert_eq!(taken, ["slow", "slow", "slow", "slow", "quick"]);
        line.leave(&"slow".parse().unwrap());
        assert_eq!(line.take(of_one).unwrap().0.as_str(), "slow");
        assert!(line.take(of_one).is_none());
    }

    #[test]
    fn pages_of_one_tenant_may_take_all_there_is() {
        assert_eq!(of_one_tenant(line_of(&Effect::Maintenance("mnt_1".parse().unwrap()))), AT_ONCE);
        assert_eq!(of_one_tenant(0), AT_ONCE);
    }
}
