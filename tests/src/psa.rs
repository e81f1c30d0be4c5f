//! A stand-in for The One PSA: the contract that On-Call's tickets, notes and completions are sent by, over real HTTP.
//!
//! Invariant: work that was done stays done, whatever the client was told. Unless it is switched on, a repeated POST
//! makes a second ticket, so that a client which repeats itself is found out.

mod contract;
mod ledger;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{self, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use tokio::{net::TcpListener, task::JoinHandle};

use self::ledger::Ledger;
pub use self::ledger::{Assignee, Completion, Note, Request, Ticket, TimeEntry};
pub use crate::fault::Fault;
use crate::{deadline, fault::Conduct, loopback::Gate};

/// The PSA. Dropping it ends it.
#[derive(Debug)]
pub struct Psa {
    office: Arc<Office>,
    server: JoinHandle<()>,
}

/// What the routes work on.
#[derive(Debug)]
struct Office {
    key: String,
    ledger: Ledger,
    conduct: Conduct,
    honours_keys: AtomicBool,
    gate: Gate,
}

impl Psa {
    /// A PSA that accepts `key` in `X-Integration-Key` and behaves.
    ///
    /// # Panics
    /// When loopback can't be listened on.
    pub async fn start(key: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port of loopback");
        let behind: SocketAddr = listener.local_addr().expect("the address of a listener");
        let office = Arc::new(Office {
            key: key.to_owned(),
            ledger: Ledger::default(),
            conduct: Conduct::default(),
            honours_keys: AtomicBool::default(),
            gate: Gate::to(behind).expect("a gate to the PSA"),
        });
        let behaved = middleware::from_fn_with_state(Arc::clone(&office), misbehave);
        let routes: Router = contract::routes(Arc::clone(&office)).layer(behaved);
        let server = tokio::spawn(async move {
            axum::serve(listener, routes).await.ok();
        });
        Self { office, server }
    }

    /// `http://127.0.0.1:PORT`, as `PSA_API_URL` wants it.
    pub fn url(&self) -> String {
        format!("http://{}", self.office.gate.address())
    }

    /// Every ticket, in the order of creation.
    pub fn tickets(&self) -> Vec<Ticket> {
        self.office.ledger.now().tickets
    }

    /// Every request that arrived, in that order.
    pub fn requests(&self) -> Vec<Request> {
        self.office.ledger.now().requests
    }

    /// The tickets, as soon as they are what the test is waiting for.
    ///
    /// # Panics
    /// When they aren't `within` that time; the message lists tickets and requests.
    pub async fn wait_for(&self, mut wanted: impl FnMut(&[Ticket]) -> bool, within: Duration) -> Vec<Ticket> {
        match deadline::until(&self.office.ledger.books, within, |books| wanted(&books.tickets)).await {
            Ok(books) => books.tickets,
            Err(books) => panic!("not the awaited tickets within {within:?}, but {books:#?}"),
        }
    }

    /// The requests, as soon as they are what the test is waiting for.
    ///
    /// # Panics
    /// When they aren't `within` that time; the message lists tickets and requests.
    pub async fn wait_for_requests(
        &self,
        mut wanted: impl FnMut(&[Request]) -> bool,
        within: Duration,
    ) -> Vec<Request> {
        match deadline::until(&self.office.ledger.books, within, |books| wanted(&books.requests)).await {
            Ok(books) => books.requests,
            Err(books) => panic!("not the awaited requests within {within:?}, but {books:#?}"),
        }
    }

    /// Somebody closes the ticket in the PSA.
    ///
    /// # Panics
    /// When there is no such ticket.
    pub fn close(&self, ticket_id: &str) {
        let closed = self.office.ledger.change(ticket_id, |ticket| "Closed".clone_into(&mut ticket.status));
        assert!(closed.is_some(), "no ticket {ticket_id} to close");
    }

    /// Whether a POST that repeats an `Idempotency-Key` is answered with the ticket that the first one made.
    pub fn honour_idempotency_keys(&self, honour: bool) {
        self.office.honours_keys.store(honour, Ordering::Relaxed);
    }

    /// From now on every request meets this; [`Fault::None`] ends it.
    ///
    /// # Panics
    /// When somebody else took the port of a PSA that was [`Fault::Down`].
    pub fn misbehave(&self, fault: Fault) {
        let down = matches!(fault, Fault::Down);
        self.office.conduct.always(fault);
        if down {
            self.office.gate.shut();
        } else {
            self.office.gate.open().expect("the PSA's own port");
        }
    }

    /// The next request that finds nothing else ahead of it meets this, once. [`Fault::Down`] here means that its
    /// connection, and any other that is open, is cut.
    pub fn misbehave_once(&self, fault: Fault) {
        self.office.conduct.once(fault);
    }
}

/// Enters the request in the ledger, and lets it through to the contract as far as the fault allows.
async fn misbehave(State(office): State<Arc<Office>>, request: extract::Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let number = office.ledger.arrived(&parts, &body);
    let request = extract::Request::from_parts(parts, Body::from(body));
    let response = office.conduct.apply(&office.gate, request, next).await;
    office.ledger.answered(number, response.status().as_u16());
    response
}

impl Drop for Psa {
    fn drop(&mut self) {
        self.server.abort();
        self.office.gate.shut();
    }
}

#[cfg(test)]
mod tests;
