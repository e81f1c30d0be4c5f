//! Signing in: on one machine, where no Hub does it, and what there is to say where the Hub does.

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

/// Where a sign-in or sign-out through the Hub stands, when there is something to say or to press.
#[derive(Debug, Clone, Template)]
#[template(path = "sign_in_standing.html")]
pub struct SignInStandingPage {
    /// The frame, without a viewer.
    pub layout: Layout,
    /// Whether something went wrong.
    pub is_problem: bool,
    /// How it stands, in a few words.
    pub title: String,
    /// What happened.
    pub detail: String,
    /// What the reader can do now.
    pub what_to_do: Option<String>,
    /// Where to go on: words and address, the first the most likely.
    pub ways: Vec<(&'static str, String)>,
}

impl SignInStandingPage {
    const SECTION: Option<&str> = None;

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }
}
