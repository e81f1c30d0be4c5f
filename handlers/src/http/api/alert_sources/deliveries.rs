//! `/api/alert-sources/{id}/deliveries`: what came to a source's door, and what became of it.
//!
//! Invariant: all of it is for managers: a problem may quote what came.

use std::sync::Arc;

use app::{Error, WholeDelivery};
use axum::Json;
use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use domain::alert::Outcome;
use domain::delivery::{Delivery, Request, Verdict};
use domain::id::{DeliveryId, SourceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::edge::Edge;
use crate::extract::{IdPath, QueryOf, SignedIn};
use crate::problem::Problem;

/// What became of a delivery.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct DeliveryBody {
    id: String,
    received_at: DateTime<Utc>,
    /// `taken`, `nothing` (there was nothing in it to act on), `refused` or `waiting` (for something outside).
    state: &'static str,
    /// Of one that was taken: what became of its first alert.
    #[schema(value_type = Option<String>)]
    result: Option<Outcome>,
    /// Its first alert's.
    incident_id: Option<String>,
    /// Of one that was refused: which part of it.
    field: Option<String>,
    /// Of one that was not taken: why.
    problem: Option<String>,
    /// How many alerts it held.
    alerts: u32,
    /// The delivery that this one is another reading of.
    replay_of: Option<String>,
}

/// A delivery as it came.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct DeliveryDetail {
    #[serde(flatten)]
    delivery: DeliveryBody,
    content_type: Option<String>,
    /// Without the values of keys and other secrets.
    query: String,
    headers: Vec<HeaderBody>,
    body: String,
    /// `false`: the body is no longer kept, and `body` is empty.
    body_kept: bool,
}

/// A header that says something about the body.
#[derive(Debug, Serialize, ToSchema)]
struct HeaderBody {
    name: String,
    value: String,
}

/// Some deliveries, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct DeliveryList {
    deliveries: Vec<DeliveryBody>,
    /// Give it as `after` for the older ones; `null` when these were the last.
    next: Option<String>,
}

/// Which deliveries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Asked {
    after: Option<String>,
    limit: Option<String>,
}

impl Asked {
    fn limit(&self) -> Result<u32, Error> {
        let Some(text) = &self.limit else { return Ok(50) };
        let limit = text.parse().ok().filter(|limit| (1..=100).contains(limit));
        limit.ok_or_else(|| Error::invalid("limit", "must be a number from 1 to 100"))
    }
}

impl From<&Delivery> for DeliveryBody {
    fn from(delivery: &Delivery) -> Self {
        let mut body = Self {
            id: delivery.id.to_string(),
            received_at: delivery.received_at,
            state: delivery.verdict.state(),
            result: None,
            incident_id: None,
            field: None,
            problem: None,
            alerts: delivery.alerts,
            replay_of: delivery.replay_of.as_ref().map(ToString::to_string),
        };
        match &delivery.verdict {
            Verdict::Taken { outcome, incident_id } => {
                body.result = Some(*outcome);
                body.incident_id = incident_id.as_ref().map(ToString::to_string);
            }
            Verdict::Refused { field, problem } => {
                body.field = Some(field.clone());
                body.problem = Some(problem.clone());
            }
            Verdict::Nothing { why: problem } | Verdict::Waiting { problem } => {
                body.problem = Some(problem.clone());
            }
        }
        body
    }
}

impl From<WholeDelivery> for DeliveryDetail {
    fn from(WholeDelivery { delivery, is_body_gone }: WholeDelivery) -> Self {
        let shown = DeliveryBody::from(&delivery);
        let Request { content_type, query, headers, body, .. } = delivery.request;
        let headers = headers.into_iter().map(|(name, value)| HeaderBody { name, value }).collect();
        Self { delivery: shown, content_type, query, headers, body, body_kept: !is_body_gone }
    }
}

/// What came to an alert source within 14 days, newest first. For managers.
#[utoipa::path(
    get, path = "/api/alert-sources/{id}/deliveries", operation_id = "list_deliveries", tag = "alert sources",
    security(("bearer" = [])),
    params(
        ("id" = String, Path),
        ("after" = Option<String>, Query, description = "an earlier answer's `next`"),
        ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"),
    ),
    responses((status = 200, body = DeliveryList), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub(in crate::http::api) async fn list(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(source): IdPath<SourceId>,
    QueryOf(asked): QueryOf<Asked>,
) -> Result<Json<DeliveryList>, Problem> {
    let range = (asked.after.as_deref(), asked.limit()?);
    let page = app::alert_sources::deliveries(&edge.app, &ctx, &source, range).await?;
    Ok(Json(DeliveryList {
        deliveries: page.deliveries.iter().map(DeliveryBody::from).collect(),
        next: page.older,
    }))
}

/// One delivery, as it came. For managers.
#[utoipa::path(
    get, path = "/api/alert-sources/{id}/deliveries/{delivery_id}", operation_id = "get_delivery",
    tag = "alert sources", security(("bearer" = [])),
    params(("id" = String, Path), ("delivery_id" = String, Path)),
    responses((status = 200, body = DeliveryDetail), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem))
)]
pub(in crate::http::api) async fn read(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    Path((source, delivery)): Path<(String, String)>,
) -> Result<Json<DeliveryDetail>, Problem> {
    let id: SourceId = source.parse().map_err(|_| Error::not_found("alert source", source))?;
    let delivery: DeliveryId = delivery.parse().map_err(|_| Error::not_found("delivery", delivery))?;
    Ok(Json(app::alert_sources::delivery(&edge.app, &ctx, &id, &delivery).await?.into()))
}
