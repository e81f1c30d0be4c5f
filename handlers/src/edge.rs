//! What the HTTP surface needs beside the app.

use std::path::PathBuf;
use std::sync::Arc;

use app::App;
use embedded::bus::LocalBus;
use embedded::hub::LocalHub;
use secrecy::SecretString;

use crate::config::Off;

/// The state of every route.
#[derive(Debug)]
pub struct Edge {
    /// The app.
    pub app: Arc<App>,
    pub(crate) defend_key: Option<SecretString>,
    /// Signs people in; this version has no other.
    pub(crate) hub: LocalHub,
    /// Anybody who reaches the process may pick a person: only where it can't be reached from elsewhere.
    pub(crate) open_sign_in: bool,
    /// For the keys of forms.
    pub(crate) form_secret: [u8; 32],
    /// Where captured mail is kept, when it is.
    pub(crate) mail_dir: Option<PathBuf>,
    /// The bus of one machine.
    pub(crate) bus: Option<LocalBus>,
    pub(crate) off: Vec<Off>,
}
