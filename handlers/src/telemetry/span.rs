//! The span around a request and around an invocation.
//!
//! Invariants: it continues the trace that the caller's `traceparent` names; it tells the route's template, never the
//! address, whose segments and query may be keys; what fails on our side (5xx) is marked as failed.

use axum::extract::{MatchedPath, Request};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::FutureExt as _;
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::field::Empty;
use tracing::{Instrument as _, Span, error_span};

/// Ids of invocations are GUIDs; what is much longer is somebody's attempt to fill the log.
const LONGEST_ID: usize = 64;

/// Middleware for the public routes.
pub(crate) async fn request(request: Request, next: Next) -> Response {
    let parent = parent(request.headers());
    let span = within(&parent, || request_span(&request));
    follow(span, parent, request, next).await
}

/// Middleware for the triggers.
pub(crate) async fn invocation(request: Request, next: Next) -> Response {
    let parent = parent(request.headers());
    let span = within(&parent, || invocation_span(&request));
    follow(span, parent, request, next).await
}

/// Spans are of the highest level, so that no filter of the log takes the invocation's id from its lines.
fn request_span(request: &Request) -> Span {
    let method = request.method().as_str();
    let route = template(request);
    error_span!(
        "request",
        otel.name = route.map_or_else(|| method.to_owned(), |route| format!("{method} {route}")),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        invocation_id = invocation_id(request.headers()),
    )
}

fn invocation_span(request: &Request) -> Span {
    let function = template(request).map(|route| route.trim_start_matches('/'));
    error_span!(
        "invocation",
        otel.name = function,
        otel.kind = "server",
        otel.status_code = Empty,
        faas.name = function,
        http.response.status_code = Empty,
        invocation_id = invocation_id(request.headers()),
    )
}

/// The route that the request was matched with, as it is written in the code; none where nothing matched.
fn template(request: &Request) -> Option<&str> {
    request.extensions().get::<MatchedPath>().map(MatchedPath::as_str)
}

/// The host's name for what it asks: it sends one to a trigger, and one or both with what it passes on.
fn invocation_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("x-azure-functions-invocationid").or_else(|| headers.get("x-ms-invocation-id"))?;
    let is_plain =
        |id: &&str| id.len() <= LONGEST_ID && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    id.to_str().ok().filter(is_plain)
}

fn parent(headers: &HeaderMap) -> Context {
    TraceContextPropagator::new().extract_with_context(&Context::new(), &HeaderExtractor(headers))
}

fn within(parent: &Context, span: impl FnOnce() -> Span) -> Span {
    let _parent = parent.clone().attach();
    span()
}

/// Also where nobody listens to spans the trace goes along: the log tells its id.
async fn follow(span: Span, parent: Context, request: Request, next: Next) -> Response {
    let response = next.run(request).instrument(span.clone()).with_context(parent).await;
    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "error");
    }
    response
}
