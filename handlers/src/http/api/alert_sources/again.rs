//! A test alert, and reading a delivery again.

use std::sync::Arc;

use app::TestAlert;
use axum::Json;
use axum::extract::{Path, State};
use domain::id::{DeliveryId, SourceId};
use domain::severity::Severity;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::edge::Edge;
use crate::extract::{IdPath, JsonBody, SignedIn};
use crate::http::webhooks::Answer;
use crate::problem::Problem;

/// What a test alert says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct TestBody {
    /// How bad it claims to be, which decides how hard people are rung: `critical`, `high`, `medium`, `low` or `info`.
    #[schema(value_type = String)]
    severity: Severity,
    /// The rest of what it says.
    #[serde(default)]
    description: String,
}

/// Sends a test alert through the source's door: whoever is on call is paged.
#[utoipa::path(
    post, path = "/api/alert-sources/{id}/test", operation_id = "test_alert_source", tag = "alert sources",
    security(("bearer" = [])), params(("id" = String, Path)), request_body = TestBody,
    responses((status = 200, body = Answer), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub(in crate::http::api) async fn test(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<SourceId>,
    JsonBody(body): JsonBody<TestBody>,
) -> Result<Json<Answer>, Problem> {
    let alert = TestAlert { severity: body.severity, description: body.description };
    let received = app::test(&edge.app, &ctx, &id, alert).await?;
    Ok(Json(Answer::of(&edge.app, received)))
}

/// Reads a delivery again, by the source's present settings: one that made no alert, one whose alert was ignored, or one whose
/// alerts were not all taken in. What it has done already isn't done twice.
#[utoipa::path(
    post, path = "/api/alert-sources/{id}/deliveries/{delivery_id}/replay", operation_id = "replay_delivery",
    tag = "alert sources", security(("bearer" = [])),
    params(("id" = String, Path), ("delivery_id" = String, Path)),
    responses((status = 200, body = Answer), (status = 400, body = Problem, description = "It can't be read this time either"),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Its alerts were taken in already \
            (`delivery-taken`) or just now (`delivery-being-taken`), it is read again by itself (`delivery-waiting`), or its \
            body is no longer kept (`delivery-body-gone`)"))
)]
pub(in crate::http::api) async fn replay(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    Path((source, delivery)): Path<(String, String)>,
) -> Result<Json<Answer>, Problem> {
    let unknown = || app::Error::not_found("delivery", &delivery);
    let source: SourceId = source.parse().map_err(|_| unknown())?;
    let id: DeliveryId = delivery.parse().map_err(|_| unknown())?;
    let (_, received) = app::replay(&edge.app, &ctx, &source, &id).await?;
    Ok(Json(Answer::of(&edge.app, received)))
}
