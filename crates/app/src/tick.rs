//! The tick: whatever is due, of every tenant. A timer calls it; it takes nothing but `now`.
//!
//! Invariants: a tick reads only what is due; a missed, late, doubled or parallel tick skips nothing and doubles nothing,
//! since each item is decided and committed by itself, by if-match, and is not due any more afterwards; an item that fails
//! moves out of the others' way; nothing here waits for a provider; what keeps people from being paged comes before what
//! pages them.

pub(crate) mod pulse;
mod waiting;
mod windows;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::calendar_watch::CalendarWatch;
use domain::delivery::Delivery;
use domain::escalation;
use domain::event::OutgoingEvent;
use domain::handoff::HandoffWatch;
use domain::id::{IncidentId, ScheduleId, TenantId};
use domain::incident::{Incident, Status};
use domain::maintenance::MaintenanceWindow;
use domain::notice::Notice;
use domain::page::Page;
use domain::psa::PsaConnection;
use domain::source_watch::SourceWatch;
use domain::ticket::TicketQueue;
use futures::StreamExt as _;
use futures::stream;
use serde::Serialize;
use store::{Entity, Kind, Range, StoreError};
use tracing::{Instrument as _, warn};

use crate::app::App;
use crate::change;
use crate::effects::{Effect, Hold};
use crate::error::Error;
use crate::handoffs;
use waiting::Waiting;
use windows::Unsettled;

/// The most items of one sort that a tick takes on; the next tick goes on with the rest.
const MOST: u32 = 200;

/// How many steps are told at once.
const AT_ONCE: usize = 16;

/// How long a step that could not be told stays out of the way.
const POSTPONED: TimeDelta = TimeDelta::minutes(1);

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
    /// Schedules whose handoffs were to be looked at.
    pub handoffs: u32,
    /// Notices that were due.
    pub notices: u32,
    /// Schedules whose calendars were due to be read again.
    pub calendars: u32,
    /// Maintenance windows that open or close.
    pub maintenance: u32,
    /// Deliveries that wait for something outside.
    pub deliveries: u32,
    /// Alert sources whose turn it was to be looked at.
    pub sources: u32,
    /// PSAs whose turn it was to be checked.
    pub psa_checks: u32,
    /// Items that failed, and stay due.
    pub failed: u32,
    /// There was more than one tick takes on.
    pub more: bool,
    /// How long, in whole seconds, the item that waited longest had waited when the tick found it due; what is between
    /// two tries isn't due, and not looked at.
    pub oldest_waiting_seconds: u64,
}

/// Does what is due at the clock's now: steps are told, and what commits wanted done is handed to the runner.
pub async fn tick(app: &Arc<App>) -> Result<TickReport, Error> {
    let now = app.clock.now();
    let mut report = TickReport::default();
    // One question tells which of the others are worth asking.
    let kinds = app.store.kinds_due(&kinds(app), now).await?;
    pulse::beat(app, &kinds, now).await;
    let look = Look { app, now, kinds: &kinds };
    let windows = look.due(&mut report, |window: MaintenanceWindow| window.id).await?;
    let unsettled = Arc::new(windows::look_at_each(app, windows, &mut report).await);
    let steps = look.due(&mut report, |incident: Incident| incident.id).await?;
    escalate_each(app, now, (steps, &unsettled), &mut report).await;
    report.pages = look.hand_over(&mut report, |page: Page| Effect::Page(page.id, Hold::Due)).await?;
    report.tickets =
        look.hand_over(&mut report, |queue: TicketQueue| Effect::Ticket(queue.incident_id)).await?;
    let events = |outgoing: OutgoingEvent| Effect::Event(outgoing.event.id, Hold::Due);
    report.events = look.hand_over(&mut report, events).await?;
    report.notices = look.hand_over(&mut report, |notice: Notice| Effect::Notice(notice.id)).await?;
    let watches = look.due(&mut report, |watch: HandoffWatch| watch.schedule_id).await?;
    look_at_each(app, now, watches, &mut report).await;
    let calendars = |watch: CalendarWatch| Effect::Calendars(watch.schedule_id);
    report.calendars = look.hand_over(&mut report, calendars).await?;
    report.deliveries =
        look.hand_over(&mut report, |delivery: Delivery| Effect::Delivery(delivery.id)).await?;
    report.sources =
        look.hand_over(&mut report, |watch: SourceWatch| Effect::Source(watch.source_id)).await?;
    report.psa_checks = look.hand_over(&mut report, |_: PsaConnection| Effect::PsaCheck).await?;
    Ok(report)
}

/// Of what something may be due. What nobody here can do anything about is not asked for.
fn kinds(app: &App) -> Vec<Kind> {
    let mut kinds = vec![
        Kind::Maintenance,
        Kind::Incident,
        Kind::Page,
        Kind::TicketQueue,
        Kind::Notice,
        Kind::HandoffWatch,
        Kind::CalendarWatch,
        Kind::Delivery,
        Kind::SourceWatch,
        Kind::Psa,
        Kind::Pulse,
    ];
    kinds.extend(app.bus.is_some().then_some(Kind::Event));
    kinds
}

/// A look at what is due.
struct Look<'a> {
    app: &'a Arc<App>,
    now: DateTime<Utc>,
    /// Of what something is.
    kinds: &'a [Kind],
}

impl Look<'_> {
    /// What is due of one kind. What can't be read is told and passed over; it doesn't stand in the others' way.
    async fn due<T: Entity + Waiting, D>(
        &self,
        report: &mut TickReport,
        name: fn(T) -> D,
    ) -> Result<Vec<(TenantId, D)>, StoreError> {
        let mut items = Vec::new();
        if !self.kinds.contains(&T::KIND) {
            return Ok(items);
        }
        let mut range = Range::first(MOST);
        loop {
            let found = self.app.store.due::<T>(self.now, &range).await?;
            for error in &found.unreadable {
                warn!(%error, "a due document can't be read");
                report.failed += 1;
            }
            let oldest = found.items.iter().filter_map(|item| item.value.since()).min();
            let waited = oldest.and_then(|since| (self.now - since).to_std().ok()).unwrap_or_default();
            report.oldest_waiting_seconds = report.oldest_waiting_seconds.max(waited.as_secs());
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

    /// Hands what is due of one kind to the runner; answers how much that is.
    async fn hand_over<T: Entity + Waiting>(
        &self,
        report: &mut TickReport,
        name: fn(T) -> Effect,
    ) -> Result<u32, StoreError> {
        let effects = self.due(report, name).await?;
        let count = u32::try_from(effects.len()).unwrap_or(u32::MAX);
        for (tenant, effect) in effects {
            self.app.runner.start(self.app, &tenant, vec![effect]);
        }
        Ok(count)
    }
}

/// Tells every due step, each in a task of its own, so that one that fails or panics stops no other.
async fn escalate_each(
    app: &Arc<App>,
    now: DateTime<Utc>,
    (steps, unsettled): (Vec<(TenantId, IncidentId)>, &Arc<Unsettled>),
    report: &mut TickReport,
) {
    let told = stream::iter(steps).map(|(tenant, id)| {
        let (app, unsettled) = (Arc::clone(app), Arc::clone(unsettled));
        let step = async move {
            let told = escalate(&app, (&tenant, &id), now, &unsettled).await;
            if let Err(error) = &told {
                warn!(incident = %id, %error, "a step could not be told; it is tried again in a minute");
                postpone(&app, &tenant, &id, now).await;
            }
            told.is_ok()
        };
        tokio::spawn(step.in_current_span())
    });
    let told: Vec<bool> = told.buffer_unordered(AT_ONCE).map(|told| told.unwrap_or(false)).collect().await;
    let count = |ok| u32::try_from(told.iter().filter(|told| **told == ok).count()).unwrap_or(u32::MAX);
    report.escalations = count(true);
    report.failed += count(false);
}

/// Looks at the handoffs of each schedule that is due.
async fn look_at_each(
    app: &Arc<App>,
    now: DateTime<Utc>,
    watches: Vec<(TenantId, ScheduleId)>,
    report: &mut TickReport,
) {
    let looked = stream::iter(watches)
        .map(|(tenant, id)| async move { handoffs::look(app, &tenant, &id, now).await })
        .buffer_unordered(AT_ONCE);
    let looked: Vec<bool> = looked.collect().await;
    let count = |ok| u32::try_from(looked.iter().filter(|looked| **looked == ok).count()).unwrap_or(u32::MAX);
    report.handoffs = count(true);
    report.failed += count(false);
}

/// Moves a step that can't be told out of the others' way.
async fn postpone(app: &Arc<App>, tenant: &TenantId, id: &IncidentId, now: DateTime<Utc>) {
    let postponed = change::change(app, (tenant, id), now, |incident, _| {
        if let Some(due) = &mut incident.escalation.due_at {
            *due = (*due).max(now + POSTPONED);
        }
        Ok(())
    });
    if let Err(error) = postponed.await {
        warn!(incident = %id, %error, "a step could not be postponed either");
    }
}

async fn escalate(
    app: &Arc<App>,
    (tenant, id): (&TenantId, &IncidentId),
    now: DateTime<Utc>,
    unsettled: &Unsettled,
) -> Result<(), Error> {
    let windows = unsettled.windows(app, tenant, now).await;
    change::change_with_people(app, (tenant, id), now, |incident, calling, journal| {
        let is_due = |at: Option<DateTime<Utc>>| at.is_some_and(|at| at <= now);
        if is_due(incident.auto_resolve_at()) {
            incident.auto_resolve(journal);
            return Ok(());
        }
        if !is_due(incident.escalation.due_at) {
            return Ok(());
        }
        if incident.held_for.is_some() {
            if let Some((window, until)) = MaintenanceWindow::over(&calling.windows, incident, now) {
                incident.hold(window, until, journal);
                return Ok(());
            }
            incident.release(journal);
        }
        if windows::hold(&windows, incident, now, journal) {
            return Ok(());
        }
        if incident.status == Status::Triggered {
            incident.end_quiet(now);
            escalation::advance(incident, &calling.policy, &calling.roster, journal);
        }
        Ok(())
    })
    .await
    .map(|_| ())
}
