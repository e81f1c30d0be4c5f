//! `/api/services`.

use std::sync::Arc;

use app::services::ServiceEdit;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::id::{PolicyId, ServiceId};
use domain::service::Service;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::edge::Edge;
use crate::extract::{IdPath, JsonBody, Named, SignedIn};
use crate::problem::Problem;

impl Named for ServiceId {
    const KIND: &'static str = "service";
}

/// What alerts are about.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceBody {
    /// Given by us; one that is sent is not looked at.
    #[serde(default)]
    id: Option<String>,
    /// No other service's.
    name: String,
    /// Who is paged for it.
    #[schema(value_type = String)]
    escalation_policy_id: PolicyId,
    /// The customer company that its incidents are for, where the alert names none.
    #[serde(default)]
    client: Option<String>,
    /// Hours without an alert after which an open incident is resolved, 1 to 720; `null`: never.
    #[serde(default)]
    auto_resolve_hours: Option<u32>,
}

/// Every service.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServiceList {
    services: Vec<ServiceBody>,
}

impl From<ServiceBody> for ServiceEdit {
    fn from(body: ServiceBody) -> Self {
        Self {
            name: body.name,
            policy_id: body.escalation_policy_id,
            client: body.client,
            // What is too much stays too much.
            auto_resolve_hours: body.auto_resolve_hours.map(|hours| u16::try_from(hours).unwrap_or(u16::MAX)),
        }
    }
}

impl From<Service> for ServiceBody {
    fn from(service: Service) -> Self {
        Self {
            id: Some(service.id.to_string()),
            name: service.name,
            escalation_policy_id: service.policy_id,
            client: service.client,
            auto_resolve_hours: service.auto_resolve_hours.map(u32::from),
        }
    }
}

/// Every service, by name.
#[utoipa::path(
    get, path = "/api/services", operation_id = "list_services", tag = "services", security(("bearer" = [])),
    responses((status = 200, body = ServiceList), (status = 401, body = Problem))
)]
pub(super) async fn list(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<ServiceList>, Problem> {
    let services = app::services::all(&edge.app, &ctx).await?;
    Ok(Json(ServiceList { services: services.into_iter().map(ServiceBody::from).collect() }))
}

/// One service.
#[utoipa::path(
    get, path = "/api/services/{id}", operation_id = "get_service", tag = "services", security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = ServiceBody), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn read(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<ServiceId>,
) -> Result<Json<ServiceBody>, Problem> {
    Ok(Json(app::services::get(&edge.app, &ctx, &id).await?.into()))
}

/// Makes a service.
#[utoipa::path(
    post, path = "/api/services", operation_id = "create_service", tag = "services", security(("bearer" = [])),
    request_body = ServiceBody,
    responses((status = 201, body = ServiceBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem))
)]
pub(super) async fn create(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    JsonBody(body): JsonBody<ServiceBody>,
) -> Result<(StatusCode, Json<ServiceBody>), Problem> {
    let made = app::services::create(&edge.app, &ctx, &body.into()).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Edits a service. Incidents that are open keep the escalation policy that they have.
#[utoipa::path(
    put, path = "/api/services/{id}", operation_id = "edit_service", tag = "services", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = ServiceBody,
    responses((status = 200, body = ServiceBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn edit(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<ServiceId>,
    JsonBody(body): JsonBody<ServiceBody>,
) -> Result<Json<ServiceBody>, Problem> {
    Ok(Json(app::services::edit(&edge.app, &ctx, &id, &body.into()).await?.into()))
}

/// Deletes a service that is not the default one, and that no alert source and no maintenance window names.
#[utoipa::path(
    delete, path = "/api/services/{id}", operation_id = "delete_service", tag = "services",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "Something needs it"))
)]
pub(super) async fn delete(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<ServiceId>,
) -> Result<StatusCode, Problem> {
    app::services::delete(&edge.app, &ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
