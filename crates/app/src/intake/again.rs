//! Reading a delivery again: by hand, when its source was mended, and by the tick, when it waits for something outside.
//!
//! Invariants: all readings by hand are one delivery beside the first, whose alerts are made once; a reading by the tick is
//! the same delivery, whose alerts are made once however often it is tried. Nothing waits longer than people can: then it
//! pages with what is known of it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::alert::Alert;
use domain::delivery::{Delivery, Verdict};
use domain::id::{DeliveryId, SourceId, TenantId};
use domain::retry;
use domain::source::AlertSource;
use store::{Changes, StoreError, Versioned};

use super::reading::take_in_again;
use super::{Draft, Received, unverified, whole};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;

/// How long a delivery waits for something outside; then it pages with what is known of it.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(2);

const FIRST_RETRY: TimeDelta = TimeDelta::seconds(10);
const LONGEST_RETRY: TimeDelta = TimeDelta::seconds(30);

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

/// Reads a kept delivery again, by its source's present settings; answers what became of it this time. All such readings of
/// one delivery are one delivery beside it, so that its alerts are made once, however often and by how many people at once
/// it is read. One whose alerts were taken in, by itself or by such a reading, is refused: it would page twice. So is one
/// that waits, which is read again by itself.
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
    let kept = found.value.clone();
    let first = kept.replay_of.clone().unwrap_or_else(|| kept.id.clone());
    // Not found: it was the oldest of too many, and its reading is still there.
    if let Some(first) = app.store.get::<Delivery>(&ctx.tenant, first.as_str()).await? {
        may_be_read(&first.value)?;
    }
    let read = app.store.get::<Delivery>(&ctx.tenant, reading_of(&first).as_str()).await?;
    if let Some(read) = &read
        && (!is_taken(&read.value) || is_whole(app, &ctx.tenant, &read.value).await?)
    {
        may_be_read(&read.value)?;
    }
    let kept = whole(app, &ctx.tenant, kept).await?;
    let source = find(app, &ctx.tenant, source).await?;
    if unverified::is_one(&kept) {
        // Whoever has it read, it is its message's delivery as soon as it is known to be the sender's.
        let received = take_in_again(app, &ctx.tenant, Arc::new(source), &kept, found.into()).await?;
        return Ok((kept.id, received));
    }
    let mut draft = read.map_or_else(|| Draft::new(app, &source, kept.request.clone(), ctx.now), Draft::from);
    draft.may_repeat = true;
    draft.value.id = reading_of(&first);
    draft.value.received_at = ctx.now;
    draft.value.replay_of = Some(first);
    draft.value.tries = 0;
    let replayed = draft.value.id.clone();
    let received = take_in_again(app, &ctx.tenant, Arc::new(source), &kept, draft).await?;
    Ok((replayed, received))
}

/// The identity of every reading by hand of a delivery.
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
    Ok(read.is_some_and(|read| is_taken(&read.value)))
}

fn is_taken(delivery: &Delivery) -> bool {
    matches!(delivery.verdict, Verdict::Taken { .. })
}

fn may_be_read(delivery: &Delivery) -> Result<(), Error> {
    let (code, detail) = match delivery.verdict {
        Verdict::Taken { .. } => ("delivery-taken", "its alerts were taken in already"),
        Verdict::Waiting { .. } => ("delivery-waiting", "it is read again by itself, and pages in any case"),
        Verdict::Nothing { .. } | Verdict::Refused { .. } => return Ok(()),
    };
    Err(Error::Conflict { code, detail: detail.to_owned() })
}

/// Whether all alerts of a delivery that was taken are in the store, and not only those of the commit that took the first.
async fn is_whole(app: &App, tenant: &TenantId, delivery: &Delivery) -> Result<bool, StoreError> {
    for index in 0..delivery.alerts as usize {
        let id = delivery.alert_id(index);
        if app.store.get::<Alert>(tenant, id.as_str()).await?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
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
        Err(Error::NotFound { .. }) => return give_up(app, found).await,
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
    let kept = whole(app, tenant, taken.value.clone()).await?;
    match take_in_again(app, tenant, Arc::new(source), &kept, taken.into()).await {
        // What it is refused for is written down with it.
        Ok(_) | Err(Error::Invalid(_) | Error::NotTheirs(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn give_up(app: &App, mut found: Versioned<Delivery>) -> Result<(), Error> {
    let (field, problem) = ("source".to_owned(), "was deleted".to_owned());
    (found.value.verdict, found.value.due_at) = (Verdict::Refused { field, problem }, None);
    let tenant: TenantId = found.tenant.parse().map_err(|_| Error::Internal("a tenant's id".to_owned()))?;
    let mut changes = Changes::new();
    changes.replace(&found)?;
    app.store.commit_unless_lost(&tenant, app.entropy.operation(), changes).await?;
    Ok(())
}

async fn find(app: &App, tenant: &TenantId, id: &SourceId) -> Result<AlertSource, Error> {
    let found = app.store.get::<AlertSource>(tenant, id.as_str()).await?;
    Ok(found.ok_or_else(|| Error::not_found("alert source", id.as_str()))?.value)
}
