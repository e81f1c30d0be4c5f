//! `GET /api/schedules`, `GET /api/schedules/{id}`.

use std::sync::Arc;

use app::Ctx;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use domain::id::ScheduleId;
use domain::schedule::Schedule;
use serde::Serialize;
use store::Versioned;
use utoipa::ToSchema;

use super::body::ScheduleBody;
use crate::edge::Edge;
use crate::extract::{IdPath, SignedIn};
use crate::problem::Problem;

/// Every schedule.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct ScheduleList {
    schedules: Vec<ScheduleBody>,
}

/// Every schedule, by name: who takes turns now, and what is planned.
#[utoipa::path(
    get, path = "/api/schedules", operation_id = "list_schedules", tag = "schedules", security(("bearer" = [])),
    responses((status = 200, body = ScheduleList), (status = 401, body = Problem))
)]
pub(in crate::http::api) async fn list(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<ScheduleList>, Problem> {
    let schedules = app::schedules::all(&edge.app, &ctx).await?;
    let shown = schedules.into_iter().map(|schedule| shown(&schedule, &ctx));
    Ok(Json(ScheduleList { schedules: shown.collect() }))
}

/// One schedule. Its `ETag` can be given to `PUT` as `If-Match`.
#[utoipa::path(
    get, path = "/api/schedules/{id}", operation_id = "get_schedule", tag = "schedules", security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = ScheduleBody), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(in crate::http::api) async fn read(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<ScheduleId>,
) -> Result<impl IntoResponse, Problem> {
    Ok(answer(&app::schedules::get(&edge.app, &ctx, &id).await?, &ctx))
}

/// A schedule with its version.
pub(super) fn answer(found: &Versioned<Schedule>, ctx: &Ctx) -> impl IntoResponse + use<> {
    let version = format!("\"{}\"", found.etag.0);
    ([(header::ETAG, version)], Json(shown(&found.value, ctx)))
}

fn shown(schedule: &Schedule, ctx: &Ctx) -> ScheduleBody {
    let body = ScheduleBody::from(schedule.to_edit(ctx.now));
    if ctx.role.can_manage() { body } else { body.for_members() }
}
