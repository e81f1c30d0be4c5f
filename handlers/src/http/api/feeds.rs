//! The secret addresses of calendars: `/api/schedules/{id}/calendar` and `/api/me/calendar`. What stands at the addresses
//! is served by `http::calendars`.

use std::sync::Arc;

use app::Ctx;
use app::feeds::Address;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use domain::feed::FeedOf;
use domain::id::ScheduleId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::edge::Edge;
use crate::extract::{IdPath, SignedIn};
use crate::problem::Problem;

/// A calendar's secret address, told this once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AddressBody {
    /// Whoever has it can read the calendar.
    url: String,
    /// The same, for programs that subscribe to it when it is opened.
    webcal_url: String,
    made_at: DateTime<Utc>,
}

/// Whether a calendar has an address.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StandingBody {
    active: bool,
    /// Since when.
    made_at: Option<DateTime<Utc>>,
}

impl From<Address> for AddressBody {
    fn from(Address { url, webcal_url, made_at }: Address) -> Self {
        Self { url, webcal_url, made_at }
    }
}

/// Whether a schedule's calendar has an address, and since when. The address itself is told only when it is made.
#[utoipa::path(
    get, path = "/api/schedules/{id}/calendar", operation_id = "get_schedule_calendar", tag = "calendars",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 200, body = StandingBody), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem))
)]
pub(super) async fn of_schedule(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<ScheduleId>,
) -> Result<Json<StandingBody>, Problem> {
    standing(&edge, &ctx, &FeedOf::Schedule(id)).await
}

/// Makes a new secret address for a schedule's calendar; the one before stops working.
#[utoipa::path(
    post, path = "/api/schedules/{id}/calendar", operation_id = "open_schedule_calendar", tag = "calendars",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 201, body = AddressBody), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem))
)]
pub(super) async fn open_schedule(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<ScheduleId>,
) -> Result<(StatusCode, Json<AddressBody>), Problem> {
    open(&edge, &ctx, FeedOf::Schedule(id)).await
}

/// Shuts the address of a schedule's calendar.
#[utoipa::path(
    delete, path = "/api/schedules/{id}/calendar", operation_id = "shut_schedule_calendar", tag = "calendars",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem))
)]
pub(super) async fn shut_schedule(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<ScheduleId>,
) -> Result<StatusCode, Problem> {
    shut(&edge, &ctx, FeedOf::Schedule(id)).await
}

/// Whether one's own calendar has an address, and since when.
#[utoipa::path(
    get, path = "/api/me/calendar", operation_id = "get_my_calendar", tag = "calendars", security(("bearer" = [])),
    responses((status = 200, body = StandingBody), (status = 401, body = Problem))
)]
pub(super) async fn mine(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<StandingBody>, Problem> {
    standing(&edge, &ctx, &FeedOf::User(ctx.user_id.clone())).await
}

/// Makes a new secret address for the calendar of one's own shifts on every schedule; the one before stops working.
#[utoipa::path(
    post, path = "/api/me/calendar", operation_id = "open_my_calendar", tag = "calendars",
    security(("bearer" = [])), responses((status = 201, body = AddressBody), (status = 401, body = Problem))
)]
pub(super) async fn open_mine(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<(StatusCode, Json<AddressBody>), Problem> {
    open(&edge, &ctx, FeedOf::User(ctx.user_id.clone())).await
}

/// Shuts the address of one's own calendar.
#[utoipa::path(
    delete, path = "/api/me/calendar", operation_id = "shut_my_calendar", tag = "calendars",
    security(("bearer" = [])), responses((status = 204), (status = 401, body = Problem))
)]
pub(super) async fn shut_mine(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<StatusCode, Problem> {
    shut(&edge, &ctx, FeedOf::User(ctx.user_id.clone())).await
}

async fn standing(edge: &Edge, ctx: &Ctx, of: &FeedOf) -> Result<Json<StandingBody>, Problem> {
    let made_at = app::feeds::made_since(&edge.app, ctx, of).await?;
    Ok(Json(StandingBody { active: made_at.is_some(), made_at }))
}

async fn open(edge: &Edge, ctx: &Ctx, of: FeedOf) -> Result<(StatusCode, Json<AddressBody>), Problem> {
    let address = app::feeds::open(&edge.app, ctx, of).await?;
    Ok((StatusCode::CREATED, Json(address.into())))
}

async fn shut(edge: &Edge, ctx: &Ctx, of: FeedOf) -> Result<StatusCode, Problem> {
    app::feeds::shut(&edge.app, ctx, of).await?;
    Ok(StatusCode::NO_CONTENT)
}
