//! `/api/maintenance-windows`.

mod body;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::id::MaintenanceId;
use serde::Serialize;
use utoipa::ToSchema;

use self::body::MaintenanceWindowBody;
use crate::edge::Edge;
use crate::extract::{IdPath, JsonBody, Named, SignedIn};
use crate::problem::Problem;

impl Named for MaintenanceId {
    const KIND: &'static str = "maintenance window";
}

/// The maintenance windows that are not over yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MaintenanceWindowList {
    maintenance_windows: Vec<MaintenanceWindowBody>,
}

/// The maintenance windows that are not over yet, by when they begin.
#[utoipa::path(
    get, path = "/api/maintenance-windows", operation_id = "list_maintenance_windows", tag = "maintenance windows",
    security(("bearer" = [])),
    responses((status = 200, body = MaintenanceWindowList), (status = 401, body = Problem))
)]
pub(super) async fn list(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<MaintenanceWindowList>, Problem> {
    let windows = app::maintenance::list(&edge.app, &ctx).await?;
    let maintenance_windows =
        windows.into_iter().map(|window| MaintenanceWindowBody::of(window, ctx.now)).collect();
    Ok(Json(MaintenanceWindowList { maintenance_windows }))
}

/// One maintenance window. One that is over can be read for 90 days.
#[utoipa::path(
    get, path = "/api/maintenance-windows/{id}", operation_id = "get_maintenance_window",
    tag = "maintenance windows", security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 200, body = MaintenanceWindowBody), (status = 401, body = Problem),
        (status = 404, body = Problem))
)]
pub(super) async fn read(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<MaintenanceId>,
) -> Result<Json<MaintenanceWindowBody>, Problem> {
    let window = app::maintenance::get(&edge.app, &ctx, &id).await?;
    Ok(Json(MaintenanceWindowBody::of(window, ctx.now)))
}

/// Makes a maintenance window: alerts of what it is about are recorded, and nobody is paged while it is open.
#[utoipa::path(
    post, path = "/api/maintenance-windows", operation_id = "create_maintenance_window", tag = "maintenance windows",
    security(("bearer" = [])), request_body = MaintenanceWindowBody,
    responses((status = 201, body = MaintenanceWindowBody), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub(super) async fn create(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    JsonBody(body): JsonBody<MaintenanceWindowBody>,
) -> Result<(StatusCode, Json<MaintenanceWindowBody>), Problem> {
    let made = app::maintenance::create(&edge.app, &ctx, &body.read()?).await?;
    Ok((StatusCode::CREATED, Json(MaintenanceWindowBody::of(made, ctx.now))))
}

/// Edits a maintenance window that is not over, whole.
#[utoipa::path(
    put, path = "/api/maintenance-windows/{id}", operation_id = "edit_maintenance_window",
    tag = "maintenance windows", security(("bearer" = [])), params(("id" = String, Path)),
    request_body = MaintenanceWindowBody,
    responses((status = 200, body = MaintenanceWindowBody), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It is over"))
)]
pub(super) async fn edit(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<MaintenanceId>,
    JsonBody(body): JsonBody<MaintenanceWindowBody>,
) -> Result<Json<MaintenanceWindowBody>, Problem> {
    let kept = app::maintenance::edit(&edge.app, &ctx, &id, &body.read()?).await?;
    Ok(Json(MaintenanceWindowBody::of(kept, ctx.now)))
}

/// Deletes a maintenance window. One that has begun ends now and can still be read.
#[utoipa::path(
    delete, path = "/api/maintenance-windows/{id}", operation_id = "delete_maintenance_window",
    tag = "maintenance windows", security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "It is over"))
)]
pub(super) async fn delete(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<MaintenanceId>,
) -> Result<StatusCode, Problem> {
    app::maintenance::delete(&edge.app, &ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
