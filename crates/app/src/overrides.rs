//! Overrides: making them, agreeing to them, taking them back.
//!
//! Invariants: two that clash never both stand, however many people make them at once: each is committed with the schedule's
//! watch, and whoever comes second decides again on what the first one left. Whoever comes on call by somebody else's
//! doing is told.

mod decide;
mod make;
mod read;
mod telling;

pub use decide::{Decision, decide, withdraw};
pub use make::{NewOverride, create};
pub use read::{OverrideFilter, OverrideView, get, list};

use std::sync::Arc;

use domain::id::ScheduleId;
use domain::notice::Telling;
use domain::schedule::Override;
use domain::when;
use store::{Changes, StoreError};

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::schedules::{People, Rota};
use crate::{notices, schedules, turns};

/// What was decided about an override of a schedule.
struct Decided {
    value: Override,
    /// It wasn't there before.
    is_new: bool,
    /// Who is told what.
    tell: Vec<(domain::id::UserId, Telling)>,
}

/// Decides about an override on a schedule as it is and commits; decides again when somebody else was first.
async fn change(
    app: &Arc<App>,
    ctx: &Ctx,
    schedule: &ScheduleId,
    decide: impl Fn(&Rota, &People) -> Result<Decided, Error>,
) -> Result<Override, Error> {
    let people = People::of(app, &ctx.tenant).await?;
    let mut tries = turns::Tries::default();
    loop {
        let turn = app.turns.take(&ctx.tenant).await?;
        let mut rota = schedules::load(app, &ctx.tenant, schedule, ctx.now).await?;
        let decided = decide(&rota, &people)?;
        refuse_clash(&rota, &people, &decided.value)?;
        let mut changes = Changes::new();
        if decided.is_new {
            changes.create(&decided.value)?;
        } else {
            let kept = rota.overrides.iter_mut().find(|kept| kept.value.id == decided.value.id);
            let kept = kept.ok_or_else(|| Error::not_found("override", decided.value.id.as_str()))?;
            kept.value.clone_from(&decided.value);
            changes.replace(kept)?;
        }
        let told = decided.tell.into_iter().filter_map(|(user, telling)| Some((people.get(&user)?, telling)));
        let told: Vec<_> = told.collect();
        // Each step of an override is taken once, so nobody has been told of it.
        let effects = notices::add_new(app, &mut changes, &told, ctx.now)?;
        match schedules::commit(app, &ctx.tenant, &rota, changes, ctx.now).await {
            Ok(()) => {
                drop(turn);
                app.runner.start(app, &ctx.tenant, effects);
                return Ok(decided.value);
            }
            Err(StoreError::Conflict { .. }) => tries.lost(app, turn).await?,
            Err(error) => return Err(error.into()),
        }
    }
}

fn refuse_clash(rota: &Rota, people: &People, new: &Override) -> Result<(), Error> {
    let Some(other) = rota.overrides.iter().find(|other| new.clashes(&other.value)) else { return Ok(()) };
    let other = &other.value;
    let shared = new.kind.people().into_iter().find(|person| other.kind.people().contains(person));
    let detail = format!(
        "{} is already in an override of this schedule from {} to {} ({}): change or withdraw that one first",
        shared.map_or_else(|| "somebody".to_owned(), |user| people.name(user)),
        when::instant(other.starts, rota.schedule.value.zone),
        when::instant(other.ends, rota.schedule.value.zone),
        other.id,
    );
    Err(Error::Conflict { code: "override-clash", detail })
}
