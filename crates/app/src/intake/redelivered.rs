//! The same message once more: senders that got no answer send it again, and name it as before.
//!
//! Invariants: a message that is named is one delivery, however often it comes, and each of its alerts is made once; what is
//! not believed names nothing.

use domain::delivery::{Delivery, Verdict};
use domain::id::{DeliveryId, TenantId};
use domain::source::AlertSource;

use super::Draft;
use super::again::was_taken_by_hand;
use crate::app::App;
use crate::error::Error;
use crate::port::ReceivedBody;

/// Looks whether a message that is its sender's has come before; answers as what it is to be read, which changes nothing of
/// what was done with it. `None`: somebody has had it read by hand meanwhile, and its alerts were taken in by that.
pub(super) async fn look(
    app: &App,
    tenant: &TenantId,
    source: &AlertSource,
    received: ReceivedBody<'_>,
    mut draft: Draft,
) -> Result<Option<Draft>, Error> {
    let Some(name) = app.reader.redelivery_id(source.source_type, received) else {
        return Ok(Some(draft));
    };
    let id = DeliveryId::derived(&["message", source.id.as_str(), &name]);
    let Some(mut found) = app.store.get::<Delivery>(tenant, id.as_str()).await? else {
        // It may be coming a second time at this moment.
        (draft.value.id, draft.may_repeat) = (id, true);
        return Ok(Some(draft));
    };
    if !matches!(found.value.verdict, Verdict::Taken { .. }) {
        if was_taken_by_hand(app, tenant, &id).await? {
            return Ok(None);
        }
        found.value.request = draft.value.request;
    }
    Ok(Some(found.into()))
}
