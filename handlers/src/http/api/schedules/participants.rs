//! `POST /api/schedules/{id}/layers/{layer_id}/join`, `…/leave`, and `POST /api/schedules/{id}/calendar-layers`.

use std::sync::Arc;

use app::Error;
use app::schedules::Import;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use chrono::{NaiveDate, NaiveTime};
use domain::id::{IdError, ScheduleId, UserId};
use domain::schedule::first_instant;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::ScheduleBody;
use super::read::answer;
use crate::edge::Edge;
use crate::extract::{IdPath, JsonBody, SignedIn};
use crate::http::api::incidents::required;
use crate::problem::Problem;

/// Who, and from which day on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Planned {
    user_id: String,
    /// The first day, in the schedule's zone.
    on: NaiveDate,
}

/// A calendar to read a layer from: either of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct CalendarLayer {
    /// The layer's name; one of this name that is read from a calendar is read anew.
    name: String,
    /// An `https` or `webcal` address; the calendar is read again from there every hour.
    url: Option<String>,
    /// An iCalendar file, handed over once.
    text: Option<String>,
}

/// Somebody joins a layer's round at its end, from a day on. Nobody else's place moves.
#[utoipa::path(
    post, path = "/api/schedules/{id}/layers/{layer_id}/join", operation_id = "join_layer", tag = "schedules",
    security(("bearer" = [])), params(("id" = String, Path), ("layer_id" = String, Path)), request_body = Planned,
    responses((status = 200, body = ScheduleBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem))
)]
pub(in crate::http::api) async fn join(
    edge: State<Arc<Edge>>,
    signed_in: SignedIn,
    path: Path<(String, String)>,
    body: JsonBody<Planned>,
) -> Result<impl IntoResponse, Problem> {
    plan(edge, signed_in, path, body, true).await
}

/// Somebody leaves a layer's round from a day on; a turn of theirs that runs then goes to the next in the round.
#[utoipa::path(
    post, path = "/api/schedules/{id}/layers/{layer_id}/leave", operation_id = "leave_layer", tag = "schedules",
    security(("bearer" = [])), params(("id" = String, Path), ("layer_id" = String, Path)), request_body = Planned,
    responses((status = 200, body = ScheduleBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem))
)]
pub(in crate::http::api) async fn leave(
    edge: State<Arc<Edge>>,
    signed_in: SignedIn,
    path: Path<(String, String)>,
    body: JsonBody<Planned>,
) -> Result<impl IntoResponse, Problem> {
    plan(edge, signed_in, path, body, false).await
}

async fn plan(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    Path((id, layer)): Path<(String, String)>,
    JsonBody(planned): JsonBody<Planned>,
    joins: bool,
) -> Result<impl IntoResponse + use<>, Problem> {
    let id: ScheduleId = id.parse().map_err(|_| Error::not_found("schedule", id))?;
    let user: UserId =
        planned.user_id.parse().map_err(|error: IdError| Error::invalid("user_id", error.to_string()))?;
    let zone = app::schedules::get(&edge.app, &ctx, &id).await?.value.zone;
    let from = first_instant(zone, planned.on.and_time(NaiveTime::MIN));
    let kept =
        app::schedules::change_participants(&edge.app, &ctx, &id, &layer, (&user, joins, from)).await?;
    Ok(answer(&kept, &ctx))
}

/// Reads a calendar into a layer of a schedule. Events name people by mail address or name; those that name nobody are
/// listed in the layer's `calendar.unknown`.
#[utoipa::path(
    post, path = "/api/schedules/{id}/calendar-layers", operation_id = "read_calendar", tag = "schedules",
    security(("bearer" = [])), params(("id" = String, Path)), request_body = CalendarLayer,
    responses((status = 200, body = ScheduleBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub(in crate::http::api) async fn read_calendar(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<ScheduleId>,
    JsonBody(body): JsonBody<CalendarLayer>,
) -> Result<impl IntoResponse, Problem> {
    let import = Import { name: required("name", &body.name, 200)?, url: body.url, text: body.text };
    let kept = app::schedules::import(&edge.app, &ctx, &id, import).await?;
    Ok(answer(&kept, &ctx))
}
