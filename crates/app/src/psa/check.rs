//! Looking whether a tenant's PSA still lets us do what we need: on demand, soon after a save, and every afternoon, so that
//! people hear of it before the night does.
//!
//! Invariants: a check changes nothing in the PSA; what it said is kept, unless the settings were changed meanwhile; the
//! admins are told each thing once a day at most, and again after a change of the settings; of a PSA that can't be asked for a
//! moment they aren't.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::id::TenantId;
use domain::notice::Telling;
use domain::psa::{CheckPoint, PsaCheck, PsaConnection};
use store::{Changes, Versioned};

use super::parked::wake;
use super::settings::find;
use super::{connect, is_there};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::{notices, tenants};

/// How long one checker has before another may take over.
const LEASE: TimeDelta = TimeDelta::minutes(10);

/// Checks now, and keeps what was said. Where nothing is missing, what was refused is tried again.
pub async fn verify(app: &Arc<App>, ctx: &Ctx) -> Result<PsaCheck, Error> {
    ctx.must_manage("check the PSA")?;
    let check = verified(app, ctx).await?;
    if check.is_good() {
        wake(app, &ctx.tenant).await?;
    }
    Ok(check)
}

async fn verified(app: &App, ctx: &Ctx) -> Result<PsaCheck, Error> {
    if let Some(found) = find(app, &ctx.tenant).await? {
        let check = look(app, &ctx.tenant, &found.value, ctx.now).await?;
        let mut changes = Changes::new();
        let mut found = found;
        found.value.checked = Some(check.clone());
        if !check.is_only_unreached() {
            found.value.unreached = 0;
        }
        changes.replace(&found)?;
        app.store.commit_unless_lost(&ctx.tenant, app.entropy.operation(), changes).await?;
        return Ok(check);
    }
    if !is_there(app, &ctx.tenant).await? {
        let detail = "no PSA is set up".to_owned();
        return Err(Error::Conflict { code: "psa-not-configured", detail });
    }
    let points = match &app.tickets {
        Some(system) => system.check(&ctx.tenant).await,
        None => Vec::new(),
    };
    Ok(PsaCheck { at: ctx.now, points })
}

/// The check of a tenant whose turn it is: every day, after a save, and again where the PSA could not be asked.
pub(crate) async fn daily(app: &Arc<App>, tenant: &TenantId) -> Result<(), Error> {
    let now = app.clock.now();
    let Some(mut found) = find(app, tenant).await? else { return Ok(()) };
    if found.value.due_at > now {
        return Ok(());
    }
    found.value.due_at = now + LEASE;
    if !write(app, tenant, &found).await? {
        return Ok(());
    }
    let Some(mut found) = find(app, tenant).await? else { return Ok(()) };
    let check = look(app, tenant, &found.value, now).await?;
    let zone = tenants::home(app, tenant).await?.zone;
    let next = check.follow_up(found.value.unreached, zone);
    (found.value.due_at, found.value.unreached) = (next.due_at, next.unreached);
    found.value.checked = Some(check.clone());
    let mut changes = Changes::new();
    changes.replace(&found)?;
    let telling = next.is_told.then(|| telling(&found.value, &check, zone));
    // Lost, somebody has changed the settings, and they are checked when their turn comes.
    notices::commit_and_tell_admins(app, tenant, changes, telling.as_ref(), now).await?;
    if check.is_good() {
        wake(app, tenant).await?;
    }
    Ok(())
}

async fn look(
    app: &App,
    tenant: &TenantId,
    connection: &PsaConnection,
    now: DateTime<Utc>,
) -> Result<PsaCheck, Error> {
    let points = match connect(app, connection) {
        Ok(system) => system.check(tenant).await,
        Err(Error::Invalid(fields)) => fields
            .into_iter()
            .map(|wrong| CheckPoint {
                what: format!("use the setting {}", wrong.field),
                missing: Some(wrong.problem),
                is_unreachable: false,
            })
            .collect(),
        Err(error) => return Err(error),
    };
    Ok(PsaCheck { at: now, points })
}

fn telling(connection: &PsaConnection, check: &PsaCheck, zone: Tz) -> Telling {
    let psa = connection.provider.label();
    let missing: Vec<String> = check.missing().map(|line| format!("- {line}")).collect();
    let missing = missing.join("\n");
    let day = check.at.with_timezone(&zone).date_naive();
    let kind = if check.is_only_unreached() { "not asked" } else { "missing" };
    let (subject, text) = if check.is_only_unreached() {
        let text = format!(
            "On-Call looked several times in a row whether it can still file tickets in {psa}, and could not ask it:\n\n\
             {missing}\n\nPaging is not affected; tickets wait until it answers."
        );
        (format!("{psa} can't be asked"), text)
    } else {
        let text = format!(
            "On-Call looked whether it can still file tickets in {psa}. This is missing:\n\n{missing}\n\nPaging is not \
             affected; tickets wait until it is mended."
        );
        (format!("{psa} would not take tonight's tickets"), text)
    };
    Telling {
        about: vec!["psa check".to_owned(), day.to_string(), connection.version.to_string(), kind.to_owned()],
        subject,
        text,
        link: Some("/app/settings/psa".to_owned()),
        lasts: TimeDelta::hours(20),
    }
}

async fn write(app: &App, tenant: &TenantId, found: &Versioned<PsaConnection>) -> Result<bool, Error> {
    let mut changes = Changes::new();
    changes.replace(found)?;
    Ok(app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?)
}
