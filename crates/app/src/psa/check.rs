//! Looking whether a tenant's PSA still lets us do what we need: on demand, and every afternoon, so that people hear of it
//! before the night does.
//!
//! Invariants: a check changes nothing in the PSA; what it said is kept, unless the settings were changed meanwhile; the
//! admins are told once a day at most.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::id::TenantId;
use domain::notice::Telling;
use domain::psa::{CheckPoint, PsaCheck, PsaConnection};
use domain::schedule::first_instant;
use domain::user::User;
use store::{Changes, StoreError, Versioned};

use super::parked::wake;
use super::settings::find;
use super::{connect, is_there};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::{notices, roster, tenants};

/// Local hour of the daily check: early enough that somebody who can mend it is still there.
const HOUR: u32 = 16;

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

/// The daily check of a tenant whose turn it is.
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
    found.value.due_at = next_night(zone, now);
    found.value.checked = Some(check.clone());
    let mut changes = Changes::new();
    changes.replace(&found)?;
    let telling = telling(&found.value, &check, zone);
    let users: Vec<User> = roster::all_users(app, tenant).await?;
    let admins = users.iter().filter(|user| user.role.can_manage() && !user.disabled);
    let tellings: Vec<(&User, Telling)> =
        telling.iter().flat_map(|telling| admins.clone().map(move |user| (user, telling.clone()))).collect();
    match notices::commit(app, tenant, changes, &tellings, now).await {
        // Lost, somebody has changed the settings, and they are checked when their turn comes.
        Ok(()) | Err(StoreError::Conflict { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    if check.is_good() {
        wake(app, tenant).await?;
    }
    Ok(())
}

/// The first afternoon after an instant.
pub(super) fn next_night(zone: Tz, after: DateTime<Utc>) -> DateTime<Utc> {
    let today = after.with_timezone(&zone).date_naive();
    let hour = NaiveTime::from_hms_opt(HOUR, 0, 0).unwrap_or(NaiveTime::MIN);
    let on = |day: chrono::NaiveDate| first_instant(zone, day.and_time(hour));
    let mut afternoons = (0..3).filter_map(|days| today.checked_add_days(Days::new(days))).map(on);
    afternoons.find(|at| *at > after).unwrap_or(after + TimeDelta::days(1))
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
            })
            .collect(),
        Err(error) => return Err(error),
    };
    Ok(PsaCheck { at: now, points })
}

fn telling(connection: &PsaConnection, check: &PsaCheck, zone: Tz) -> Option<Telling> {
    if check.is_good() {
        return None;
    }
    let psa = connection.provider.label();
    let missing: Vec<String> = check.missing().map(|line| format!("- {line}")).collect();
    let day = check.at.with_timezone(&zone).date_naive();
    Some(Telling {
        about: vec!["psa check".to_owned(), day.to_string()],
        subject: format!("{psa} would not take tonight's tickets"),
        text: format!(
            "On-Call looked whether it can still file tickets in {psa}. This is missing:\n\n{}\n\nPaging is not \
             affected; tickets wait until it is mended.",
            missing.join("\n")
        ),
        link: Some("/app/settings/psa".to_owned()),
        lasts: TimeDelta::hours(20),
    })
}

async fn write(app: &App, tenant: &TenantId, found: &Versioned<PsaConnection>) -> Result<bool, Error> {
    let mut changes = Changes::new();
    changes.replace(found)?;
    Ok(app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_comes_every_afternoon_on_the_tenants_clock() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let zone = Tz::America__Chicago;
        assert_eq!(next_night(zone, at("2026-11-20T21:04:05Z")), at("2026-11-20T22:00:00Z"));
        assert_eq!(next_night(zone, at("2026-11-20T22:00:00Z")), at("2026-11-21T22:00:00Z"));
        assert_eq!(next_night(zone, at("2027-03-13T23:00:00Z")), at("2027-03-14T21:00:00Z"), "summer time");
    }
}
