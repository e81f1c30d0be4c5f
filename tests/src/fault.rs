//! How a stand-in misbehaves, and when: around its routes, never inside them.
//!
//! Invariant: a fault says whether the work was done; the request is whole before anything is done about it, so that
//! nothing is done by halves.

use std::{
    collections::VecDeque,
    future,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Json,
    extract::Request,
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use tokio::{sync::Notify, time};

use crate::loopback::Gate;

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
    /// Does the work and cuts the connection, and any other that is open, instead of an answer.
    WorksThenCuts,
    /// Cuts the connection, and does the work when it is told to.
    CutsThenWorks(Arc<Notify>),
    /// Does nothing and answers this status.
    Fails(u16),
    /// Does nothing and answers this status and body.
    Refuses(u16, Value),
    /// Does nothing and answers this status, and when to come back.
    FailsFor {
        /// The status.
        status: u16,
        /// `Retry-After`, in whole seconds.
        retry_after: Duration,
    },
    /// Does nothing and answers 429.
    TooMany {
        /// `Retry-After`, in whole seconds.
        retry_after: Duration,
    },
    /// Does nothing and answers 429, without a word on how long to wait.
    TooManyForNow,
}

/// The faults to come.
#[derive(Debug, Default)]
pub(crate) struct Conduct(Mutex<Plan>);

#[derive(Debug, Default)]
struct Plan {
    always: Fault,
    once: VecDeque<Fault>,
    once_at: Vec<Appointment>,
}

/// A fault that waits for its request.
#[derive(Debug)]
struct Appointment {
    method: Method,
    /// What the path ends with.
    path: String,
    fault: Fault,
}

impl Conduct {
    /// Every request from now on.
    pub(crate) fn always(&self, fault: Fault) {
        self.plan().always = fault;
    }

    /// The next request that finds nothing else ahead of it.
    pub(crate) fn once(&self, fault: Fault) {
        self.plan().once.push_back(fault);
    }

    /// The next request with this method whose path, without the query, ends like this.
    pub(crate) fn once_at(&self, method: Method, path: &str, fault: Fault) {
        self.plan().once_at.push(Appointment { method, path: path.to_ascii_lowercase(), fault });
    }

    fn next(&self, method: &Method, path: &str) -> Fault {
        let path = path.to_ascii_lowercase();
        let mut plan = self.plan();
        let meant = |one: &Appointment| one.method == *method && path.ends_with(&one.path);
        if let Some(place) = plan.once_at.iter().position(meant) {
            return plan.once_at.remove(place).fault;
        }
        plan.once.pop_front().unwrap_or_else(|| plan.always.clone())
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().expect("nothing panics while it holds the lock")
    }

    /// Lets the request through to the routes as far as the fault that it meets allows. `gate` is what the stand-in is
    /// reached through.
    pub(crate) async fn apply(&self, gate: &Gate, request: Request, next: Next) -> Response {
        match self.next(request.method(), request.uri().path()) {
            Fault::None => next.run(request).await,
            Fault::Down => {
                gate.cut();
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
            Fault::WorksThenCuts => {
                next.run(request).await;
                gate.cut();
                future::pending().await
            }
            Fault::CutsThenWorks(told) => {
                tokio::spawn(async move {
                    told.notified().await;
                    next.run(request).await;
                });
                gate.cut();
                future::pending().await
            }
            Fault::Fails(status) => failed(status_of(status)),
            Fault::Refuses(status, body) => (status_of(status), Json(body)).into_response(),
            Fault::FailsFor { status, retry_after } => failed_for(status_of(status), retry_after),
            Fault::TooMany { retry_after } => failed_for(StatusCode::TOO_MANY_REQUESTS, retry_after),
            Fault::TooManyForNow => failed(StatusCode::TOO_MANY_REQUESTS),
        }
    }
}

fn status_of(number: u16) -> StatusCode {
    StatusCode::from_u16(number).expect("a status from 100 to 999")
}

fn failed_for(status: StatusCode, retry_after: Duration) -> Response {
    let wait = [(header::RETRY_AFTER, retry_after.as_secs().to_string())];
    (wait, failed(status)).into_response()
}

fn failed(status: StatusCode) -> Response {
    (status, Json(json!({ "error": status.canonical_reason() }))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_waits_for_the_request_it_is_meant_for_and_the_rest_is_met_in_order() {
        let conduct = Conduct::default();
        conduct.once_at(Method::POST, "/api/Tickets", Fault::WorksThen500);
        conduct.once(Fault::Fails(503));
        let next = |method: Method, path: &str| format!("{:?}", conduct.next(&method, path));
        assert_eq!(next(Method::GET, "/api/tickets"), "Fails(503)");
        assert_eq!(next(Method::POST, "/api/actions"), "None");
        assert_eq!(next(Method::POST, "/api/tickets"), "WorksThen500");
        assert_eq!(next(Method::POST, "/api/tickets"), "None");
        conduct.always(Fault::TooManyForNow);
        assert_eq!(next(Method::GET, "/"), "TooManyForNow");
        assert_eq!(next(Method::GET, "/"), "TooManyForNow");
    }
}
