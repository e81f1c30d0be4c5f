//! Loading what the domain's one resolver needs to say who is told, or on call.
//!
//! Invariants: paging reads only what it needs at its instant (the users named then, the overrides that are not over); a
//! document that can't be read stops no page.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::escalation::{self, Roster};
use domain::id::{PolicyId, ScheduleId, TenantId, UserId};
use domain::incident::Incident;
use domain::maintenance::MaintenanceWindow;
use domain::policy::{EscalationPolicy, Target, Team};
use domain::roster::{self, Rota, Sources};
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
    /// What may keep an incident quiet that is held for maintenance; not asked for where none is.
    pub(crate) windows: Vec<MaintenanceWindow>,
    with_admins: bool,
}

/// Loads a policy and its people. A policy that is gone reaches nobody, which the planner handles like any other.
pub(crate) async fn load(
    app: &App,
    tenant: &TenantId,
    policy_id: &PolicyId,
    now: DateTime<Utc>,
) -> Result<Calling, StoreError> {
    let mut sources = sources(app, tenant, policy_id, now).await?;
    let named = roster::named_at(&sources, now);
    let ids: HashSet<&UserId> = named.iter().flat_map(roster::StepNames::people).collect();
    for id in ids {
        if let Some(user) = readable(app.store.get::<User>(tenant, id.as_str()).await)? {
            sources.users.insert(id.clone(), user.value);
        }
    }
    let steps = named.into_iter().map(|names| names.found_in(&sources.users)).collect();
    let roster = Roster { steps, last_resort: None, admins: Vec::new(), sending: app.sending() };
    Ok(Calling { policy: sources.policy, roster, windows: Vec::new(), with_admins: false })
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
        let users = all_users(app, tenant).await?;
        (self.roster.last_resort, self.roster.admins) = fallback(app, tenant, &users).await?;
        self.with_admins = true;
        Ok(())
    }
}

/// A policy and the schedules and teams in its steps, with the overrides that end after `from`; no users yet.
async fn sources(
    app: &App,
    tenant: &TenantId,
    policy_id: &PolicyId,
    from: DateTime<Utc>,
) -> Result<Sources, StoreError> {
    let policy = match readable(app.store.get::<EscalationPolicy>(tenant, policy_id.as_str()).await)? {
        Some(found) => found.value,
        None => EscalationPolicy {
            id: policy_id.clone(),
            name: "deleted policy".to_owned(),
            steps: Vec::new(),
            repeat: 0,
        },
    };
    let (mut rotas, mut teams) = (HashMap::new(), HashMap::new());
    for target in policy.steps.iter().flat_map(|step| &step.targets) {
        match target {
            Target::User(_) => {}
            Target::Schedule(id) if rotas.contains_key(id) => {}
            Target::Schedule(id) => {
                if let Some(rota) = rota(app, tenant, id, from).await? {
                    rotas.insert(id.clone(), rota);
                }
            }
            Target::Team(id) if teams.contains_key(id) => {}
            Target::Team(id) => {
                if let Some(team) = readable(app.store.get::<Team>(tenant, id.as_str()).await)? {
                    teams.insert(id.clone(), team.value);
                }
            }
        }
    }
    Ok(Sources { policy, rotas, teams, users: HashMap::new() })
}

/// The same with everybody of the tenant, and who is told when the policy reaches nobody: enough for any instant after
/// `from`.
pub(crate) async fn everything(
    app: &App,
    tenant: &TenantId,
    policy_id: &PolicyId,
    from: DateTime<Utc>,
) -> Result<(Sources, Roster), StoreError> {
    let mut sources = sources(app, tenant, policy_id, from).await?;
    let users = all_users(app, tenant).await?;
    sources.users = users.iter().map(|user| (user.id.clone(), user.clone())).collect();
    let (last_resort, admins) = fallback(app, tenant, &users).await?;
    Ok((sources, Roster { steps: Vec::new(), last_resort, admins, sending: app.sending() }))
}

/// Every schedule of a tenant by name, with the overrides that end after `from`; two queries, however many there are.
pub(crate) async fn rotas(
    app: &App,
    tenant: &TenantId,
    from: DateTime<Utc>,
) -> Result<Vec<Rota>, StoreError> {
    let schedules = app.store.all::<Schedule>(tenant).await?;
    let mut overrides: HashMap<ScheduleId, Vec<Override>> = HashMap::new();
    for found in app.store.newest_after::<Override>(tenant, from.timestamp_micros()).await? {
        overrides.entry(found.value.schedule_id.clone()).or_default().push(found.value);
    }
    let with_overrides = |schedule: Schedule| {
        let overrides = overrides.remove(&schedule.id).unwrap_or_default();
        Rota { schedule, overrides }
    };
    let mut rotas: Vec<Rota> = schedules.into_iter().map(|found| found.value).map(with_overrides).collect();
    rotas.sort_by(|one, other| {
        (&one.schedule.name, &one.schedule.id).cmp(&(&other.schedule.name, &other.schedule.id))
    });
    Ok(rotas)
}

async fn rota(
    app: &App,
    tenant: &TenantId,
    id: &ScheduleId,
    from: DateTime<Utc>,
) -> Result<Option<Rota>, StoreError> {
    let Some(schedule) = readable(app.store.get::<Schedule>(tenant, id.as_str()).await)? else {
        return Ok(None);
    };
    let found = app.store.readable_of_after::<Override>(tenant, id.as_str(), from.timestamp_micros()).await?;
    for problem in &found.unreadable {
        error!(%problem, "an override can't be read; paging goes on without it");
    }
    let overrides = found.items.into_iter().map(|found| found.value).collect();
    Ok(Some(Rota { schedule: schedule.value, overrides }))
}

/// Everybody of a tenant.
pub(crate) async fn all_users(app: &App, tenant: &TenantId) -> Result<Vec<User>, StoreError> {
    Ok(app.store.all::<User>(tenant).await?.into_iter().map(|user| user.value).collect())
}

async fn fallback(
    app: &App,
    tenant: &TenantId,
    users: &[User],
) -> Result<(Option<User>, Vec<User>), StoreError> {
    let home = app.store.get::<Tenant>(tenant, "tenant").await?;
    let last_resort = home.and_then(|home| home.value.last_resort);
    Ok(roster::fallback(users, last_resort.as_ref()))
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
