//! `POST /api/schedules`, `PUT` and `DELETE /api/schedules/{id}`.

use std::sync::Arc;

use app::schedules::EditSchedule;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use domain::id::{LayerId, ScheduleId};
use domain::schedule::EditFrom;
use serde::Deserialize;

use super::body::ScheduleBody;
use super::read::answer;
use crate::edge::Edge;
use crate::extract::{IdPath, JsonBody, QueryOf, SignedIn};
use crate::problem::Problem;

/// How an edit takes effect.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Applying {
    #[serde(default)]
    participants_from: ParticipantsFrom,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ParticipantsFrom {
    #[default]
    NextHandoff,
    Now,
}

/// The edit that a body, a query and a header ask for.
pub(super) fn asked_for(
    edge: &Edge,
    ctx: &app::Ctx,
    body: ScheduleBody,
    applying: Applying,
    headers: &HeaderMap,
) -> Result<EditSchedule, Problem> {
    let fresh = || LayerId::fresh(ctx.now, edge.app.entropy.draw());
    let version = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    Ok(EditSchedule {
        edited: body.read(fresh)?,
        from: match applying.participants_from {
            ParticipantsFrom::NextHandoff => EditFrom::NextHandoff,
            ParticipantsFrom::Now => EditFrom::Now,
        },
        if_version: version.map(|version| version.trim().trim_matches('"').to_owned()).filter(|it| it != "*"),
    })
}

/// Makes a schedule.
#[utoipa::path(
    post, path = "/api/schedules", operation_id = "create_schedule", tag = "schedules", security(("bearer" = [])),
    request_body = ScheduleBody,
    responses((status = 201, body = ScheduleBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem))
)]
pub(in crate::http::api) async fn create(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    JsonBody(body): JsonBody<ScheduleBody>,
) -> Result<impl IntoResponse, Problem> {
    let new = body.read(|| LayerId::fresh(ctx.now, edge.app.entropy.draw()))?;
    let made = app::schedules::create(&edge.app, &ctx, new).await?;
    Ok((StatusCode::CREATED, answer(&made, &ctx)))
}

/// Edits a schedule. Whoever is on call stays so until the next handoff, unless `participants_from=now`; a change of the
/// rotation or the anchor itself lays the turns out anew. `POST …/preview` says beforehand what an edit changes.
#[utoipa::path(
    put, path = "/api/schedules/{id}", operation_id = "edit_schedule", tag = "schedules", security(("bearer" = [])),
    params(
        ("id" = String, Path),
        ("participants_from" = Option<String>, Query, description = "next_handoff (the default) or now"),
        ("If-Match" = Option<String>, Header, description = "the ETag that GET answered: only if it is still that"),
    ),
    request_body = ScheduleBody,
    responses((status = 200, body = ScheduleBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 412, body = Problem))
)]
pub(in crate::http::api) async fn edit(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<ScheduleId>,
    QueryOf(applying): QueryOf<Applying>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<ScheduleBody>,
) -> Result<impl IntoResponse, Problem> {
    let asked = asked_for(&edge, &ctx, body, applying, &headers)?;
    let kept = app::schedules::edit(&edge.app, &ctx, &id, asked).await?;
    Ok(answer(&kept, &ctx))
}

/// Deletes a schedule that no escalation policy pages.
#[utoipa::path(
    delete, path = "/api/schedules/{id}", operation_id = "delete_schedule", tag = "schedules",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem))
)]
pub(in crate::http::api) async fn delete(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<ScheduleId>,
) -> Result<StatusCode, Problem> {
    app::schedules::delete(&edge.app, &ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
