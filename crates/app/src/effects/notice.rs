//! Sending one notice: take it, look whether anybody still needs it, send, write down how it went.
//!
//! Invariants: nothing goes out that has expired by then; whoever sends has taken the notice first, by if-match, so that two
//! who find it due send it once. A crash between sending and writing down may send twice, under the same idempotency key.

use domain::id::TenantId;
use domain::notice::Notice;
use store::{Changes, StoreError, Versioned};
use tracing::{debug, warn};

use super::write_down::write_down;
use crate::app::App;
use crate::error::Error;
use crate::port::{ChannelError, NoticeMessage};

/// Sends one notice, unless it was sent or taken meanwhile.
pub(super) async fn send(app: &App, tenant: &TenantId, id: &str) -> Result<(), Error> {
    let now = app.clock.now();
    let Some(mut notice) = app.store.get::<Notice>(tenant, id).await? else { return Ok(()) };
    if notice.value.due_at.is_none_or(|due| due > now) {
        return Ok(());
    }
    if notice.value.is_expired(now) {
        debug!(notice = id, "too late to be of use");
        notice.value.expire();
        write(app, tenant, &notice).await?;
        return Ok(());
    }
    notice.value.begin(now);
    if !write(app, tenant, &notice).await? {
        return Ok(());
    }
    let Some(mut taken) = app.store.get::<Notice>(tenant, id).await? else { return Ok(()) };
    let lease = taken.value.due_at;
    match attempt(app, &taken.value).await {
        Ok(receipt) => taken.value.sent(receipt),
        Err(error) => {
            let (reason, for_good) = (error.to_string(), matches!(error, ChannelError::Rejected(_)));
            warn!(notice = id, %reason, "a notice could not be handed over");
            taken.value.failed(app.clock.now(), reason, for_good);
        }
    }
    // Where somebody took it over when our lease had ended, how it ends is theirs to say.
    write_down(app, tenant, lease, || replacing(&taken)).await.map(drop)
}

async fn attempt(app: &App, notice: &Notice) -> Result<String, ChannelError> {
    let Some(channel) = app.channel(notice.channel) else {
        return Err(ChannelError::Unavailable(format!("{} is not configured", notice.channel.as_str())));
    };
    let message = NoticeMessage {
        notice_id: notice.id.clone(),
        attempt: notice.begun,
        address: notice.address.clone(),
        name: notice.user_name.clone(),
        subject: notice.subject.clone(),
        text: notice.text.clone(),
        url: notice.link.as_ref().map(|path| format!("{}{path}", app.settings.public_url)),
        at: notice.created_at,
    };
    channel.notify(&message).await
}

/// Commits the notice as it is now; answers whether it was us.
async fn write(app: &App, tenant: &TenantId, notice: &Versioned<Notice>) -> Result<bool, Error> {
    Ok(app.store.commit_unless_lost(tenant, app.entropy.operation(), replacing(notice)?).await?)
}

fn replacing(notice: &Versioned<Notice>) -> Result<Changes, StoreError> {
    let mut changes = Changes::new();
    changes.replace(notice)?;
    Ok(changes)
}
