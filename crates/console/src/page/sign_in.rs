//! Signing in on one machine, where no Hub does it.

use askama::Template;

use crate::{Layout, RenderError};

/// The page at [`crate::routes::SIGN_IN`].
#[derive(Debug, Clone, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// The frame, without a viewer.
    pub layout: Layout,
    /// Everyone who may sign in by pressing a button; empty where that isn't allowed.
    pub people: Vec<SignInPerson>,
    /// Whether a sign-in token may be pasted.
    pub takes_token: bool,
    /// Why the last try was refused.
    pub refused: Option<String>,
    /// The path to go on to.
    pub next: String,
}

/// Somebody who may sign in.
#[derive(Debug, Clone)]
pub struct SignInPerson {
    /// The id that is posted.
    pub user_id: String,
    /// Their name.
    pub name: String,
    /// Their role in words.
    pub role: String,
}

impl SignInPage {
    const SECTION: Option<&str> = None;

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }
}
