//! The guard before the trigger routes. Triggers and public HTTP arrive on one port, so a forged invocation that
//! got past the host's routing would look like a real one.
//!
//! Invariant: whatever the host proxies for somebody else carries `x-ms-invocation-id` and `X-Forwarded-*`, set by
//! the host over anything the client sent; the host's own invocations carry neither. The guard holds only behind the
//! host: a process that listens to the public itself has no trigger routes.

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Whether a request is the host's own, and not one that it passes on.
fn is_from_host(headers: &HeaderMap) -> bool {
    !headers.keys().any(|name| {
        let name = name.as_str();
        name == "x-ms-invocation-id" || name.starts_with("x-forwarded-")
    })
}

/// Middleware for the trigger routes: to the public they don't exist.
pub(crate) async fn refuse_forged(request: Request, next: Next) -> Response {
    if is_from_host(request.headers()) {
        next.run(request).await
    } else {
        tracing::warn!(path = request.uri().path(), "refused a forged invocation");
        StatusCode::NOT_FOUND.into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::HeaderName;
    use axum::middleware::from_fn;
    use axum::routing::post;
    use tower::ServiceExt as _;

    use super::*;
    use crate::invocation::Outcome;

    const FROM_THE_HOST: [(&str, &str); 5] = [
        ("host", "127.0.0.1:34963"),
        ("x-azure-functions-hostversion", "4.1054.250.26428"),
        ("x-azure-functions-invocationid", "83a33220-a921-460a-bec0-b3f043dcf1ff"),
        ("user-agent", "Azure-Functions-Host/4.1054.250.26428"),
        ("content-type", "application/json; charset=utf-8"),
    ];

    async fn status_with(extra: Option<(&'static str, &'static str)>) -> StatusCode {
        let router =
            Router::new().route("/bus-rmm", post(async || Outcome::done())).layer(from_fn(refuse_forged));
        let mut request = Request::post("/bus-rmm").body(Body::empty()).unwrap();
        for (name, value) in FROM_THE_HOST.into_iter().chain(extra) {
            request.headers_mut().insert(HeaderName::from_static(name), value.parse().unwrap());
        }
        router.oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn the_host_is_let_through_and_the_public_is_not() {
        for (extra, status) in [
            (None, StatusCode::OK),
            (
                Some(("traceparent", "00-bb2bd5eef54cb15a1506d0326d2489e7-d3f54c84c7034d76-00")),
                StatusCode::OK,
            ),
            (Some(("x-ms-invocation-id", "83a33220-a921-460a-bec0-b3f043dcf1ff")), StatusCode::NOT_FOUND),
            (Some(("x-forwarded-for", "203.0.113.9")), StatusCode::NOT_FOUND),
            (Some(("x-forwarded-host", "oncall.example.net")), StatusCode::NOT_FOUND),
            (Some(("x-forwarded-proto", "https")), StatusCode::NOT_FOUND),
            (Some(("x-forwarded-prefix", "")), StatusCode::NOT_FOUND),
        ] {
            assert_eq!(status_with(extra).await, status, "{extra:?}");
        }
    }
}
