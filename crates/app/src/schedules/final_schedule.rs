//! The final schedule: everybody's shifts in a window, each with its reason.

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use domain::id::ScheduleId;
use domain::schedule::{Override, Schedule, Shift, Span};

use super::rota::{self, People};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;

/// The longest window.
const LONGEST: TimeDelta = TimeDelta::days(400);

/// A schedule over a window.
#[derive(Debug, Clone)]
pub struct FinalSchedule {
    /// The schedule.
    pub schedule: Schedule,
    /// The overrides that end after the window's start; those that don't count, too.
    pub overrides: Vec<Override>,
    /// By start; cut at the window's ends.
    pub shifts: Vec<Shift>,
    /// Where nobody is on call although somebody should be.
    pub gaps: Vec<Span>,
    /// Who is who.
    pub people: People,
}

/// A schedule's shifts and gaps in `[from, to)`.
pub async fn final_schedule(
    app: &App,
    ctx: &Ctx,
    id: &ScheduleId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<FinalSchedule, Error> {
    for (field, at) in [("from", from), ("to", to)] {
        if !(1970..=9999).contains(&at.year()) {
            return Err(Error::invalid(field, "must lie between the years 1970 and 9999"));
        }
    }
    if to <= from {
        return Err(Error::invalid("to", "must be after `from`"));
    }
    if to - from > LONGEST {
        return Err(Error::invalid("to", "must not be more than 400 days after `from`"));
    }
    let rota = rota::load(app, &ctx.tenant, id, from).await?;
    let overrides = rota.changes();
    let schedule = rota.schedule.value;
    Ok(FinalSchedule {
        shifts: schedule.shifts(&overrides, from, to),
        gaps: schedule.gaps(&overrides, from, to),
        people: People::of(app, &ctx.tenant).await?,
        schedule,
        overrides,
    })
}
