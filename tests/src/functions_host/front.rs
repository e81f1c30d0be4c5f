//! The host's public side: HTTP that fits a function's route goes to the handler as a reverse proxy passes it on;
//! nothing else reaches it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use tokio::time;

use super::{
    guid,
    route::{decoded, encoded, is_the_hosts_own},
    staged::App,
    worker::{HOST_VERSION, Worker, chunked},
};

const LARGEST_BODY: usize = 104_857_600;
const TRIES: u32 = 10;
const HOME: &str = "Your Functions app is up and running.";

/// Never passed on, in either direction.
const HOP_BY_HOP: [&str; 12] = [
    "connection",
    "transfer-encoding",
    "keep-alive",
    "upgrade",
    "proxy-connection",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-authorization",
    "te",
    "trailer",
    "upgrade-insecure-requests",
    "alt-svc",
];

#[derive(Debug)]
pub(super) struct Front {
    pub(super) app: App,
    pub(super) worker: Worker,
}

pub(super) async fn serve(
    State(front): State<Arc<Front>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let path = decoded(parts.uri.path());
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    if is_the_hosts_own(first) {
        return StatusCode::NOT_FOUND.into_response();
    }
    if !front.app.routes(&parts.method, &path) {
        let home = path == "/" && parts.method == Method::GET;
        return if home { HOME.into_response() } else { StatusCode::NOT_FOUND.into_response() };
    }
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let url = format!("{}{}{query}", front.worker.url(), encoded(&path));
    pass_on(&front.worker, &url, &parts, body, peer).await
}

/// The handler's answer as it streams in, or 500 where there is none.
async fn pass_on(worker: &Worker, url: &str, parts: &Parts, body: Bytes, peer: SocketAddr) -> Response {
    let Ok(client) = worker.ready().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = request_headers(&parts.headers, peer);
    for attempt in 1..=TRIES {
        let request = client.request(parts.method.clone(), url).headers(headers.clone());
        let request = match (body.is_empty(), parts.headers.contains_key(header::CONTENT_LENGTH)) {
            (true, _) => request,
            (false, true) => request.body(body.clone()),
            (false, false) => request.body(chunked(body.clone())),
        };
        match request.send().await {
            Ok(response) => return returned(response),
            // A body that has gone out is never sent again.
            Err(error) if !error.is_connect() && !body.is_empty() => break,
            Err(_) => time::sleep(Duration::from_millis(250.min(50 * u64::from(attempt)))).await,
        }
    }
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

fn request_headers(sent: &HeaderMap, peer: SocketAddr) -> HeaderMap {
    let mut headers = end_to_end(sent);
    let host = headers.remove(header::HOST);
    for name in ["content-length", "forwarded", "x-forwarded-prefix"] {
        headers.remove(name);
    }
    let invocation = guid();
    let own = [
        ("x-azure-functions-hostversion", HOST_VERSION.to_owned()),
        ("x-azure-functions-invocationid", invocation.clone()),
        ("x-ms-invocation-id", invocation),
        ("x-forwarded-for", peer.ip().to_string()),
        ("x-forwarded-proto", "http".to_owned()),
    ];
    for (name, value) in own {
        headers.insert(name, HeaderValue::try_from(value).expect("visible ASCII"));
    }
    match host {
        Some(host) => headers.insert("x-forwarded-host", host),
        None => headers.remove("x-forwarded-host"),
    };
    headers
}

fn returned(response: reqwest::Response) -> Response {
    let (mut parts, body) = axum::http::Response::from(response).into_parts();
    parts.headers = end_to_end(&parts.headers);
    parts.headers.remove(header::STRICT_TRANSPORT_SECURITY);
    Response::from_parts(parts, Body::new(body))
}

fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let kept = headers.iter().filter(|(name, _)| !HOP_BY_HOP.contains(&name.as_str()));
    kept.fold(HeaderMap::new(), |mut kept, (name, value)| {
        kept.append(name.clone(), value.clone());
        kept
    })
}
