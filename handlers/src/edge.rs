//! What the HTTP surface needs beside the app.

use std::path::PathBuf;
use std::sync::Arc;

use app::App;
use app::port::Secret;
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
    pub(crate) off: Vec<Off>,
}
