//! Every schedule at a glance: who has it, and whether somebody is missing in the days to come.
//!
//! Invariant: both are read off the resolver that pages.

use std::collections::HashMap;

use chrono::TimeDelta;
use domain::id::ScheduleId;
use domain::schedule::Span;

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::on_call::{self, ScheduleNow};
use crate::roster;

/// How far ahead gaps are looked for.
const AHEAD: TimeDelta = TimeDelta::days(14);

/// One schedule at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleGlance {
    /// Who is on call now, and who comes next.
    pub now: ScheduleNow,
    /// Where nobody is on call in the next 14 days although somebody should be, by start.
    pub gaps: Vec<Span>,
}

/// Every schedule of the tenant, by name.
pub async fn overview(app: &App, ctx: &Ctx) -> Result<Vec<ScheduleGlance>, Error> {
    let schedules = on_call::on_call_now(app, ctx).await?;
    let rotas = roster::rotas(app, &ctx.tenant, ctx.now).await?;
    let gaps = rotas.into_iter().map(|rota| {
        let gaps = rota.schedule.gaps(&rota.overrides, ctx.now, ctx.now + AHEAD);
        (rota.schedule.id, gaps)
    });
    let mut gaps: HashMap<ScheduleId, Vec<Span>> = gaps.collect();
    let glance = |now: ScheduleNow| ScheduleGlance { gaps: gaps.remove(&now.id).unwrap_or_default(), now };
    Ok(schedules.into_iter().map(glance).collect())
}
