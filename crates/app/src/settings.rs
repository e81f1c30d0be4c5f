//! What managers set for their whole tenant.

use domain::service::Service;
use domain::tenant::{Settings, Tenant};
use domain::user::User;

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::keeping::{accept, change};
use crate::tenants;

/// What is set.
pub async fn get(app: &App, ctx: &Ctx) -> Result<Settings, Error> {
    Ok(Settings::of(&tenants::home(app, &ctx.tenant).await?))
}

/// Sets all of it.
pub async fn set(app: &App, ctx: &Ctx, settings: &Settings) -> Result<Settings, Error> {
    ctx.must_manage("change settings")?;
    let last_resort = match &settings.last_resort {
        Some(id) => app.store.get::<User>(&ctx.tenant, id.as_str()).await?.map(|found| found.value),
        None => None,
    };
    let service = app.store.get::<Service>(&ctx.tenant, settings.default_service_id.as_str()).await?;
    accept(settings.problems(last_resort.as_ref(), service.is_some()))?;
    let kept = change::<Tenant>(app, &ctx.tenant, ("tenant", "tenant"), |tenant| {
        settings.apply(tenant);
        Ok(())
    })
    .await?;
    Ok(Settings::of(&kept))
}
