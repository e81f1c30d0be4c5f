//! Committing notices together with what they follow from.
//!
//! Invariants: a notice is there if, and only if, what it tells was decided; one that is there already is not planned again,
//! since its id says what it tells whom.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::id::TenantId;
use domain::notice::{Notice, Telling};
use domain::roster::admins;
use domain::user::User;
use store::{Changes, StoreError};
use tracing::warn;

use crate::app::App;
use crate::effects::Effect;
use crate::roster::all_users;

/// The most people told in one commit; the rest of it is what they are told of.
const MOST: usize = 95;

/// Commits `changes` with a notice for each of `tellings`, and sends them. Whoever can't be told by mail is passed over.
pub(crate) async fn commit(
    app: &Arc<App>,
    tenant: &TenantId,
    mut changes: Changes,
    tellings: &[(&User, Telling)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let effects = add(app, tenant, &mut changes, tellings, now).await?;
    app.store.commit(tenant, app.entropy.operation(), changes).await?;
    app.runner.start(app, tenant, effects);
    Ok(())
}

/// Commits `changes`, and tells every admin, where there is something to tell. Lost against somebody else, neither is done:
/// whoever was first has changed, or told, the same thing.
pub(crate) async fn commit_and_tell_admins(
    app: &Arc<App>,
    tenant: &TenantId,
    changes: Changes,
    telling: Option<&Telling>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let users = if telling.is_some() { all_users(app, tenant).await? } else { Vec::new() };
    let each = |telling: &Telling| admins(&users).map(|user| (user, telling.clone())).collect();
    let tellings: Vec<(&User, Telling)> = telling.map(each).unwrap_or_default();
    match commit(app, tenant, changes, &tellings, now).await {
        Ok(()) | Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Adds a notice for each of `tellings`, which nobody was told before, to `changes`; answers what is to be done once they
/// are committed.
pub(crate) fn add_new(
    app: &App,
    changes: &mut Changes,
    tellings: &[(&User, Telling)],
    now: DateTime<Utc>,
) -> Result<Vec<Effect>, StoreError> {
    put(changes, planned(app, tellings, now))
}

/// [`add_new`], passing over those that were told before.
async fn add(
    app: &App,
    tenant: &TenantId,
    changes: &mut Changes,
    tellings: &[(&User, Telling)],
    now: DateTime<Utc>,
) -> Result<Vec<Effect>, StoreError> {
    let mut new = Vec::new();
    for notice in planned(app, tellings, now) {
        if app.store.get::<Notice>(tenant, notice.id.as_str()).await?.is_none() {
            new.push(notice);
        }
    }
    put(changes, new)
}

fn planned(app: &App, tellings: &[(&User, Telling)], now: DateTime<Utc>) -> Vec<Notice> {
    let sending = app.sending();
    let told = tellings.iter().filter_map(|(user, telling)| Notice::plan(telling, user, &sending, now));
    told.collect()
}

fn put(changes: &mut Changes, notices: Vec<Notice>) -> Result<Vec<Effect>, StoreError> {
    if notices.len() > MOST {
        warn!(notices = notices.len(), told = MOST, "too many to tell at once: the rest is not told");
    }
    let mut effects = Vec::new();
    for notice in notices.into_iter().take(MOST) {
        changes.create(&notice)?;
        effects.push(Effect::Notice(notice.id));
    }
    Ok(effects)
}
