//! A heartbeat: its beats, and the incident that its silence opens.
//!
//! Invariants: a silence opens one incident, however many look at it; a beat moves the end of the silence before it is
//! answered, and no incident of a silence stays open that a beat has ended; a silence in which On-Call itself was away opens
//! none before the sender has had another full one to be heard in.
//!
//! Why a full one: nobody knows how often a sender beats, only that its beats are no further apart than the silence that it is
//! allowed. Whether On-Call was away, its [`pulse`] tells, and [`SourceWatch::excuse`] that it counts once.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::delivery::{Delivery, Request, Verdict};
use domain::id::{DeliveryId, TenantId};
use domain::severity::Severity;
use domain::signal::{Action, Signal};
use domain::source::AlertSource;
use domain::source_watch::SourceWatch;
use store::{Changes, OpenKey, StoreError, Versioned, source_watch_id};
use tracing::info;

use super::{count, trim};
use crate::app::App;
use crate::error::Error;
use crate::intake::{HEARTBEAT, take_silence};
use crate::tenants;
use crate::tick::pulse;
use crate::turns::Tries;

/// A beat: the silence begins anew.
pub(crate) async fn beat(
    app: &Arc<App>,
    tenant: &TenantId,
    source: &AlertSource,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let due_at = now + source.longest_silence();
    let mut tries = Tries::default();
    loop {
        let turn = app.turns.take(tenant).await?;
        let mut changes = Changes::new();
        let kept = app.store.get::<SourceWatch>(tenant, &source_watch_id(&source.id)).await?;
        let is_first = kept.as_ref().is_none_or(|watch| watch.value.heard_at.is_none());
        if let Some(mut watch) = kept {
            watch.value.heard_at = watch.value.heard_at.max(Some(now));
            watch.value.due_at = watch.value.due_at.max(due_at);
            watch.value.heard += 1;
            changes.replace(&watch)?;
        } else {
            let mut watch = SourceWatch::begin(source.id.clone(), now);
            (watch.heard_at, watch.due_at, watch.heard) = (Some(now), due_at, 1);
            changes.create(&watch)?;
        }
        match app.store.commit(tenant, app.entropy.operation(), changes).await {
            Ok(()) => {
                if is_first {
                    pulse::begin(app, now).await;
                }
                return Ok(());
            }
            Err(StoreError::Conflict { .. }) => tries.lost(app, turn).await?,
            Err(error) => return Err(error.into()),
        }
    }
}

/// A heartbeat that didn't come.
pub(super) async fn silence(
    app: &Arc<App>,
    tenant: &TenantId,
    source: AlertSource,
    mut watch: Versioned<SourceWatch>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let source = Arc::new(source);
    let mut changes = Changes::new();
    if let Some(until) = put_off(app, &source, &mut watch.value, now).await? {
        info!(%tenant, source = %source.id, %until, "On-Call was away; a heartbeat that may be lost is waited for again");
        watch.value.due_at = until;
        changes.replace(&watch)?;
        // Lost, a beat has just come, or another tick has done it.
        app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?;
        return Ok(());
    }
    // One that has never come is not missed: somebody is still setting it up.
    if let Some(last) = watch.value.heard_at {
        let minutes = source.longest_silence().num_minutes();
        let mut signal = Signal::trigger(format!("{} is silent", source.name), Severity::Critical);
        signal.dedup_key = Some(HEARTBEAT.to_owned());
        let came = last.with_timezone(&tenants::home(app, tenant).await?.zone).format("%Y-%m-%d %H:%M %Z");
        signal.description = format!("No heartbeat for {minutes} minutes; the last one came at {came}.");
        let delivery = ours(&source, "silence", last, ("(no heartbeat came)", now));
        take_silence(app, tenant, &source, signal, delivery).await?;
        end_if_heard(app, tenant, &source, &watch.value, now).await?;
    }
    count(app, tenant, &mut watch.value, |_, _| ()).await?;
    let Some((mut watch, _)) = trim(app, tenant, watch, now).await? else { return Ok(()) };
    watch.value.due_at = now + source.longest_silence();
    changes.replace(&watch)?;
    // Lost, a beat has just come.
    app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?;
    Ok(())
}

/// Until when a silence is put off, since On-Call was away in it.
async fn put_off(
    app: &App,
    source: &AlertSource,
    watch: &mut SourceWatch,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    if watch.heard_at.is_none() {
        return Ok(None);
    }
    let back_at = pulse::back_at(app, watch.due_at, now).await?;
    pulse::begin(app, now).await;
    if let Some(back_at) = back_at {
        watch.excuse(back_at);
    }
    Ok(watch.silent_since().map(|since| since + source.longest_silence()).filter(|until| *until > now))
}

/// Ends a silence that was taken for an alert while its beat came: that one looked before the incident was there, and found
/// nothing to end.
async fn end_if_heard(
    app: &Arc<App>,
    tenant: &TenantId,
    source: &Arc<AlertSource>,
    before: &SourceWatch,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let Some(watch) = app.store.get::<SourceWatch>(tenant, &source_watch_id(&source.id)).await? else {
        return Ok(());
    };
    let Some(heard) = watch.value.heard_at.filter(|_| watch.value.heard != before.heard) else {
        return Ok(());
    };
    let key = OpenKey::key_of(&source.id, HEARTBEAT);
    if app.store.get::<OpenKey>(tenant, &key).await?.is_none_or(|found| found.value.over) {
        return Ok(());
    }
    let mut signal = Signal::trigger("Heartbeat", Severity::High);
    (signal.action, signal.dedup_key) = (Action::Resolve, Some(HEARTBEAT.to_owned()));
    let delivery = ours(source, "beat", heard, ("(a heartbeat came while its silence was being told)", now));
    take_silence(app, tenant, source, signal, delivery).await
}

/// What we tell of a heartbeat ourselves: the same delivery each time that it is told of the same instant.
fn ours(source: &AlertSource, what: &str, of: DateTime<Utc>, (body, now): (&str, DateTime<Utc>)) -> Delivery {
    Delivery {
        id: DeliveryId::derived(&[what, source.id.as_str(), &of.timestamp_micros().to_string()]),
        source_id: source.id.clone(),
        received_at: now,
        request: Request { body: body.to_owned(), ..Request::default() },
        verdict: Verdict::Nothing { why: String::new() },
        alerts: 1,
        replay_of: None,
        is_test: false,
        due_at: None,
        tries: 0,
    }
}
