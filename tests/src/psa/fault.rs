//! How the stand-in misbehaves, and where: around the contract, never inside it.

use std::{
    collections::VecDeque,
    future,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use tokio::time;

use super::Office;

/// A way of misbehaving.
#[derive(Debug, Clone, Default)]
pub enum Fault {
    /// Behaves.
    #[default]
    None,
    /// Not there: connections are refused, those that are open are cut, and nothing is done.
    Down,
    /// Does the work at once and answers after that time.
    Slow(Duration),
    /// Does the work and says nothing until the client gives up.
    WorksThenHangs,
    /// Does the work and answers 500.
    WorksThen500,
    /// Does nothing and answers this status.
    Fails(u16),
    /// Does nothing and answers 429.
    TooMany {
        /// `Retry-After`, in whole seconds.
        retry_after: Duration,
    },
}

/// The faults to come.
#[derive(Debug, Default)]
pub(super) struct Conduct(Mutex<Plan>);

#[derive(Debug, Default)]
struct Plan {
    always: Fault,
    once: VecDeque<Fault>,
    honours_keys: bool,
}

impl Conduct {
    pub(super) fn always(&self, fault: Fault) {
        self.plan().always = fault;
    }

    pub(super) fn once(&self, fault: Fault) {
        self.plan().once.push_back(fault);
    }

    pub(super) fn honour_idempotency_keys(&self, honour: bool) {
        self.plan().honours_keys = honour;
    }

    pub(super) fn honours_idempotency_keys(&self) -> bool {
        self.plan().honours_keys
    }

    fn next(&self) -> Fault {
        let mut plan = self.plan();
        plan.once.pop_front().unwrap_or_else(|| plan.always.clone())
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().expect("nothing panics while it holds the lock")
    }
}

/// Enters the request in the ledger, and lets it through to the contract as far as the fault allows.
pub(super) async fn misbehave(State(office): State<Arc<Office>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let number = office.ledger.arrived(&parts, &body);
    let request = Request::from_parts(parts, Body::from(body));
    let response = match office.conduct.next() {
        Fault::None => next.run(request).await,
        Fault::Down => {
            office.gate.cut();
            future::pending().await
        }
        Fault::Slow(delay) => {
            let response = next.run(request).await;
            time::sleep(delay).await;
            response
        }
        Fault::WorksThenHangs => {
            next.run(request).await;
            // Ends with the connection, when the client closes it.
            future::pending().await
        }
        Fault::WorksThen500 => {
            next.run(request).await;
            failed(StatusCode::INTERNAL_SERVER_ERROR)
        }
        Fault::Fails(status) => failed(StatusCode::from_u16(status).expect("a status from 100 to 999")),
        Fault::TooMany { retry_after } => {
            let wait = [(header::RETRY_AFTER, retry_after.as_secs().to_string())];
            (wait, failed(StatusCode::TOO_MANY_REQUESTS)).into_response()
        }
    };
    office.ledger.answered(number, response.status().as_u16());
    response
}

fn failed(status: StatusCode) -> Response {
    (status, Json(json!({ "error": status.canonical_reason() }))).into_response()
}
