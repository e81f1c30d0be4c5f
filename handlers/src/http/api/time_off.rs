//! `/api/time-off`: time off and holidays.

use std::sync::Arc;

use app::Error;
use app::time_off::{NewTimeOff, TimeOffFilter, TimeOffView};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{TimeOffId, UserId};
use domain::time_off::{OnCallWhileOff, When};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::settings::zone;
use crate::edge::Edge;
use crate::extract::{IdPath, JsonBody, QueryOf, SignedIn};
use crate::problem::Problem;

/// Time off to enter: either from `starts_at` to `ends_at`, or whole days from `first_day` to `last_day`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EnterTimeOff {
    /// Whose; `null` or left out is a holiday of everybody.
    #[schema(value_type = Option<String>)]
    user_id: Option<UserId>,
    /// Such as `Vacation`.
    name: String,
    /// The first instant.
    starts_at: Option<DateTime<Utc>>,
    /// The first instant after it.
    ends_at: Option<DateTime<Utc>>,
    /// The first whole day.
    first_day: Option<NaiveDate>,
    /// The last whole day.
    last_day: Option<NaiveDate>,
    /// Whose days they are; the tenant's time zone unless given.
    time_zone: Option<String>,
}

/// A time off.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TimeOffBody {
    id: String,
    /// `null` for a holiday of everybody.
    user_id: Option<String>,
    user_name: Option<String>,
    name: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    created_by: String,
    created_at: DateTime<Utc>,
}

/// A time off that was entered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EnteredTimeOff {
    #[serde(flatten)]
    time_off: TimeOffBody,
    /// Where that person is on call within what is left of it. Nothing is changed by that: somebody should hand it off.
    on_call_conflicts: Vec<ConflictBody>,
}

/// A time on call.
#[derive(Debug, Serialize, ToSchema)]
struct ConflictBody {
    schedule_id: String,
    schedule_name: String,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

/// Some time off, by start.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TimeOffList {
    time_off: Vec<TimeOffBody>,
}

/// Which time off.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    user_id: Option<UserId>,
}

impl EnterTimeOff {
    fn read(self) -> Result<NewTimeOff, Error> {
        let when = self.when()?;
        Ok(NewTimeOff { user: self.user_id, name: self.name, when })
    }

    fn when(&self) -> Result<When, Error> {
        let unwanted = |field| Err(Error::invalid(field, "is for whole days; give that or instants"));
        let missing = |field| Error::invalid(field, "is missing");
        if self.starts_at.is_none() && self.ends_at.is_none() {
            let is_empty = self.first_day.is_none() && self.last_day.is_none();
            let first = if is_empty { "starts_at" } else { "first_day" };
            let zone = self.time_zone.as_deref().map(|text| zone("time_zone", text)).transpose()?;
            return Ok(When::Days {
                first_day: self.first_day.ok_or_else(|| missing(first))?,
                last_day: self.last_day.ok_or_else(|| missing("last_day"))?,
                zone,
            });
        }
        match self {
            Self { first_day: Some(_), .. } => unwanted("first_day"),
            Self { last_day: Some(_), .. } => unwanted("last_day"),
            Self { time_zone: Some(_), .. } => unwanted("time_zone"),
            _ => Ok(When::Instants {
                starts_at: self.starts_at.ok_or_else(|| missing("starts_at"))?,
                ends_at: self.ends_at.ok_or_else(|| missing("ends_at"))?,
            }),
        }
    }
}

impl From<TimeOffView> for TimeOffBody {
    fn from(TimeOffView { value, user_name }: TimeOffView) -> Self {
        Self {
            id: value.id.to_string(),
            user_id: value.user_id.map(String::from),
            user_name,
            name: value.name,
            starts_at: value.starts,
            ends_at: value.ends,
            created_by: value.made_by.to_string(),
            created_at: value.made_at,
        }
    }
}

impl From<OnCallWhileOff> for ConflictBody {
    fn from(found: OnCallWhileOff) -> Self {
        Self {
            schedule_id: found.schedule_id.to_string(),
            schedule_name: found.schedule,
            from: found.span.starts,
            to: found.span.ends,
        }
    }
}

/// Time off and holidays that end after `from` (now unless given) and start before `to`, by start.
#[utoipa::path(
    get, path = "/api/time-off", operation_id = "list_time_off", tag = "people", security(("bearer" = [])),
    params(
        ("from" = Option<DateTime<Utc>>, Query, description = "now unless given"),
        ("to" = Option<DateTime<Utc>>, Query),
        ("user_id" = Option<String>, Query, description = "this person's only, without the holidays"),
    ),
    responses((status = 200, body = TimeOffList), (status = 400, body = Problem), (status = 401, body = Problem))
)]
pub(super) async fn list(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    QueryOf(asked): QueryOf<Asked>,
) -> Result<Json<TimeOffList>, Problem> {
    let filter = TimeOffFilter { from: asked.from, to: asked.to, user: asked.user_id };
    let found = app::time_off::list(&edge.app, &ctx, &filter).await?;
    Ok(Json(TimeOffList { time_off: found.into_iter().map(TimeOffBody::from).collect() }))
}

/// Enters time off: members their own, managers anybody's, and holidays. It changes nobody's turn.
#[utoipa::path(
    post, path = "/api/time-off", operation_id = "enter_time_off", tag = "people", security(("bearer" = [])),
    request_body = EnterTimeOff,
    responses((status = 201, body = EnteredTimeOff), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem))
)]
pub(super) async fn enter(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    JsonBody(body): JsonBody<EnterTimeOff>,
) -> Result<(StatusCode, Json<EnteredTimeOff>), Problem> {
    let (made, conflicts) = app::time_off::create(&edge.app, &ctx, body.read()?).await?;
    let on_call_conflicts = conflicts.into_iter().map(ConflictBody::from).collect();
    Ok((StatusCode::CREATED, Json(EnteredTimeOff { time_off: made.into(), on_call_conflicts })))
}

/// Removes time off: members their own, managers anybody's, and holidays.
#[utoipa::path(
    delete, path = "/api/time-off/{id}", operation_id = "remove_time_off", tag = "people",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem))
)]
pub(super) async fn remove(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<TimeOffId>,
) -> Result<StatusCode, Problem> {
    app::time_off::delete(&edge.app, &ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
