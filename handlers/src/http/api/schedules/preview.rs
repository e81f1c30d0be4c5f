//! `POST /api/schedules/preview`, `POST /api/schedules/{id}/preview`.

use std::sync::Arc;

use app::schedules::Preview;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use domain::id::ScheduleId;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::ScheduleBody;
use super::edit::{Applying, asked_for};
use super::shift::{Explained, ParticipantBody, ShiftBody, SpanBody, TurnBody};
use crate::edge::Edge;
use crate::extract::{IdPath, JsonBody, QueryOf, SignedIn};
use crate::problem::Problem;

/// What saving an edit now would change.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct PreviewBody {
    /// The instant it was worked out for.
    at: DateTime<Utc>,
    before: SideBody,
    after: SideBody,
    /// Where different people would be on call, within 14 days.
    changed: Vec<SpanBody>,
    /// The next ten turns of each layer.
    layers: Vec<LayerTurns>,
}

/// One side.
#[derive(Debug, Serialize, ToSchema)]
struct SideBody {
    on_call_now: Vec<ParticipantBody>,
    /// Of the next 14 days.
    shifts: Vec<ShiftBody>,
    gaps: Vec<SpanBody>,
}

/// A layer's turns to come.
#[derive(Debug, Serialize, ToSchema)]
struct LayerTurns {
    layer_id: String,
    name: String,
    next_turns: Vec<TurnBody>,
}

/// What an edit would change, now and in the next 14 days. Nothing is saved.
#[utoipa::path(
    post, path = "/api/schedules/{id}/preview", operation_id = "preview_schedule", tag = "schedules",
    security(("bearer" = [])),
    params(
        ("id" = String, Path),
        ("participants_from" = Option<String>, Query, description = "next_handoff (the default) or now"),
    ),
    request_body = ScheduleBody,
    responses((status = 200, body = PreviewBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem))
)]
pub(in crate::http::api) async fn edit(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<ScheduleId>,
    QueryOf(applying): QueryOf<Applying>,
    JsonBody(body): JsonBody<ScheduleBody>,
) -> Result<Json<PreviewBody>, Problem> {
    let asked = asked_for(&edge, &ctx, body, applying, &HeaderMap::new())?;
    Ok(Json(shown(&app::schedules::preview(&edge.app, &ctx, Some(&id), &asked).await?)))
}

/// What a new schedule would come to. Nothing is saved.
#[utoipa::path(
    post, path = "/api/schedules/preview", operation_id = "preview_new_schedule", tag = "schedules",
    security(("bearer" = [])), request_body = ScheduleBody,
    responses((status = 200, body = PreviewBody), (status = 400, body = Problem), (status = 401, body = Problem))
)]
pub(in crate::http::api) async fn new(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    JsonBody(body): JsonBody<ScheduleBody>,
) -> Result<Json<PreviewBody>, Problem> {
    let asked = asked_for(&edge, &ctx, body, Applying::default(), &HeaderMap::new())?;
    Ok(Json(shown(&app::schedules::preview(&edge.app, &ctx, None, &asked).await?)))
}

fn shown(preview: &Preview) -> PreviewBody {
    let explained =
        Explained { schedule: &preview.schedule, overrides: &preview.overrides, people: &preview.people };
    let side = |side: &app::schedules::Side| SideBody {
        on_call_now: side.now.iter().map(|user| explained.person(user)).collect(),
        shifts: side.shifts.iter().map(|shift| explained.shift(shift)).collect(),
        gaps: side.gaps.iter().map(SpanBody::from).collect(),
    };
    let layers = preview.schedule.layers.iter().zip(&preview.turns);
    PreviewBody {
        at: preview.at,
        before: side(&preview.before),
        after: side(&preview.after),
        changed: preview.changed.iter().map(SpanBody::from).collect(),
        layers: layers
            .map(|(layer, turns)| LayerTurns {
                layer_id: layer.id.to_string(),
                name: layer.name.clone(),
                next_turns: turns.iter().map(|turn| explained.turn(turn)).collect(),
            })
            .collect(),
    }
}
