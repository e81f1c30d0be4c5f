//! `/api/settings/psa`: the tenant's own PSA.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::psa::PsaEdit;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use domain::psa::{Provider, PsaCheck, PsaConnection, PsaMapping};
use secrecy::SecretString;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::write_only::Sent;
use crate::edge::Edge;
use crate::extract::{JsonBody, SignedIn};
use crate::problem::Problem;

/// How work is filed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PsaSettings {
    /// The tenant's own; `null`: none is set up.
    connection: Option<PsaConnectionBody>,
    /// Where the work of tenants without one of their own is filed; `null`: nowhere.
    deployment: Option<&'static str>,
}

/// A tenant's PSA.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PsaConnectionBody {
    /// `type` is `theone`, `halopsa` or `autotask`; the other fields are its own.
    #[schema(value_type = Object)]
    provider: Value,
    /// There is one; it is never shown.
    secret_set: bool,
    #[schema(value_type = PsaMappingBody)]
    mapping: PsaMapping,
    /// Whether the time from acknowledge to resolve is filed as a draft.
    time_entries: bool,
    /// What the last check said.
    checked: Option<PsaCheckBody>,
    /// When it is checked by itself.
    next_check_at: DateTime<Utc>,
}

/// What our words are called in the PSA. All of it may be left out.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it only describes the domain's type")]
pub(super) struct PsaMappingBody {
    /// The PSA's priority by our severity.
    priorities: BTreeMap<String, String>,
    /// The PSA's technician (id or mail address there) by our user's id. Others are found by mail address.
    technicians: BTreeMap<String, String>,
    /// The PSA's company (id or name) by the client's name.
    companies: BTreeMap<String, String>,
    /// The company of a ticket whose client is not known.
    default_company: Option<String>,
}

/// A PSA as it is set up, whole: a mapping that is left out is taken away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PsaInput {
    /// `type` is `theone` (`api_url`), `halopsa` (`base_url`, `client_id`, …) or `autotask` (`username`, `integration_code`,
    /// `queue`, …).
    #[schema(value_type = Object)]
    provider: Provider,
    /// The service key, client secret or API secret; left out, the one before is kept.
    #[serde(default)]
    #[schema(value_type = Option<String>, write_only)]
    secret: Sent,
    /// Not looked at when sent, nor are the two after it: what was read can be sent back.
    #[serde(default, rename = "secret_set")]
    #[schema(read_only, value_type = bool)]
    _secret_set: IgnoredAny,
    #[serde(default, rename = "checked")]
    #[schema(read_only, value_type = Option<PsaCheckBody>)]
    _checked: IgnoredAny,
    #[serde(default, rename = "next_check_at")]
    #[schema(read_only, value_type = String)]
    _next_check_at: IgnoredAny,
    #[serde(default)]
    #[schema(value_type = PsaMappingBody)]
    mapping: PsaMapping,
    /// Off unless wanted.
    #[serde(default)]
    time_entries: bool,
}

/// What a check said.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PsaCheckBody {
    at: DateTime<Utc>,
    /// Nothing is missing.
    good: bool,
    points: Vec<PsaPointBody>,
}

/// One thing that was looked at.
#[derive(Debug, Serialize, ToSchema)]
struct PsaPointBody {
    what: String,
    /// What is missing; `null`: nothing.
    missing: Option<String>,
}

impl From<PsaCheck> for PsaCheckBody {
    fn from(check: PsaCheck) -> Self {
        let good = check.is_good();
        let points = check.points.into_iter().map(|p| PsaPointBody { what: p.what, missing: p.missing });
        Self { at: check.at, good, points: points.collect() }
    }
}

impl TryFrom<PsaConnection> for PsaConnectionBody {
    type Error = Problem;

    fn try_from(connection: PsaConnection) -> Result<Self, Problem> {
        let provider = serde_json::to_value(&connection.provider)
            .map_err(|error| Problem::from(app::Error::Internal(error.to_string())))?;
        Ok(Self {
            provider,
            secret_set: true,
            mapping: connection.mapping,
            time_entries: connection.time_entries,
            checked: connection.checked.map(PsaCheckBody::from),
            next_check_at: connection.due_at,
        })
    }
}

/// How work is filed.
#[utoipa::path(
    get, path = "/api/settings/psa", operation_id = "get_psa", tag = "settings", security(("bearer" = [])),
    responses((status = 200, body = PsaSettings), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub(super) async fn read(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<PsaSettings>, Problem> {
    let connection = app::psa::get(&edge.app, &ctx).await?;
    let connection = connection.map(PsaConnectionBody::try_from).transpose()?;
    Ok(Json(PsaSettings { connection, deployment: app::psa::deployments_own(&edge.app) }))
}

/// Sets the tenant's own PSA up, or changes it.
#[utoipa::path(
    put, path = "/api/settings/psa", operation_id = "set_psa", tag = "settings", security(("bearer" = [])),
    request_body = PsaInput,
    responses((status = 200, body = PsaConnectionBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 503, body = Problem, description = "The secret can't be kept now"))
)]
pub(super) async fn set(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    JsonBody(body): JsonBody<PsaInput>,
) -> Result<Json<PsaConnectionBody>, Problem> {
    let PsaInput { provider, secret, mapping, time_entries, .. } = body;
    let secret = match secret {
        Sent::Text(text) => Some(SecretString::from(text)),
        Sent::Nothing | Sent::Null => None,
    };
    let edit = PsaEdit { provider, secret, mapping, time_entries };
    Ok(Json(app::psa::set(&edge.app, &ctx, &edit).await?.try_into()?))
}

/// Takes the tenant's own PSA away. What was filed stays where it is.
#[utoipa::path(
    delete, path = "/api/settings/psa", operation_id = "remove_psa", tag = "settings", security(("bearer" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub(super) async fn remove(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<StatusCode, Problem> {
    app::psa::remove(&edge.app, &ctx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Looks whether the PSA lets us do everything that is needed, and says exactly what is missing.
#[utoipa::path(
    post, path = "/api/settings/psa/verify", operation_id = "verify_psa", tag = "settings", security(("bearer" = [])),
    responses((status = 200, body = PsaCheckBody), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem, description = "No PSA is set up"))
)]
pub(super) async fn verify(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<PsaCheckBody>, Problem> {
    Ok(Json(app::psa::verify(&edge.app, &ctx).await?.into()))
}
