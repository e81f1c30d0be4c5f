//! Saving what somebody wrote: one value at a time, and only when nothing is wrong with it.
//!
//! Invariant: no change of somebody else's is lost; whoever comes second decides again on what the first one left.

use domain::id::TenantId;
use domain::input::Wrong;
use store::{Changes, Entity, StoreError};

use crate::app::App;
use crate::error::{Error, FieldError};
use crate::turns::Tries;

/// Nothing is wrong, or everything that is.
pub(crate) fn accept(wrong: impl IntoIterator<Item = Wrong>) -> Result<(), Error> {
    let fields = wrong.into_iter().map(|wrong| FieldError { field: wrong.field, problem: wrong.problem });
    let fields: Vec<FieldError> = fields.collect();
    if fields.is_empty() { Ok(()) } else { Err(Error::Invalid(fields)) }
}

/// Changes one value of a tenant, and answers what is kept. What stays as it is isn't written.
pub(crate) async fn change<T: Entity + Clone + PartialEq>(
    app: &App,
    tenant: &TenantId,
    (kind, id): (&'static str, &str),
    decide: impl Fn(&mut T) -> Result<(), Error>,
) -> Result<T, Error> {
    let mut tries = Tries::default();
    loop {
        let turn = app.turns.take(tenant).await?;
        let found = app.store.get::<T>(tenant, id).await?;
        let mut kept = found.ok_or_else(|| Error::not_found(kind, id))?;
        let before = kept.value.clone();
        decide(&mut kept.value)?;
        if kept.value == before {
            return Ok(before);
        }
        let mut changes = Changes::new();
        changes.replace(&kept)?;
        match app.store.commit(tenant, app.entropy.operation(), changes).await {
            Ok(()) => return Ok(kept.value),
            Err(StoreError::Conflict { .. }) => tries.lost(app, turn).await?,
            Err(error) => return Err(error.into()),
        }
    }
}
