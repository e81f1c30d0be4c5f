//! Bodies that are too large to stand in their deliveries: whoever lists deliveries doesn't read them.
//!
//! Invariants: such a body is written in the batch that writes its delivery, and goes with it; a delivery that was read
//! without its body and is written again keeps it.

use domain::delivery::{Delivery, DeliveryBody};
use domain::id::TenantId;
use store::{Changes, StoreError, Versioned, delivery_body_id};

use crate::app::App;

/// What is written beside a delivery.
#[derive(Debug)]
pub(super) enum Beside {
    /// Nothing: its body stands in it, or was written before.
    Nothing,
    /// Its body.
    Create(DeliveryBody),
    /// Its body, in the place of another one.
    Replace(Versioned<DeliveryBody>),
    /// Its body stands in it now.
    Delete(Versioned<DeliveryBody>),
}

impl Beside {
    /// Takes a body out of a delivery that is too large to stand in it. One that `may_be_known` may have had another body.
    pub(super) async fn part(
        app: &App,
        tenant: &TenantId,
        delivery: &mut Delivery,
        may_be_known: bool,
    ) -> Result<Self, StoreError> {
        if delivery.request.is_apart && delivery.request.body.is_empty() {
            return Ok(Self::Nothing);
        }
        let parted = delivery.part();
        let known = if may_be_known { find(app, tenant, delivery).await? } else { None };
        Ok(match (parted, known) {
            (None, None) => Self::Nothing,
            (None, Some(known)) => Self::Delete(known),
            (Some(body), None) => Self::Create(body),
            (Some(body), Some(known)) if known.value == body => Self::Nothing,
            (Some(body), Some(known)) => Self::Replace(Versioned { value: body, ..known }),
        })
    }

    /// How many writes it is.
    pub(super) fn writes(&self) -> usize {
        usize::from(!matches!(self, Self::Nothing))
    }

    /// Adds it to what is written.
    pub(super) fn write(&self, changes: &mut Changes) -> Result<(), StoreError> {
        match self {
            Self::Nothing => {}
            Self::Create(body) => changes.create(body)?,
            Self::Replace(body) => changes.replace(body)?,
            Self::Delete(body) => changes.delete(body),
        }
        Ok(())
    }
}

/// The body of a delivery where it stands apart.
pub(crate) async fn find(
    app: &App,
    tenant: &TenantId,
    delivery: &Delivery,
) -> Result<Option<Versioned<DeliveryBody>>, StoreError> {
    app.store.get::<DeliveryBody>(tenant, &delivery_body_id(&delivery.id)).await
}

/// A delivery with its body, wherever that stands.
pub(crate) async fn whole(
    app: &App,
    tenant: &TenantId,
    mut delivery: Delivery,
) -> Result<Delivery, StoreError> {
    if delivery.request.is_apart
        && let Some(body) = find(app, tenant, &delivery).await?
    {
        delivery.request.body = body.value.text;
    }
    Ok(delivery)
}
