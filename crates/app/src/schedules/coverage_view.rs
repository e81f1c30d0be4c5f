//! The report of the last scan, with whoever could fill its gaps.

use std::collections::{BTreeSet, HashMap};

use domain::finding::CoverageReport;
use domain::id::{ScheduleId, UserId};
use domain::schedule::Schedule;
use domain::user::User;

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::{coverage_gaps, roster};

/// What is wrong with who is on call, and who could mend it.
#[derive(Debug, Clone)]
pub struct CoverageView {
    /// What the last scan found and is not over.
    pub report: CoverageReport,
    /// Everybody who can be put on call, by name.
    pub people: Vec<User>,
    /// Who takes part in each schedule now or is going to.
    pub takes_part: HashMap<ScheduleId, BTreeSet<UserId>>,
}

/// The report, as `coverage_gaps::report` tells it.
pub async fn coverage(app: &App, ctx: &Ctx) -> Result<CoverageView, Error> {
    let report = coverage_gaps::report(app, ctx).await?;
    let mut people = roster::all_users(app, &ctx.tenant).await?;
    people.retain(|user| !user.disabled);
    people.sort_unstable_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let schedules = app.store.all::<Schedule>(&ctx.tenant).await?;
    let takes_part = schedules.into_iter().map(|found| {
        let people = found.value.people_from(ctx.now).into_iter().cloned().collect();
        (found.value.id, people)
    });
    Ok(CoverageView { report, people, takes_part: takes_part.collect() })
}
