//! Time off and holidays: entering, listing and removing them.
//!
//! Invariant: nobody's turn changes by it; whoever enters time off during which they are on call is told so.

use chrono::{DateTime, Utc};
use domain::id::{TimeOffId, UserId};
use domain::schedule::Span;
use domain::time_off::{self, OnCallWhileOff, TimeOff, When};
use store::Changes;

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::keeping::accept;
use crate::schedules::People;
use crate::{roster, tenants};

/// Which time off to list.
#[derive(Debug, Clone, Default)]
pub struct TimeOffFilter {
    /// What ends after this; now unless given.
    pub from: Option<DateTime<Utc>>,
    /// What starts before this.
    pub to: Option<DateTime<Utc>>,
    /// This person's only, without the holidays.
    pub user: Option<UserId>,
}

/// A time off, and whose it is by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeOffView {
    /// The time off.
    pub value: TimeOff,
    /// Whose; `None` for a holiday.
    pub user_name: Option<String>,
}

/// A time off to enter.
#[derive(Debug, Clone)]
pub struct NewTimeOff {
    /// Whose; `None` for a holiday of the whole tenant.
    pub user: Option<UserId>,
    /// What people call it.
    pub name: String,
    /// When.
    pub when: When,
}

/// Time off and holidays, by start.
pub async fn list(app: &App, ctx: &Ctx, filter: &TimeOffFilter) -> Result<Vec<TimeOffView>, Error> {
    let from = filter.from.unwrap_or(ctx.now);
    if filter.to.is_some_and(|to| to <= from) {
        return Err(Error::invalid("to", "must be after `from`"));
    }
    let found = app.store.newest_after::<TimeOff>(&ctx.tenant, from.timestamp_micros()).await?;
    let mut found: Vec<TimeOff> = found.into_iter().map(|found| found.value).collect();
    found.retain(|off| filter.to.is_none_or(|to| off.starts < to));
    found.retain(|off| filter.user.is_none() || off.user_id == filter.user);
    found.sort_by(|a, b| (a.starts, &a.id).cmp(&(b.starts, &b.id)));
    let people = People::of(app, &ctx.tenant).await?;
    Ok(found.into_iter().map(|value| view(value, &people)).collect())
}

/// Enters time off; answers also where that person is on call within what is left of it.
pub async fn create(
    app: &App,
    ctx: &Ctx,
    new: NewTimeOff,
) -> Result<(TimeOffView, Vec<OnCallWhileOff>), Error> {
    if !time_off::may_keep(new.user.as_ref(), &ctx.user_id, ctx.role) {
        return Err(Error::Forbidden("enter time off for others, or holidays"));
    }
    let people = People::of(app, &ctx.tenant).await?;
    let name = new.name.trim().to_owned();
    let mut wrong: Vec<_> = time_off::name_problem(&name).into_iter().collect();
    if let Some(user) = new.user.as_ref().filter(|user| people.get(user).is_none()) {
        wrong.push(domain::input::Wrong::unknown("user_id", "user", user));
    }
    let span = new.when.span(tenants::home(app, &ctx.tenant).await?.zone);
    let span = span.map_err(|problem| wrong.push(problem)).ok();
    accept(wrong)?;
    let Some(span) = span else { return Err(Error::Internal("a time off without a time".to_owned())) };
    let made = TimeOff {
        id: TimeOffId::fresh(ctx.now, app.entropy.draw()),
        user_id: new.user,
        name,
        starts: span.starts,
        ends: span.ends,
        made_by: ctx.actor(),
        made_at: ctx.now,
    };
    let mut changes = Changes::new();
    changes.create(&made)?;
    app.store.commit(&ctx.tenant, app.entropy.operation(), changes).await?;
    let conflicts = conflicts(app, ctx, &made).await?;
    Ok((view(made, &people), conflicts))
}

/// Removes time off.
pub async fn delete(app: &App, ctx: &Ctx, id: &TimeOffId) -> Result<(), Error> {
    let found = app.store.get::<TimeOff>(&ctx.tenant, id.as_str()).await?;
    let found = found.ok_or_else(|| Error::not_found("time off", id.as_str()))?;
    if !time_off::may_keep(found.value.user_id.as_ref(), &ctx.user_id, ctx.role) {
        return Err(Error::Forbidden("remove other people's time off, or holidays"));
    }
    let mut changes = Changes::new();
    changes.delete(&found);
    Ok(app.store.commit(&ctx.tenant, app.entropy.operation(), changes).await?)
}

async fn conflicts(app: &App, ctx: &Ctx, off: &TimeOff) -> Result<Vec<OnCallWhileOff>, Error> {
    // What is past can't be handed off any more.
    let left = Span { starts: off.starts.max(ctx.now), ends: off.ends };
    let Some(user) = off.user_id.as_ref().filter(|_| left.starts < left.ends) else { return Ok(Vec::new()) };
    let rotas = roster::rotas(app, &ctx.tenant, left.starts).await?;
    Ok(time_off::on_call_while_off(&rotas, user, left))
}

fn view(value: TimeOff, people: &People) -> TimeOffView {
    TimeOffView { user_name: value.user_id.as_ref().map(|user| people.name(user)), value }
}
