//! Organizations of the Hub, taken in when the first of their people signs in.
//!
//! Invariants: a tenant begins whole, in one commit, with whatever an alert needs to reach somebody; its parts' ids are derived
//! from the organization, so that of two instances that begin it at once one loses and finds the other's.

use chrono::{DateTime, Utc};
use domain::finding::CoverageReport;
use domain::id::{PolicyId, ServiceId, TenantId};
use domain::policy::{EscalationPolicy, Step, Target};
use domain::service::Service;
use domain::tenant::Tenant;
use domain::user::User;
use store::{Changes, Versioned};

use super::people::members;
use crate::app::App;
use crate::claims::Claims;
use crate::error::Error;

/// How long the first person has before the policy's next round, in minutes.
const DELAY: u32 = 15;

/// The tenant of somebody whom the Hub vouches for: found, or taken in.
pub(super) async fn enter(
    app: &App,
    tenant: &TenantId,
    claims: &Claims,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    match app.store.get::<Tenant>(tenant, "tenant").await? {
        Some(known) => rename(app, tenant, known, claims, now).await,
        None if app.sign_in.vouches_for_organizations() => begin(app, tenant, claims, now).await,
        None => Err(Error::Unauthenticated),
    }
}

/// Takes over the organization's new name. Losing is as good: whoever was first knows it as well.
async fn rename(
    app: &App,
    tenant: &TenantId,
    mut known: Versioned<Tenant>,
    claims: &Claims,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let name = claims.tenant_name.trim();
    if name.is_empty() || name == known.value.name || !claims.are_recent(now) {
        return Ok(());
    }
    name.clone_into(&mut known.value.name);
    let mut changes = Changes::new();
    changes.replace(&known)?;
    app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?;
    Ok(())
}

async fn begin(app: &App, tenant: &TenantId, claims: &Claims, now: DateTime<Utc>) -> Result<(), Error> {
    let first = User::id_of(tenant, &claims.sub);
    // Without a step it reaches nobody, and then the last resort and the admins are told at once.
    let step = Step { targets: vec![Target::User(first.clone())], delay_minutes: DELAY };
    let policy = EscalationPolicy {
        id: PolicyId::derived(&[tenant.as_str(), "first policy"]),
        name: "Default".to_owned(),
        steps: if claims.org_role.can_respond() { vec![step] } else { Vec::new() },
        repeat: 1,
    };
    let service = Service {
        id: ServiceId::derived(&[tenant.as_str(), "first service"]),
        name: "General".to_owned(),
        policy_id: policy.id.clone(),
        client: None,
        auto_resolve_hours: None,
    };
    let name = [&claims.tenant_name, &claims.tenant_slug].map(|name| name.trim());
    let mut changes = Changes::new();
    changes.create(&Tenant {
        id: tenant.clone(),
        name: name.into_iter().find(|name| !name.is_empty()).unwrap_or(tenant.as_str()).to_owned(),
        default_service_id: service.id.clone(),
        last_resort: claims.org_role.can_manage().then_some(first),
        zone: chrono_tz::Tz::UTC,
        gap_scan_days: None,
    })?;
    changes.create(&service)?;
    changes.create(&policy)?;
    changes.create(&CoverageReport::begin(now))?;
    app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?;
    Ok(())
}

/// Makes the first owner or admin the last resort, where the organization began with somebody else. Not where another could
/// have been asked: then there is none because somebody wanted it so.
pub(super) async fn adopt(app: &App, tenant: &TenantId, manager: &User) -> Result<(), Error> {
    if !app.sign_in.vouches_for_organizations() || !manager.role.can_manage() {
        return Ok(());
    }
    let Some(mut home) = app.store.get::<Tenant>(tenant, "tenant").await? else { return Ok(()) };
    if home.value.last_resort.is_some() {
        return Ok(());
    }
    let is_other = |user: &User| user.role.can_manage() && user.id != manager.id;
    if members(app, tenant).await?.iter().any(is_other) {
        return Ok(());
    }
    home.value.last_resort = Some(manager.id.clone());
    let mut changes = Changes::new();
    changes.replace(&home)?;
    app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?;
    Ok(())
}
