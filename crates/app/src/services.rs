//! Services, for whoever needs to find one.

use domain::service::Service;

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;

/// Every service, by name.
pub async fn all(app: &App, ctx: &Ctx) -> Result<Vec<Service>, Error> {
    let found = app.store.all::<Service>(&ctx.tenant).await?;
    let mut services: Vec<Service> = found.into_iter().map(|found| found.value).collect();
    services.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(services)
}
