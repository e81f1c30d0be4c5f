//! Making, editing and deleting schedules.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::calendar_watch::CalendarWatch;
use domain::id::{LayerId, ScheduleId, TeamId, TenantId, UserId};
use domain::policy::{EscalationPolicy, Target, Team};
use domain::schedule::{Duty, EditFrom, Layer, Schedule};
use store::{Changes, StoreError, Versioned, calendar_watch_id};

use super::import;
use super::rota::{self, People, Rota};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::{Error, FieldError};
use crate::turns::Tries;

const MAY: &str = "change schedules";

/// An edit of a schedule.
#[derive(Debug, Clone)]
pub struct EditSchedule {
    /// What it should be. Its id and its calendars are kept as they are.
    pub edited: Schedule,
    /// From when changed participants count.
    pub from: EditFrom,
    /// Only if it still is as this version of it was read.
    pub if_version: Option<String>,
}

/// Every schedule of the tenant, by name.
pub async fn all(app: &App, ctx: &Ctx) -> Result<Vec<Schedule>, Error> {
    let found = app.store.all::<Schedule>(&ctx.tenant).await?;
    let mut schedules: Vec<Schedule> = found.into_iter().map(|found| found.value).collect();
    schedules.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(schedules)
}

/// One schedule.
pub async fn get(app: &App, ctx: &Ctx, id: &ScheduleId) -> Result<Versioned<Schedule>, Error> {
    let found = app.store.get::<Schedule>(&ctx.tenant, id.as_str()).await?;
    found.ok_or_else(|| Error::not_found("schedule", id.as_str()))
}

/// Makes a schedule; `new.id` is not used.
pub async fn create(app: &App, ctx: &Ctx, mut new: Schedule) -> Result<Versioned<Schedule>, Error> {
    ctx.must_manage(MAY)?;
    new.id = ScheduleId::fresh(ctx.now, app.entropy.draw());
    name_layers(&mut new, &[]);
    Known::of(app, &ctx.tenant).await?.check(&new, None)?;
    let mut changes = Changes::new();
    changes.create(&new)?;
    changes.create(&domain::handoff::HandoffWatch::begin(new.id.clone(), ctx.now))?;
    app.store.commit(&ctx.tenant, app.entropy.operation(), changes).await?;
    get(app, ctx, &new.id).await
}

/// Edits a schedule.
pub async fn edit(
    app: &Arc<App>,
    ctx: &Ctx,
    id: &ScheduleId,
    edit: EditSchedule,
) -> Result<Versioned<Schedule>, Error> {
    ctx.must_manage(MAY)?;
    change(app, (&ctx.tenant, ctx.now), id, |kept, known| {
        if edit.if_version.as_ref().is_some_and(|version| *version != kept.etag.0) {
            return Err(Error::Stale { kind: "schedule" });
        }
        let edited = merged(&kept.value, &edit, ctx.now);
        known.check(&edited, Some(&kept.value))?;
        Ok(edited)
    })
    .await
}

/// Changes the participants of a layer from an instant on: somebody joins or leaves.
pub async fn change_participants(
    app: &Arc<App>,
    ctx: &Ctx,
    id: &ScheduleId,
    layer: &str,
    (user, joins, from): (&UserId, bool, DateTime<Utc>),
) -> Result<Versioned<Schedule>, Error> {
    ctx.must_manage(MAY)?;
    if from < ctx.now {
        return Err(Error::invalid("on", "is in the past"));
    }
    change(app, (&ctx.tenant, ctx.now), id, |kept, known| {
        let mut edited = kept.value.clone();
        let index = edited.layers.iter().position(|found| found.id.as_str() == layer);
        let index = index.ok_or_else(|| Error::not_found("layer", layer))?;
        let turns = edited.layers[index].turns();
        let takes_part = turns.map(|turns| turns.participants_at(from).iter().flatten().any(|id| id == user));
        match takes_part {
            Some(true) if joins => {
                return Err(Error::invalid("user_id", "takes turns in this layer then already"));
            }
            Some(false) if !joins => {
                return Err(Error::invalid("user_id", "takes no turns in this layer then"));
            }
            _ if joins && !known.has(user) => {
                return Err(Error::invalid("user_id", format!("there is no user '{user}'")));
            }
            _ => {}
        }
        let done =
            if joins { edited.plan_join(index, user, from) } else { edited.plan_leave(index, user, from) };
        if !done {
            let detail = "the layer is read from a calendar, which says itself who has the duty".to_owned();
            return Err(Error::Conflict { code: "layer-is-a-calendar", detail });
        }
        known.check(&edited, Some(&kept.value))?;
        Ok(edited)
    })
    .await
}

/// Deletes a schedule that no escalation policy targets.
pub async fn delete(app: &Arc<App>, ctx: &Ctx, id: &ScheduleId) -> Result<(), Error> {
    ctx.must_manage(MAY)?;
    let mut tries = Tries::default();
    loop {
        let turn = app.turns.take(&ctx.tenant).await?;
        let rota = rota::load(app, &ctx.tenant, id, ctx.now).await?;
        let policies = app.store.all::<EscalationPolicy>(&ctx.tenant).await?;
        let targets = |policy: &EscalationPolicy| {
            policy
                .steps
                .iter()
                .flat_map(|step| &step.targets)
                .any(|target| *target == Target::Schedule(id.clone()))
        };
        let users = policies.iter().map(|found| &found.value).filter(|policy| targets(policy));
        let names: Vec<&str> = users.map(|policy| policy.name.as_str()).collect();
        if !names.is_empty() {
            let detail =
                format!("escalation policies page it: {}; take it out of them first", names.join(", "));
            return Err(Error::Conflict { code: "schedule-in-use", detail });
        }
        match rota::remove(app, &ctx.tenant, &rota).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Conflict { .. }) => tries.lost(app, turn).await?,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Decides on a schedule as it is and commits; decides again when somebody else was first.
pub(super) async fn change(
    app: &Arc<App>,
    (tenant, now): (&TenantId, DateTime<Utc>),
    id: &ScheduleId,
    decide: impl Fn(&Versioned<Schedule>, &Known) -> Result<Schedule, Error> + Send + Sync,
) -> Result<Versioned<Schedule>, Error> {
    let known = Known::of(app, tenant).await?;
    let mut tries = Tries::default();
    loop {
        let turn = app.turns.take(tenant).await?;
        let mut rota: Rota = rota::load(app, tenant, id, now).await?;
        let edited = decide(&rota.schedule, &known)?;
        if edited == rota.schedule.value {
            return Ok(rota.schedule);
        }
        let mut changes = Changes::new();
        if is_read_from_more(&rota.schedule.value, &edited) {
            watch_calendars(app, tenant, id, now, &mut changes).await?;
        }
        rota.schedule.value = edited;
        changes.replace(&rota.schedule)?;
        match rota::commit(app, tenant, &rota, changes, now).await {
            Ok(()) => return Ok(rota::load(app, tenant, id, now).await?.schedule),
            Err(StoreError::Conflict { .. }) => tries.lost(app, turn).await?,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Whether a layer is read from an address that wasn't before.
fn is_read_from_more(before: &Schedule, after: &Schedule) -> bool {
    let addresses = |schedule: &Schedule| -> HashSet<(LayerId, String)> {
        let layers = schedule.layers.iter();
        layers.filter_map(|layer| Some((layer.id.clone(), import::address(layer)?.to_owned()))).collect()
    };
    !addresses(after).is_subset(&addresses(before))
}

/// Watches the calendars from now on, in the same commit that adds one: no crash leaves one unwatched, and whoever is about
/// to end the watch, since there was none, loses.
async fn watch_calendars(
    app: &App,
    tenant: &TenantId,
    id: &ScheduleId,
    now: DateTime<Utc>,
    changes: &mut Changes,
) -> Result<(), Error> {
    let watch = CalendarWatch::begin(id.clone(), now);
    match app.store.get::<CalendarWatch>(tenant, &calendar_watch_id(id)).await? {
        Some(mut kept) => {
            kept.value = watch;
            changes.replace(&kept)?;
        }
        None => changes.create(&watch)?,
    }
    Ok(())
}

/// Gives every layer that isn't one of `kept` an id of its own: one that was handed in may be another schedule's.
fn name_layers(schedule: &mut Schedule, kept: &[Layer]) {
    for layer in &mut schedule.layers {
        if !kept.iter().any(|kept| kept.id == layer.id) {
            layer.id = LayerId::derived(&[schedule.id.as_str(), layer.id.as_str()]);
        }
    }
}

/// What an edit makes of what is kept. A calendar's shifts are the calendar's: an edit names the layer and keeps them.
pub(super) fn merged(kept: &Schedule, edit: &EditSchedule, now: DateTime<Utc>) -> Schedule {
    let mut edited = edit.edited.clone();
    edited.id = kept.id.clone();
    name_layers(&mut edited, &kept.layers);
    let mut edited = kept.edit(edited, edit.from, now);
    for layer in &mut edited.layers {
        let before = kept.layers.iter().find(|before| before.id == layer.id);
        if let (Duty::Calendar(calendar), Some(Duty::Calendar(before))) =
            (&mut layer.duty, before.map(|before| &before.duty))
        {
            calendar.clone_from(before);
        }
    }
    edited
}

/// Whom and what a schedule may name.
#[derive(Debug)]
pub(super) struct Known {
    people: People,
    teams: HashSet<TeamId>,
}

impl Known {
    pub(super) async fn of(app: &App, tenant: &TenantId) -> Result<Self, Error> {
        let teams = app.store.all::<Team>(tenant).await?;
        let teams = teams.into_iter().map(|found| found.value.id).collect();
        Ok(Self { people: People::of(app, tenant).await?, teams })
    }

    fn has(&self, user: &UserId) -> bool {
        self.people.get(user).is_some()
    }

    /// Whether a schedule makes sense, by itself and in its tenant. People it named before may be gone.
    pub(super) fn check(&self, schedule: &Schedule, before: Option<&Schedule>) -> Result<(), Error> {
        let problems = schedule.validate().err().unwrap_or_default().into_iter();
        let mut wrong: Vec<FieldError> = problems
            .map(|problem| FieldError { field: in_api(problem.field), problem: problem.detail.to_owned() })
            .collect();
        let is_calendar = |layer: &Layer| matches!(layer.duty, Duty::Calendar(_));
        let kept = before.map(|before| before.layers.as_slice()).unwrap_or_default();
        for (index, layer) in schedule.layers.iter().enumerate().filter(|(_, layer)| is_calendar(layer)) {
            if !kept.iter().any(|kept| kept.id == layer.id && is_calendar(kept)) {
                wrong.push(FieldError {
                    field: format!("layers[{index}].calendar"),
                    problem:
                        "is made by POST …/calendar-layers; here only one that exists can be named by its id"
                            .to_owned(),
                });
            }
        }
        let named_before = before.map(Schedule::everybody).unwrap_or_default();
        for (index, layer) in schedule.layers.iter().enumerate() {
            let Some(turns) = layer.turns() else { continue };
            let later = turns.changes.iter().flat_map(|change| &change.participants);
            let places = turns.participants.iter().enumerate().map(|(place, user)| (Some(place), user));
            let places = places.chain(later.map(|user| (None, user)));
            for (place, user) in places.filter_map(|(place, user)| Some((place, user.as_ref()?))) {
                if self.people.get(user).is_none() && !named_before.contains(user) {
                    let part =
                        place.map_or_else(|| "changes".to_owned(), |place| format!("participants[{place}]"));
                    let field = format!("layers[{index}].{part}");
                    wrong.push(FieldError { field, problem: format!("there is no user '{user}'") });
                }
            }
        }
        if let Some(team) = schedule.owner.as_ref().filter(|team| !self.teams.contains(*team)) {
            let problem = format!("there is no team '{team}'");
            wrong.push(FieldError { field: "owner_team_id".to_owned(), problem });
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
    }
}

/// A field as people name it.
fn in_api(field: String) -> String {
    match field.strip_suffix("ends") {
        Some(path) if path.ends_with('.') => format!("{path}ends_at"),
        _ => field,
    }
}
