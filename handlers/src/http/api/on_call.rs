//! `GET /api/on-call/now`.

use std::sync::Arc;

use app::on_call::{PersonNow, ScheduleNow};
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::edge::Edge;
use crate::extract::SignedIn;
use crate::problem::Problem;

/// Who is on call, over all schedules.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OnCallNow {
    schedules: Vec<ScheduleBody>,
}

/// One schedule, now.
#[derive(Debug, Serialize, ToSchema)]
struct ScheduleBody {
    schedule_id: String,
    name: String,
    /// IANA time zone.
    time_zone: &'static str,
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
}

/// Somebody who comes next.
#[derive(Debug, Serialize, ToSchema)]
struct NextBody {
    user_id: String,
    name: String,
    from: Option<DateTime<Utc>>,
}

impl From<ScheduleNow> for ScheduleBody {
    fn from(now: ScheduleNow) -> Self {
        let on_call = |p: PersonNow| OnCallBody { user_id: p.user_id.to_string(), name: p.name, until: p.at };
        let next = |p: PersonNow| NextBody { user_id: p.user_id.to_string(), name: p.name, from: p.at };
        Self {
            schedule_id: now.id.to_string(),
            name: now.name,
            time_zone: now.zone.name(),
            on_call: now.on_call.into_iter().map(on_call).collect(),
            next: now.next.into_iter().map(next).collect(),
        }
    }
}

/// Who is on call now, until when, and who is next.
#[utoipa::path(
    get, path = "/api/on-call/now", operation_id = "on_call_now", tag = "on call", security(("bearer" = [])),
    responses((status = 200, body = OnCallNow), (status = 401, body = Problem))
)]
pub(super) async fn now(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<OnCallNow>, Problem> {
    let schedules = app::on_call_now(&edge.app, &ctx).await?;
    Ok(Json(OnCallNow { schedules: schedules.into_iter().map(ScheduleBody::from).collect() }))
}
