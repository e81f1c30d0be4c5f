//! Bodies that are too large to stand in their deliveries: whoever lists deliveries doesn't read them.
//!
//! Invariants: such a body is written in the batch that writes its delivery, each time that that is written, so that neither
//! outlives the other; a delivery that was read without its body and is written again keeps it. Where a body is gone all the
//! same, whoever asks for it is told so, and nothing is read in its place.

use domain::delivery::{Delivery, DeliveryBody};
use domain::id::TenantId;
use store::{Changes, StoreError, Versioned, delivery_body_id};

use crate::app::App;

/// What is written beside a delivery.
#[derive(Debug)]
pub(super) enum Beside {
    /// Nothing: its body stands in it, or is gone.
    Nothing,
    /// Its body.
    Create(DeliveryBody),
    /// Its body, in the place of the one before, which may be the same.
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
            // As it is, so that it is kept for as long as its delivery is from now on.
            return Ok(find(app, tenant, delivery).await?.map_or(Self::Nothing, Self::Replace));
        }
        let parted = delivery.part();
        let known = if may_be_known { find(app, tenant, delivery).await? } else { None };
        Ok(match (parted, known) {
            (None, None) => Self::Nothing,
            (None, Some(known)) => Self::Delete(known),
            (Some(body), None) => Self::Create(body),
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

/// A delivery with its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeDelivery {
    /// The delivery.
    pub delivery: Delivery,
    /// Its body isn't kept any more, and stands empty.
    pub is_body_gone: bool,
}

/// A delivery with its body, wherever that stands.
pub(crate) async fn whole(
    app: &App,
    tenant: &TenantId,
    mut delivery: Delivery,
) -> Result<WholeDelivery, StoreError> {
    let mut is_body_gone = false;
    if delivery.request.is_apart {
        match find(app, tenant, &delivery).await? {
            Some(body) => delivery.request.body = body.value.text,
            None => is_body_gone = true,
        }
    }
    Ok(WholeDelivery { delivery, is_body_gone })
}
