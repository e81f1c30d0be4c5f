//! People's API: the list of its operations, one file each.

mod incidents;
mod on_call;

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
        .routes(routes!(health::health))
}
