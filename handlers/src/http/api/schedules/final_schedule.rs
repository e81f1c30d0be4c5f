//! `GET /api/schedules/{id}/final`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::ScheduleId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shift::{Explained, ShiftBody, SpanBody};
use crate::edge::Edge;
use crate::extract::{IdPath, QueryOf, SignedIn};
use crate::problem::Problem;

/// The window; the next 14 days unless given.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Asked {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

/// Everybody's shifts in a window.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct FinalBody {
    schedule_id: String,
    name: String,
    /// IANA time zone.
    time_zone: &'static str,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// By start; cut at the window's ends.
    shifts: Vec<ShiftBody>,
    /// Where nobody is on call although somebody should be.
    gaps: Vec<SpanBody>,
}

/// The final schedule of a window, at most 400 days: layers and overrides, as they page.
#[utoipa::path(
    get, path = "/api/schedules/{id}/final", operation_id = "final_schedule", tag = "schedules",
    security(("bearer" = [])),
    params(
        ("id" = String, Path),
        ("from" = Option<DateTime<Utc>>, Query, description = "now unless given"),
        ("to" = Option<DateTime<Utc>>, Query, description = "14 days after `from` unless given"),
    ),
    responses((status = 200, body = FinalBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem))
)]
pub(in crate::http::api) async fn read(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<ScheduleId>,
    QueryOf(asked): QueryOf<Asked>,
) -> Result<Json<FinalBody>, Problem> {
    let from = asked.from.unwrap_or(ctx.now);
    let later = from.checked_add_signed(TimeDelta::days(14)).unwrap_or(from);
    let to = asked.to.unwrap_or(later);
    let found = app::schedules::final_schedule(&edge.app, &ctx, &id, (from, to)).await?;
    let explained =
        Explained { schedule: &found.schedule, overrides: &found.overrides, people: &found.people };
    Ok(Json(FinalBody {
        schedule_id: found.schedule.id.to_string(),
        time_zone: found.schedule.zone.name(),
        from,
        to,
        shifts: found.shifts.iter().map(|shift| explained.shift(shift)).collect(),
        gaps: found.gaps.iter().map(SpanBody::from).collect(),
        name: found.schedule.name.clone(),
    }))
}
