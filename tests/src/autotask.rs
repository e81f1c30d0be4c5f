//! A stand-in for Autotask: its REST API as documented, over real HTTP, with one MSP's tickets behind it.
//!
//! Invariants: work that was done stays done, whatever the client was told; a repeated POST makes a second ticket; no
//! picklist has the numbers that a new Autotask has, so that a client which knows them by heart is found out.

mod books;
mod filter;
mod routes;
mod rules;
mod seed;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{Router, http::Method};
use serde_json::json;
use tokio::{net::TcpListener, sync::Semaphore, task::JoinHandle};

use self::books::Ledger;
pub use self::books::{Note, Request, Ticket};
pub use crate::fault::Fault;
use crate::{deadline, fault::Conduct, loopback::Gate};

/// Autotask. Dropping it ends it.
#[derive(Debug)]
pub struct Autotask {
    office: Arc<Office>,
    server: JoinHandle<()>,
}

/// What the routes work on.
#[derive(Debug)]
struct Office {
    ledger: Ledger,
    conduct: Conduct,
    gate: Gate,
    /// Of the calls that it takes at once.
    lines: Semaphore,
}

impl Autotask {
    /// The API user's name.
    pub const USERNAME: &str = "api@msp.test";
    /// The API user's secret, at first.
    pub const SECRET: &str = "autotask-s3cret";
    /// The integration code.
    pub const CODE: &str = "TRACKING1";
    /// A queue that there is.
    pub const QUEUE: &str = "On-Call";

    /// An Autotask that behaves.
    ///
    /// # Panics
    /// When loopback can't be listened on.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port of loopback");
        let behind: SocketAddr = listener.local_addr().expect("the address of a listener");
        let gate = Gate::to(behind).expect("a gate to Autotask");
        let office = Arc::new(Office {
            ledger: Ledger::new(format!("http://{}", gate.address())),
            conduct: Conduct::default(),
            gate,
            lines: Semaphore::new(3),
        });
        let routes: Router = routes::routes(Arc::clone(&office));
        let server = tokio::spawn(async move {
            axum::serve(listener, routes).await.ok();
        });
        Self { office, server }
    }

    /// `http://127.0.0.1:PORT`, where the zone is asked for.
    pub fn url(&self) -> String {
        format!("http://{}", self.office.gate.address())
    }

    /// Every ticket, in the order of creation.
    pub fn tickets(&self) -> Vec<Ticket> {
        self.office.ledger.now().tickets()
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
        match deadline::until(&self.office.ledger.books, within, |books| wanted(&books.tickets())).await {
            Ok(books) => books.tickets(),
            Err(books) => panic!(
                "not the awaited tickets within {within:?}, but {:#?} after {:#?}",
                books.tickets(),
                books.requests
            ),
        }
    }

    /// Somebody gives the ticket another status, by its label.
    ///
    /// # Panics
    /// When there is no such ticket or status.
    pub fn set_status(&self, ticket_id: &str, label: &str) {
        self.office.ledger.change(|books| {
            let status = books.pick("status", label);
            books.ticket_mut(ticket_id)["status"] = json!(status);
            books.touch(ticket_id.parse().expect("a number"));
        });
    }

    /// Somebody completes the ticket.
    ///
    /// # Panics
    /// When there is no such ticket.
    pub fn close(&self, ticket_id: &str) {
        self.set_status(ticket_id, "Complete");
    }

    /// Somebody merges the ticket into another one.
    ///
    /// # Panics
    /// When there is no such ticket.
    pub fn merge(&self, ticket_id: &str) {
        self.office.ledger.change(|books| {
            books.ticket_mut(ticket_id)["mergedIntoTicketID"] = json!(128_000);
            books.touch(ticket_id.parse().expect("a number"));
        });
    }

    /// Somebody makes a ticket by hand, for a company by its name; answers its id and number.
    ///
    /// # Panics
    /// When there is no such status, priority or company.
    pub fn add_ticket(&self, title: &str, status: &str, priority: &str, company: &str) -> (String, String) {
        self.office.ledger.change(|books| {
            let company = books.company(company);
            let item = json!({
                "title": title,
                "description": format!("{title}, says the client"),
                "status": books.pick("status", status),
                "priority": books.pick("priority", priority),
                "companyID": company,
                "externalID": "",
            });
            let id = books.open(item);
            let ticket = books.ticket_mut(&id.to_string());
            (id.to_string(), ticket["ticketNumber"].as_str().unwrap_or_default().to_owned())
        })
    }

    /// The API user has another secret from now on.
    pub fn rotate_secret(&self, secret: &str) {
        self.office.ledger.change(|books| secret.clone_into(&mut books.secret));
    }

    /// The MSP's data moves to another zone; the old one says so.
    pub fn move_zone(&self) {
        self.office.ledger.change(|books| books.zone += 1);
    }

    /// Every entry of a picklist has another number from now on, and every ticket too.
    pub fn renumber(&self, field: &str) {
        self.office.ledger.change(|books| books.renumber(field));
    }

    /// Tickets can't be changed by PATCH, as somebody reported of one zone.
    pub fn without_patch(&self) {
        self.office.ledger.change(|books| books.has_patch = false);
    }

    /// Nobody may write in somebody else's name.
    pub fn without_impersonation(&self) {
        self.office.ledger.change(|books| books.impersonates = false);
    }

    /// Tickets that are over take neither notes nor changes.
    pub fn lock_closed_tickets(&self) {
        self.office.ledger.change(|books| books.locks_closed = true);
    }

    /// The API user's security level doesn't let it do this (`Create`, `Update`, `Query`) with that (`Tickets`).
    pub fn forbid(&self, deed: &str, entity: &str) {
        self.office.ledger.change(|books| books.forbidden.push(format!("{entity}/{deed}")));
    }

    /// A technician leaves.
    pub fn dismiss(&self, email: &str) {
        self.office.ledger.change(|books| books.dismiss(email));
    }

    /// From now on every request meets this; [`Fault::None`] ends it.
    ///
    /// # Panics
    /// When somebody else took the port of a stand-in that was [`Fault::Down`].
    pub fn misbehave(&self, fault: Fault) {
        let down = matches!(fault, Fault::Down);
        self.office.conduct.always(fault);
        if down {
            self.office.gate.shut();
        } else {
            self.office.gate.open().expect("Autotask's own port");
        }
    }

    /// The next request that finds nothing else ahead of it meets this, once.
    pub fn misbehave_once(&self, fault: Fault) {
        self.office.conduct.once(fault);
    }

    /// The next request with this method whose path ends like this meets this, once: `POST` `/Tickets` makes a ticket.
    pub fn misbehave_once_at(&self, method: Method, path: &str, fault: Fault) {
        self.office.conduct.once_at(method, path, fault);
    }
}

impl Drop for Autotask {
    fn drop(&mut self) {
        self.server.abort();
        self.office.gate.shut();
    }
}

#[cfg(test)]
mod tests;
