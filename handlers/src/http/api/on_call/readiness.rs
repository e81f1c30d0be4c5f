//! `GET /api/on-call/readiness`.

use std::sync::Arc;

use app::Error;
use app::readiness::Looked;
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::readiness::{About, Check, Level, PersonReadiness, Stint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::edge::Edge;
use crate::extract::{QueryOf, SignedIn};
use crate::problem::Problem;

/// How far to look, as it comes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Asked {
    hours: Option<String>,
}

/// Whether everybody who is on call soon is ready.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct ReadinessBody {
    /// The window's first instant: now.
    from: DateTime<Utc>,
    /// The first instant after it.
    to: DateTime<Utc>,
    /// Nobody has a problem, and there is no gap. Warnings don't count.
    ready: bool,
    /// Everybody on call in the window, by when they first are.
    people: Vec<PersonReadinessBody>,
    /// When nobody is on call although somebody should be.
    gaps: Vec<StintBody>,
}

/// Whether somebody is ready.
#[derive(Debug, Serialize, ToSchema)]
struct PersonReadinessBody {
    user_id: String,
    name: String,
    /// The worst of the checks: `ok`, `warning` or `problem`.
    level: &'static str,
    /// For each schedule, from the start of their first shift to the end of their last.
    on_call: Vec<StintBody>,
    checks: Vec<CheckBody>,
}

/// A part of the window, in one schedule.
#[derive(Debug, Serialize, ToSchema)]
struct StintBody {
    schedule_id: String,
    schedule_name: String,
    /// The window's first instant, where it began before.
    starts_at: DateTime<Utc>,
    /// The window's end, where it goes on.
    ends_at: DateTime<Utc>,
}

/// What was looked at, and what to do about it.
#[derive(Debug, Serialize, ToSchema)]
struct CheckBody {
    /// `account`, `contact_method`, `first_rule`, `psa_mapping`, `time_off` or `holiday`.
    check: &'static str,
    /// `ok`, `warning` or `problem`.
    level: &'static str,
    text: String,
}

impl From<Looked> for ReadinessBody {
    fn from(looked: Looked) -> Self {
        Self {
            from: looked.window.starts,
            to: looked.window.ends,
            ready: looked.readiness.ready,
            people: looked.readiness.people.into_iter().map(PersonReadinessBody::from).collect(),
            gaps: looked.readiness.gaps.into_iter().map(StintBody::from).collect(),
        }
    }
}

impl From<PersonReadiness> for PersonReadinessBody {
    fn from(person: PersonReadiness) -> Self {
        Self {
            level: level(person.level()),
            user_id: person.user_id.to_string(),
            name: person.name,
            on_call: person.stints.into_iter().map(StintBody::from).collect(),
            checks: person.checks.into_iter().map(CheckBody::from).collect(),
        }
    }
}

impl From<Stint> for StintBody {
    fn from(stint: Stint) -> Self {
        Self {
            schedule_id: stint.schedule_id.to_string(),
            schedule_name: stint.schedule,
            starts_at: stint.starts,
            ends_at: stint.ends,
        }
    }
}

impl From<Check> for CheckBody {
    fn from(check: Check) -> Self {
        let about = match check.about {
            About::Account => "account",
            About::ContactMethod => "contact_method",
            About::FirstRule => "first_rule",
            About::PsaMapping => "psa_mapping",
            About::TimeOff => "time_off",
            About::Holiday => "holiday",
        };
        Self { check: about, level: level(check.level), text: check.text }
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Ok => "ok",
        Level::Warning => "warning",
        Level::Problem => "problem",
    }
}

/// Whether everybody who is on call in the next hours can be reached, and what to do where not.
#[utoipa::path(
    get, path = "/api/on-call/readiness", operation_id = "on_call_readiness", tag = "on call",
    security(("bearer" = [])),
    params(("hours" = Option<u32>, Query, description = "how far to look: 1 to 168, 24 unless given")),
    responses((status = 200, body = ReadinessBody), (status = 400, body = Problem), (status = 401, body = Problem))
)]
pub(in crate::http::api) async fn readiness(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    QueryOf(asked): QueryOf<Asked>,
) -> Result<Json<ReadinessBody>, Problem> {
    let hours = asked.hours.as_deref().map_or(Ok(24), str::parse);
    let hours = hours.map_err(|_| Error::invalid("hours", "must be a number from 1 to 168"))?;
    Ok(Json(app::readiness::readiness(&edge.app, &ctx, hours).await?.into()))
}
