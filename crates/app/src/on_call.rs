//! Who is on call now, over all schedules of a tenant: the same resolver that pages.

use chrono::{DateTime, Utc};
use domain::id::{ScheduleId, UserId};
use domain::schedule::{Override, Schedule};
use domain::user::User;

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;

/// One schedule, now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleNow {
    /// Which.
    pub id: ScheduleId,
    /// Its name.
    pub name: String,
    /// Its time zone.
    pub zone: chrono_tz::Tz,
    /// Who is on call; empty is a coverage gap.
    pub on_call: Vec<PersonNow>,
    /// Who comes next, and when.
    pub next: Vec<PersonNow>,
}

/// A person, and the instant that matters: until when they are on call, or from when they will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonNow {
    /// Who.
    pub user_id: UserId,
    /// Their name; the id where the user is gone.
    pub name: String,
    /// The instant; `None` when no end is in sight.
    pub at: Option<DateTime<Utc>>,
}

/// Every schedule of the tenant, by id.
pub async fn on_call_now(app: &App, ctx: &Ctx) -> Result<Vec<ScheduleNow>, Error> {
    let schedules = app.store.all::<Schedule>(&ctx.tenant).await?;
    let users = app.store.all::<User>(&ctx.tenant).await?;
    let person = |user_id: UserId, at| {
        let name = users
            .iter()
            .find(|user| user.value.id == user_id)
            .map_or_else(|| user_id.to_string(), |user| user.value.name.clone());
        PersonNow { user_id, name, at }
    };
    let mut now = Vec::with_capacity(schedules.len());
    for schedule in schedules {
        let schedule = schedule.value;
        let overrides = app.store.all_of::<Override>(&ctx.tenant, schedule.id.as_str()).await?;
        let overrides: Vec<Override> = overrides.into_iter().map(|found| found.value).collect();
        let on_call = schedule.on_call_at(&overrides, ctx.now);
        let next = schedule.next_on_call(&overrides, ctx.now);
        now.push(ScheduleNow {
            on_call: on_call.into_iter().map(|shift| person(shift.user, shift.until)).collect(),
            next: next.into_iter().map(|coming| person(coming.user, Some(coming.starts))).collect(),
            id: schedule.id,
            name: schedule.name,
            zone: schedule.zone,
        });
    }
    Ok(now)
}
