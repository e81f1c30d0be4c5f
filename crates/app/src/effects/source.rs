//! Looking after an alert source: a heartbeat that stopped opens an incident; a source that has gone quiet for longer than it
//! ever has is told; what is too much of its deliveries goes.
//!
//! Invariants: a silence opens one incident and is told once, however many look at it; a beat moves the end of the silence
//! before it is answered.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::delivery::{Delivery, Request, Verdict};
use domain::id::{DeliveryId, SourceId, TenantId};
use domain::notice::Telling;
use domain::severity::Severity;
use domain::signal::Signal;
use domain::source::{AlertSource, SourceType};
use domain::source_watch::{self, Heard, SourceWatch};
use domain::user::User;
use store::{Changes, StoreError, Versioned, source_watch_id};

use crate::app::App;
use crate::error::Error;
use crate::intake::{HEARTBEAT, take_silence};
use crate::turns::Tries;
use crate::{notices, roster, tenants};

/// How many deliveries one look reads; the next tick goes on.
const MOST: u32 = 200;

/// How many old ones it takes away.
const AT_ONCE: u32 = 80;

/// Looks at a source whose turn it is.
pub(super) async fn look(app: &Arc<App>, tenant: &TenantId, id: &SourceId) -> Result<(), Error> {
    let now = app.clock.now();
    let Some(watch) = app.store.get::<SourceWatch>(tenant, &source_watch_id(id)).await? else {
        return Ok(());
    };
    if watch.value.due_at > now {
        return Ok(());
    }
    let Some(source) = app.store.get::<AlertSource>(tenant, id.as_str()).await? else {
        let mut changes = Changes::new();
        changes.delete(&watch);
        app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?;
        return Ok(());
    };
    match source.value.source_type {
        SourceType::Heartbeat => silence(app, tenant, source.value, watch, now).await,
        _ => listen(app, tenant, &source.value, watch, now).await,
    }
}

/// A beat: the silence begins anew.
pub(crate) async fn beat(
    app: &Arc<App>,
    tenant: &TenantId,
    source: &AlertSource,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let due_at = now + allowed(source);
    let mut tries = Tries::default();
    loop {
        let turn = app.turns.take(tenant).await?;
        let mut changes = Changes::new();
        let kept = app.store.get::<SourceWatch>(tenant, &source_watch_id(&source.id)).await?;
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
            Ok(()) => return Ok(()),
            Err(StoreError::Conflict { .. }) => tries.lost(app, turn).await?,
            Err(error) => return Err(error.into()),
        }
    }
}

fn allowed(source: &AlertSource) -> TimeDelta {
    TimeDelta::minutes(source.silence_minutes.unwrap_or(60).into())
}

/// A heartbeat that didn't come.
async fn silence(
    app: &Arc<App>,
    tenant: &TenantId,
    source: AlertSource,
    mut watch: Versioned<SourceWatch>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let last = watch.value.heard_at;
    // One that has never come is not missed: somebody is still setting it up.
    if let Some(last) = last {
        let minutes = source.silence_minutes.unwrap_or_default();
        let mut signal = Signal::trigger(format!("{} is silent", source.name), Severity::Critical);
        signal.dedup_key = Some(HEARTBEAT.to_owned());
        signal.description = format!("No heartbeat for {minutes} minutes; the last one came at {last}.");
        let micros = last.timestamp_micros().to_string();
        let delivery = Delivery {
            id: DeliveryId::derived(&["silence", source.id.as_str(), &micros]),
            source_id: source.id.clone(),
            received_at: now,
            request: Request { body: "(no heartbeat came)".to_owned(), ..Request::default() },
            verdict: Verdict::Nothing { why: String::new() },
            alerts: 1,
            replay_of: None,
            due_at: None,
            tries: 0,
        };
        take_silence(app, tenant, &Arc::new(source.clone()), signal, delivery).await?;
    }
    watch.value.due_at = now + allowed(&source);
    let mut changes = Changes::new();
    changes.replace(&watch)?;
    // Lost, a beat has just come.
    app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?;
    Ok(())
}

/// What came since the last look, and what its times say.
async fn listen(
    app: &Arc<App>,
    tenant: &TenantId,
    source: &AlertSource,
    mut watch: Versioned<SourceWatch>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let sort = watch
        .value
        .heard_at
        .map_or(watch.value.since.timestamp_micros() - 1, |heard| heard.timestamp_micros());
    let listed = app.store.some_of_after::<Delivery>(tenant, source.id.as_str(), sort, MOST).await?;
    let more = listed.next.is_some();
    for delivery in
        listed.items.iter().map(|item| &item.value).filter(|delivery| delivery.replay_of.is_none())
    {
        watch.value.hear(delivery.received_at);
    }
    let quiet = if more { Heard::Well } else { watch.value.judge(now) };
    let mut changes = Changes::new();
    let surplus = watch.value.surplus(now).min(AT_ONCE);
    if surplus > 0 {
        let oldest = app.store.first_of::<Delivery>(tenant, source.id.as_str(), surplus).await?;
        for old in &oldest.items {
            watch.value.forget(old.value.received_at);
            changes.delete(old);
        }
    }
    let is_done = !more && watch.value.surplus(now) == 0;
    watch.value.due_at = if is_done { now + source_watch::LOOK_EVERY } else { now };
    changes.replace(&watch)?;
    let telling = match quiet {
        Heard::Quiet { since } => Some(telling(source, since, tenants::home(app, tenant).await?.zone)),
        Heard::Well => None,
    };
    let users: Vec<User> = if telling.is_some() { roster::all_users(app, tenant).await? } else { Vec::new() };
    let admins = users.iter().filter(|user| user.role.can_manage() && !user.disabled);
    let tellings: Vec<(&User, Telling)> =
        telling.iter().flat_map(|telling| admins.clone().map(move |user| (user, telling.clone()))).collect();
    match notices::commit(app, tenant, changes, &tellings, now).await {
        // Lost, somebody else has looked.
        Ok(()) | Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn telling(source: &AlertSource, since: DateTime<Utc>, zone: Tz) -> Telling {
    let last = since.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z");
    Telling {
        about: vec!["quiet source".to_owned(), source.id.to_string(), since.timestamp_micros().to_string()],
        subject: format!("{} has gone quiet", source.name),
        text: format!(
            "The alert source {} ({}) has been quiet for longer than it ever has: its last delivery came on {last}. \
             That may be a good sign, or its sender, its network or its key may be broken. A test alert from the sender \
             tells which.",
            source.name, source.source_type,
        ),
        link: Some(format!("/app/alert-sources/{}", source.id)),
        lasts: TimeDelta::days(1),
    }
}
