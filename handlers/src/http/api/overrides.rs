//! `/api/overrides`: the published form (`schedule_id`, `user_id`, `original_user_id`, `start_at`, `end_at`, `reason`), and
//! the kinds that it doesn't have.

use std::sync::Arc;

use app::Error;
use app::overrides::{Decision, NewOverride, OverrideFilter, OverrideView};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use domain::id::{IdError, OverrideId, ScheduleId, UserId};
use domain::schedule::{Override, OverrideKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::edge::Edge;
use crate::extract::{IdPath, JsonBody, QueryOf, SignedIn, without_leap};
use crate::problem::Problem;

/// An override to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MakeOverride {
    schedule_id: String,
    /// `replace` (`user_id` instead of `original_user_id`), `add` (`user_id`, too), `remove` (not `user_id`) or `cover`
    /// (`original_user_id` asks everybody on the schedule). Unless given: `replace` with an `original_user_id`, else `add`.
    kind: Option<String>,
    user_id: Option<String>,
    original_user_id: Option<String>,
    start_at: DateTime<Utc>,
    end_at: DateTime<Utc>,
    reason: Option<String>,
}

/// An override.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OverrideBody {
    id: String,
    schedule_id: String,
    schedule_name: String,
    /// `replace`, `add`, `remove` or `cover`.
    kind: &'static str,
    user_id: Option<String>,
    user_name: Option<String>,
    original_user_id: Option<String>,
    original_user_name: Option<String>,
    start_at: DateTime<Utc>,
    end_at: DateTime<Utc>,
    /// `pending`, `approved`, `active` (approved, and its window is now) or `rejected`.
    status: &'static str,
    reason: Option<String>,
    created_by: String,
    created_at: DateTime<Utc>,
    /// Who approved, rejected or ended it.
    decided_by: Option<String>,
}

/// Some overrides, by start.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OverrideList {
    overrides: Vec<OverrideBody>,
}

/// Which overrides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    schedule_id: Option<String>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

fn id<T: std::str::FromStr<Err = IdError>>(field: &str, text: &str) -> Result<T, Error> {
    text.parse().map_err(|error: IdError| Error::invalid(field, error.to_string()))
}

impl MakeOverride {
    fn read(self) -> Result<NewOverride, Error> {
        let user = self.user_id.as_deref().map(|text| id::<UserId>("user_id", text)).transpose()?;
        let original = self
            .original_user_id
            .as_deref()
            .map(|text| id::<UserId>("original_user_id", text))
            .transpose()?;
        let kind = match self.kind.as_deref() {
            Some(kind) => kind,
            None if original.is_some() => "replace",
            None => "add",
        };
        let missing = |field| Error::invalid(field, format!("is missing: '{kind}' needs it"));
        let unwanted = |field, given: bool| {
            if given { Err(Error::invalid(field, format!("is not for '{kind}'"))) } else { Ok(()) }
        };
        let kind = match kind {
            "replace" => OverrideKind::Replace {
                original: original.ok_or_else(|| missing("original_user_id"))?,
                by: user.ok_or_else(|| missing("user_id"))?,
            },
            "cover" => {
                unwanted("user_id", user.is_some())?;
                OverrideKind::Cover { original: original.ok_or_else(|| missing("original_user_id"))? }
            }
            "add" | "remove" => {
                unwanted("original_user_id", original.is_some())?;
                let user = user.ok_or_else(|| missing("user_id"))?;
                if kind == "add" { OverrideKind::Add { user } } else { OverrideKind::Remove { user } }
            }
            _ => return Err(Error::invalid("kind", "must be replace, add, remove or cover")),
        };
        Ok(NewOverride {
            schedule_id: id::<ScheduleId>("schedule_id", &self.schedule_id)?,
            kind,
            starts: without_leap(self.start_at),
            ends: without_leap(self.end_at),
            reason: self.reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty()),
        })
    }
}

fn shown(view: &OverrideView, now: DateTime<Utc>) -> OverrideBody {
    let OverrideView { value, schedule_name, people } = view;
    let (original, user) = match &value.kind {
        OverrideKind::Replace { original, by } => (Some(original), Some(by)),
        OverrideKind::Add { user } | OverrideKind::Remove { user } => (None, Some(user)),
        OverrideKind::Cover { original } => (Some(original), None),
    };
    let name = |id: Option<&UserId>| id.map(|id| people.name(id));
    OverrideBody {
        id: value.id.to_string(),
        schedule_id: value.schedule_id.to_string(),
        schedule_name: schedule_name.clone(),
        kind: value.kind.as_str(),
        user_id: user.map(ToString::to_string),
        user_name: name(user),
        original_user_id: original.map(ToString::to_string),
        original_user_name: name(original),
        start_at: value.starts,
        end_at: value.ends,
        status: value.standing(now),
        reason: value.reason.clone(),
        created_by: value.made_by.to_string(),
        created_at: value.made_at,
        decided_by: value.decided_by.as_ref().map(ToString::to_string),
    }
}

async fn answer(edge: &Edge, ctx: &app::Ctx, kept: &Override) -> Result<Json<OverrideBody>, Problem> {
    let view = app::overrides::get(&edge.app, ctx, &kept.id).await?;
    Ok(Json(shown(&view, ctx.now)))
}

/// Overrides that end after `from` (now unless given) and start before `to`, by start.
#[utoipa::path(
    get, path = "/api/overrides", operation_id = "list_overrides", tag = "overrides", security(("bearer" = [])),
    params(
        ("schedule_id" = Option<String>, Query),
        ("from" = Option<DateTime<Utc>>, Query, description = "now unless given"),
        ("to" = Option<DateTime<Utc>>, Query),
    ),
    responses((status = 200, body = OverrideList), (status = 400, body = Problem), (status = 401, body = Problem))
)]
pub(super) async fn list(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    QueryOf(asked): QueryOf<Asked>,
) -> Result<Json<OverrideList>, Problem> {
    let schedule =
        asked.schedule_id.as_deref().map(|text| id::<ScheduleId>("schedule_id", text)).transpose()?;
    let filter = OverrideFilter { schedule, from: asked.from, to: asked.to };
    let overrides = app::overrides::list(&edge.app, &ctx, &filter).await?;
    Ok(Json(OverrideList { overrides: overrides.iter().map(|view| shown(view, ctx.now)).collect() }))
}

/// One override.
#[utoipa::path(
    get, path = "/api/overrides/{id}", operation_id = "get_override", tag = "overrides", security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = OverrideBody), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn read(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<OverrideId>,
) -> Result<Json<OverrideBody>, Problem> {
    let view = app::overrides::get(&edge.app, &ctx, &id).await?;
    Ok(Json(shown(&view, ctx.now)))
}

/// Makes an override. A manager may make any, and so may whoever hands off a shift of their own: it counts at once. What
/// else a member makes is about themselves and `pending` until a manager or the other person agrees.
#[utoipa::path(
    post, path = "/api/overrides", operation_id = "create_override", tag = "overrides", security(("bearer" = [])),
    request_body = MakeOverride,
    responses((status = 201, body = OverrideBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem))
)]
pub(super) async fn create(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    JsonBody(body): JsonBody<MakeOverride>,
) -> Result<(StatusCode, Json<OverrideBody>), Problem> {
    let made = app::overrides::create(&edge.app, &ctx, body.read()?).await?;
    Ok((StatusCode::CREATED, answer(&edge, &ctx, &made).await?))
}

/// Accepts a request to be covered: the shift is yours. The first one to accept has it.
#[utoipa::path(
    post, path = "/api/overrides/{id}/accept", operation_id = "accept_override", tag = "overrides",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 200, body = OverrideBody), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem))
)]
pub(super) async fn accept(
    edge: State<Arc<Edge>>,
    signed_in: SignedIn,
    id: IdPath<OverrideId>,
) -> Result<Json<OverrideBody>, Problem> {
    decide(edge, signed_in, id, Decision::Accept).await
}

/// Agrees to a pending override: a manager, or the person whom it concerns and who didn't make it.
#[utoipa::path(
    post, path = "/api/overrides/{id}/approve", operation_id = "approve_override", tag = "overrides",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 200, body = OverrideBody), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem))
)]
pub(super) async fn approve(
    edge: State<Arc<Edge>>,
    signed_in: SignedIn,
    id: IdPath<OverrideId>,
) -> Result<Json<OverrideBody>, Problem> {
    decide(edge, signed_in, id, Decision::Approve).await
}

/// Refuses a pending override.
#[utoipa::path(
    post, path = "/api/overrides/{id}/reject", operation_id = "reject_override", tag = "overrides",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 200, body = OverrideBody), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem))
)]
pub(super) async fn reject(
    edge: State<Arc<Edge>>,
    signed_in: SignedIn,
    id: IdPath<OverrideId>,
) -> Result<Json<OverrideBody>, Problem> {
    decide(edge, signed_in, id, Decision::Reject).await
}

async fn decide(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<OverrideId>,
    decision: Decision,
) -> Result<Json<OverrideBody>, Problem> {
    let kept = app::overrides::decide(&edge.app, &ctx, &id, decision).await?;
    answer(&edge, &ctx, &kept).await
}

/// Takes an override back: one that is active ends now, one to come is rejected. It stays on record.
#[utoipa::path(
    delete, path = "/api/overrides/{id}", operation_id = "withdraw_override", tag = "overrides",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 200, body = OverrideBody), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem))
)]
pub(super) async fn withdraw(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<OverrideId>,
) -> Result<Json<OverrideBody>, Problem> {
    let kept = app::overrides::withdraw(&edge.app, &ctx, &id).await?;
    answer(&edge, &ctx, &kept).await
}
