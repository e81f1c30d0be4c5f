//! Reading a delivery again: by hand, when its source was mended, and by the tick, when it waits for something outside.
//!
//! Invariants: a reading by hand is a delivery of its own, beside the first; one by the tick is the same delivery, whose
//! alerts are made once however often it is tried.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::delivery::{Delivery, Verdict};
use domain::id::{DeliveryId, SourceId, TenantId};
use domain::retry;
use domain::source::AlertSource;
use store::{Changes, Versioned};

use super::reading::take_in;
use super::{Draft, Received};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::port::ReceivedBody;

const FIRST_RETRY: TimeDelta = TimeDelta::seconds(30);
const LONGEST_RETRY: TimeDelta = TimeDelta::minutes(15);

/// How long one reader has before another may try.
const LEASE: TimeDelta = TimeDelta::seconds(90);

/// When a delivery that waits is tried next.
pub(crate) fn waiting_for(delivery: &Delivery, now: DateTime<Utc>) -> DateTime<Utc> {
    now + retry::backoff(delivery.tries, FIRST_RETRY, LONGEST_RETRY)
}

/// Reads a kept delivery again, by its source's present settings; answers what became of it this time. One whose alerts
/// were taken in is refused: it would page twice.
pub async fn replay(
    app: &Arc<App>,
    ctx: &Ctx,
    source: &SourceId,
    id: &DeliveryId,
) -> Result<(DeliveryId, Received), Error> {
    ctx.must_manage("replay deliveries")?;
    let found = app.store.get::<Delivery>(&ctx.tenant, id.as_str()).await?;
    let found = found.filter(|found| found.value.source_id == *source);
    let kept = found.ok_or_else(|| Error::not_found("delivery", id.as_str()))?.value;
    if matches!(kept.verdict, Verdict::Taken { .. }) {
        let detail = "its alerts were taken in already".to_owned();
        return Err(Error::Conflict { code: "delivery-taken", detail });
    }
    let source = find(app, &ctx.tenant, source).await?;
    let mut draft = Draft::new(app, &source, kept.request.clone(), ctx.now);
    draft.value.replay_of = Some(kept.id.clone());
    let replayed = draft.value.id.clone();
    let received = take_in(app, &ctx.tenant, Arc::new(source), received(&kept), draft).await?;
    Ok((replayed, received))
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
    let kept = taken.value.clone();
    match take_in(app, tenant, Arc::new(source), received(&kept), taken.into()).await {
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

fn received(kept: &Delivery) -> ReceivedBody<'_> {
    ReceivedBody {
        content_type: kept.request.content_type.as_deref(),
        query: &kept.request.query,
        headers: &kept.request.headers,
        body: kept.request.body.as_bytes(),
    }
}
