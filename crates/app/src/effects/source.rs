//! Looking after an alert source: a heartbeat that stopped opens an incident; a source that has gone quiet for longer than it
//! ever has is told; what is too much of its deliveries goes.
//!
//! Invariants: a silence is told once, however many look at it, and not for what was lost while On-Call itself was away; a
//! delivery that waits for something is never taken away; only what a sender sent is a sign of its life.

mod heartbeat;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::delivery::Delivery;
use domain::id::{SourceId, TenantId};
use domain::notice::Telling;
use domain::source::{AlertSource, SourceType};
use domain::source_watch::{self, Heard, SourceWatch};
use store::{Changes, Cursor, Range, StoreError, Versioned, source_watch_id};

use crate::app::App;
use crate::error::Error;
use crate::intake::{body_apart, built_in};
use crate::tick::pulse;
use crate::{notices, tenants};

pub(crate) use heartbeat::beat;

/// How many deliveries are read together.
const AT_ONCE: u32 = 100;

/// How many are taken away together: each may be two documents.
const AWAY_AT_ONCE: u32 = 40;

/// How often one look does either; the next tick goes on.
const MOST_TIMES: u32 = 25;

/// Looks at a source whose turn it is.
pub(super) async fn look(app: &Arc<App>, tenant: &TenantId, id: &SourceId) -> Result<(), Error> {
    let now = app.clock.now();
    let Some(watch) = app.store.get::<SourceWatch>(tenant, &source_watch_id(id)).await? else {
        return Ok(());
    };
    if watch.value.due_at > now {
        return Ok(());
    }
    let Some(source) = find(app, tenant, id).await? else {
        let mut changes = Changes::new();
        changes.delete(&watch);
        app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?;
        return Ok(());
    };
    match source.source_type {
        SourceType::Heartbeat => heartbeat::silence(app, tenant, source, watch, now).await,
        _ => listen(app, tenant, &source, watch, now).await,
    }
}

/// The source; a product's door is there even where nobody has set it up.
async fn find(app: &App, tenant: &TenantId, id: &SourceId) -> Result<Option<AlertSource>, Error> {
    if let Some(found) = app.store.get::<AlertSource>(tenant, id.as_str()).await? {
        return Ok(Some(found.value));
    }
    Ok(built_in(&tenants::home(app, tenant).await?, id))
}

/// What came since the last look, and what its times say.
async fn listen(
    app: &Arc<App>,
    tenant: &TenantId,
    source: &AlertSource,
    mut watch: Versioned<SourceWatch>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let hear = |watch: &mut SourceWatch, delivery: &Delivery| {
        if delivery.is_senders() {
            watch.hear(delivery.received_at);
        }
    };
    let back_at = pulse::back_at(app, watch.value.due_at, now).await?;
    let more = count(app, tenant, &mut watch.value, hear).await?;
    if let Some(back_at) = back_at {
        watch.value.excuse(back_at);
    }
    // Lost, somebody else has looked.
    let Some((mut watch, is_trimmed)) = trim(app, tenant, watch, now).await? else { return Ok(()) };
    let quiet = if more { Heard::Well } else { watch.value.judge(now) };
    let mut changes = Changes::new();
    watch.value.due_at = if is_trimmed && !more { now + source_watch::LOOK_EVERY } else { now };
    changes.replace(&watch)?;
    let telling = match quiet {
        Heard::Quiet { since } => Some(telling(source, since, tenants::home(app, tenant).await?.zone)),
        Heard::Well => None,
    };
    // Lost, somebody else has looked.
    Ok(notices::commit_and_tell_admins(app, tenant, changes, telling.as_ref(), now).await?)
}

/// Counts the deliveries that came since the last look, and has each looked at; answers whether there are more.
async fn count(
    app: &App,
    tenant: &TenantId,
    watch: &mut SourceWatch,
    each: impl Fn(&mut SourceWatch, &Delivery),
) -> Result<bool, StoreError> {
    let last = watch.counted_at.or(watch.heard_at).map(|at| at.timestamp_micros());
    let after = last.unwrap_or(watch.since.timestamp_micros() - 1);
    let id = watch.source_id.clone();
    let mut range = Range { after: Some(Cursor::Beyond(after)), ..Range::first(AT_ONCE) };
    for _ in 0..MOST_TIMES {
        let listed = app.store.oldest_of::<Delivery>(tenant, id.as_str(), &range).await?;
        for item in &listed.items {
            watch.count(item.value.received_at);
            each(watch, &item.value);
        }
        if listed.next.is_none() {
            return Ok(false);
        }
        range.after = listed.next;
    }
    Ok(true)
}

/// Takes the oldest away of what is too much, with what is known of it; answers the watch and whether that is all, `None`
/// when somebody else has looked or a beat has come meanwhile.
async fn trim(
    app: &App,
    tenant: &TenantId,
    mut watch: Versioned<SourceWatch>,
    now: DateTime<Utc>,
) -> Result<Option<(Versioned<SourceWatch>, bool)>, StoreError> {
    let mut range = Range::first(AWAY_AT_ONCE);
    for _ in 0..MOST_TIMES {
        let surplus = watch.value.surplus(now);
        if surplus == 0 {
            return Ok(Some((watch, true)));
        }
        range.limit = surplus.min(AWAY_AT_ONCE);
        let oldest = app.store.oldest_of::<Delivery>(tenant, watch.value.source_id.as_str(), &range).await?;
        let mut changes = Changes::new();
        // One that waits has not paged yet.
        for old in oldest.items.iter().filter(|old| old.value.due_at.is_none()) {
            watch.value.forget(old.value.received_at);
            changes.delete(old);
            if old.value.request.is_apart
                && let Some(body) = body_apart(app, tenant, &old.value).await?
            {
                changes.delete(&body);
            }
        }
        if !changes.is_empty() {
            changes.replace(&watch)?;
            if !app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await? {
                return Ok(None);
            }
            let id = source_watch_id(&watch.value.source_id);
            let Some(kept) = app.store.get::<SourceWatch>(tenant, &id).await? else { return Ok(None) };
            watch = kept;
        }
        if oldest.next.is_none() {
            return Ok(Some((watch, true)));
        }
        range.after = oldest.next;
    }
    let is_all = watch.value.surplus(now) == 0;
    Ok(Some((watch, is_all)))
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
        // A product's door may be one that nobody has set up.
        link: Some(if source.source_type.has_key() {
            format!("/app/alert-sources/{}", source.id)
        } else {
            "/app/alert-sources".to_owned()
        }),
        lasts: TimeDelta::days(1),
    }
}
