//! Bodies that come packed, as `Content-Encoding` says.
//!
//! Invariants: nobody reads a packed body as if it weren't; what is unpacked is bounded where it is read, so that a small
//! body that becomes a huge one costs no more than any other.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use tower::ServiceBuilder;
use tower_http::decompression::RequestDecompressionLayer;

use crate::problem::Problem;

/// Routes whose senders may pack what they send.
pub(super) fn unpacked<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    let layers =
        ServiceBuilder::new().layer(middleware::from_fn(known)).layer(RequestDecompressionLayer::new());
    router.layer(layers)
}

/// Lets through what can be unpacked, named as the next one knows it.
async fn known(mut request: Request, next: Next) -> Response {
    let headers = request.headers_mut();
    let said = headers.get_all(header::CONTENT_ENCODING).into_iter();
    let said: Vec<String> =
        said.map(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase()).collect();
    headers.remove(header::CONTENT_ENCODING);
    let names = said.iter().flat_map(|value| value.split(',')).map(str::trim);
    let packed: Vec<&str> = names.filter(|name| !matches!(*name, "" | "identity")).collect();
    let encoding = match packed.as_slice() {
        [] => return next.run(request).await,
        ["gzip" | "x-gzip"] => HeaderValue::from_static("gzip"),
        ["deflate"] => HeaderValue::from_static("deflate"),
        _ => return unknown().into_response(),
    };
    headers.insert(header::CONTENT_ENCODING, encoding);
    next.run(request).await
}

fn unknown() -> Problem {
    let detail = "a body may be packed by gzip or by deflate, once; send it so, or as it is";
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "content-encoding",
        "Content-Encoding is not known",
        detail,
    )
}
