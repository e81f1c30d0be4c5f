//! Whether everybody who is on call in the next hours is ready for it.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use domain::id::UserId;
use domain::readiness::{self, Psa, Question, Readiness};
use domain::schedule::Span;
use domain::ticket::Technician;
use domain::time_off::TimeOff;
use domain::user::User;

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::psa;
use crate::roster;

/// How many hours ahead one may look; a day unless said otherwise.
pub const HOURS: std::ops::RangeInclusive<u32> = 1..=168;

/// The window that was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// From now on.
    pub window: Span,
    /// What was found.
    pub readiness: Readiness,
}

/// Looks at everybody on call in the next `hours`, over all schedules of the tenant. Wrong input, named `hours`, when
/// that is not in [`HOURS`].
pub async fn readiness(app: &App, ctx: &Ctx, hours: u32) -> Result<Looked, Error> {
    if !HOURS.contains(&hours) {
        let problem = format!("must be a number from {} to {}", HOURS.start(), HOURS.end());
        return Err(Error::invalid("hours", problem));
    }
    let window = Span { starts: ctx.now, ends: ctx.now + TimeDelta::hours(i64::from(hours)) };
    let rotas = roster::rotas(app, &ctx.tenant, window.starts).await?;
    let users = roster::all_users(app, &ctx.tenant).await?;
    let time_off = app.store.newest_after::<TimeOff>(&ctx.tenant, window.starts.timestamp_micros()).await?;
    let time_off: Vec<TimeOff> = time_off.into_iter().map(|found| found.value).collect();
    // Settings that can't be used are told by the PSA's own check.
    let desk = psa::of(app, &ctx.tenant).await.unwrap_or_default();
    let psa = desk.map(|desk| desk.system).map(|psa| {
        let known = users.iter().filter(|user| psa.recognizes(&Technician::from(*user)));
        let recognizes: HashSet<UserId> = known.map(|user| user.id.clone()).collect();
        Psa { name: psa.name().to_owned(), recognizes }
    });
    let users: HashMap<UserId, User> = users.into_iter().map(|user| (user.id.clone(), user)).collect();
    let question = Question {
        rotas: &rotas,
        users: &users,
        time_off: &time_off,
        sending: &app.sending(),
        psa: psa.as_ref(),
        window,
    };
    Ok(Looked { window, readiness: readiness::readiness(question) })
}
