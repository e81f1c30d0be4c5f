//! Who is on call now, over all schedules of a tenant: the same resolver that pages.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{ScheduleId, UserId};
use domain::roster::{By, Rota};
use domain::schedule::Reason;
use domain::user::User;

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::roster;

/// One schedule, now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleNow {
    /// Which.
    pub id: ScheduleId,
    /// Its name.
    pub name: String,
    /// Its time zone.
    pub zone: chrono_tz::Tz,
    /// Who is on call.
    pub on_call: Vec<PersonNow>,
    /// Who comes next, and when.
    pub next: Vec<PersonNow>,
    /// Whether somebody should be on call now: then nobody is a coverage gap.
    pub coverage_required: bool,
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
    /// What puts them on call.
    pub by: By,
    /// The same in words, such as `turn 3 of the layer Weekly`.
    pub why: String,
}

/// Every schedule of the tenant, by name.
pub async fn on_call_now(app: &App, ctx: &Ctx) -> Result<Vec<ScheduleNow>, Error> {
    let rotas = roster::rotas(app, &ctx.tenant, ctx.now).await?;
    let users = roster::all_users(app, &ctx.tenant).await?;
    let names = Names(users.into_iter().map(|user: User| (user.id, user.name)).collect());
    Ok(rotas.iter().map(|rota| names.schedule_now(rota, ctx.now)).collect())
}

struct Names(HashMap<UserId, String>);

impl Names {
    fn of(&self, id: &UserId) -> String {
        self.0.get(id).cloned().unwrap_or_else(|| id.to_string())
    }

    fn schedule_now(&self, rota: &Rota, now: DateTime<Utc>) -> ScheduleNow {
        let Rota { schedule, overrides } = rota;
        let on_call = schedule.on_call_at(overrides, now).into_iter();
        let next = schedule.next_on_call(overrides, now).into_iter();
        ScheduleNow {
            on_call: on_call
                .map(|person| self.person(rota, person.user, person.until, &person.reason))
                .collect(),
            next: next
                .map(|person| self.person(rota, person.user, Some(person.starts), &person.reason))
                .collect(),
            coverage_required: !schedule.required(now, now + TimeDelta::nanoseconds(1)).is_empty(),
            id: schedule.id.clone(),
            name: schedule.name.clone(),
            zone: schedule.zone,
        }
    }

    fn person(&self, rota: &Rota, user_id: UserId, at: Option<DateTime<Utc>>, reason: &Reason) -> PersonNow {
        let by = By::of(&rota.schedule, &rota.overrides, reason);
        let why = by.in_words(|id| self.of(id));
        PersonNow { name: self.of(&user_id), user_id, at, why, by }
    }
}
