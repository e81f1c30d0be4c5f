//! `PUT /api/incidents/{id}/psa-ticket` and `POST /api/incidents/{id}/psa-ticket/retry`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::id::IncidentId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{IncidentBody, required};
use crate::edge::Edge;
use crate::extract::{IdPath, JsonBody, SignedIn};
use crate::problem::Problem;

/// A ticket made by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct TicketLinkBody {
    /// The PSA's id of it, or the number that people know it by.
    ticket_id: String,
}

/// Links a ticket that was made by hand; earlier notes are not sent to it.
#[utoipa::path(
    put, path = "/api/incidents/{id}/psa-ticket", operation_id = "link_psa_ticket", tag = "incidents",
    security(("bearer" = [])), params(("id" = String, Path)), request_body = TicketLinkBody,
    responses((status = 200, body = IncidentBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 503, body = Problem, description = "The PSA can't be asked which ticket has this number"))
)]
pub(in crate::http::api) async fn link(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<IncidentId>,
    JsonBody(body): JsonBody<TicketLinkBody>,
) -> Result<Json<IncidentBody>, Problem> {
    let ticket_id = required("ticket_id", &body.ticket_id, 100)?;
    Ok(Json(app::link_ticket(&edge.app, &ctx, &id, ticket_id).await?.into()))
}

/// Tries again now what the PSA refused.
#[utoipa::path(
    post, path = "/api/incidents/{id}/psa-ticket/retry", operation_id = "retry_psa_ticket", tag = "incidents",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 202, description = "It is being tried"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "No PSA is configured, or there is nothing to tell it"))
)]
pub(in crate::http::api) async fn retry(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<IncidentId>,
) -> Result<StatusCode, Problem> {
    app::retry_ticket(&edge.app, &ctx, &id).await?;
    Ok(StatusCode::ACCEPTED)
}
