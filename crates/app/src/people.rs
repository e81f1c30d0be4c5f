//! A tenant's people, as managers see them and as they set themselves up. Whoever signs in is provisioned by the Hub's
//! word (`tenants::sign_in`); name, address and role are the Hub's.
//!
//! Invariant: whenever what somebody wants to be told about their shifts changes, the handoff watches look again.

mod watches;

use domain::id::{ScheduleId, UserId};
use domain::schedule::Schedule;
use domain::user::{ShiftNotices, User};

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::keeping::{accept, change};
use crate::roster;

/// A person, and where they take part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The person.
    pub user: User,
    /// The schedules they take turns in or are going to, by name.
    pub schedules: Vec<(ScheduleId, String)>,
}

/// What somebody changes of what they want to be told about their shifts; `None` leaves it as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoticesEdit {
    /// Some minutes before a shift starts.
    pub before: Before,
    /// When a shift starts.
    pub at_start: Option<bool>,
    /// When a shift ends.
    pub at_end: Option<bool>,
}

/// What somebody says about being told before a shift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    #[default]
    AsItIs,
    /// Not to be.
    Never,
    /// So many minutes before.
    Minutes(u32),
}

impl From<Option<u32>> for Before {
    fn from(minutes: Option<u32>) -> Self {
        minutes.map_or(Self::Never, Self::Minutes)
    }
}

/// Everybody, by name.
pub async fn all(app: &App, ctx: &Ctx) -> Result<Vec<Person>, Error> {
    let schedules = schedules(app, ctx).await?;
    let users = roster::all_users(app, &ctx.tenant).await?;
    let mut people: Vec<Person> =
        users.into_iter().map(|user| with_schedules(user, &schedules, ctx)).collect();
    people.sort_by(|a, b| (&a.user.name, &a.user.id).cmp(&(&b.user.name, &b.user.id)));
    Ok(people)
}

/// One person.
pub async fn get(app: &App, ctx: &Ctx, id: &UserId) -> Result<Person, Error> {
    let found = app.store.get::<User>(&ctx.tenant, id.as_str()).await?;
    let user = found.ok_or_else(|| Error::not_found("user", id.as_str()))?.value;
    Ok(with_schedules(user, &schedules(app, ctx).await?, ctx))
}

/// Disables somebody, who can't sign in then and isn't paged, or enables them again.
pub async fn set_disabled(app: &App, ctx: &Ctx, id: &UserId, disabled: bool) -> Result<Person, Error> {
    ctx.must_manage("disable or enable people")?;
    if disabled && *id == ctx.user_id {
        let detail = "nobody can disable themselves: another manager can".to_owned();
        return Err(Error::Conflict { code: "own-account", detail });
    }
    let kept = change::<User>(app, &ctx.tenant, ("user", id.as_str()), |user| {
        user.disabled = disabled;
        Ok(())
    })
    .await?;
    if kept.shift_notices.any() {
        watches::look_again(app, &ctx.tenant, ctx.now).await?;
    }
    Ok(with_schedules(kept, &schedules(app, ctx).await?, ctx))
}

/// Changes what one wants to be told about one's own shifts.
pub async fn set_shift_notices(app: &App, ctx: &Ctx, edit: NoticesEdit) -> Result<Person, Error> {
    let kept = change::<User>(app, &ctx.tenant, ("user", ctx.user_id.as_str()), |user| {
        let wanted = edit.applied_to(user.shift_notices);
        accept(wanted.problem())?;
        user.shift_notices = wanted;
        Ok(())
    })
    .await?;
    // Also where nothing changed: it may be the second try of somebody whose first got no further than this.
    watches::look_again(app, &ctx.tenant, ctx.now).await?;
    Ok(with_schedules(kept, &schedules(app, ctx).await?, ctx))
}

impl NoticesEdit {
    fn applied_to(self, known: ShiftNotices) -> ShiftNotices {
        ShiftNotices {
            before_minutes: match self.before {
                Before::AsItIs => known.before_minutes,
                Before::Never => None,
                Before::Minutes(minutes) => Some(minutes),
            },
            at_start: self.at_start.unwrap_or(known.at_start),
            at_end: self.at_end.unwrap_or(known.at_end),
        }
    }
}

async fn schedules(app: &App, ctx: &Ctx) -> Result<Vec<Schedule>, Error> {
    crate::schedules::all(app, ctx).await
}

fn with_schedules(user: User, schedules: &[Schedule], ctx: &Ctx) -> Person {
    let taking_part = schedules.iter().filter(|schedule| schedule.people_from(ctx.now).contains(&user.id));
    let schedules = taking_part.map(|schedule| (schedule.id.clone(), schedule.name.clone())).collect();
    Person { user, schedules }
}
