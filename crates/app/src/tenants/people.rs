//! People, provisioned from Hub sign-in.

use std::sync::Arc;

use domain::id::{ContactMethodId, TenantId};
use domain::tenant::Tenant;
use domain::user::{ChannelKind, ContactMethod, ShiftNotices, User};
use store::{Changes, Versioned};

use crate::app::App;
use crate::claims::Claims;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::port::SignInError;

/// Who the holder of a token is here. A person the tenant doesn't have yet is added: the Hub vouches for them.
pub async fn sign_in(app: &Arc<App>, token: &str) -> Result<Ctx, Error> {
    let now = app.clock.now();
    let claims = app.sign_in.verify(token, now).await.map_err(|error| match error {
        SignInError::Invalid | SignInError::Expired => Error::Unauthenticated,
        SignInError::Unavailable(reason) => Error::Unavailable(reason),
    })?;
    let tenant: TenantId = claims.tenant_id.parse().map_err(|_| Error::Unauthenticated)?;
    if app.store.get::<Tenant>(&tenant, "tenant").await?.is_none() {
        return Err(Error::Unauthenticated);
    }
    let id = User::id_of(&tenant, &claims.sub);
    let user = match app.store.get::<User>(&tenant, id.as_str()).await? {
        Some(found) => refresh(app, found, &claims).await?,
        None => provision(app, &tenant, &claims).await?,
    };
    if user.disabled {
        return Err(Error::Unauthenticated);
    }
    // The Hub's word on the role, not what we remember of it.
    Ok(Ctx { tenant, user_id: user.id, name: user.name, role: claims.org_role, now })
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
