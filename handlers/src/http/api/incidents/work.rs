//! `POST /api/incidents/{id}/acknowledge`, `/resolve`, `/notes`, `/escalate`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::id::IncidentId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{IncidentBody, required};
use crate::edge::Edge;
use crate::extract::{Bounded, IdPath, JsonBody, SignedIn};
use crate::problem::Problem;

/// The longest note.
const LONGEST_NOTE: usize = 20_000;

/// A closing note.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Resolution {
    /// What was done; goes to the PSA as the ticket's summary.
    note: Option<String>,
}

/// A note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct NewNote {
    /// What was found or done; goes to the PSA as an internal note.
    text: String,
}

/// A note that was written.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct NoteBody {
    /// Such as `note_01J…`.
    id: String,
}

/// Takes an incident: paging stops, the PSA gets its ticket.
#[utoipa::path(
    post, path = "/api/incidents/{id}/acknowledge", operation_id = "acknowledge_incident", tag = "incidents",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 200, body = IncidentBody), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "Somebody else has it, or it is over"))
)]
pub(in crate::http::api) async fn acknowledge(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<IncidentId>,
) -> Result<Json<IncidentBody>, Problem> {
    Ok(Json(app::acknowledge(&edge.app, &ctx, &id).await?.into()))
}

/// Ends an incident. The body may be left out.
#[utoipa::path(
    post, path = "/api/incidents/{id}/resolve", operation_id = "resolve_incident", tag = "incidents",
    security(("bearer" = [])), params(("id" = String, Path)), request_body = Option<Resolution>,
    responses((status = 200, body = IncidentBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It is over already"))
)]
pub(in crate::http::api) async fn resolve(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<IncidentId>,
    body: Bounded,
) -> Result<Json<IncidentBody>, Problem> {
    let resolution: Resolution =
        if body.0.is_empty() { Resolution::default() } else { JsonBody::read(&body.0)? };
    let note = resolution.note.as_deref().map(|note| required("note", note, LONGEST_NOTE)).transpose()?;
    Ok(Json(app::resolve(&edge.app, &ctx, &id, note).await?.into()))
}

/// Writes a note.
#[utoipa::path(
    post, path = "/api/incidents/{id}/notes", operation_id = "add_note", tag = "incidents",
    security(("bearer" = [])), params(("id" = String, Path)), request_body = NewNote,
    responses((status = 201, body = NoteBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub(in crate::http::api) async fn note(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<IncidentId>,
    JsonBody(body): JsonBody<NewNote>,
) -> Result<(StatusCode, Json<NoteBody>), Problem> {
    let text = required("text", &body.text, LONGEST_NOTE)?;
    let id = app::add_note(&edge.app, &ctx, &id, text).await?;
    Ok((StatusCode::CREATED, Json(NoteBody { id: id.to_string() })))
}

/// Tells the next step's people now.
#[utoipa::path(
    post, path = "/api/incidents/{id}/escalate", operation_id = "escalate_incident", tag = "incidents",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 200, body = IncidentBody), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "It is over"))
)]
pub(in crate::http::api) async fn escalate(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<IncidentId>,
) -> Result<Json<IncidentBody>, Problem> {
    Ok(Json(app::escalate(&edge.app, &ctx, &id).await?.into()))
}
