//! Saving what somebody wrote: one value at a time, and only when nothing is wrong with it.
//!
//! Invariant: no change of somebody else's is lost; whoever comes second decides again on what the first one left.

use domain::id::TenantId;
use domain::input::Wrong;
use domain::tenant::Tenant;
use store::{Changes, Entity, StoreError};

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::{Error, FieldError};
use crate::turns::Tries;

/// Nothing is wrong, or everything that is.
pub(crate) fn accept(wrong: impl IntoIterator<Item = Wrong>) -> Result<(), Error> {
    let fields = wrong.into_iter().map(|wrong| FieldError { field: wrong.field, problem: wrong.problem });
    let fields: Vec<FieldError> = fields.collect();
    if fields.is_empty() { Ok(()) } else { Err(Error::Invalid(fields)) }
}

/// A change that must fit other values of its tenant.
pub(crate) trait Fitting: Sync {
    /// What it comes to.
    type Made: Send;

    /// Decides on what is kept now, and puts together what is to be written.
    fn decide(
        &self,
        app: &App,
        ctx: &Ctx,
        tenant: &Tenant,
        changes: &mut Changes,
    ) -> impl Future<Output = Result<Self::Made, Error>> + Send;
}

/// Makes a change that must fit. Every one replaces the tenant's document, so that whoever comes second decides again on
/// what the first one left.
pub(crate) async fn fit<F: Fitting>(app: &App, ctx: &Ctx, change: F) -> Result<F::Made, Error> {
    let mut tries = Tries::default();
    loop {
        let turn = app.turns.take(&ctx.tenant).await?;
        // Before everything else: whoever changes some of it in between replaces it, and our commit is refused.
        let home = app.store.get::<Tenant>(&ctx.tenant, "tenant").await?;
        let home = home.ok_or_else(|| Error::not_found("tenant", ctx.tenant.as_str()))?;
        let mut changes = Changes::new();
        changes.replace(&home)?;
        let made = change.decide(app, ctx, &home.value, &mut changes).await?;
        match app.store.commit(&ctx.tenant, app.entropy.operation(), changes).await {
            Ok(()) => return Ok(made),
            Err(StoreError::Conflict { .. }) => tries.lost(app, turn).await?,
            Err(error) => return Err(error.into()),
        }
    }
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
