//! `/api/teams`.

use std::sync::Arc;

use app::teams::TeamEdit;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::id::{TeamId, UserId};
use domain::policy::Team;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::edge::Edge;
use crate::extract::{IdPath, JsonBody, SignedIn};
use crate::problem::Problem;

/// A named set of users.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TeamBody {
    /// Given by us; one that is sent is not looked at.
    #[serde(default)]
    id: Option<String>,
    /// No other team's.
    name: String,
    /// In any order, each once.
    #[schema(value_type = Vec<String>)]
    member_ids: Vec<UserId>,
}

/// Every team.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TeamList {
    teams: Vec<TeamBody>,
}

impl From<TeamBody> for TeamEdit {
    fn from(body: TeamBody) -> Self {
        Self { name: body.name, members: body.member_ids }
    }
}

impl From<Team> for TeamBody {
    fn from(team: Team) -> Self {
        Self { id: Some(team.id.to_string()), name: team.name, member_ids: team.members }
    }
}

/// Every team, by name.
#[utoipa::path(
    get, path = "/api/teams", operation_id = "list_teams", tag = "people", security(("bearer" = [])),
    responses((status = 200, body = TeamList), (status = 401, body = Problem))
)]
pub(super) async fn list(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<TeamList>, Problem> {
    let teams = app::teams::all(&edge.app, &ctx).await?;
    Ok(Json(TeamList { teams: teams.into_iter().map(TeamBody::from).collect() }))
}

/// One team.
#[utoipa::path(
    get, path = "/api/teams/{id}", operation_id = "get_team", tag = "people", security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = TeamBody), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn read(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<TeamId>,
) -> Result<Json<TeamBody>, Problem> {
    Ok(Json(app::teams::get(&edge.app, &ctx, &id).await?.into()))
}

/// Makes a team.
#[utoipa::path(
    post, path = "/api/teams", operation_id = "create_team", tag = "people", security(("bearer" = [])),
    request_body = TeamBody,
    responses((status = 201, body = TeamBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem))
)]
pub(super) async fn create(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    JsonBody(body): JsonBody<TeamBody>,
) -> Result<(StatusCode, Json<TeamBody>), Problem> {
    let made = app::teams::create(&edge.app, &ctx, &body.into()).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Edits a team.
#[utoipa::path(
    put, path = "/api/teams/{id}", operation_id = "edit_team", tag = "people", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = TeamBody,
    responses((status = 200, body = TeamBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn edit(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<TeamId>,
    JsonBody(body): JsonBody<TeamBody>,
) -> Result<Json<TeamBody>, Problem> {
    Ok(Json(app::teams::edit(&edge.app, &ctx, &id, &body.into()).await?.into()))
}

/// Deletes a team that no escalation policy tells and that owns no schedule.
#[utoipa::path(
    delete, path = "/api/teams/{id}", operation_id = "delete_team", tag = "people", security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "Something needs it"))
)]
pub(super) async fn delete(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<TeamId>,
) -> Result<StatusCode, Problem> {
    app::teams::delete(&edge.app, &ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
