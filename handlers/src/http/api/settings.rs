//! `/api/settings`: what managers set for their whole tenant.

use std::sync::Arc;

use app::Error;
use axum::Json;
use axum::extract::State;
use chrono_tz::Tz;
use domain::id::{ServiceId, UserId};
use domain::tenant::Settings;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::edge::Edge;
use crate::extract::{JsonBody, SignedIn};
use crate::problem::Problem;

/// What holds for the whole tenant.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingsBody {
    /// How many days ahead coverage is looked at, 1 to 90.
    gap_scan_days: u16,
    /// Who is told when an escalation policy reaches nobody at all; `null` is nobody but the admins.
    #[schema(value_type = Option<String>)]
    last_resort_user_id: Option<UserId>,
    /// Where incidents go that name no service.
    #[schema(value_type = String)]
    default_service_id: ServiceId,
    /// IANA time zone that pages show times in, and that whole days are days of.
    time_zone: String,
}

/// A time zone by its IANA name.
pub(super) fn zone(field: &str, text: &str) -> Result<Tz, Error> {
    let problem = || format!("'{text}' is no IANA time zone, such as America/Chicago");
    text.parse().map_err(|_| Error::invalid(field, problem()))
}

impl TryFrom<SettingsBody> for Settings {
    type Error = Error;

    fn try_from(body: SettingsBody) -> Result<Self, Error> {
        Ok(Self {
            gap_scan_days: body.gap_scan_days,
            last_resort: body.last_resort_user_id,
            default_service_id: body.default_service_id,
            zone: zone("time_zone", &body.time_zone)?,
        })
    }
}

impl From<Settings> for SettingsBody {
    fn from(settings: Settings) -> Self {
        Self {
            gap_scan_days: settings.gap_scan_days,
            last_resort_user_id: settings.last_resort,
            default_service_id: settings.default_service_id,
            time_zone: settings.zone.name().to_owned(),
        }
    }
}

/// What is set for the tenant.
#[utoipa::path(
    get, path = "/api/settings", operation_id = "get_settings", tag = "settings", security(("bearer" = [])),
    responses((status = 200, body = SettingsBody), (status = 401, body = Problem))
)]
pub(super) async fn read(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<SettingsBody>, Problem> {
    Ok(Json(app::settings::get(&edge.app, &ctx).await?.into()))
}

/// Sets all of it.
#[utoipa::path(
    put, path = "/api/settings", operation_id = "set_settings", tag = "settings", security(("bearer" = [])),
    request_body = SettingsBody,
    responses((status = 200, body = SettingsBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem))
)]
pub(super) async fn set(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    JsonBody(body): JsonBody<SettingsBody>,
) -> Result<Json<SettingsBody>, Problem> {
    Ok(Json(app::settings::set(&edge.app, &ctx, &body.try_into()?).await?.into()))
}
