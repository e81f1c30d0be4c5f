//! The host's triggers: `POST /{function name}` for timers and bus subscriptions, and the readiness ping.
//!
//! Invariant: mounted only under the host, which listens for the public itself; a request that came through the host from
//! outside never reaches them.

use std::sync::Arc;
use std::time::Duration;

use app::Error;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::routing::{get, post};
use axum::{Router, middleware};
use domain::source::SourceType;

use crate::edge::Edge;
use crate::invocation::{BusMessage, ENVELOPE_LIMIT, Failure, Outcome, TimerInvocation, refuse_forged};
use crate::{queue, telemetry, timer};

/// How long a message is held back that could not be taken just now, for each delivery that it has had.
const PAUSE: Duration = Duration::from_secs(5);

/// The longest: an invocation that waits takes another one's place.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// The triggers, each under its function's name.
pub(crate) fn router(edge: Arc<Edge>) -> Router {
    let triggers = Router::new()
        .route("/escalation-tick", post(escalation_tick))
        .route("/gap-scan", post(gap_scan))
        .route("/bus-rmm", post(bus_rmm))
        .route("/bus-security", post(bus_security))
        .route("/bus-backups", post(bus_backups))
        .layer(DefaultBodyLimit::max(ENVELOPE_LIMIT))
        .layer(middleware::from_fn(refuse_forged))
        .layer(middleware::from_fn(telemetry::invocation))
        .with_state(edge);
    // The host asks here, unauthenticated and often, whether the process is up.
    triggers.route("/", get(async || "ready"))
}

async fn escalation_tick(State(edge): State<Arc<Edge>>, body: Bytes) -> Result<Outcome, Failure> {
    let timer = TimerInvocation::decode(&body, "timer")?;
    if timer.is_past_due {
        tracing::warn!(last_run = ?timer.last_run, "the tick comes late");
    }
    let report = timer::escalation_tick(&edge.app).await?;
    Ok(Outcome::done().returning(serde_json::to_value(report)?))
}

async fn gap_scan(State(edge): State<Arc<Edge>>, body: Bytes) -> Result<Outcome, Failure> {
    // One that comes late, or again, scans whoever is due and nobody else.
    TimerInvocation::decode(&body, "timer")?;
    let report = timer::gap_scan(&edge.app).await?;
    Ok(Outcome::done().returning(serde_json::to_value(report)?))
}

async fn bus_rmm(edge: State<Arc<Edge>>, body: Bytes) -> Result<Outcome, Failure> {
    deliver(edge, SourceType::Rmm, &body).await
}

async fn bus_security(edge: State<Arc<Edge>>, body: Bytes) -> Result<Outcome, Failure> {
    deliver(edge, SourceType::Security, &body).await
}

async fn bus_backups(edge: State<Arc<Edge>>, body: Bytes) -> Result<Outcome, Failure> {
    deliver(edge, SourceType::Backups, &body).await
}

async fn deliver(
    State(edge): State<Arc<Edge>>,
    product: SourceType,
    envelope: &[u8],
) -> Result<Outcome, Failure> {
    let message = BusMessage::decode(envelope, "message")?;
    match queue::deliver(&edge.app, product, message.message_id.as_deref(), &message.body).await {
        Ok(taken) => Ok(Outcome::done().log(taken)),
        Err(error) => {
            if matches!(error, Error::Overloaded | Error::Unavailable(_)) {
                // The broker delivers again at once, and a limited number of times: an outage must not use them up.
                tokio::time::sleep((PAUSE * message.delivery_count).min(LONGEST_PAUSE)).await;
            }
            Err(error.into())
        }
    }
}
