//! `/api/alert-sources` and the types there are.
//!
//! Invariant: a key is answered once, by the request that makes it; a signing secret never.

pub(super) mod again;
mod body;
pub(super) mod deliveries;
mod parts;
pub(super) mod preview;

use std::sync::Arc;

use app::Ctx;
use app::alert_sources::Keyed;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use domain::id::SourceId;
use domain::source::{AlertSource, SourceType};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;

use self::body::AlertSourceBody;
use crate::edge::Edge;
use crate::extract::{IdPath, JsonBody, Named, SignedIn};
use crate::problem::Problem;

impl Named for SourceId {
    const KIND: &'static str = "alert source";
}

/// Every alert source.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertSourceList {
    alert_sources: Vec<AlertSourceBody>,
}

/// An alert source and the key that was just made for it. Neither the key nor an address with it is answered again.
#[derive(Serialize, ToSchema)]
pub(super) struct KeyedAlertSource {
    #[serde(flatten)]
    alert_source: AlertSourceBody,
    /// 32 letters and digits.
    key: String,
    /// Where the sender posts to; the key is in it.
    url: String,
    /// Where a sender with a PagerDuty connection posts to, with the key as its `routing_key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    enqueue_url: Option<String>,
}

/// The types that an alert source can be of.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertSourceTypeList {
    alert_source_types: Vec<AlertSourceTypeBody>,
}

/// A type.
#[derive(Debug, Serialize, ToSchema)]
struct AlertSourceTypeBody {
    /// What a source's `type` is.
    word: &'static str,
    /// What people call it.
    label: &'static str,
    /// Whether a source of it may have a `signing_secret`.
    can_sign: bool,
}

impl KeyedAlertSource {
    fn of(edge: &Edge, Keyed { source, key }: Keyed, quiet_since: Option<DateTime<Utc>>) -> Self {
        let base = &edge.app.settings.public_url;
        let key = key.expose_secret().to_owned();
        Self {
            url: format!("{base}/api/webhooks/{key}"),
            enqueue_url: (source.source_type == SourceType::PagerdutyEvents)
                .then(|| format!("{base}/v2/enqueue")),
            alert_source: AlertSourceBody::from(source).quiet(quiet_since),
            key,
        }
    }
}

async fn shown(edge: &Edge, ctx: &Ctx, source: AlertSource) -> Result<AlertSourceBody, Problem> {
    let since = app::alert_sources::quiet_since(&edge.app, ctx, &source.id).await?;
    Ok(AlertSourceBody::from(source).quiet(since))
}

/// Every alert source, by name.
#[utoipa::path(
    get, path = "/api/alert-sources", operation_id = "list_alert_sources", tag = "alert sources",
    security(("bearer" = [])),
    responses((status = 200, body = AlertSourceList), (status = 401, body = Problem))
)]
pub(super) async fn list(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<AlertSourceList>, Problem> {
    let sources = app::alert_sources::all(&edge.app, &ctx).await?;
    let quiet_since = app::alert_sources::quiet_since_each(&edge.app, &ctx, &sources).await?;
    let shown = sources.into_iter().zip(quiet_since);
    let alert_sources = shown.map(|(source, since)| AlertSourceBody::from(source).quiet(since)).collect();
    Ok(Json(AlertSourceList { alert_sources }))
}

/// One alert source.
#[utoipa::path(
    get, path = "/api/alert-sources/{id}", operation_id = "get_alert_source", tag = "alert sources",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 200, body = AlertSourceBody), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn read(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<SourceId>,
) -> Result<Json<AlertSourceBody>, Problem> {
    let source = app::alert_sources::get(&edge.app, &ctx, &id).await?;
    Ok(Json(shown(&edge, &ctx, source).await?))
}

/// Makes an alert source. Only this answer says its key.
#[utoipa::path(
    post, path = "/api/alert-sources", operation_id = "create_alert_source", tag = "alert sources",
    security(("bearer" = [])), request_body = AlertSourceBody,
    responses((status = 201, body = KeyedAlertSource), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem))
)]
pub(super) async fn create(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    JsonBody(body): JsonBody<AlertSourceBody>,
) -> Result<(StatusCode, Json<KeyedAlertSource>), Problem> {
    let made = app::alert_sources::create(&edge.app, &ctx, &body.read()?).await?;
    Ok((StatusCode::CREATED, Json(KeyedAlertSource::of(&edge, made, None))))
}

/// Edits an alert source, whole: what is left out is unset, but for the `signing_secret`. Its key stays, and so does its
/// `type`.
#[utoipa::path(
    put, path = "/api/alert-sources/{id}", operation_id = "edit_alert_source", tag = "alert sources",
    security(("bearer" = [])), params(("id" = String, Path)), request_body = AlertSourceBody,
    responses((status = 200, body = AlertSourceBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn edit(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<SourceId>,
    JsonBody(body): JsonBody<AlertSourceBody>,
) -> Result<Json<AlertSourceBody>, Problem> {
    let source = app::alert_sources::edit(&edge.app, &ctx, &id, &body.read()?).await?;
    Ok(Json(shown(&edge, &ctx, source).await?))
}

/// Deletes an alert source. Its key opens nothing from now on; its incidents stay. While one of its deliveries waits for an
/// answer from outside, it stays, too.
#[utoipa::path(
    delete, path = "/api/alert-sources/{id}", operation_id = "delete_alert_source", tag = "alert sources",
    security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`source-has-waiting-deliveries`: try again in a few minutes"))
)]
pub(super) async fn delete(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<SourceId>,
) -> Result<StatusCode, Problem> {
    app::alert_sources::delete(&edge.app, &ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives an alert source another key, which only this answer says. The one before opens nothing from now on.
#[utoipa::path(
    post, path = "/api/alert-sources/{id}/rotate-key", operation_id = "rotate_alert_source_key",
    tag = "alert sources", security(("bearer" = [])), params(("id" = String, Path)),
    responses((status = 200, body = KeyedAlertSource), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "Its alerts come without a key"))
)]
pub(super) async fn rotate_key(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<SourceId>,
) -> Result<Json<KeyedAlertSource>, Problem> {
    // Before there is a key that only this answer says.
    let quiet_since = app::alert_sources::quiet_since(&edge.app, &ctx, &id).await?;
    let rekeyed = app::alert_sources::rotate_key(&edge.app, &ctx, &id).await?;
    Ok(Json(KeyedAlertSource::of(&edge, rekeyed, quiet_since)))
}

/// The types that an alert source can be of, in the order that people choose from.
#[utoipa::path(
    get, path = "/api/alert-source-types", operation_id = "list_alert_source_types", tag = "alert sources",
    security(("bearer" = [])),
    responses((status = 200, body = AlertSourceTypeList), (status = 401, body = Problem))
)]
pub(super) async fn types(SignedIn(_): SignedIn) -> Json<AlertSourceTypeList> {
    let shown = |kind: &SourceType| AlertSourceTypeBody {
        word: kind.word(),
        label: kind.label(),
        can_sign: kind.can_sign(),
    };
    let types = SourceType::ALL.iter().filter(|kind| kind.has_key());
    Json(AlertSourceTypeList { alert_source_types: types.map(shown).collect() })
}
