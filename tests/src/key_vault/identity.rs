//! The identity endpoint that the platform gives an app: whoever knows its header gets tokens, each for one resource.
//!
//! Invariant: a token opens what it was issued for, and nothing else.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::json;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::loopback::Gate;

/// Far enough away that no token ends while a test runs.
const EXPIRES_ON: &str = "4102444800";

/// An identity endpoint. Dropping it ends it.
#[derive(Debug)]
pub struct Identity {
    tokens: Tokens,
    gate: Gate,
    server: JoinHandle<()>,
}

/// Somebody asked for a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// What the token is to open, such as `https://vault.azure.net`.
    pub resource: String,
    /// Which of the app's identities it is to be for, where it has several.
    pub client_id: Option<String>,
    /// What it was answered with.
    pub status: u16,
}

/// The tokens that were issued: what the servers that take them ask.
#[derive(Debug, Clone)]
pub struct Tokens(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    header: String,
    /// Where it listens, which no other does.
    port: u16,
    issued: BTreeMap<String, String>,
    requests: Vec<TokenRequest>,
    /// What everybody is answered with instead.
    refusal: Option<u16>,
    numbers: u32,
}

impl Identity {
    /// An endpoint with a header of its own.
    ///
    /// # Panics
    /// When loopback can't be listened on.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port of loopback");
        let behind: SocketAddr = listener.local_addr().expect("the address of a listener");
        let header = format!("identity-header-of-{}", behind.port());
        let tokens = Tokens(Arc::new(Mutex::new(Book { header, port: behind.port(), ..Book::default() })));
        let routes = Router::new().route("/msi/token", get(token)).with_state(tokens.clone());
        let server = tokio::spawn(async move {
            axum::serve(listener, routes).await.ok();
        });
        Self { tokens, gate: Gate::to(behind).expect("a gate to the endpoint"), server }
    }

    /// The variables by which the platform tells an app of it.
    pub fn env(&self) -> [(&'static str, String); 2] {
        let endpoint = format!("http://{}/msi/token", self.gate.address());
        [("IDENTITY_ENDPOINT", endpoint), ("IDENTITY_HEADER", self.tokens.book().header.clone())]
    }

    /// The tokens that were issued.
    pub fn tokens(&self) -> Tokens {
        self.tokens.clone()
    }

    /// Whoever asked for a token, in that order.
    pub fn requests(&self) -> Vec<TokenRequest> {
        self.tokens.book().requests.clone()
    }

    /// From now on everybody is answered with this status; `None` ends it.
    pub fn refuse(&self, status: Option<u16>) {
        self.tokens.book().refusal = status;
    }

    /// It isn't there any more.
    pub fn go_away(&self) {
        self.gate.shut();
    }

    /// It is there again.
    ///
    /// # Panics
    /// When somebody else took its port.
    pub fn come_back(&self) {
        self.gate.open().expect("the endpoint's own port");
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        self.server.abort();
        self.gate.shut();
    }
}

impl Tokens {
    /// A token that opens `resource`, as the endpoint issues it.
    pub fn issue(&self, resource: &str) -> String {
        let mut book = self.book();
        book.numbers += 1;
        let token = format!("token-number-{}-of-{}", book.numbers, book.port);
        book.issued.insert(token.clone(), plain(resource));
        token
    }

    /// Whether these headers carry a token that opens `resource`.
    pub fn open(&self, headers: &HeaderMap, resource: &str) -> bool {
        let bearer =
            headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        bearer.is_some_and(|token| self.book().issued.get(token) == Some(&plain(resource)))
    }

    /// No token that was issued until now opens anything any more.
    pub fn revoke_all(&self) {
        self.book().issued.clear();
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().expect("nothing panics while it holds the lock")
    }
}

/// A resource is the same with and without a slash at its end.
fn plain(resource: &str) -> String {
    resource.trim_end_matches('/').to_owned()
}

async fn token(
    State(tokens): State<Tokens>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let text = |name: &str| query.get(name).cloned();
    let resource = text("resource").unwrap_or_default();
    let known = headers.get("x-identity-header").is_some_and(|header| header == &tokens.book().header);
    let status = match (tokens.book().refusal, text("api-version").as_deref()) {
        (Some(status), _) => status,
        _ if !known => 401,
        (None, Some("2019-08-01")) if !resource.is_empty() => 200,
        _ => 400,
    };
    tokens.book().requests.push(TokenRequest {
        resource: resource.clone(),
        client_id: text("client_id"),
        status,
    });
    if status != 200 {
        let status = StatusCode::from_u16(status).expect("a status from 100 to 999");
        let body =
            json!({ "statusCode": status.as_u16(), "message": "no token; correlation secret-correlation" });
        return (status, Json(body)).into_response();
    }
    Json(json!({
        "access_token": tokens.issue(&resource),
        "expires_on": EXPIRES_ON,
        "resource": resource,
        "token_type": "Bearer",
        "client_id": text("client_id"),
    }))
    .into_response()
}
