//! A stand-in for HaloPSA: the part of its REST API that tickets are filed by, over real HTTP.
//!
//! Invariants: work that was done stays done, whatever the client was told; nothing keeps a key of the client's, so that a
//! client which repeats itself makes a second ticket and a second note, and is found out.

mod access;
mod directory;
mod ledger;
mod tickets;

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
    http::{Method, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use tokio::{net::TcpListener, task::JoinHandle};

use self::{
    access::Doorkeeper,
    directory::{Directory, STATUSES},
    ledger::Ledger,
};
pub use self::{
    access::{CLIENT_ID, CLIENT_SECRET},
    ledger::{Action, Request, Ticket},
};
pub use crate::fault::Fault;
use crate::{fault::Conduct, loopback::Gate};

/// HaloPSA. Dropping it ends it.
#[derive(Debug)]
pub struct HaloPsa {
    office: Arc<Office>,
    server: JoinHandle<()>,
}

/// What the routes work on.
#[derive(Debug)]
struct Office {
    url: String,
    doorkeeper: Doorkeeper,
    directory: Directory,
    ledger: Ledger,
    /// The search finds nothing, as long as its index lags.
    search_lags: AtomicBool,
    /// The search doesn't look at what the tickets say.
    search_skips_details: AtomicBool,
    /// Lists of tickets leave out what the tickets say.
    lists_are_brief: AtomicBool,
    conduct: Conduct,
    gate: Gate,
}

impl HaloPsa {
    /// A HaloPSA that lets [`CLIENT_ID`] in with [`CLIENT_SECRET`], knows a few agents and clients, and behaves.
    ///
    /// # Panics
    /// When loopback can't be listened on.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port of loopback");
        let behind: SocketAddr = listener.local_addr().expect("the address of a listener");
        let gate = Gate::to(behind).expect("a gate to HaloPSA");
        let office = Arc::new(Office {
            url: format!("http://{}", gate.address()),
            doorkeeper: Doorkeeper::default(),
            directory: Directory::default(),
            ledger: Ledger::default(),
            search_lags: AtomicBool::default(),
            search_skips_details: AtomicBool::default(),
            lists_are_brief: AtomicBool::default(),
            conduct: Conduct::default(),
            gate,
        });
        let behaved = middleware::from_fn_with_state(Arc::clone(&office), misbehave);
        let inside = tickets::routes().merge(directory::routes());
        let guarded = inside.layer(middleware::from_fn_with_state(Arc::clone(&office), access::check_token));
        let routes: Router = access::routes().merge(guarded).with_state(Arc::clone(&office)).layer(behaved);
        let server = tokio::spawn(async move {
            axum::serve(listener, routes).await.ok();
        });
        Self { office, server }
    }

    /// `http://127.0.0.1:PORT`, as the settings want it.
    pub fn url(&self) -> String {
        self.office.url.clone()
    }

    /// Every ticket, in the order of creation.
    pub fn tickets(&self) -> Vec<Ticket> {
        self.office.ledger.now().tickets
    }

    /// Every request that arrived, in that order.
    pub fn requests(&self) -> Vec<Request> {
        self.office.ledger.now().requests
    }

    /// Somebody closes the ticket there.
    ///
    /// # Panics
    /// When there is no such ticket.
    pub fn close(&self, id: i64) {
        let closed = self.office.ledger.change(id, |ticket| ticket.set_status(9));
        assert!(closed.is_some(), "no ticket {id} to close");
    }

    /// Somebody opens the ticket again.
    ///
    /// # Panics
    /// When there is no such ticket.
    pub fn reopen(&self, id: i64) {
        let open = self.office.ledger.change(id, |ticket| ticket.set_status(2));
        assert!(open.is_some(), "no ticket {id} to open");
    }

    /// Somebody makes a ticket by hand; answers its id.
    pub fn add_ticket(&self, summary: &str) -> i64 {
        let (summary, details) = (summary.to_owned(), format!("{summary}, says the client"));
        let (ticket_type, priority, status, client, agent) = (1, 1, 1, 12, 1);
        let ticket =
            Ticket { summary, details, ticket_type, priority, status, client, agent, ..Ticket::default() };
        self.office.ledger.open(ticket).id
    }

    /// Somebody gives the ticket another status, by its name.
    ///
    /// # Panics
    /// When there is no such ticket or status.
    pub fn set_status(&self, id: i64, name: &str) {
        let status = STATUSES.iter().find(|(_, own)| *own == name).map(|(status, _)| *status);
        let status = status.unwrap_or_else(|| panic!("no status '{name}'"));
        let changed = self.office.ledger.change(id, |ticket| ticket.set_status(status));
        assert!(changed.is_some(), "no ticket {id}");
    }

    /// Somebody merges the ticket into another.
    ///
    /// # Panics
    /// When there is no such ticket.
    pub fn merge(&self, id: i64, into: i64) {
        let merged = self.office.ledger.change(id, |ticket| ticket.merged_into = into);
        assert!(merged.is_some(), "no ticket {id} to merge");
    }

    /// An agent leaves: nobody finds them any more, and tickets for them are refused.
    pub fn dismiss_agent(&self, id: i64) {
        self.office.directory.dismiss_agent(id);
    }

    /// The application may not use this outcome.
    pub fn forbid_outcome(&self, id: i64) {
        self.office.directory.forbid_outcome(id);
    }

    /// Every token that was given out is worth nothing from now on.
    pub fn expire_tokens(&self) {
        self.office.doorkeeper.expire_tokens();
    }

    /// How long new tokens are said to live.
    pub fn tokens_live(&self, life: Duration) {
        self.office.doorkeeper.tokens_live(life);
    }

    /// Only this client secret opens from now on.
    pub fn rotate_secret(&self, secret: &str) {
        self.office.doorkeeper.rotate_secret(secret);
    }

    /// Whether the search finds nothing, as it does until its index has caught up.
    pub fn let_search_lag(&self, lags: bool) {
        self.office.search_lags.store(lags, Ordering::Relaxed);
    }

    /// Whether the search looks at everything but what tickets say, as it is told to in its settings.
    pub fn let_search_skip_details(&self, skips: bool) {
        self.office.search_skips_details.store(skips, Ordering::Relaxed);
    }

    /// Whether lists of tickets leave out what the tickets say.
    pub fn keep_lists_brief(&self, brief: bool) {
        self.office.lists_are_brief.store(brief, Ordering::Relaxed);
    }

    /// From now on every request meets this; [`Fault::None`] ends it.
    ///
    /// # Panics
    /// When somebody else took the port of a HaloPSA that was [`Fault::Down`].
    pub fn misbehave(&self, fault: Fault) {
        let down = matches!(fault, Fault::Down);
        self.office.conduct.always(fault);
        if down {
            self.office.gate.shut();
        } else {
            self.office.gate.open().expect("HaloPSA's own port");
        }
    }

    /// The next request that finds nothing else ahead of it meets this, once.
    pub fn misbehave_once(&self, fault: Fault) {
        self.office.conduct.once(fault);
    }

    /// The next request with this method whose path ends like this meets it, once.
    pub fn misbehave_at(&self, method: Method, path: &str, fault: Fault) {
        self.office.conduct.once_at(method, path, fault);
    }
}

/// Enters the request in the ledger, and lets it through to the routes as far as the fault allows.
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

impl Drop for HaloPsa {
    fn drop(&mut self) {
        self.server.abort();
        self.office.gate.shut();
    }
}

#[cfg(test)]
mod tests;
