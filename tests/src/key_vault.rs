//! A stand-in for Azure Key Vault, and for the identity endpoint whose tokens open it, over real HTTP.
//!
//! Invariant: a secret is shown only for a token that its identity endpoint issued for vaults.

mod identity;
mod wire;

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::Router;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

pub use self::identity::{Identity, TokenRequest, Tokens};
use crate::{deadline, loopback::Gate};

/// What a token for a vault is issued for.
pub const RESOURCE: &str = "https://vault.azure.net";

/// A vault. Dropping it ends it.
#[derive(Debug)]
pub struct Vault {
    room: Arc<Room>,
    gate: Gate,
    server: JoinHandle<()>,
}

/// How a vault behaves.
#[derive(Debug, Clone, Default)]
pub enum Fault {
    /// Well.
    #[default]
    None,
    /// Not there: connections are refused, and those that are open are cut.
    Down,
    /// Answers nobody until it behaves otherwise.
    Holds,
    /// Answers this status.
    Fails(u16),
    /// Answers 429.
    TooMany {
        /// `Retry-After`, in whole seconds.
        retry_after: Duration,
    },
    /// Answers 403: the identity has no role.
    Forbids,
    /// Another server answers: a 404, and a page.
    IsSomethingElse,
}

/// A request that came with a token, good or bad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Without the query.
    pub path: String,
}

#[derive(Debug)]
struct Room {
    tokens: Tokens,
    secrets: Mutex<BTreeMap<String, Entry>>,
    asked: watch::Sender<Vec<Asked>>,
    conduct: watch::Sender<Fault>,
}

#[derive(Debug)]
struct Entry {
    value: String,
    enabled: bool,
    rotations: u32,
}

impl Entry {
    fn version(&self) -> String {
        format!("{:032x}", self.rotations + 1)
    }
}

impl Room {
    fn secrets(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.secrets.lock().expect("nothing panics while it holds the lock")
    }
}

impl Room {
    fn put(&self, name: &str, value: &str) {
        let mut secrets = self.secrets();
        let rotations = secrets.get(&name.to_lowercase()).map_or(0, |entry| entry.rotations + 1);
        let entry = Entry { value: value.to_owned(), enabled: true, rotations };
        secrets.insert(name.to_lowercase(), entry);
    }
}

impl Vault {
    /// An empty vault that is opened by the tokens of `identity`.
    ///
    /// # Panics
    /// When loopback can't be listened on.
    pub async fn start(identity: &Identity) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port of loopback");
        let behind: SocketAddr = listener.local_addr().expect("the address of a listener");
        let room = Arc::new(Room {
            tokens: identity.tokens(),
            secrets: Mutex::default(),
            asked: watch::Sender::default(),
            conduct: watch::Sender::default(),
        });
        let routes = Router::new().fallback(wire::answer).with_state(Arc::clone(&room));
        let server = tokio::spawn(async move {
            axum::serve(listener, routes).await.ok();
        });
        Self { room, gate: Gate::to(behind).expect("a gate to the vault"), server }
    }

    /// `http://127.0.0.1:PORT`, as `KEY_VAULT_URL` wants it.
    pub fn url(&self) -> String {
        format!("http://{}", self.gate.address())
    }

    /// Puts a secret there, or rotates it.
    pub fn put(&self, name: &str, value: &str) {
        self.room.put(name, value);
    }

    /// Takes a secret away.
    pub fn remove(&self, name: &str) {
        self.room.secrets().remove(&name.to_lowercase());
    }

    /// Disables a secret; [`Vault::put`] enables it.
    ///
    /// # Panics
    /// When there is no such secret.
    pub fn disable(&self, name: &str) {
        let mut secrets = self.room.secrets();
        secrets.get_mut(&name.to_lowercase()).expect("a secret of that name").enabled = false;
    }

    /// From now on it behaves like this; [`Fault::None`] ends it.
    ///
    /// # Panics
    /// When somebody else took the port of a vault that was [`Fault::Down`].
    pub fn misbehave(&self, fault: Fault) {
        let down = matches!(fault, Fault::Down);
        self.room.conduct.send_replace(fault);
        if down {
            self.gate.shut();
        } else {
            self.gate.open().expect("the vault's own port");
        }
    }

    /// How often this secret was asked for with a token, whatever the answer was.
    pub fn reads(&self, name: &str) -> usize {
        count(&self.room.asked.borrow(), name)
    }

    /// Waits until this secret was asked for that often.
    ///
    /// # Panics
    /// When it wasn't `within` that time.
    pub async fn wait_for_reads(&self, name: &str, reads: usize, within: Duration) {
        let reached = deadline::until(&self.room.asked, within, |asked| count(asked, name) >= reads).await;
        assert!(reached.is_ok(), "{name} was not asked for {reads} times within {within:?}: {reached:?}");
    }
}

fn count(asked: &[Asked], name: &str) -> usize {
    let path = format!("/secrets/{name}");
    asked.iter().filter(|asked| asked.path.trim_end_matches('/').eq_ignore_ascii_case(&path)).count()
}

impl Drop for Vault {
    fn drop(&mut self) {
        self.server.abort();
        self.gate.shut();
    }
}

#[cfg(test)]
mod tests;
