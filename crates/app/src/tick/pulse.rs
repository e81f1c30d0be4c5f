//! The deployment's pulse: the tick's own signs of life, by which a silence that was On-Call's is told from a sender's.
//!
//! Invariants: there is none before the first heartbeat beats, and an idle tick asks nothing for it; then it beats once a
//! minute at the most, for all tenants and processes together, since it is due like anything else and who loses its commit has
//! nothing left to do; nothing fails for it: what it has missed, whoever asks sees by its age.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::source_watch::{AWAY, Pulse};
use store::{Changes, Kind, PULSE, StoreError};
use tracing::warn;

use crate::app::App;

/// Beats, where it is due.
pub(super) async fn beat(app: &Arc<App>, kinds: &[Kind], now: DateTime<Utc>) {
    if !kinds.contains(&Kind::Pulse) {
        return;
    }
    if let Err(error) = try_beat(app, now).await {
        warn!(%error, "the pulse could not be written; the next tick tries again");
    }
}

async fn try_beat(app: &App, now: DateTime<Utc>) -> Result<(), StoreError> {
    let Some(mut pulse) = app.store.get_from_directory::<Pulse>(PULSE).await? else { return Ok(()) };
    if pulse.value.due_at() > now {
        return Ok(());
    }
    let before = pulse.value;
    pulse.value.beat(now);
    if pulse.value.back_at != before.back_at {
        warn!(since = %before.at, "On-Call was away; what was sent meanwhile and not again is lost");
    }
    let mut changes = Changes::new();
    changes.replace(&pulse)?;
    commit(app, changes).await
}

/// Has it begin, unless it has: there is a heartbeat to be heard.
pub(crate) async fn begin(app: &App, now: DateTime<Utc>) {
    let begun = async {
        if app.store.get_from_directory::<Pulse>(PULSE).await?.is_some() {
            return Ok(());
        }
        let mut changes = Changes::new();
        changes.create(&Pulse::begin(now))?;
        commit(app, changes).await
    };
    if let Err(error) = begun.await {
        warn!(%error, "the pulse could not be begun; the next silence tries again");
    }
}

/// When On-Call was last back from being away. Where there is no pulse, what was due for too long tells.
pub(crate) async fn back_at(
    app: &App,
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(match app.store.get_from_directory::<Pulse>(PULSE).await? {
        Some(pulse) => pulse.value.back_at(now),
        None => (now - due_at > AWAY).then_some(now),
    })
}

async fn commit(app: &App, changes: Changes) -> Result<(), StoreError> {
    match app.store.commit_to_directory(app.entropy.operation(), changes).await {
        // Lost, another tick has done it.
        Ok(()) | Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
