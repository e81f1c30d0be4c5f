//! The console: a route for every page and every step, exactly those of [`::console::routes`].
//!
//! Invariants: GET and HEAD change nothing but who is signed in; every POST but the sign-in's and the acknowledge link's comes from a form of
//! the visitor's own session; whatever is answered is a page, a redirect or the style sheet, under the policy that keeps
//! scripts and strangers out.

mod alert_sources;
mod answer;
mod coverage_gaps;
mod form;
mod incident;
mod incidents;
mod link;
mod mail;
mod notice;
mod on_call;
mod psa;
mod schedule;
mod schedules;
mod shown;
mod sign_in;
mod timeline_text;
mod visitor;

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{any, get, post};
use tower_http::set_header::SetResponseHeaderLayer;

use self::answer::Stop;
use self::visitor::{Visitor, frame_of_nobody};
use crate::edge::Edge;
use crate::problem::Problem;
use ::console::{asset, routes};

/// The pages and steps.
pub(super) fn router() -> Router<Arc<Edge>> {
    let policy = HeaderValue::from_static(asset::CONTENT_SECURITY_POLICY);
    Router::new()
        .route("/app", get(home))
        .route("/app/", get(home))
        .route(routes::STYLE, get(style))
        .route(routes::SIGN_IN, get(sign_in::show).post(sign_in::sign_in))
        .route(routes::SIGN_IN_CALLBACK, get(sign_in::callback))
        .route(routes::SIGN_OUT, post(sign_in::sign_out))
        .route(routes::INCIDENTS, get(incidents::list))
        .route(routes::INCIDENTS_BULK, post(incidents::work_on_several))
        .route(routes::INCIDENT, get(incident::show))
        .route(routes::INCIDENT_ACKNOWLEDGE, post(incident::steps::acknowledge))
        .route(routes::INCIDENT_RESOLVE, post(incident::steps::resolve))
        .route(routes::INCIDENT_NOTES, post(incident::steps::add_note))
        .route(routes::INCIDENT_ESCALATE, post(incident::steps::escalate))
        .route(routes::INCIDENT_PSA_TICKET, post(incident::steps::link_ticket))
        .route(routes::INCIDENT_PSA_TICKET_RETRY, post(incident::steps::retry_ticket))
        .route(routes::ON_CALL, get(on_call::now))
        .route(routes::SCHEDULES, get(schedules::list))
        .route(routes::SCHEDULE, get(schedule::show))
        .route(routes::SCHEDULE_OVERRIDES, post(schedule::steps::make))
        .route(routes::OVERRIDE_ACCEPT, post(schedule::steps::accept))
        .route(routes::OVERRIDE_APPROVE, post(schedule::steps::approve))
        .route(routes::OVERRIDE_REJECT, post(schedule::steps::reject))
        .route(routes::OVERRIDE_WITHDRAW, post(schedule::steps::withdraw))
        .route(routes::COVERAGE_GAPS, get(coverage_gaps::show))
        .route(routes::COVERAGE_GAPS_SCAN, post(coverage_gaps::scan))
        .route(routes::COVERAGE_GAP_FILL, post(coverage_gaps::fill))
        .route(routes::ALERT_SOURCES, get(alert_sources::list).post(alert_sources::create))
        .route(routes::ALERT_SOURCE, get(alert_sources::show))
        .route(routes::ALERT_SOURCE_TEST, post(alert_sources::steps::test))
        .route(routes::ALERT_SOURCE_ROTATE_KEY, post(alert_sources::steps::rotate_key))
        .route(routes::ALERT_SOURCE_READ_AGAIN, post(alert_sources::steps::read_again))
        .route(routes::ALERT_SOURCE_PREVIEW, post(alert_sources::preview::preview))
        .route(routes::PSA, get(psa::show).post(psa::set))
        .route(routes::PSA_VERIFY, post(psa::verify))
        .route(routes::MAIL, get(mail::list))
        .route(routes::MAIL_MESSAGE, get(mail::show))
        .route(routes::ACKNOWLEDGE_LINK, get(link::show).post(link::acknowledge))
        .route("/app/{*rest}", any(nothing_here))
        .method_not_allowed_fallback(wrong_method)
        .layer(SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, policy))
}

async fn home() -> Redirect {
    Redirect::to(routes::HOME)
}

/// Kept for ever under the address that pages link it by; any other address may hold another version's.
async fn style(RawQuery(query): RawQuery) -> impl IntoResponse {
    let linked = asset::style_address();
    let is_linked = query.is_some_and(|query| linked.split_once('?').is_some_and(|(_, own)| own == query));
    let caching = if is_linked { asset::STYLE_CACHE_CONTROL } else { "no-cache" };
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, caching)];
    (headers, asset::STYLE)
}

async fn nothing_here(State(edge): State<Arc<Edge>>, headers: HeaderMap) -> Stop {
    let detail = "there is no page at this address";
    let problem = Problem::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail);
    stop_anybody(&edge, &headers, problem).await
}

async fn wrong_method(State(edge): State<Arc<Edge>>, headers: HeaderMap) -> Stop {
    let detail = "this address can't be opened or posted to in this way";
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "Not possible this way", detail);
    stop_anybody(&edge, &headers, problem).await
}

/// A problem that doesn't depend on who asks, in the frame of whoever asks.
async fn stop_anybody(edge: &Arc<Edge>, headers: &HeaderMap, problem: Problem) -> Stop {
    match Visitor::find(edge, headers, None).await {
        Ok(Some(visitor)) => visitor.stop(problem),
        Ok(None) | Err(_) => Stop::problem(frame_of_nobody(edge), &problem),
    }
}
