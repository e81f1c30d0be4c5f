//! Setting a tenant's PSA up: entering, changing and taking it away.
//!
//! Invariants: the secret is in its place before the settings name it, and nobody ever reads it back, nor has it sent to
//! another address than the one it was given for; settings that can't be used are refused, and nothing is changed.

use std::sync::Arc;

use domain::id::{SecretId, TenantId};
use domain::input::Wrong;
use domain::psa::{AFTER_SAVE, Provider, PsaConnection, PsaMapping};
use domain::user::User;
use domain::vault::SecretName;
use secrecy::{ExposeSecret as _, SecretString};
use store::{Changes, PSA, StoreError, Versioned};

use super::connect;
use super::parked::wake;
use crate::app::App;
use crate::ctx::Ctx;
use crate::entered_secret::{self, forget};
use crate::error::Error;
use crate::keeping::accept;
use crate::turns::Tries;

const MAY: &str = "set the PSA up";

/// The longest secret that is taken.
const LONGEST_SECRET: usize = 8_192;

/// A PSA as a manager writes it.
#[derive(Debug, Clone)]
pub struct PsaEdit {
    /// Which one, and how it is reached.
    pub provider: Provider,
    /// Its secret; `None` keeps the one there is.
    pub secret: Option<SecretString>,
    /// What our words are called there.
    pub mapping: PsaMapping,
    /// Whether time is filed.
    pub time_entries: bool,
}

/// The tenant's PSA; `None`: it has none of its own.
pub async fn get(app: &App, ctx: &Ctx) -> Result<Option<PsaConnection>, Error> {
    ctx.must_manage(MAY)?;
    Ok(find(app, &ctx.tenant).await?.map(|found| found.value))
}

/// What work is filed in for tenants without a PSA of their own.
pub fn deployments_own(app: &App) -> Option<&'static str> {
    app.tickets.as_ref().map(|system| system.name())
}

/// Sets it up, or changes it, and tries again what was refused before.
pub async fn set(app: &Arc<App>, ctx: &Ctx, edit: &PsaEdit) -> Result<PsaConnection, Error> {
    ctx.must_manage(MAY)?;
    let before = find(app, &ctx.tenant).await?.map(|found| found.value);
    let mut wrong = problems(app, ctx, edit).await?;
    let new = edit.secret.as_ref().map(|_| entered_secret::fresh_name(app, ctx));
    let secret = secret_of(edit, new.as_ref(), before.as_ref()).unwrap_or_else(|problem| {
        wrong.push(problem);
        // The rest is looked at all the same.
        SecretName::new(&ctx.tenant, &SecretId::derived(&["none", ctx.tenant.as_str()]))
    });
    let mut connection = PsaConnection {
        provider: edit.provider.clone(),
        secret,
        mapping: edit.mapping.clone(),
        time_entries: edit.time_entries,
        version: 0,
        checked: None,
        unreached: 0,
        due_at: ctx.now + AFTER_SAVE,
    };
    if let Err(error) = connect(app, &connection) {
        let Error::Invalid(fields) = error else { return Err(error) };
        let named = |field: String| format!("provider.{field}");
        wrong.extend(fields.into_iter().map(|field| Wrong::new(named(field.field), field.problem)));
    }
    accept(wrong)?;
    if let (Some(name), Some(secret)) = (&new, &edit.secret) {
        entered_secret::put(app.secrets.as_ref(), name, secret).await?;
    }
    let kept = keep(app, ctx, edit, new.as_ref(), &mut connection).await;
    let replaced = entered_secret::unless_kept(app.secrets.as_ref(), kept, new.as_ref()).await?;
    if let Some(secret) = replaced.filter(|secret| *secret != connection.secret) {
        forget(app.secrets.as_ref(), &secret).await;
    }
    wake(app, &ctx.tenant).await?;
    Ok(connection)
}

/// Where the secret of an edited connection is kept: at the new place, or where it was, as long as it goes to the same
/// address. Otherwise whoever may change settings could have it sent to themselves, and nobody ever reads it back.
fn secret_of(
    edit: &PsaEdit,
    new: Option<&SecretName>,
    before: Option<&PsaConnection>,
) -> Result<SecretName, Wrong> {
    if let Some(new) = new {
        return Ok(new.clone());
    }
    let before = before.filter(|before| before.provider.word() == edit.provider.word());
    let before = before.ok_or_else(|| Wrong::new("secret", "is missing"))?;
    if before.provider.secret_goes_to() == edit.provider.secret_goes_to() {
        Ok(before.secret.clone())
    } else {
        Err(Wrong::new("secret", "give the secret again: the address changed"))
    }
}

/// Takes it away; what was filed stays where it is.
pub async fn remove(app: &App, ctx: &Ctx) -> Result<(), Error> {
    ctx.must_manage(MAY)?;
    let Some(found) = find(app, &ctx.tenant).await? else { return Ok(()) };
    let mut changes = Changes::new();
    changes.delete(&found);
    app.store.commit(&ctx.tenant, app.entropy.operation(), changes).await?;
    forget(app.secrets.as_ref(), &found.value.secret).await;
    Ok(())
}

pub(super) async fn find(
    app: &App,
    tenant: &TenantId,
) -> Result<Option<Versioned<PsaConnection>>, StoreError> {
    app.store.get::<PsaConnection>(tenant, PSA).await
}

/// Keeps a connection; answers where the secret of the one before it is kept. What an edit without a secret goes on with is
/// decided by what is there at that moment: somebody else may have given another secret, or address, just now.
async fn keep(
    app: &App,
    ctx: &Ctx,
    edit: &PsaEdit,
    new: Option<&SecretName>,
    connection: &mut PsaConnection,
) -> Result<Option<SecretName>, Error> {
    let mut tries = Tries::default();
    loop {
        let turn = app.turns.take(&ctx.tenant).await?;
        let mut changes = Changes::new();
        let found = find(app, &ctx.tenant).await?;
        connection.secret = match secret_of(edit, new, found.as_ref().map(|found| &found.value)) {
            Ok(secret) => secret,
            Err(problem) => return Err(Error::invalid(problem.field, problem.problem)),
        };
        let replaced = found.as_ref().map(|found| found.value.secret.clone());
        if let Some(mut kept) = found {
            connection.version = kept.value.version + 1;
            kept.value = connection.clone();
            changes.replace(&kept)?;
        } else {
            // Not one that an earlier connection had, which somebody may have kept open.
            connection.version = ctx.now.timestamp_micros().unsigned_abs();
            changes.create(connection)?;
        }
        match app.store.commit(&ctx.tenant, app.entropy.operation(), changes).await {
            Ok(()) => return Ok(replaced),
            Err(StoreError::Conflict { .. }) => tries.lost(app, turn).await?,
            Err(error) => return Err(error.into()),
        }
    }
}

async fn problems(app: &App, ctx: &Ctx, edit: &PsaEdit) -> Result<Vec<Wrong>, StoreError> {
    let mut wrong = Vec::new();
    match &edit.secret {
        Some(secret) if secret.expose_secret().trim().is_empty() => {
            wrong.push(Wrong::new("secret", "must not be empty"));
        }
        Some(secret) if secret.expose_secret().len() > LONGEST_SECRET => {
            wrong.push(Wrong::new("secret", "is too long"));
        }
        _ => {}
    }
    let mapping = &edit.mapping;
    for (field, entries) in
        [("mapping.technicians", mapping.technicians.len()), ("mapping.companies", mapping.companies.len())]
    {
        if entries > 2_000 {
            wrong.push(Wrong::new(field, "must not have more than 2000 entries"));
        }
    }
    for user in mapping.technicians.keys() {
        if app.store.get::<User>(&ctx.tenant, user.as_str()).await?.is_none() {
            wrong.push(Wrong::unknown(format!("mapping.technicians.{user}"), "user", user));
        }
    }
    Ok(wrong)
}
