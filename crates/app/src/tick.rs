//! The tick: whatever is due, of every tenant. A timer calls it; it takes nothing but `now`.
//!
//! Invariants: a tick reads only what is due; a missed, late, doubled or parallel tick skips nothing and doubles nothing,
//! since each item is decided and committed by itself, by if-match, and is not due any more afterwards; one item's
//! failure doesn't stop the others.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::escalation;
use domain::event::OutgoingEvent;
use domain::id::{IncidentId, TenantId};
use domain::incident::{Incident, Status};
use domain::page::Page;
use domain::ticket::TicketQueue;
use futures::StreamExt as _;
use futures::stream;
use serde::Serialize;
use store::{Entity, Range, StoreError};
use tracing::warn;

use crate::app::App;
use crate::change;
use crate::effects::{self, Effect};
use crate::error::Error;

/// The most items of one sort that a tick takes on; the next tick goes on with the rest.
const MOST: u32 = 200;

/// How many items are worked on at once: most of the time is spent waiting for providers.
const AT_ONCE: usize = 16;

/// What a tick did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct TickReport {
    /// Incidents whose next step was due.
    pub escalations: u32,
    /// Pages that were due.
    pub pages: u32,
    /// PSA queues that were due.
    pub tickets: u32,
    /// Events that were due.
    pub events: u32,
    /// Items that failed, and stay due.
    pub failed: u32,
    /// There was more than one tick takes on.
    pub more: bool,
}

/// One thing that is due.
enum Due {
    /// An incident's next step.
    Step(IncidentId),
    /// Something a commit wanted done.
    Effect(Effect),
}

/// Does what is due at the clock's now.
pub async fn tick(app: &Arc<App>) -> Result<TickReport, Error> {
    let now = app.clock.now();
    let mut report = TickReport::default();
    let steps = due(app, now, &mut report, |incident: Incident| Due::Step(incident.id)).await?;
    report.escalations = each(app, now, steps, &mut report).await;
    let pages = due(app, now, &mut report, |page: Page| Due::Effect(Effect::Page(page.id))).await?;
    report.pages = each(app, now, pages, &mut report).await;
    let queues = |queue: TicketQueue| Due::Effect(Effect::Ticket(queue.incident_id));
    let queues = due(app, now, &mut report, queues).await?;
    report.tickets = each(app, now, queues, &mut report).await;
    let events = |outgoing: OutgoingEvent| Due::Effect(Effect::Event(outgoing.event.id));
    let events = due(app, now, &mut report, events).await?;
    report.events = each(app, now, events, &mut report).await;
    Ok(report)
}

/// What is due of one kind. What can't be read is told and passed over; it doesn't stand in the others' way.
async fn due<T: Entity>(
    app: &App,
    now: DateTime<Utc>,
    report: &mut TickReport,
    name: fn(T) -> Due,
) -> Result<Vec<(TenantId, Due)>, StoreError> {
    let mut items = Vec::new();
    let mut range = Range::first(MOST);
    loop {
        let found = app.store.due::<T>(now, &range).await?;
        for error in &found.unreadable {
            warn!(%error, "a due document can't be read");
            report.failed += 1;
        }
        let readable = found.items.into_iter();
        items.extend(readable.filter_map(|item| Some((item.tenant.parse().ok()?, name(item.value)))));
        match found.next {
            Some(_) if items.len() >= MOST as usize => {
                report.more = true;
                return Ok(items);
            }
            Some(next) => range.after = Some(next),
            None => return Ok(items),
        }
    }
}

/// Works on every item; answers how many went well and adds the others to the report.
async fn each(
    app: &Arc<App>,
    now: DateTime<Utc>,
    items: Vec<(TenantId, Due)>,
    report: &mut TickReport,
) -> u32 {
    let work = items.into_iter().map(|(tenant, due)| work(Arc::clone(app), tenant, due, now));
    let results: Vec<_> = stream::iter(work).buffer_unordered(AT_ONCE).collect().await;
    let mut done = 0;
    for result in results {
        match result {
            Ok(()) => done += 1,
            Err(error) => {
                warn!(%error, "a due item failed; it stays due");
                report.failed += 1;
            }
        }
    }
    done
}

async fn work(app: Arc<App>, tenant: TenantId, due: Due, now: DateTime<Utc>) -> Result<(), Error> {
    match due {
        Due::Step(id) => escalate(&app, &tenant, &id, now).await,
        Due::Effect(effect) => effects::take_over(&app, &tenant, &effect).await,
    }
}

async fn escalate(
    app: &Arc<App>,
    tenant: &TenantId,
    id: &IncidentId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    change::change_with_people(app, (tenant, id), now, |incident, calling, journal| {
        let due = incident.escalation.due_at.is_some_and(|due| due <= now);
        if due && incident.status == Status::Triggered {
            escalation::advance(incident, &calling.policy, &calling.roster, journal);
        }
        Ok(())
    })
    .await
    .map(|_| ())
}
