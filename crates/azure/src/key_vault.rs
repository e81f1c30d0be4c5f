//! Azure Key Vault: secrets by name, kept for a few minutes and read again, so that a rotated one is picked up without a
//! restart.
//!
//! Invariants: nothing connects before the first read; each secret is asked for by one reader at a time; a vault that
//! can't be reached never takes away a value that was read before, and is told in the log once, not at each read.

mod address;
mod kept;
mod source;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::port::{SecretError, SecretStore, Secrets};
use async_trait::async_trait;
use domain::vault::SecretName;
use futures::future::join_all;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::{info, warn};

use self::address::Address;
pub use self::address::KeyVaultError;
pub use self::kept::Timing;
use self::kept::{Kept, News, Trouble, Wish};
use self::source::Source;
use crate::identity::Credential;

/// One vault; clones share what is known.
#[derive(Clone)]
pub struct KeyVault(Arc<Vault>);

struct Vault {
    source: Source,
    timing: Timing,
    secrets: Mutex<HashMap<Arc<str>, watch::Sender<Kept>>>,
}

impl fmt::Debug for KeyVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyVault").field(&self.0.source.address().url().as_str()).finish()
    }
}

/// Whether a secret can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretState {
    /// It was read.
    Read,
    /// It was read, and can't be read again now: the value that was read is used.
    Stale {
        /// What stands against it.
        reason: String,
    },
    /// The vault has no such secret.
    Missing,
    /// It was never read, or is not to be used any more.
    Unreachable {
        /// What stands against it.
        reason: String,
    },
}

/// One secret's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretHealth {
    /// Its name.
    pub name: &'static str,
    /// Whether it can be had.
    pub state: SecretState,
}

impl KeyVault {
    /// The vault at `url` (`https://NAME.vault.azure.net`; `http://` on loopback only), opened by `credential`. Asks nobody
    /// yet.
    pub fn new(url: &str, credential: &Credential, timing: Timing) -> Result<Self, KeyVaultError> {
        let source = Source::new(Address::parse(url)?, credential.clone());
        Ok(Self(Arc::new(Vault { source, timing, secrets: Mutex::default() })))
    }

    /// Reads these secrets, again and again until the vault has answered for each of them once. To be run beside
    /// everything else: it may never end.
    pub async fn warm(&self, names: &[&'static str]) {
        loop {
            let looks = names.iter().map(|name| self.look(name, Wish::Present, Duration::MAX));
            let kept = join_all(looks).await;
            if kept.iter().all(Kept::is_answered) {
                if !names.is_empty() {
                    info!(secrets = names.len(), "the key vault has answered");
                }
                return;
            }
            tokio::time::sleep(self.0.timing.retry).await;
        }
    }

    /// Which of these secrets it has, in this order. Waits for a vault that doesn't answer no longer than a reader who has
    /// a value.
    pub async fn check(&self, names: &[&'static str]) -> Vec<SecretHealth> {
        let checks = names.iter().map(async |name| {
            let kept = self.look(name, Wish::Present, self.0.timing.patience).await;
            let state = match (kept.value(name), kept.trouble()) {
                (Ok(_), None) => SecretState::Read,
                (Ok(_), Some(reason)) => SecretState::Stale { reason: reason.to_owned() },
                (Err(SecretError::Missing(_)), _) => SecretState::Missing,
                (Err(SecretError::Unavailable { reason, .. }), _) => SecretState::Unreachable { reason },
            };
            SecretHealth { name, state }
        });
        join_all(checks).await
    }

    /// What is known of a secret, after asking the vault where it is time to, and waiting for it where that is worth it.
    async fn look(&self, name: &str, wish: Wish, at_most: Duration) -> Kept {
        let (secret, timing) = (self.secret(name), &self.0.timing);
        let (mut ask, mut wait) = (false, Duration::ZERO);
        secret.send_if_modified(|kept| {
            ask = kept.take_off(wish, Instant::now(), timing);
            wait = kept.wait(timing);
            false
        });
        if ask {
            tokio::spawn(fetch(Arc::clone(&self.0), Flight::of(&secret, name)));
        }
        if !wait.is_zero() {
            let mut changes = secret.subscribe();
            let landed = changes.wait_for(|kept| !kept.is_flying());
            // Whatever came of it, what is known now is the answer.
            let _ = tokio::time::timeout(wait.min(at_most), landed).await;
        }
        secret.borrow().clone()
    }

    fn secret(&self, name: &str) -> watch::Sender<Kept> {
        let mut secrets = self.0.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(secret) = secrets.get(name) {
            return secret.clone();
        }
        secrets.entry(name.into()).or_default().clone()
    }
}

#[async_trait]
impl Secrets for KeyVault {
    async fn get(&self, name: &str) -> Result<SecretString, SecretError> {
        self.look(name, Wish::Present, Duration::MAX).await.value(name)
    }

    async fn renew(&self, name: &str) -> Result<SecretString, SecretError> {
        self.look(name, Wish::Renewed, Duration::MAX).await.value(name)
    }
}

#[async_trait]
impl SecretStore for KeyVault {
    async fn put(&self, name: &SecretName, value: &SecretString) -> Result<(), SecretError> {
        let name = name.as_str();
        let put = self.0.source.put(name, value.expose_secret(), self.0.timing.fetch).await;
        put.map_err(|trouble| unavailable(name, trouble))
    }

    async fn forget(&self, name: &SecretName) -> Result<(), SecretError> {
        let name = name.as_str();
        let deleted = self.0.source.delete(name, self.0.timing.fetch).await;
        self.0.secrets.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        deleted.map_err(|trouble| unavailable(name, trouble))
    }
}

fn unavailable(name: &str, trouble: Trouble) -> SecretError {
    SecretError::Unavailable { name: name.to_owned(), reason: trouble.reason }
}

/// In a task of its own: a reader who goes away doesn't take it along.
async fn fetch(vault: Arc<Vault>, flight: Flight) {
    let said = vault.source.fetch(&flight.name, vault.timing.fetch).await;
    flight.land(said);
}

/// A fetch on its way. However it ends, it lands: nobody else asks before.
struct Flight {
    secret: watch::Sender<Kept>,
    name: Arc<str>,
    landed: bool,
}

impl Flight {
    fn of(secret: &watch::Sender<Kept>, name: &str) -> Self {
        Self { secret: secret.clone(), name: name.into(), landed: false }
    }

    fn land(mut self, said: Result<Option<SecretString>, Trouble>) {
        self.report(said);
    }

    fn report(&mut self, said: Result<Option<SecretString>, Trouble>) {
        self.landed = true;
        let mut news = News::Nothing;
        self.secret.send_modify(|kept| news = kept.land(said, Instant::now()));
        tell(&self.name, news);
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if !self.landed {
            self.report(Err(Trouble {
                reason: "asking the vault was broken off".to_owned(),
                revoked: false,
            }));
        }
    }
}

fn tell(name: &str, news: News) {
    match news {
        News::Nothing => {}
        News::Failing(reason) => {
            warn!(name, %reason, "a secret can't be read from the key vault; it is tried again");
        }
        News::Missing => warn!(name, "the key vault has no such secret; it is looked for again"),
        News::Again => info!(name, "the secret is read from the key vault again"),
        News::Rotated => info!(name, "the secret was rotated: the new value is used"),
    }
}
