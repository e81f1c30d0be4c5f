//! A stand-in for the Hub: an OIDC provider on real HTTP, with keys that rotate, people who consent without being asked,
//! and every way of misbehaving that a client must see through.
//!
//! Invariant: unless it is told to misbehave it is strict: a code works once, for the client, the address and the PKCE
//! verifier that it was given out for.
#![expect(
    clippy::missing_panics_doc,
    reason = "a stand-in that can't go on panics, and that is its way to say so"
)]

mod desk;
mod forgery;
mod keys;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::Clock;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use self::desk::Books;
pub use self::forgery::Forgery;
use crate::loopback::Gate;

/// What the Hub knows On-Call as.
pub const CLIENT_ID: &str = "oncall";

/// And the secret that it knows On-Call by: with characters that have to be encoded.
pub const CLIENT_SECRET: &str = "s3cret+of/on-call%=";

/// The Hub. Dropping it ends it.
#[derive(Debug)]
pub struct Hub {
    desk: Arc<Desk>,
    server: JoinHandle<()>,
}

/// What the routes work on.
#[derive(Debug)]
struct Desk {
    gate: Gate,
    books: Mutex<Books>,
}

impl Desk {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Not the bare address, as with many providers.
    fn issuer(&self) -> String {
        format!("http://{}/orgs", self.gate.address())
    }
}

/// Somebody of the organization `org`, as the Hub's tokens describe them.
pub fn person(org: &str, name: &str, role: &str) -> Value {
    json!({
        "sub": format!("{org}-{name}"), "email": format!("{name}@msp.example"), "firstName": name, "lastName": "Hubble",
        "tenantId": org, "tenantSlug": org, "tenantName": format!("{org} Ltd"), "orgRole": role,
        "entitlements": ["psa", "oncall"],
    })
}

impl Hub {
    /// A Hub that behaves, on the clock that is told with [`Hub::follow`].
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port of loopback");
        let behind: SocketAddr = listener.local_addr().expect("the address of a listener");
        let gate = Gate::to(behind).expect("a gate to the Hub");
        let desk = Arc::new(Desk { gate, books: Mutex::default() });
        let routes = desk::routes(Arc::clone(&desk));
        let server = tokio::spawn(async move {
            axum::serve(listener, routes).await.ok();
        });
        Self { desk, server }
    }

    /// The settings that lead On-Call to it.
    pub fn settings(&self) -> [(&'static str, String); 3] {
        [
            ("HUB_ISSUER", self.desk.issuer()),
            ("HUB_CLIENT_ID", CLIENT_ID.to_owned()),
            ("HUB_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
        ]
    }

    /// Its name.
    pub fn issuer(&self) -> String {
        self.desk.issuer()
    }

    /// Takes the time from this clock.
    pub fn follow(&self, clock: Arc<dyn Clock>) {
        self.desk.books().clock = Some(clock);
    }

    /// Whoever comes to its pages from now on is this person; `None`: is nobody, and refuses to sign in.
    pub fn sign_in_as(&self, person: Option<&Value>) {
        self.desk.books().person = person.cloned();
    }

    /// A token of somebody, for API calls, good for an hour.
    pub fn token(&self, person: &Value) -> String {
        self.desk.books().token(&self.desk.issuer(), person, None, None)
    }

    /// A token that isn't what it seems.
    pub fn forge(&self, person: &Value, forgery: Forgery) -> String {
        self.desk.books().token(&self.desk.issuer(), person, None, Some(forgery))
    }

    /// From now on the tokens that codes are redeemed for are forged.
    pub fn forge_codes(&self, forgery: Option<Forgery>) {
        self.desk.books().forgery = forgery;
    }

    /// Signs with a new key of another sort from now on, and publishes only that.
    pub fn rotate_keys(&self) {
        self.desk.books().key += 1;
    }

    /// Takes secrets in forms from now on, and not in headers.
    pub fn take_secrets_in_forms(&self) {
        self.desk.books().takes_forms = true;
    }

    /// Describes itself under this name from now on.
    pub fn call_itself(&self, issuer: &str) {
        self.desk.books().alias = Some(issuer.to_owned());
    }

    /// Not there: connections are refused, and those that are open are cut.
    pub fn go_down(&self) {
        self.desk.gate.shut();
    }

    /// There again, at the same address.
    pub fn come_back(&self) {
        self.desk.gate.open().expect("the Hub's own port");
    }

    /// Answers everything with this status from now on.
    pub fn fail(&self, status: Option<u16>) {
        self.desk.books().fails = status;
    }

    /// How often `path` was asked for, such as `jwks`.
    pub fn asked_for(&self, path: &str) -> usize {
        let wanted = format!("/orgs/{path}");
        self.desk.books().asked.iter().filter(|asked| **asked == wanted).count()
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.server.abort();
        self.desk.gate.shut();
    }
}

#[cfg(test)]
mod tests;
