//! `GET /api/incidents/{id}`, its timeline, and its page ledger.

use std::sync::Arc;

use app::TicketStanding;
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::id::IncidentId;
use domain::page::{AttemptOutcome, Page};
use domain::timeline::Entry;
use serde::Serialize;
use utoipa::ToSchema;

use super::IncidentBody;
use crate::edge::Edge;
use crate::extract::{IdPath, SignedIn};
use crate::problem::Problem;

/// An incident, and how it stands with the PSA.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct IncidentDetailBody {
    #[serde(flatten)]
    incident: IncidentBody,
    psa: PsaBody,
}

/// How an incident stands with the PSA.
#[derive(Debug, Serialize, ToSchema)]
struct PsaBody {
    /// `off`, `not_yet`, `pending`, `filed` or `failed`.
    state: &'static str,
    /// What the PSA said when it last refused.
    problem: Option<String>,
    /// Whether it is tried again by itself.
    retrying: bool,
}

impl From<TicketStanding> for PsaBody {
    fn from(standing: TicketStanding) -> Self {
        let state = match &standing {
            TicketStanding::Off => "off",
            TicketStanding::NotYet => "not_yet",
            TicketStanding::Pending => "pending",
            TicketStanding::Filed => "filed",
            TicketStanding::Failed { .. } => "failed",
        };
        match standing {
            TicketStanding::Failed { reason, retrying } => Self { state, problem: Some(reason), retrying },
            _ => Self { state, problem: None, retrying: false },
        }
    }
}

/// What happened, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Timeline {
    /// Each with `at`, `actor` and `event`, whose `type` says what happened.
    #[schema(value_type = Vec<Object>)]
    entries: Vec<Entry>,
}

/// Every attempt to reach somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct PageLedger {
    pages: Vec<PageBody>,
}

/// One person, on one contact method, for one step.
#[derive(Debug, Serialize, ToSchema)]
struct PageBody {
    id: String,
    user_id: String,
    user_name: String,
    channel: &'static str,
    address: String,
    /// Which step, from 1.
    step: u32,
    /// In which round, from 1.
    round: u32,
    /// `pending`, `sent`, `failed` or `cancelled`.
    #[schema(value_type = String)]
    state: domain::page::PageState,
    created_at: DateTime<Utc>,
    attempts: Vec<AttemptBody>,
}

/// One try.
#[derive(Debug, Serialize, ToSchema)]
struct AttemptBody {
    at: DateTime<Utc>,
    /// The provider's own reference, when it took the message.
    receipt: Option<String>,
    /// What it said, when it didn't.
    failure: Option<String>,
}

impl From<Page> for PageBody {
    fn from(page: Page) -> Self {
        let attempts = page.attempts.into_iter().map(|attempt| {
            let (receipt, failure) = match attempt.outcome {
                AttemptOutcome::Receipt(text) => (Some(text), None),
                AttemptOutcome::Failure(text) => (None, Some(text)),
            };
            AttemptBody { at: attempt.at, receipt, failure }
        });
        Self {
            id: page.id.to_string(),
            user_id: page.user_id.to_string(),
            user_name: page.user_name,
            channel: page.channel.as_str(),
            address: page.address,
            step: page.position.step + 1,
            round: page.position.round + 1,
            state: page.state,
            created_at: page.created_at,
            attempts: attempts.collect(),
        }
    }
}

/// One incident.
#[utoipa::path(
    get, path = "/api/incidents/{id}", operation_id = "get_incident", tag = "incidents", security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = IncidentDetailBody), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(in crate::http::api) async fn read(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<IncidentId>,
) -> Result<Json<IncidentDetailBody>, Problem> {
    let incident = app::get(&edge.app, &ctx, &id).await?;
    let psa = app::ticket_standing(&edge.app, &incident).await?.into();
    Ok(Json(IncidentDetailBody { incident: incident.into(), psa }))
}

/// Everything that happened to an incident.
#[utoipa::path(
    get, path = "/api/incidents/{id}/timeline", operation_id = "get_timeline", tag = "incidents",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 200, body = Timeline), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(in crate::http::api) async fn timeline(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<IncidentId>,
) -> Result<Json<Timeline>, Problem> {
    Ok(Json(Timeline { entries: app::timeline(&edge.app, &ctx, &id).await? }))
}

/// Every attempt to reach somebody about an incident.
#[utoipa::path(
    get, path = "/api/incidents/{id}/pages", operation_id = "get_pages", tag = "incidents",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 200, body = PageLedger), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(in crate::http::api) async fn pages(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<IncidentId>,
) -> Result<Json<PageLedger>, Problem> {
    let detail = app::detail(&edge.app, &ctx, &id).await?;
    Ok(Json(PageLedger { pages: detail.pages.into_iter().map(PageBody::from).collect() }))
}
