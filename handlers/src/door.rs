//! The sign-in door: this machine's own, or the Hub's.
//!
//! Invariant: where the Hub signs people in, nothing else does; neither a name that is pressed nor a token of our own making
//! opens anything there.

use std::sync::Arc;

use app::port::{SignIn, SignInPages};
use app::tenants::Sessions;
use embedded::hub::LocalHub;

/// Who signs people in.
#[derive(Debug, Clone)]
pub(crate) enum Door {
    /// This machine itself; a browser's session is its token.
    Local(LocalHub),
    /// The Hub, at its own pages; a browser's session is ours.
    Hub(HubDoor),
}

/// The Hub's door.
#[derive(Debug, Clone)]
pub(crate) struct HubDoor {
    /// Where browsers are sent.
    pub(crate) pages: Arc<dyn SignInPages>,
    /// What they come back with.
    pub(crate) sessions: Sessions,
}

impl Door {
    /// The Hub's; `key` signs the sessions, and is the same in every process of the deployment.
    pub(crate) fn hub(pages: Arc<dyn SignInPages>, key: &[u8; 32]) -> Self {
        Self::Hub(HubDoor { pages, sessions: Sessions::new(key) })
    }

    /// Who reads the tokens of API calls.
    pub(crate) fn sign_in(&self) -> Arc<dyn SignIn> {
        match self {
            Self::Local(hub) => Arc::new(hub.clone()),
            Self::Hub(door) => Arc::clone(&door.pages) as Arc<dyn SignIn>,
        }
    }
}
