//! How the stand-in misbehaves, and where: around the topic, never inside it.

use std::{
    collections::VecDeque,
    future,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    extract::{Request, State},
    http::{StatusCode, header::RETRY_AFTER},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::time;

use super::Broker;

/// A way of misbehaving.
#[derive(Debug, Clone, Default)]
pub enum Fault {
    /// Behaves.
    #[default]
    None,
    /// Not there: connections are refused, those that are open are cut, and nothing is kept.
    Down,
    /// Keeps nothing and answers this status.
    Fails(u16),
    /// Keeps nothing and answers this status, such as 429, with this `Retry-After` in seconds.
    Busy(u16, u64),
    /// Takes the message and answers this status.
    TakesThenFails(u16),
    /// Takes the message, and its connection ends without an answer.
    TakesThenCuts,
    /// Takes the message and says nothing until the client gives up.
    TakesThenHangs,
    /// Takes the message at once and answers after that time.
    Slow(Duration),
}

/// The faults to come.
#[derive(Debug, Default)]
pub(super) struct Conduct(Mutex<Plan>);

#[derive(Debug, Default)]
struct Plan {
    always: Fault,
    once: VecDeque<Fault>,
}

impl Conduct {
    pub(super) fn always(&self, fault: Fault) {
        self.plan().always = fault;
    }

    pub(super) fn once(&self, fault: Fault) {
        self.plan().once.push_back(fault);
    }

    fn next(&self) -> Fault {
        let mut plan = self.plan();
        plan.once.pop_front().unwrap_or_else(|| plan.always.clone())
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().expect("nothing panics while it holds the lock")
    }
}

/// Enters the request in the books, and lets it through to the topic as far as the fault allows.
pub(super) async fn misbehave(State(broker): State<Arc<Broker>>, request: Request, next: Next) -> Response {
    let number = broker.arrived(&request);
    let response = match broker.conduct.next() {
        Fault::None => next.run(request).await,
        Fault::Down => {
            broker.gate.cut();
            future::pending().await
        }
        Fault::Fails(status) => answer(status),
        Fault::Busy(status, seconds) => {
            ([(RETRY_AFTER, seconds.to_string())], answer(status)).into_response()
        }
        Fault::TakesThenFails(status) => {
            next.run(request).await;
            answer(status)
        }
        Fault::TakesThenCuts => {
            next.run(request).await;
            broker.gate.cut();
            future::pending().await
        }
        Fault::TakesThenHangs => {
            next.run(request).await;
            // Ends with the connection, when the client closes it.
            future::pending().await
        }
        Fault::Slow(delay) => {
            let response = next.run(request).await;
            time::sleep(delay).await;
            response
        }
    };
    broker.answered(number, response.status());
    response
}

/// As Azure words its errors, and so long that a client which doesn't read them to the end loses its connection.
fn answer(status: u16) -> Response {
    let detail = "TrackingId:0_G1, ".repeat(2_500);
    let body = format!("<Error><Code>{status}</Code><Detail>{detail}</Detail></Error>");
    (StatusCode::from_u16(status).expect("a status from 100 to 999"), body).into_response()
}
