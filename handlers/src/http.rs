//! The public HTTP surface: people's API, machines' doors, the console.
//!
//! Invariant: every path starts with `api/`, `app/` or `v2/`, so that none of them can be the name of a trigger.

mod api;
mod calendars;
mod console;
mod defend;
mod health;
mod packed;
mod pagerduty;
mod webhooks;

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use tower_http::catch_panic::CatchPanicLayer;

use crate::edge::Edge;
use crate::problem::Problem;
use crate::telemetry;

/// The public routes, of which `api/openapi.json` tells the documented part.
pub(crate) fn router(edge: Arc<Edge>) -> Router {
    let (api, openapi) = api::router().split_for_parts();
    let openapi = Arc::new(openapi);
    let doors = Router::new()
        .route(
            "/api/webhooks/ingest",
            post(webhooks::by_query).get(webhooks::by_query).put(webhooks::by_query),
        )
        .route("/api/webhooks/{key}", post(webhooks::by_path).get(webhooks::by_path).put(webhooks::by_path))
        .route("/api/internal/escalations/create", post(defend::escalate))
        .route("/api/calendars/{file}", get(calendars::read));
    Router::new()
        .merge(api)
        .merge(packed::unpacked(doors.merge(pagerduty::router())))
        .merge(console::router())
        .route("/api/openapi.json", get(move || async move { Json(openapi.as_ref().clone()) }))
        .fallback(async || Problem::no_such_page())
        .method_not_allowed_fallback(async || {
            let detail = "the address is right, the method isn't; see /api/openapi.json";
            Problem::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "method", "Method not allowed", detail)
        })
        .layer(CatchPanicLayer::custom(|_| {
            Problem::from(app::Error::Internal("a handler panicked".to_owned())).into_response()
        }))
        .layer(middleware::from_fn(harden))
        .layer(middleware::from_fn(telemetry::request))
        .with_state(edge)
}

/// Where a person lands who types the bare address.
pub(crate) async fn home() -> Redirect {
    Redirect::to(::console::routes::HOME)
}

/// What every answer says to browsers.
async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The API's description, as `api/openapi.json` serves it.
pub fn openapi() -> utoipa::openapi::OpenApi {
    api::router().split_for_parts().1
}
