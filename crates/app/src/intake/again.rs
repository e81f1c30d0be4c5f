//! Reading a delivery again: by hand, when its source was mended, and by the tick, when it waits for something outside.
//!
//! Invariants: a delivery is read by hand for as long as any of its alerts isn't here, or was taken for one that asks for
//! nothing; what has done anything is made once. All readings by hand of one that wasn't taken are one delivery beside it;
//! one that was taken is read as what it is, so that what it has done already is known. A reading by the tick is the same
//! delivery, whose alerts are made once however often it is tried. Nothing waits longer than people can: then it pages with
//! what is known of it, even where its source is gone.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::alert::{Alert, Outcome};
use domain::delivery::{Delivery, Verdict};
use domain::id::{DeliveryId, SourceId, TenantId};
use domain::retry;
use domain::source::AlertSource;
use store::{Changes, StoreError, Versioned};

use super::reading::take_in_again;
use super::{Draft, Received, orphaned, unverified, whole};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;

/// How long a delivery waits for something outside; then it pages with what is known of it.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(2);

const FIRST_RETRY: TimeDelta = TimeDelta::seconds(10);
const LONGEST_RETRY: TimeDelta = TimeDelta::seconds(30);

/// For how long the alerts of a large delivery may still be on their way after it came.
const TAKING: TimeDelta = TimeDelta::minutes(1);

/// How many alerts are taken away together.
const AWAY_AT_ONCE: usize = 50;

/// How long one reader has before another may try.
const LEASE: TimeDelta = TimeDelta::seconds(30);

/// When a delivery that waits is tried next: again and again, and for certain when it has waited long enough.
pub(super) fn waiting_for(delivery: &Delivery, now: DateTime<Utc>) -> DateTime<Utc> {
    let next = now + retry::backoff(delivery.tries, FIRST_RETRY, LONGEST_RETRY);
    next.min(delivery.received_at + LONGEST_WAIT)
}

/// Whether nobody should wait any longer for what a delivery waits for.
pub(super) fn has_waited(delivery: &Delivery, now: DateTime<Utc>) -> bool {
    now - delivery.received_at >= LONGEST_WAIT
}

/// Reads a kept delivery again, by its source's present settings; answers what became of it this time, and as which delivery.
/// One whose alerts are all here and have done something is refused: it would page twice. So is one that waits, which is
/// read again by itself, one that is being taken in at this moment, and one whose body isn't kept any more.
pub async fn replay(
    app: &Arc<App>,
    ctx: &Ctx,
    source: &SourceId,
    id: &DeliveryId,
) -> Result<(DeliveryId, Received), Error> {
    ctx.must_manage("replay deliveries")?;
    let found = app.store.get::<Delivery>(&ctx.tenant, id.as_str()).await?;
    let found = found.filter(|found| found.value.source_id == *source);
    let found = found.ok_or_else(|| Error::not_found("delivery", id.as_str()))?;
    let first_id = found.value.replay_of.clone().unwrap_or_else(|| found.value.id.clone());
    // Not found: it was the oldest of too many, and its reading is still there.
    let first = app.store.get::<Delivery>(&ctx.tenant, first_id.as_str()).await?;
    let read = app.store.get::<Delivery>(&ctx.tenant, reading_of(&first_id).as_str()).await?;
    let mut nothings = Vec::new();
    for delivery in [&first, &read].into_iter().flatten() {
        nothings.extend(what_did_nothing(app, ctx, &delivery.value).await?);
    }
    let kept = whole(app, &ctx.tenant, found.value.clone()).await?;
    if kept.is_body_gone {
        let detail = "what came with it is no longer kept, so that it can't be read again".to_owned();
        return Err(Error::Conflict { code: "delivery-body-gone", detail });
    }
    let kept = kept.delivery;
    let source = find(app, &ctx.tenant, source).await?;
    if unverified::is_one(&kept) {
        // Whoever has it read, it is its message's delivery as soon as it is known to be the sender's.
        let received = take_in_again(app, &ctx.tenant, Arc::new(source), &kept, found.into()).await?;
        return Ok((kept.id, received));
    }
    forget(app, &ctx.tenant, nothings).await?;
    let came_at = first.as_ref().map_or(kept.received_at, |first| first.value.received_at);
    let taken = |found: Option<Versioned<Delivery>>| found.filter(|found| is_taken(&found.value));
    let mut draft = if let Some(taken) = taken(read.clone()).or(taken(first)) {
        Draft::from(taken)
    } else {
        let new = || Draft::new(app, &source, kept.request.clone(), ctx.now);
        let mut draft = read.map_or_else(new, Draft::from);
        draft.value.id = reading_of(&first_id);
        draft.value.received_at = ctx.now;
        draft.value.replay_of = Some(first_id);
        draft
    };
    draft.value.request = kept.request.clone();
    draft.value.tries = 0;
    (draft.may_repeat, draft.came_at) = (true, Some(came_at));
    let replayed = draft.value.id.clone();
    let received = take_in_again(app, &ctx.tenant, Arc::new(source), &kept, draft).await?;
    Ok((replayed, received))
}

/// The identity of every reading by hand of a delivery that wasn't taken.
fn reading_of(first: &DeliveryId) -> DeliveryId {
    DeliveryId::derived(&["replay", first.as_str()])
}

/// Whether a reading by hand of a delivery has taken its alerts in.
pub(super) async fn was_taken_by_hand(
    app: &App,
    tenant: &TenantId,
    first: &DeliveryId,
) -> Result<bool, StoreError> {
    let read = app.store.get::<Delivery>(tenant, reading_of(first).as_str()).await?;
    Ok(read.is_some_and(|read| is_taken(&read.value) && !read.value.did_nothing()))
}

fn is_taken(delivery: &Delivery) -> bool {
    matches!(delivery.verdict, Verdict::Taken { .. })
}

/// The alerts of a delivery that are here and have done nothing, where it may be read again.
async fn what_did_nothing(app: &App, ctx: &Ctx, delivery: &Delivery) -> Result<Vec<Versioned<Alert>>, Error> {
    let conflict = |code, detail: &str| Err(Error::Conflict { code, detail: detail.to_owned() });
    match delivery.verdict {
        Verdict::Nothing { .. } | Verdict::Refused { .. } => return Ok(Vec::new()),
        Verdict::Waiting { .. } => {
            return conflict("delivery-waiting", "it is read again by itself, and pages in any case");
        }
        Verdict::Taken { .. } => {}
    }
    let mut nothings = Vec::new();
    let mut is_all = true;
    for index in 0..delivery.alerts as usize {
        match app.store.get::<Alert>(&ctx.tenant, delivery.alert_id(index).as_str()).await? {
            Some(found) if did_nothing(&found.value) => nothings.push(found),
            Some(_) => {}
            None => is_all = false,
        }
    }
    if is_all && nothings.is_empty() {
        return conflict("delivery-taken", "its alerts were taken in already");
    }
    // Those who take its other alerts in don't look whether somebody else does.
    if delivery.alerts > 1 && ctx.now - delivery.received_at < TAKING {
        return conflict(
            "delivery-being-taken",
            "its alerts are being taken in just now: try again in a minute",
        );
    }
    Ok(nothings)
}

fn did_nothing(alert: &Alert) -> bool {
    alert.outcome == Outcome::Ignored && alert.incident_id.is_none()
}

/// Takes alerts away that have done nothing, so that what they are taken for this time counts. Lost, somebody else has them
/// read again.
async fn forget(app: &App, tenant: &TenantId, alerts: Vec<Versioned<Alert>>) -> Result<(), StoreError> {
    for some in alerts.chunks(AWAY_AT_ONCE) {
        let mut changes = Changes::new();
        for alert in some {
            changes.delete(alert);
        }
        app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?;
    }
    Ok(())
}

/// Tries a delivery that waits and is due.
pub(crate) async fn read_again(app: &Arc<App>, tenant: &TenantId, id: &DeliveryId) -> Result<(), Error> {
    let now = app.clock.now();
    let Some(mut found) = app.store.get::<Delivery>(tenant, id.as_str()).await? else { return Ok(()) };
    if found.value.due_at.is_none_or(|due| due > now) {
        return Ok(());
    }
    let source = match find(app, tenant, &found.value.source_id).await {
        Ok(source) => source,
        Err(Error::NotFound { .. }) => return orphaned::take(app, tenant, found).await,
        Err(error) => return Err(error),
    };
    // Taken by whoever writes first; the lease ends by itself.
    found.value.due_at = Some(now + LEASE);
    let mut changes = Changes::new();
    changes.replace(&found)?;
    if !app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await? {
        return Ok(());
    }
    let Some(taken) = app.store.get::<Delivery>(tenant, id.as_str()).await? else { return Ok(()) };
    let kept = whole(app, tenant, taken.value.clone()).await?.delivery;
    match take_in_again(app, tenant, Arc::new(source), &kept, taken.into()).await {
        // What it is refused for is written down with it.
        Ok(_) | Err(Error::Invalid(_) | Error::NotTheirs(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn find(app: &App, tenant: &TenantId, id: &SourceId) -> Result<AlertSource, Error> {
    let found = app.store.get::<AlertSource>(tenant, id.as_str()).await?;
    Ok(found.ok_or_else(|| Error::not_found("alert source", id.as_str()))?.value)
}
