//! Escalation policies, for whoever needs to find one.

use std::collections::HashMap;

use domain::policy::{EscalationPolicy, Target, Team};
use domain::schedule::Schedule;

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::roster;

/// Every policy, and what their targets are called.
#[derive(Debug, Clone)]
pub struct Policies {
    /// By name.
    pub policies: Vec<EscalationPolicy>,
    names: HashMap<String, String>,
}

impl Policies {
    /// What a target is called; `None` when it is gone.
    pub fn name_of(&self, target: &Target) -> Option<&str> {
        let id = match target {
            Target::User(id) => id.as_str(),
            Target::Schedule(id) => id.as_str(),
            Target::Team(id) => id.as_str(),
        };
        self.names.get(id).map(String::as_str)
    }
}

/// Every policy of the tenant.
pub async fn all(app: &App, ctx: &Ctx) -> Result<Policies, Error> {
    let found = app.store.all::<EscalationPolicy>(&ctx.tenant).await?;
    let mut policies: Vec<EscalationPolicy> = found.into_iter().map(|found| found.value).collect();
    policies.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let users = roster::all_users(app, &ctx.tenant).await?.into_iter();
    let schedules = app.store.all::<Schedule>(&ctx.tenant).await?.into_iter().map(|found| found.value);
    let teams = app.store.all::<Team>(&ctx.tenant).await?.into_iter().map(|found| found.value);
    // Ids of different kinds never meet: each begins with its kind.
    let names = users
        .map(|user| (user.id.into(), user.name))
        .chain(schedules.map(|schedule| (schedule.id.into(), schedule.name)))
        .chain(teams.map(|team| (team.id.into(), team.name)));
    Ok(Policies { names: names.collect(), policies })
}
