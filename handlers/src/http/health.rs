//! `GET /api/health`: alive, ready, what is off and why. Says nothing that a stranger shouldn't know.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::config::Off;
use crate::edge::Edge;

/// How the process is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    /// It answers.
    live: bool,
    /// The store can be read: alerts are taken.
    ready: bool,
    /// Which version runs.
    version: &'static str,
    /// Which commit it was built from, where whoever built it said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<&'static str>,
    /// What doesn't run, and why.
    off: Vec<OffBody>,
    /// Messages of each product that its rule dropped, since the start of this process.
    dropped: BTreeMap<&'static str, u64>,
    /// Bus messages that failed too often and wait for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    dead_letters: Option<u32>,
}

/// Something that doesn't run.
#[derive(Debug, Serialize, ToSchema)]
struct OffBody {
    /// What.
    what: &'static str,
    /// Why, and what would make it run.
    why: String,
}

/// How it is.
#[utoipa::path(
    get, path = "/api/health", operation_id = "health", tag = "operators",
    responses((status = 200, body = Health), (status = 503, body = Health, description = "The store can't be read"))
)]
pub(super) async fn health(State(edge): State<Arc<Edge>>) -> (StatusCode, Json<Health>) {
    let keys = async {
        match &edge.vault {
            Some(vault) => vault.off().await,
            None => Vec::new(),
        }
    };
    // Each takes its time with whoever is away; side by side they take no longer than the slower one.
    let (stored, missing) = tokio::join!(edge.app.store.health(), keys);
    let (ready, mut off) = (stored.is_ok(), edge.off.clone());
    off.extend(missing);
    let health = Health {
        live: true,
        ready,
        version: env!("CARGO_PKG_VERSION"),
        revision: option_env!("ONCALL_REVISION"),
        off: off.into_iter().map(|Off { what, why }| OffBody { what, why }).collect(),
        dropped: edge.app.dropped.read().map(|(product, count)| (product.as_str(), count)).collect(),
        dead_letters: edge.bus.as_ref().and_then(|bus| bus.dead_letters().ok()),
    };
    (if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(health))
}
