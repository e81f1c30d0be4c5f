//! What an edit would change, worked out without saving it.
//!
//! Invariant: before and after come from the resolver that pages, on exactly the schedule that saving would keep.

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{ScheduleId, UserId};
use domain::schedule::{Override, Schedule, Shift, Span, UpcomingTurn, changed};

use super::edit::{EditSchedule, Known, merged};
use super::rota::{self, People};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;

/// How far a preview looks.
const AHEAD: TimeDelta = TimeDelta::days(14);

/// How many turns of each layer it tells.
const TURNS: usize = 10;

/// One side of a preview.
#[derive(Debug, Clone)]
pub struct Side {
    /// Who is on call at the instant of the preview.
    pub now: Vec<UserId>,
    /// The shifts of the next 14 days.
    pub shifts: Vec<Shift>,
    /// Where nobody is on call although somebody should be.
    pub gaps: Vec<Span>,
}

/// What an edit would change.
#[derive(Debug, Clone)]
pub struct Preview {
    /// As it is; empty for a schedule that doesn't exist yet.
    pub before: Side,
    /// As it would be.
    pub after: Side,
    /// Where different people would be on call.
    pub changed: Vec<Span>,
    /// The schedule as it would be kept.
    pub schedule: Schedule,
    /// The next ten turns of each layer, in their order.
    pub turns: Vec<Vec<UpcomingTurn>>,
    /// The overrides that count for both.
    pub overrides: Vec<Override>,
    /// Who is who.
    pub people: People,
    /// The instant it was worked out for.
    pub at: DateTime<Utc>,
}

/// Works out what saving an edit now would change; with no id, what a new schedule would come to.
pub async fn preview(
    app: &App,
    ctx: &Ctx,
    id: Option<&ScheduleId>,
    edit: &EditSchedule,
) -> Result<Preview, Error> {
    let at = ctx.now;
    let known = Known::of(app, &ctx.tenant).await?;
    let (before, schedule, overrides) = if let Some(id) = id {
        let rota = rota::load(app, &ctx.tenant, id, at).await?;
        let schedule = merged(&rota.schedule.value, edit, at);
        known.check(&schedule, Some(&rota.schedule.value))?;
        let overrides = rota.changes();
        (Some(rota.schedule.value), schedule, overrides)
    } else {
        known.check(&edit.edited, None)?;
        (None, edit.edited.clone(), Vec::new())
    };
    let side = |schedule: &Schedule| Side {
        now: schedule.on_call_at(&overrides, at).into_iter().map(|on| on.user).collect(),
        shifts: schedule.shifts(&overrides, at, at + AHEAD),
        gaps: schedule.gaps(&overrides, at, at + AHEAD),
    };
    let nobody = Side { now: Vec::new(), shifts: Vec::new(), gaps: Vec::new() };
    let before = before.as_ref().map_or(nobody, side);
    let after = side(&schedule);
    let turns = schedule.layers.iter().map(|layer| schedule.next_turns(layer, at, TURNS)).collect();
    Ok(Preview {
        changed: changed(&before.shifts, &after.shifts),
        people: People::of(app, &ctx.tenant).await?,
        before,
        after,
        schedule,
        turns,
        overrides,
        at,
    })
}
