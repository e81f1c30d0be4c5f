//! People's API: the list of its operations, one file each.

mod alert_sources;
mod coverage_gaps;
mod feeds;
mod incidents;
mod maintenance_windows;
mod me;
mod on_call;
mod overrides;
mod policies;
mod psa;
mod schedules;
mod services;
mod settings;
mod teams;
mod time_off;
mod users;
mod write_only;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::health;
use crate::edge::Edge;

#[derive(OpenApi)]
#[openapi(
    info(title = "The One On-Call", description = "Takes alerts, pages whoever is on call, files the work in the PSA."),
    modifiers(&Bearer)
)]
struct Description;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The operations.
pub(super) fn router() -> OpenApiRouter<Arc<Edge>> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(incidents::list::list, incidents::create::create))
        .routes(routes!(incidents::read::read))
        .routes(routes!(incidents::read::timeline))
        .routes(routes!(incidents::read::pages))
        .routes(routes!(incidents::work::acknowledge))
        .routes(routes!(incidents::work::resolve))
        .routes(routes!(incidents::work::note))
        .routes(routes!(incidents::work::escalate))
        .routes(routes!(incidents::ticket::link))
        .routes(routes!(incidents::ticket::retry))
        .routes(routes!(on_call::now))
        .routes(routes!(on_call::explain::explain))
        .routes(routes!(on_call::readiness::readiness))
        .routes(routes!(schedules::read::list, schedules::edit::create))
        .routes(routes!(schedules::read::read, schedules::edit::edit, schedules::edit::delete))
        .routes(routes!(schedules::final_schedule::read))
        .routes(routes!(schedules::preview::new))
        .routes(routes!(schedules::preview::edit))
        .routes(routes!(schedules::participants::join))
        .routes(routes!(schedules::participants::leave))
        .routes(routes!(schedules::participants::read_calendar))
        .routes(routes!(overrides::list, overrides::create))
        .routes(routes!(overrides::read, overrides::withdraw))
        .routes(routes!(overrides::accept))
        .routes(routes!(overrides::approve))
        .routes(routes!(overrides::reject))
        .routes(routes!(coverage_gaps::read))
        .routes(routes!(coverage_gaps::scan))
        .routes(routes!(coverage_gaps::fill))
        .routes(routes!(feeds::of_schedule, feeds::open_schedule, feeds::shut_schedule))
        .routes(routes!(teams::list, teams::create))
        .routes(routes!(teams::read, teams::edit, teams::delete))
        .routes(routes!(users::list))
        .routes(routes!(users::read, users::edit))
        .routes(routes!(me::read, me::edit))
        .routes(routes!(me::set_shift_notices))
        .routes(routes!(feeds::mine, feeds::open_mine, feeds::shut_mine))
        .routes(routes!(time_off::list, time_off::enter))
        .routes(routes!(time_off::remove))
        .routes(routes!(services::list, services::create))
        .routes(routes!(services::read, services::edit, services::delete))
        .routes(routes!(alert_sources::types))
        .routes(routes!(alert_sources::list, alert_sources::create))
        .routes(routes!(alert_sources::read, alert_sources::edit, alert_sources::delete))
        .routes(routes!(alert_sources::rotate_key))
        .routes(routes!(alert_sources::deliveries::list))
        .routes(routes!(alert_sources::deliveries::read))
        .routes(routes!(alert_sources::again::test))
        .routes(routes!(alert_sources::again::replay))
        .routes(routes!(alert_sources::preview::preview))
        .routes(routes!(maintenance_windows::list, maintenance_windows::create))
        .routes(routes!(maintenance_windows::read, maintenance_windows::edit, maintenance_windows::delete))
        .routes(routes!(policies::list))
        .routes(routes!(settings::read, settings::set))
        .routes(routes!(psa::read, psa::set, psa::remove))
        .routes(routes!(psa::verify))
        .routes(routes!(health::health))
}
