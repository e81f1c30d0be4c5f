//! Services: what alerts are about.
//!
//! Invariants: no two services of a tenant have the same name, and what an alert source, a maintenance window or the tenant
//! itself names stays: every change of one of these replaces the tenant's document, too, and whoever comes second decides
//! again.

use domain::id::{PolicyId, ServiceId};
use domain::maintenance::MaintenanceWindow;
use domain::policy::EscalationPolicy;
use domain::service::Service;
use domain::source::AlertSource;
use domain::tenant::Tenant;
use store::{Changes, Versioned};

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::keeping::{Fitting, accept, fit};
use crate::maintenance;

const MAY: &str = "change services";

/// A service as somebody writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceEdit {
    /// What people call it.
    pub name: String,
    /// Who is paged for it.
    pub policy_id: PolicyId,
    /// The client its incidents are for, where the alert names none.
    pub client: Option<String>,
    /// Hours without an alert after which an open incident is taken for over.
    pub auto_resolve_hours: Option<u16>,
}

/// What happens to a service.
enum Step<'a> {
    Make(&'a ServiceEdit),
    Edit(&'a ServiceEdit),
    Delete,
}

/// Every service, by name.
pub async fn all(app: &App, ctx: &Ctx) -> Result<Vec<Service>, Error> {
    let found = app.store.all::<Service>(&ctx.tenant).await?;
    let mut services: Vec<Service> = found.into_iter().map(|found| found.value).collect();
    services.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(services)
}

/// One service.
pub async fn get(app: &App, ctx: &Ctx, id: &ServiceId) -> Result<Service, Error> {
    Ok(find(app, ctx, id).await?.value)
}

/// Makes a service.
pub async fn create(app: &App, ctx: &Ctx, new: &ServiceEdit) -> Result<Service, Error> {
    let id = ServiceId::fresh(ctx.now, app.entropy.draw());
    take(app, ctx, &id, &Step::Make(new)).await
}

/// Edits a service. Its open incidents stay with the escalation policy that they have.
pub async fn edit(app: &App, ctx: &Ctx, id: &ServiceId, edit: &ServiceEdit) -> Result<Service, Error> {
    take(app, ctx, id, &Step::Edit(edit)).await
}

/// Deletes a service that nothing needs. Its incidents stay.
pub async fn delete(app: &App, ctx: &Ctx, id: &ServiceId) -> Result<(), Error> {
    take(app, ctx, id, &Step::Delete).await.map(|_| ())
}

async fn take(app: &App, ctx: &Ctx, id: &ServiceId, step: &Step<'_>) -> Result<Service, Error> {
    ctx.must_manage(MAY)?;
    fit(app, ctx, (id, step)).await
}

impl Fitting for (&ServiceId, &Step<'_>) {
    type Made = Service;

    async fn decide(
        &self,
        app: &App,
        ctx: &Ctx,
        tenant: &Tenant,
        changes: &mut Changes,
    ) -> Result<Service, Error> {
        let (id, step) = *self;
        match step {
            Step::Make(edit) => {
                let made = checked(app, ctx, id, edit).await?;
                changes.create(&made)?;
                Ok(made)
            }
            Step::Edit(edit) => {
                let mut kept = find(app, ctx, id).await?;
                kept.value = checked(app, ctx, id, edit).await?;
                changes.replace(&kept)?;
                Ok(kept.value)
            }
            Step::Delete => {
                let kept = find(app, ctx, id).await?;
                if let Some(uses) = uses(app, ctx, id, tenant).await? {
                    let detail = format!("{uses}; give these another one first");
                    return Err(Error::Conflict { code: "service-in-use", detail });
                }
                changes.delete(&kept);
                Ok(kept.value)
            }
        }
    }
}

async fn checked(app: &App, ctx: &Ctx, id: &ServiceId, edit: &ServiceEdit) -> Result<Service, Error> {
    let service = Service {
        id: id.clone(),
        name: edit.name.trim().to_owned(),
        policy_id: edit.policy_id.clone(),
        client: edit.client.as_ref().map(|client| client.trim().to_owned()),
        auto_resolve_hours: edit.auto_resolve_hours,
    };
    let policy = app.store.get::<EscalationPolicy>(&ctx.tenant, service.policy_id.as_str()).await?;
    let services = all(app, ctx).await?;
    let others = services.iter().filter(|other| other.id != *id).map(|other| other.name.as_str());
    accept(service.problems(policy.is_some(), &others.collect::<Vec<_>>()))?;
    Ok(service)
}

/// What needs a service, for people; `None`: nothing.
async fn uses(app: &App, ctx: &Ctx, id: &ServiceId, tenant: &Tenant) -> Result<Option<String>, Error> {
    let sources = app.store.all::<AlertSource>(&ctx.tenant).await?;
    let sources = sources.into_iter().map(|found| found.value).filter(|source| source.service_id == *id);
    let windows = maintenance::list(app, ctx).await?;
    let windows = windows.into_iter().filter(|window: &MaintenanceWindow| window.services.contains(id));
    let mut uses = Vec::new();
    if tenant.default_service_id == *id {
        uses.push("it is the default service".to_owned());
    }
    for (what, names) in [
        ("alert sources have it", sources.map(|source| source.name).collect::<Vec<_>>()),
        ("maintenance windows name it", windows.map(|window| window.name).collect()),
    ] {
        if !names.is_empty() {
            uses.push(format!("{what}: {}", names.join(", ")));
        }
    }
    Ok((!uses.is_empty()).then(|| uses.join("; ")))
}

async fn find(app: &App, ctx: &Ctx, id: &ServiceId) -> Result<Versioned<Service>, Error> {
    let found = app.store.get::<Service>(&ctx.tenant, id.as_str()).await?;
    found.ok_or_else(|| Error::not_found("service", id.as_str()))
}
