//! A stand-in for Application Insights' ingestion: it takes batches as the exporter sends them and keeps every item.
//!
//! Invariant: an item is kept once for each batch that was answered with success, and what was sent is kept word for word
//! beside it, so that a test can look for what should never have left.

use std::{
    io::Read as _,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    routing::post,
};
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
    deadline,
    key_vault::{Identity, Tokens},
    loopback::Gate,
};

/// The key in every connection string of a stand-in.
pub const KEY: &str = "5d0f1c2e-9a51-4b0e-8a56-0c7b1c9f7a10";

const LARGEST_BATCH: usize = 16 * 1024 * 1024;

/// The ingestion. Dropping it ends it.
#[derive(Debug)]
pub struct AppInsights {
    taken: Arc<watch::Sender<Taken>>,
    gate: Gate,
    server: JoinHandle<()>,
}

#[derive(Debug, Clone, Default)]
struct Taken {
    items: Vec<Item>,
    words: String,
}

/// What the route works on.
#[derive(Debug, Clone)]
struct Door {
    taken: Arc<watch::Sender<Taken>>,
    /// Local authentication is off: only tokens open it.
    tokens: Option<Tokens>,
}

/// One telemetry item.
#[derive(Debug, Clone, PartialEq)]
pub struct Item(Value);

impl Item {
    /// What it is: `Request`, `RemoteDependency`, `Message`, `Exception`, `Metric`.
    pub fn kind(&self) -> &str {
        self.0["name"].as_str().and_then(|name| name.rsplit('.').next()).unwrap_or_default()
    }

    /// The trace it belongs to.
    pub fn operation(&self) -> &str {
        self.tag("ai.operation.id")
    }

    /// The span that caused it.
    pub fn parent(&self) -> &str {
        self.tag("ai.operation.parentId")
    }

    /// A field of what it tells: `name`, `success`, `responseCode`, `message`, `metrics`.
    pub fn told(&self, field: &str) -> &Value {
        &self.0["data"]["baseData"][field]
    }

    /// A dimension of it.
    pub fn property(&self, name: &str) -> &str {
        self.told("properties")[name].as_str().unwrap_or_default()
    }

    /// The value of a number, where it is the one that is called so.
    pub fn number(&self, name: &str) -> Option<f64> {
        let metric = &self.told("metrics")[0];
        (metric["name"] == name).then(|| metric["value"].as_f64()).flatten()
    }

    fn tag(&self, name: &str) -> &str {
        self.0["tags"][name].as_str().unwrap_or_default()
    }
}

impl AppInsights {
    /// An ingestion that its key opens.
    ///
    /// # Panics
    /// When loopback can't be listened on.
    pub async fn start() -> Self {
        Self::open_to(None).await
    }

    /// An ingestion whose key opens nothing: whoever tells shows a token of this identity.
    ///
    /// # Panics
    /// When loopback can't be listened on.
    pub async fn without_local_authentication(identity: &Identity) -> Self {
        Self::open_to(Some(identity.tokens())).await
    }

    async fn open_to(tokens: Option<Tokens>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port of loopback");
        let behind: SocketAddr = listener.local_addr().expect("the address of a listener");
        let taken = Arc::new(watch::Sender::new(Taken::default()));
        let routes = Router::new()
            .route("/v2.1/track", post(track))
            .layer(DefaultBodyLimit::max(LARGEST_BATCH))
            .with_state(Door { taken: Arc::clone(&taken), tokens });
        let server = tokio::spawn(async move {
            axum::serve(listener, routes).await.ok();
        });
        Self { taken, gate: Gate::to(behind).expect("a gate to the ingestion"), server }
    }

    /// As `APPLICATIONINSIGHTS_CONNECTION_STRING` wants it.
    pub fn connection_string(&self) -> String {
        format!("InstrumentationKey={KEY};IngestionEndpoint=http://{}/", self.gate.address())
    }

    /// Refuses connections from now on, and ends those that are open.
    pub fn shut(&self) {
        self.gate.shut();
    }

    /// Takes everything again.
    ///
    /// # Panics
    /// When the port can't be listened on again.
    pub fn open(&self) {
        self.gate.open().expect("the gate opens");
    }

    /// Everything that was ever sent, as it was written.
    pub fn words(&self) -> String {
        self.taken.borrow().words.clone()
    }

    /// The items, as soon as they are what the test is waiting for.
    ///
    /// # Panics
    /// When they aren't `within` that time; the message lists them.
    pub async fn wait_for(&self, mut wanted: impl FnMut(&[Item]) -> bool, within: Duration) -> Vec<Item> {
        match deadline::until(&self.taken, within, |taken| wanted(&taken.items)).await {
            Ok(taken) => taken.items,
            Err(taken) => panic!("not the awaited items within {within:?}, but {:#?}", taken.items),
        }
    }

    /// The first item that is `wanted`, as soon as there is one.
    ///
    /// # Panics
    /// When there is none `within` that time.
    pub async fn wait_for_one(&self, wanted: impl Fn(&Item) -> bool, within: Duration) -> Item {
        let items = self.wait_for(|items| items.iter().any(&wanted), within).await;
        items.into_iter().find(wanted).expect("it was just there")
    }
}

impl Drop for AppInsights {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Batches are arrays of items, packed or not; an item with another key than the resource's is refused.
async fn track(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> (StatusCode, Json<Value>) {
    let answer = |status, accepted: usize, received: usize| {
        (status, Json(json!({ "itemsReceived": received, "itemsAccepted": accepted, "errors": [] })))
    };
    if door.tokens.is_some_and(|tokens| !tokens.open(&headers, "https://monitor.azure.com/")) {
        return answer(StatusCode::UNAUTHORIZED, 0, 0);
    }
    let Some((words, items)) = unpacked(&headers, &body) else {
        return answer(StatusCode::BAD_REQUEST, 0, 0);
    };
    let count = items.len();
    if items.iter().any(|item| item["iKey"] != KEY) {
        return answer(StatusCode::BAD_REQUEST, 0, count);
    }
    door.taken.send_modify(|taken| {
        taken.words.push_str(&words);
        taken.items.extend(items.into_iter().map(Item));
    });
    answer(StatusCode::OK, count, count)
}

fn unpacked(headers: &HeaderMap, body: &[u8]) -> Option<(String, Vec<Value>)> {
    let mut words = String::new();
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding == "gzip") {
        GzDecoder::new(body).read_to_string(&mut words).ok()?;
    } else {
        words.push_str(str::from_utf8(body).ok()?);
    }
    let items = serde_json::from_str(&words).ok()?;
    Some((words, items))
}
