//! Who is on call: now, in a case that is made up, and whether they are ready for it.

pub(super) mod explain;
pub(super) mod readiness;
pub(super) mod reason;

use std::sync::Arc;

use app::on_call::{PersonNow, ScheduleNow};
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use self::reason::OnCallReason;
use crate::edge::Edge;
use crate::extract::SignedIn;
use crate::problem::Problem;

/// Who is on call, over all schedules.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OnCallNow {
    /// By name.
    schedules: Vec<ScheduleNowBody>,
}

/// One schedule, now.
#[derive(Debug, Serialize, ToSchema)]
struct ScheduleNowBody {
    schedule_id: String,
    name: String,
    /// IANA time zone.
    time_zone: &'static str,
    /// Somebody should be on call now: nobody is a coverage gap.
    coverage_required: bool,
    /// Empty when nobody is on call.
    on_call: Vec<OnCallBody>,
    next: Vec<NextBody>,
}

/// Somebody on call.
#[derive(Debug, Serialize, ToSchema)]
struct OnCallBody {
    user_id: String,
    name: String,
    /// `null` when no end is in sight.
    until: Option<DateTime<Utc>>,
    /// Why, in words.
    because: String,
    reason: OnCallReason,
}

/// Somebody who comes next.
#[derive(Debug, Serialize, ToSchema)]
struct NextBody {
    user_id: String,
    name: String,
    from: Option<DateTime<Utc>>,
    /// Why, in words.
    because: String,
    reason: OnCallReason,
}

impl From<ScheduleNow> for ScheduleNowBody {
    fn from(now: ScheduleNow) -> Self {
        Self {
            schedule_id: now.id.to_string(),
            name: now.name,
            time_zone: now.zone.name(),
            coverage_required: now.coverage_required,
            on_call: now.on_call.into_iter().map(OnCallBody::from).collect(),
            next: now.next.into_iter().map(NextBody::from).collect(),
        }
    }
}

impl From<PersonNow> for OnCallBody {
    fn from(person: PersonNow) -> Self {
        Self {
            user_id: person.user_id.to_string(),
            name: person.name,
            until: person.at,
            because: person.why,
            reason: person.by.into(),
        }
    }
}

impl From<PersonNow> for NextBody {
    fn from(person: PersonNow) -> Self {
        Self {
            user_id: person.user_id.to_string(),
            name: person.name,
            from: person.at,
            because: person.why,
            reason: person.by.into(),
        }
    }
}

/// Who is on call now, why, until when, and who is next.
#[utoipa::path(
    get, path = "/api/on-call/now", operation_id = "on_call_now", tag = "on call", security(("bearer" = [])),
    responses((status = 200, body = OnCallNow), (status = 401, body = Problem))
)]
pub(super) async fn now(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<OnCallNow>, Problem> {
    let schedules = app::on_call_now(&edge.app, &ctx).await?;
    Ok(Json(OnCallNow { schedules: schedules.into_iter().map(ScheduleNowBody::from).collect() }))
}
