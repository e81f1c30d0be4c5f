//! Teams: named sets of users.
//!
//! Invariant: no two teams of a tenant have the same name, however many are saved at once: every change of a team replaces
//! the tenant's document, too, and whoever comes second decides again.

use std::collections::HashSet;

use domain::id::{TeamId, UserId};
use domain::policy::{EscalationPolicy, Team};
use domain::schedule::Schedule;
use domain::team::Uses;
use domain::tenant::Tenant;
use domain::user::User;
use store::{Changes, Entity, Versioned};

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::keeping::{Fitting, accept, fit};

const MAY: &str = "change teams";

/// A team as somebody writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamEdit {
    /// What people call it.
    pub name: String,
    /// Who is in it.
    pub members: Vec<UserId>,
}

/// What happens to a team.
enum Step<'a> {
    Make(&'a TeamEdit),
    Edit(&'a TeamEdit),
    Delete,
}

/// Every team, by name.
pub async fn all(app: &App, ctx: &Ctx) -> Result<Vec<Team>, Error> {
    let mut teams = values::<Team>(app, ctx).await?;
    teams.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(teams)
}

/// One team.
pub async fn get(app: &App, ctx: &Ctx, id: &TeamId) -> Result<Team, Error> {
    Ok(find(app, ctx, id).await?.value)
}

/// Makes a team.
pub async fn create(app: &App, ctx: &Ctx, new: &TeamEdit) -> Result<Team, Error> {
    let id = TeamId::fresh(ctx.now, app.entropy.draw());
    take(app, ctx, &id, &Step::Make(new)).await
}

/// Edits a team.
pub async fn edit(app: &App, ctx: &Ctx, id: &TeamId, edit: &TeamEdit) -> Result<Team, Error> {
    take(app, ctx, id, &Step::Edit(edit)).await
}

/// Deletes a team that nothing needs. A policy or schedule that comes to need it at the very same moment names a team that
/// is gone, and the step and the gap scan say so.
pub async fn delete(app: &App, ctx: &Ctx, id: &TeamId) -> Result<(), Error> {
    take(app, ctx, id, &Step::Delete).await.map(|_| ())
}

async fn take(app: &App, ctx: &Ctx, id: &TeamId, step: &Step<'_>) -> Result<Team, Error> {
    ctx.must_manage(MAY)?;
    fit(app, ctx, (id, step)).await
}

impl Fitting for (&TeamId, &Step<'_>) {
    type Made = Team;

    async fn decide(&self, app: &App, ctx: &Ctx, _: &Tenant, changes: &mut Changes) -> Result<Team, Error> {
        let (id, step) = *self;
        match step {
            Step::Make(edit) => {
                let made = checked(app, ctx, id, edit).await?;
                changes.create(&made)?;
                Ok(made)
            }
            Step::Edit(edit) => {
                let mut kept = find(app, ctx, id).await?;
                kept.value = checked(app, ctx, id, edit).await?;
                changes.replace(&kept)?;
                Ok(kept.value)
            }
            Step::Delete => {
                let kept = find(app, ctx, id).await?;
                let policies = values::<EscalationPolicy>(app, ctx).await?;
                let uses = Uses::of(id, &policies, &values::<Schedule>(app, ctx).await?);
                if let Some(uses) = uses.in_words() {
                    let detail = format!("{uses}; take it out of them first");
                    return Err(Error::Conflict { code: "team-in-use", detail });
                }
                changes.delete(&kept);
                Ok(kept.value)
            }
        }
    }
}

async fn checked(app: &App, ctx: &Ctx, id: &TeamId, edit: &TeamEdit) -> Result<Team, Error> {
    let team = Team { id: id.clone(), name: edit.name.trim().to_owned(), members: edit.members.clone() };
    let users = values::<User>(app, ctx).await?;
    let users: HashSet<&UserId> = users.iter().map(|user| &user.id).collect();
    accept(team.problems(&values::<Team>(app, ctx).await?, |user| users.contains(user)))?;
    Ok(team)
}

async fn find(app: &App, ctx: &Ctx, id: &TeamId) -> Result<Versioned<Team>, Error> {
    let found = app.store.get::<Team>(&ctx.tenant, id.as_str()).await?;
    found.ok_or_else(|| Error::not_found("team", id.as_str()))
}

async fn values<T: Entity>(app: &App, ctx: &Ctx) -> Result<Vec<T>, Error> {
    let found = app.store.all::<T>(&ctx.tenant).await?;
    Ok(found.into_iter().map(|found| found.value).collect())
}
