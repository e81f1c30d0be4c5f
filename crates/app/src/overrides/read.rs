//! Reading overrides.

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{OverrideId, ScheduleId};
use domain::schedule::{Override, Schedule};

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::schedules::People;

/// How far back overrides are listed.
const LONGEST: TimeDelta = TimeDelta::days(400);

/// Which overrides to read.
#[derive(Debug, Clone, Default)]
pub struct OverrideFilter {
    /// Of this schedule only.
    pub schedule: Option<ScheduleId>,
    /// Those that end after this; now unless given.
    pub from: Option<DateTime<Utc>>,
    /// Those that start before this.
    pub to: Option<DateTime<Utc>>,
}

/// An override, with the names in it.
#[derive(Debug, Clone)]
pub struct OverrideView {
    /// The override.
    pub value: Override,
    /// The schedule's name.
    pub schedule_name: String,
    /// Who is who.
    pub people: People,
}

/// Overrides in the order of their starts.
pub async fn list(app: &App, ctx: &Ctx, filter: &OverrideFilter) -> Result<Vec<OverrideView>, Error> {
    let from = filter.from.unwrap_or(ctx.now);
    if ctx.now - from > LONGEST {
        return Err(Error::invalid("from", "must not be more than 400 days ago"));
    }
    if filter.to.is_some_and(|to| to <= from) {
        return Err(Error::invalid("to", "must be after `from`"));
    }
    let from = from.timestamp_micros();
    let found = match &filter.schedule {
        Some(id) => app.store.all_of_after::<Override>(&ctx.tenant, id.as_str(), from).await?,
        None => app.store.newest_after::<Override>(&ctx.tenant, from).await?,
    };
    let mut overrides: Vec<Override> = found.into_iter().map(|found| found.value).collect();
    overrides.retain(|found| filter.to.is_none_or(|to| found.starts < to));
    overrides.sort_by(|a, b| (a.starts, &a.id).cmp(&(b.starts, &b.id)));
    let people = People::of(app, &ctx.tenant).await?;
    let schedules = app.store.all::<Schedule>(&ctx.tenant).await?;
    let name = |id: &ScheduleId| {
        let known = schedules.iter().find(|known| known.value.id == *id);
        known.map_or_else(|| id.to_string(), |known| known.value.name.clone())
    };
    let view = |value: Override| OverrideView {
        schedule_name: name(&value.schedule_id),
        people: people.clone(),
        value,
    };
    Ok(overrides.into_iter().map(view).collect())
}

/// One override.
pub async fn get(app: &App, ctx: &Ctx, id: &OverrideId) -> Result<OverrideView, Error> {
    let found = app.store.get::<Override>(&ctx.tenant, id.as_str()).await?;
    let value = found.ok_or_else(|| Error::not_found("override", id.as_str()))?.value;
    let schedule = app.store.get::<Schedule>(&ctx.tenant, value.schedule_id.as_str()).await?;
    Ok(OverrideView {
        schedule_name: schedule.map_or_else(|| value.schedule_id.to_string(), |found| found.value.name),
        people: People::of(app, &ctx.tenant).await?,
        value,
    })
}
