//! A schedule with its overrides and its watch, as one thing to decide on and to commit.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::handoff::HandoffWatch;
use domain::id::{ScheduleId, TenantId, UserId};
use domain::schedule::{Override, Schedule};
use domain::user::User;
use store::{Changes, StoreError, Versioned, watch_id};

use crate::app::App;
use crate::error::Error;

/// A schedule, and every override of it that ends after the instant it was loaded for.
#[derive(Debug)]
pub(crate) struct Rota {
    pub(crate) schedule: Versioned<Schedule>,
    pub(crate) overrides: Vec<Versioned<Override>>,
    watch: Option<Versioned<HandoffWatch>>,
}

impl Rota {
    pub(crate) fn changes(&self) -> Vec<Override> {
        self.overrides.iter().map(|found| found.value.clone()).collect()
    }
}

/// Loads a schedule of a tenant, with the overrides that end after `from`.
pub(crate) async fn load(
    app: &App,
    tenant: &TenantId,
    id: &ScheduleId,
    from: DateTime<Utc>,
) -> Result<Rota, Error> {
    let schedule = app.store.get::<Schedule>(tenant, id.as_str()).await?;
    let schedule = schedule.ok_or_else(|| Error::not_found("schedule", id.as_str()))?;
    // The watch before the overrides: whoever adds one in between replaces it, and our commit is refused.
    let watch = app.store.get::<HandoffWatch>(tenant, &watch_id(id)).await?;
    let overrides = app.store.all_of_after(tenant, id.as_str(), from.timestamp_micros()).await?;
    Ok(Rota { schedule, overrides, watch })
}

/// Commits changes that were decided on `rota`: refused as a conflict when the schedule or one of its overrides was changed
/// meanwhile by somebody else.
pub(crate) async fn commit(
    app: &App,
    tenant: &TenantId,
    rota: &Rota,
    mut changes: Changes,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if let Some(watch) = &rota.watch {
        let mut watch = watch.clone();
        watch.value.stir(now);
        changes.replace(&watch)?;
    } else {
        changes.create(&HandoffWatch::begin(rota.schedule.value.id.clone(), now))?;
    }
    app.store.commit(tenant, app.entropy.operation(), changes).await
}

/// Takes a schedule and its watch away.
pub(super) async fn remove(app: &App, tenant: &TenantId, rota: &Rota) -> Result<(), StoreError> {
    let mut changes = Changes::new();
    changes.delete(&rota.schedule);
    if let Some(watch) = &rota.watch {
        changes.delete(watch);
    }
    app.store.commit(tenant, app.entropy.operation(), changes).await
}

/// Everybody of a tenant, to say who somebody is; cheap to clone.
#[derive(Debug, Clone)]
pub struct People(Arc<HashMap<UserId, User>>);

impl People {
    /// Loads everybody of a tenant.
    pub(crate) async fn of(app: &App, tenant: &TenantId) -> Result<Self, Error> {
        let users = app.store.all::<User>(tenant).await?;
        let users = users.into_iter().map(|found| (found.value.id.clone(), found.value));
        Ok(Self(Arc::new(users.collect())))
    }

    /// A person, if the tenant has them.
    pub fn get(&self, id: &UserId) -> Option<&User> {
        self.0.get(id)
    }

    /// A person's name; the id where the user is gone.
    pub fn name(&self, id: &UserId) -> String {
        self.get(id).map_or_else(|| id.to_string(), |user| user.name.clone())
    }
}
