//! `/api/me`: what people set up for themselves.

use std::sync::Arc;

use app::people::{Before, NoticesEdit};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::users::UserBody;
use crate::edge::Edge;
use crate::extract::{JsonBody, SignedIn};
use crate::problem::Problem;

/// What somebody changes for themselves; what is left out stays as it is. Name, mail address and role are the Hub's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MeEdit {
    #[serde(default)]
    shift_notices: PartOfNotices,
}

/// Some of what somebody wants to be told about their shifts.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PartOfNotices {
    /// So many minutes before a shift starts, 0 to 2880; `null` is not at all.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>)]
    before_minutes: Before,
    /// When a shift starts.
    at_start: Option<bool>,
    /// When a shift ends.
    at_end: Option<bool>,
}

/// All of what somebody wants to be told about their shifts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AllNotices {
    /// So many minutes before a shift starts, 0 to 2880; `null` is not at all.
    before_minutes: Option<u32>,
    /// When a shift starts.
    at_start: bool,
    /// When a shift ends.
    at_end: bool,
}

/// A field that is there, though it may be `null`.
fn given<'de, D: Deserializer<'de>>(field: D) -> Result<Before, D::Error> {
    Option::<u32>::deserialize(field).map(Before::from)
}

impl From<PartOfNotices> for NoticesEdit {
    fn from(part: PartOfNotices) -> Self {
        Self { before: part.before_minutes, at_start: part.at_start, at_end: part.at_end }
    }
}

impl From<AllNotices> for NoticesEdit {
    fn from(all: AllNotices) -> Self {
        Self { before: all.before_minutes.into(), at_start: Some(all.at_start), at_end: Some(all.at_end) }
    }
}

/// Oneself.
#[utoipa::path(
    get, path = "/api/me", operation_id = "get_me", tag = "me", security(("bearer" = [])),
    responses((status = 200, body = UserBody), (status = 401, body = Problem))
)]
pub(super) async fn read(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<UserBody>, Problem> {
    Ok(Json(app::people::get(&edge.app, &ctx, &ctx.user_id).await?.into()))
}

/// Changes some of one's own preferences.
#[utoipa::path(
    patch, path = "/api/me", operation_id = "edit_me", tag = "me", security(("bearer" = [])),
    request_body = MeEdit,
    responses((status = 200, body = UserBody), (status = 400, body = Problem), (status = 401, body = Problem))
)]
pub(super) async fn edit(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    JsonBody(body): JsonBody<MeEdit>,
) -> Result<Json<UserBody>, Problem> {
    let edit = body.shift_notices.into();
    let kept = app::people::set_shift_notices(&edge.app, &ctx, edit).await;
    Ok(Json(kept.map_err(|error| inside("shift_notices", error))?.into()))
}

/// Says what one wants to be told about one's own shifts.
#[utoipa::path(
    put, path = "/api/me/shift-notices", operation_id = "set_shift_notices", tag = "me",
    security(("bearer" = [])), request_body = AllNotices,
    responses((status = 200, body = UserBody), (status = 400, body = Problem), (status = 401, body = Problem))
)]
pub(super) async fn set_shift_notices(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    JsonBody(body): JsonBody<AllNotices>,
) -> Result<Json<UserBody>, Problem> {
    Ok(Json(app::people::set_shift_notices(&edge.app, &ctx, body.into()).await?.into()))
}

/// Wrong fields, named from outside the object that they are in.
fn inside(object: &str, error: app::Error) -> app::Error {
    match error {
        app::Error::Invalid(mut fields) => {
            for wrong in &mut fields {
                wrong.field = format!("{object}.{}", wrong.field);
            }
            app::Error::Invalid(fields)
        }
        other => other,
    }
}
