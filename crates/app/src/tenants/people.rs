//! People, provisioned from Hub sign-in.
//!
//! Invariant: which tenant somebody acts in comes from what the Hub said of them, or from a session that we signed on its word,
//! and from nothing else in a request.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::id::{ContactMethodId, TenantId};
use domain::tenant::Tenant;
use domain::user::{ChannelKind, ContactMethod, ShiftNotices, User};
use store::{Changes, Versioned};

use super::organization;
use super::session::Session;
use crate::app::App;
use crate::claims::Claims;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::port::SignInError;

/// Who the holder of a token is here.
pub async fn sign_in(app: &Arc<App>, token: &str) -> Result<Ctx, Error> {
    let now = app.clock.now();
    let claims = app.sign_in.verify(token, now).await.map_err(|error| match error {
        SignInError::Invalid | SignInError::Expired => Error::Unauthenticated,
        SignInError::Unavailable(reason) => Error::Unavailable(reason),
    })?;
    admit(app, &claims, now).await
}

/// Who somebody is here whom the Hub vouches for. A person the tenant doesn't have yet is added, and so is an organization
/// that isn't known yet, where the Hub's word is enough for that.
pub async fn admit(app: &App, claims: &Claims, now: DateTime<Utc>) -> Result<Ctx, Error> {
    if !claims.include_on_call() {
        return Err(Error::Forbidden("use On-Call: it is not among your products at the Hub"));
    }
    let tenant: TenantId = claims.tenant_id.parse().map_err(|_| Error::Unauthenticated)?;
    organization::enter(app, &tenant, claims, now).await?;
    let id = User::id_of(&tenant, &claims.sub);
    let known = app.store.get::<User>(&tenant, id.as_str()).await?;
    let known_role = known.as_ref().map(|known| known.value.role);
    let user = match known {
        Some(found) if claims.are_recent(now) => refresh(app, found, claims).await?,
        Some(found) => found.value,
        None => provision(app, &tenant, claims).await?,
    };
    if user.disabled {
        return Err(Error::Unauthenticated);
    }
    if known_role != Some(user.role) {
        organization::adopt(app, &tenant, &user).await?;
    }
    // The Hub's word on the role, not what we remember of it.
    Ok(Ctx { tenant, user_id: user.id, name: user.name, role: claims.org_role, now })
}

/// Whom a session stands for at `now`: with the role that the Hub last told us, and nobody who was disabled meanwhile.
pub async fn resume(app: &App, session: &Session, now: DateTime<Utc>) -> Result<Ctx, Error> {
    let found = app.store.get::<User>(&session.tenant, session.user.as_str()).await?;
    let user = found.map(|found| found.value).filter(|user| !user.disabled).ok_or(Error::Unauthenticated)?;
    Ok(Ctx { tenant: session.tenant.clone(), user_id: user.id, name: user.name, role: user.role, now })
}

/// Takes over what the Hub says differently now: who is an admin decides who is told when nobody was.
async fn refresh(app: &App, mut found: Versioned<User>, claims: &Claims) -> Result<User, Error> {
    let user = &mut found.value;
    let known = (user.name.clone(), user.email.clone(), user.role);
    (user.name, user.email, user.role) = (claims.name(), claims.email.clone(), claims.org_role);
    if known != (user.name.clone(), user.email.clone(), user.role) {
        let tenant: TenantId = found.tenant.parse().map_err(|_| Error::Unauthenticated)?;
        let mut changes = Changes::new();
        changes.replace(&found)?;
        // Lost against another request of the same person, which knows the same.
        app.store.commit_unless_lost(&tenant, app.entropy.operation(), changes).await?;
    }
    Ok(found.value)
}

async fn provision(app: &App, tenant: &TenantId, claims: &Claims) -> Result<User, Error> {
    let id = User::id_of(tenant, &claims.sub);
    let user = User {
        id: id.clone(),
        subject: claims.sub.clone(),
        name: claims.name(),
        email: claims.email.clone(),
        role: claims.org_role,
        disabled: false,
        // The Hub has verified the address it signs them in with.
        contact_methods: vec![ContactMethod {
            id: ContactMethodId::derived(&[id.as_str(), "email"]),
            channel: ChannelKind::Email,
            address: claims.email.clone(),
            verified: true,
        }],
        rules: Vec::new(),
        shift_notices: ShiftNotices::default(),
    };
    let mut changes = Changes::new();
    changes.create(&user)?;
    // Two first requests at once mean the same person.
    app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?;
    Ok(user)
}

/// Everybody of a tenant, by id.
pub async fn members(app: &App, tenant: &TenantId) -> Result<Vec<User>, Error> {
    Ok(app.store.all::<User>(tenant).await?.into_iter().map(|found| found.value).collect())
}

/// A tenant, by its id.
pub async fn home(app: &App, tenant: &TenantId) -> Result<Tenant, Error> {
    let found = app.store.get::<Tenant>(tenant, "tenant").await?;
    Ok(found.ok_or_else(|| Error::not_found("tenant", tenant.as_str()))?.value)
}
