//! What the HTTP surface needs beside the app.

use std::path::PathBuf;
use std::sync::Arc;

use app::App;
use app::port::Secret;
use azure::key_vault::{KeyVault, SecretHealth, SecretState};
use embedded::bus::LocalBus;

use crate::config::Off;
use crate::door::Door;

/// The state of every route.
#[derive(Debug)]
pub struct Edge {
    /// The app.
    pub app: Arc<App>,
    /// Defend's key; `None`: its door is shut.
    pub(crate) defend_key: Option<Secret>,
    /// Signs people in.
    pub(crate) hub: Door,
    /// Anybody who reaches the process may pick a person: only where it can't be reached from elsewhere, and no Hub does it.
    pub(crate) open_sign_in: bool,
    /// For the keys of forms.
    pub(crate) form_secret: [u8; 32],
    /// Where captured mail is kept, when it is.
    pub(crate) mail_dir: Option<PathBuf>,
    /// The bus of one machine.
    pub(crate) bus: Option<LocalBus>,
    /// Where keys come from that are not settings.
    pub(crate) vault: Option<WatchedVault>,
    pub(crate) off: Vec<Off>,
}

/// A vault, and the keys that are read from it.
#[derive(Debug, Clone)]
pub(crate) struct WatchedVault {
    pub(crate) vault: KeyVault,
    pub(crate) names: Vec<&'static str>,
}

impl WatchedVault {
    /// Reads each key once, however long that takes.
    pub(crate) async fn warm(&self) {
        self.vault.warm(&self.names).await;
    }

    /// What doesn't run since its key can't be had.
    pub(crate) async fn off(&self) -> Vec<Off> {
        let states = self.vault.check(&self.names).await;
        let trouble = |SecretHealth { name, state }| {
            let why = match state {
                SecretState::Read | SecretState::Stale { .. } => return None,
                SecretState::Missing => format!("the vault has no {name}"),
                // What stands against it may name what a stranger shouldn't know.
                SecretState::Unreachable { .. } => format!("{name} can't be read from the vault now"),
            };
            Some(Off { what: what_for(name), why })
        };
        states.into_iter().filter_map(trouble).collect()
    }
}

/// What a key is for.
fn what_for(key: &str) -> &'static str {
    match key {
        "PSA-SERVICE-KEY" => "tickets in the PSA",
        "DEFEND-SERVICE-KEY" => "escalations from Defend",
        _ => "signing in",
    }
}
