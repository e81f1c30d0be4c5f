//! Deliveries of which nobody can tell yet whether they are their sender's: what it takes to tell can't be had now.
//!
//! Invariants: such a delivery is kept by what it says, and never by the name that it claims for itself, so that it changes
//! nothing about another one; it pages only when it is known to be its sender's, and then as the message that it is, so that
//! this and its sender's own retry are one delivery.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::delivery::{Delivery, Verdict, decoded};
use domain::id::{DeliveryId, SourceId, TenantId};
use domain::retry;
use domain::source::AlertSource;
use store::{Changes, Etag, StoreError, Versioned};

use super::apart::find;
use super::reading::{SIGNATURE, refuse, understand, write};
use super::{Delivery as Came, Draft, Received, redelivered};
use crate::app::App;
use crate::error::Error;
use crate::port::ReceivedBody;

/// How long it is tried to tell; then it is refused, and people may have it read again.
const LONGEST: TimeDelta = TimeDelta::hours(1);

const FIRST_RETRY: TimeDelta = TimeDelta::seconds(10);
const LONGEST_RETRY: TimeDelta = TimeDelta::minutes(5);

/// Whether a delivery, with its body, is kept as one of these.
pub(super) fn is_one(kept: &Delivery) -> bool {
    kept.id == id_of(&kept.source_id, &kept.request.body)
}

fn id_of(source: &SourceId, body: &str) -> DeliveryId {
    DeliveryId::derived(&["unverified", source.as_str(), body])
}

/// Keeps one, or what became of another try.
pub(super) async fn keep(
    app: &App,
    tenant: &TenantId,
    mut draft: Draft,
    problem: String,
) -> Result<(), Error> {
    // Whoever has it read again by hand is told at once.
    if draft.value.replay_of.is_some() {
        return Ok(());
    }
    if draft.etag.is_none() {
        draft.value.id = id_of(&draft.value.source_id, &draft.value.request.body);
        draft.may_repeat = true;
        // Its sender has sent it again: it waits already.
        if app.store.get::<Delivery>(tenant, draft.value.id.as_str()).await?.is_some() {
            return Ok(());
        }
    }
    let now = app.clock.now();
    if now - draft.value.received_at >= LONGEST {
        return refuse(app, tenant, draft, SIGNATURE, &problem).await;
    }
    draft.value.tries += 1;
    draft.value.due_at = Some(now + retry::backoff(draft.value.tries, FIRST_RETRY, LONGEST_RETRY));
    draft.value.verdict = Verdict::Waiting { problem };
    write(app, tenant, draft).await
}

/// Takes one in that is its sender's after all: as the message that it is, which may have come meanwhile.
pub(super) async fn take_in(
    app: &Arc<App>,
    tenant: &TenantId,
    source: &Arc<AlertSource>,
    received: ReceivedBody<'_>,
    unverified: Draft,
) -> Result<Received, Error> {
    let mut value = unverified.value.clone();
    value.id = DeliveryId::derived(&["verified", unverified.value.id.as_str()]);
    (value.due_at, value.tries) = (None, 0);
    value.request.body = decoded(received.body).0.into_owned();
    let draft = Draft { value, etag: None, may_repeat: true, came_at: None };
    let taken = match redelivered::look(app, tenant, source, received, draft).await? {
        Some(draft) => understand(app, tenant, source, Came { key: "", received }, draft).await,
        None => Ok(Received::Nothing("it was read again by hand meanwhile".to_owned())),
    };
    // What it was refused for stands with the message itself. Anything else is tried again.
    if let (Ok(_) | Err(Error::Invalid(_) | Error::NotTheirs(_)), Some(etag)) = (&taken, unverified.etag) {
        forget(app, tenant, unverified.value, etag).await?;
    }
    taken
}

async fn forget(app: &App, tenant: &TenantId, value: Delivery, etag: Etag) -> Result<(), StoreError> {
    let mut changes = Changes::new();
    if let Some(body) = find(app, tenant, &value).await? {
        changes.delete(&body);
    }
    changes.delete(&Versioned { value, tenant: tenant.to_string(), etag });
    // Lost, somebody else has taken it in as well, as the same message.
    app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await.map(drop)
}
