//! Making an override.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{OverrideId, ScheduleId, UserId};
use domain::schedule::{Override, OverrideKind, OverrideState, Schedule};

use super::{Decided, change, telling};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::{Error, FieldError};
use crate::schedules::People;

/// The longest window of one override.
const LONGEST: TimeDelta = TimeDelta::days(400);

/// An override to make.
#[derive(Debug, Clone)]
pub struct NewOverride {
    /// The schedule it changes.
    pub schedule_id: ScheduleId,
    /// What it does.
    pub kind: OverrideKind,
    /// The first instant.
    pub starts: DateTime<Utc>,
    /// The first instant after it.
    pub ends: DateTime<Utc>,
    /// Why.
    pub reason: Option<String>,
}

/// Makes an override: one that counts at once, or one that somebody has to agree to. It begins now at the earliest.
pub async fn create(app: &Arc<App>, ctx: &Ctx, new: NewOverride) -> Result<Override, Error> {
    ctx.must_respond()?;
    let id = OverrideId::fresh(ctx.now, app.entropy.draw());
    let schedule = new.schedule_id.clone();
    let made = change(app, ctx, &schedule, |rota, people| {
        check(&new, people, ctx.now)?;
        let state = new.kind.begins(&ctx.user_id, ctx.role);
        let state = state.ok_or(Error::Forbidden("change other people's shifts; a manager may"))?;
        let made = Override {
            id: id.clone(),
            schedule_id: new.schedule_id.clone(),
            kind: new.kind.clone(),
            // Who was on call stays what it was.
            starts: new.starts.max(ctx.now),
            ends: new.ends,
            state,
            reason: new.reason.clone(),
            made_by: ctx.actor(),
            made_at: ctx.now,
            decided_by: None,
        };
        let schedule = &rota.schedule.value;
        if !ctx.role.can_manage() {
            must_have_a_shift(schedule, &rota.changes(), &made)?;
        }
        let tell = telling::of_new(&made, schedule, people, ctx);
        Ok(Decided { value: made, is_new: true, tell })
    });
    match made.await {
        Err(Error::NotFound { kind: "schedule", id }) => {
            Err(Error::invalid("schedule_id", format!("there is no schedule '{id}'")))
        }
        made => made,
    }
}

fn check(new: &NewOverride, people: &People, now: DateTime<Utc>) -> Result<(), Error> {
    let mut wrong = Vec::new();
    let mut refuse =
        |field: &str, problem: String| wrong.push(FieldError { field: field.to_owned(), problem });
    if new.ends <= new.starts {
        refuse("end_at", "must be after `start_at`".to_owned());
    } else if new.ends <= now {
        refuse("end_at", "is in the past".to_owned());
    } else if new.ends - new.starts > LONGEST {
        refuse("end_at", "must not be more than 400 days after `start_at`".to_owned());
    }
    if new.reason.as_ref().is_some_and(|reason| reason.chars().count() > 1_000) {
        refuse("reason", "must not be longer than 1000 characters".to_owned());
    }
    let (original, user): (Option<&UserId>, Option<&UserId>) = match &new.kind {
        OverrideKind::Replace { original, by } => (Some(original), Some(by)),
        OverrideKind::Add { user } | OverrideKind::Remove { user } => (None, Some(user)),
        OverrideKind::Cover { original } => (Some(original), None),
    };
    for (field, id) in [("original_user_id", original), ("user_id", user)] {
        match id.map(|id| (id, people.get(id))) {
            Some((id, None)) => refuse(field, format!("there is no user '{id}'")),
            // Somebody disabled may be replaced or removed, but can't be put on call.
            Some((_, Some(user))) if user.disabled && field == "user_id" && puts_on_call(&new.kind) => {
                refuse(field, format!("{} is disabled and can't be paged", user.name));
            }
            _ => {}
        }
    }
    if matches!(&new.kind, OverrideKind::Replace { original, by } if original == by) {
        refuse("user_id", "must be somebody else than `original_user_id`".to_owned());
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}

fn puts_on_call(kind: &OverrideKind) -> bool {
    matches!(kind, OverrideKind::Replace { .. } | OverrideKind::Add { .. })
}

/// Whoever hands off a shift, takes one or asks to be covered names one that is there.
fn must_have_a_shift(schedule: &Schedule, others: &[Override], made: &Override) -> Result<(), Error> {
    let (OverrideKind::Replace { original, .. } | OverrideKind::Cover { original }) = &made.kind else {
        return Ok(());
    };
    let shifts = schedule.shifts(others, made.starts.max(made.made_at), made.ends);
    if shifts.iter().any(|shift| shift.user == *original) {
        return Ok(());
    }
    let whose = if made.state == OverrideState::Pending && made.made_by.user_id() != Some(original) {
        "they have"
    } else {
        "you have"
    };
    Err(Error::invalid("start_at", format!("{whose} no shift on {} in that window", schedule.name)))
}
