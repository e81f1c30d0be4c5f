//! `GET /api/incidents`.

use std::sync::Arc;

use app::IncidentFilter;
use axum::Json;
use axum::extract::{RawQuery, State};
use domain::incident::Status;
use serde::Serialize;
use utoipa::ToSchema;

use super::IncidentBody;
use crate::edge::Edge;
use crate::extract::SignedIn;
use crate::problem::Problem;

/// Some incidents, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct IncidentList {
    incidents: Vec<IncidentBody>,
    /// Give it as `after` for the older ones; `null` when these were the last.
    next: Option<String>,
}

struct Query {
    filter: IncidentFilter,
    after: Option<String>,
    limit: u32,
}

/// Incidents, newest first.
#[utoipa::path(
    get, path = "/api/incidents", operation_id = "list_incidents", tag = "incidents", security(("bearer" = [])),
    params(
        ("status" = Option<String>, Query, description = "open (the default), triggered, acknowledged, resolved, suppressed or all"),
        ("after" = Option<String>, Query, description = "an earlier answer's `next`"),
        ("limit" = Option<u32>, Query, description = "1 to 100, 50 unless given"),
    ),
    responses((status = 200, body = IncidentList), (status = 400, body = Problem), (status = 401, body = Problem))
)]
pub(in crate::http::api) async fn list(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    RawQuery(query): RawQuery,
) -> Result<Json<IncidentList>, Problem> {
    let Query { filter, after, limit } = parse(query.as_deref().unwrap_or_default())?;
    let page = app::list(&edge.app, &ctx, filter, (after.as_deref(), limit)).await?;
    Ok(Json(IncidentList {
        incidents: page.incidents.into_iter().map(IncidentBody::from).collect(),
        next: page.older,
    }))
}

fn parse(query: &str) -> Result<Query, Problem> {
    let mut parsed = Query { filter: IncidentFilter::Open, after: None, limit: 50 };
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "status" => parsed.filter = filter(&value)?,
            "after" => parsed.after = Some(value.into_owned()),
            "limit" => {
                let wrong = || app::Error::invalid("limit", "must be a number from 1 to 100");
                parsed.limit =
                    value.parse().ok().filter(|limit| (1..=100).contains(limit)).ok_or_else(wrong)?;
            }
            other => return Err(app::Error::invalid(other, "is no parameter of this list").into()),
        }
    }
    Ok(parsed)
}

fn filter(word: &str) -> Result<IncidentFilter, Problem> {
    match word {
        "open" => Ok(IncidentFilter::Open),
        "all" => Ok(IncidentFilter::All),
        word => {
            let status = Status::ALL.into_iter().find(|status| status.as_str() == word);
            let problem = "is not one of open, triggered, acknowledged, resolved, suppressed, all";
            status.map(IncidentFilter::In).ok_or_else(|| app::Error::invalid("status", problem).into())
        }
    }
}
