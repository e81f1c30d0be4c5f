//! Loading who a policy would tell, for one instant, through the one resolver.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::escalation::{self, Recipient, Roster, StepRoster};
use domain::id::{PolicyId, TenantId, UserId};
use domain::incident::Incident;
use domain::policy::{EscalationPolicy, Step, Target, Team};
use domain::schedule::{Override, Schedule};
use domain::tenant::Tenant;
use domain::user::User;
use store::StoreError;
use tracing::error;

use crate::app::App;

/// A policy and who it would tell now.
#[derive(Debug, Clone)]
pub(crate) struct Calling {
    pub(crate) policy: EscalationPolicy,
    pub(crate) roster: Roster,
    with_admins: bool,
}

/// Loads a policy and its people. A policy that is gone reaches nobody, which the planner handles like any other.
pub(crate) async fn load(
    app: &App,
    tenant: &TenantId,
    policy_id: &PolicyId,
    now: DateTime<Utc>,
) -> Result<Calling, StoreError> {
    let policy = match readable(app.store.get::<EscalationPolicy>(tenant, policy_id.as_str()).await)? {
        Some(found) => found.value,
        None => EscalationPolicy {
            id: policy_id.clone(),
            name: "deleted policy".to_owned(),
            steps: Vec::new(),
            repeat: 0,
        },
    };
    let mut people = People { app, tenant, now, users: HashMap::new() };
    let mut steps = Vec::with_capacity(policy.steps.len());
    for step in &policy.steps {
        steps.push(people.of_step(step).await?);
    }
    let roster = Roster { steps, last_resort: None, admins: Vec::new(), sending: app.sending() };
    Ok(Calling { policy, roster, with_admins: false })
}

impl Calling {
    /// Adds the last resort and the admins when the next step needs them; they are rarely needed and dear to load.
    pub(crate) async fn complete_for(
        &mut self,
        app: &App,
        tenant: &TenantId,
        incident: &Incident,
    ) -> Result<(), StoreError> {
        if self.with_admins || escalation::has_somebody(incident, &self.policy, &self.roster) {
            return Ok(());
        }
        let users: Vec<User> =
            app.store.all::<User>(tenant).await?.into_iter().map(|user| user.value).collect();
        let wanted =
            app.store.get::<Tenant>(tenant, "tenant").await?.and_then(|tenant| tenant.value.last_resort);
        self.roster.last_resort = wanted.and_then(|id| users.iter().find(|user| user.id == id).cloned());
        self.roster.admins =
            users.into_iter().filter(|user| user.role.can_manage() && !user.disabled).collect();
        self.with_admins = true;
        Ok(())
    }
}

/// A document that this version can't read is as good as none: a page must not wait until somebody mends it.
fn readable<T>(found: Result<Option<T>, StoreError>) -> Result<Option<T>, StoreError> {
    match found {
        Err(StoreError::Corrupt { id, reason }) => {
            error!(id, reason, "can't be read; paging goes on without it");
            Ok(None)
        }
        found => found,
    }
}

struct People<'a> {
    app: &'a App,
    tenant: &'a TenantId,
    now: DateTime<Utc>,
    users: HashMap<UserId, Option<User>>,
}

impl People<'_> {
    async fn of_step(&mut self, step: &Step) -> Result<StepRoster, StoreError> {
        let mut roster = StepRoster::default();
        for target in &step.targets {
            match target {
                Target::User(id) => self.add(&mut roster, id, "named in the step".to_owned()).await?,
                Target::Schedule(id) => self.add_on_call(&mut roster, id.as_str()).await?,
                Target::Team(id) => self.add_team(&mut roster, id.as_str()).await?,
            }
        }
        Ok(roster)
    }

    async fn add_on_call(&mut self, roster: &mut StepRoster, id: &str) -> Result<(), StoreError> {
        let Some(schedule) = readable(self.app.store.get::<Schedule>(self.tenant, id).await)? else {
            roster.nobody.push(format!("the schedule {id} does not exist or can't be read"));
            return Ok(());
        };
        let schedule = schedule.value;
        let overrides = readable(self.app.store.all_of::<Override>(self.tenant, id).await.map(Some))?;
        let overrides: Vec<Override> = overrides.into_iter().flatten().map(|found| found.value).collect();
        let on_call = schedule.on_call_at(&overrides, self.now);
        if on_call.is_empty() {
            roster.nobody.push(format!("{} has nobody on call", schedule.name));
        }
        for shift in on_call {
            self.add(roster, &shift.user, format!("on call in {}", schedule.name)).await?;
        }
        Ok(())
    }

    async fn add_team(&mut self, roster: &mut StepRoster, id: &str) -> Result<(), StoreError> {
        let Some(team) = readable(self.app.store.get::<Team>(self.tenant, id).await)? else {
            roster.nobody.push(format!("the team {id} does not exist or can't be read"));
            return Ok(());
        };
        let team = team.value;
        if team.members.is_empty() {
            roster.nobody.push(format!("the team {} has no members", team.name));
        }
        for member in &team.members {
            self.add(roster, member, format!("in {}", team.name)).await?;
        }
        Ok(())
    }

    async fn add(&mut self, roster: &mut StepRoster, id: &UserId, because: String) -> Result<(), StoreError> {
        if roster.recipients.iter().any(|recipient| recipient.user.id == *id) {
            return Ok(());
        }
        if !self.users.contains_key(id) {
            let user =
                readable(self.app.store.get::<User>(self.tenant, id.as_str()).await)?.map(|user| user.value);
            self.users.insert(id.clone(), user);
        }
        match self.users.get(id) {
            Some(Some(user)) => roster.recipients.push(Recipient { user: user.clone(), because }),
            _ => roster.nobody.push(format!("the user {id} does not exist or can't be read")),
        }
        Ok(())
    }
}
