//! What a browser gets when something can't be shown or done.

use askama::Template;

use crate::{Layout, RenderError};

/// A problem in words: what it is and what to do about it.
#[derive(Debug, Clone, Template)]
#[template(path = "problem.html")]
pub struct ProblemPage {
    /// The frame.
    pub layout: Layout,
    /// The HTTP status.
    pub status: u16,
    /// The problem in a few words.
    pub title: String,
    /// What happened.
    pub detail: String,
    /// What the reader can do now.
    pub what_to_do: Option<String>,
}

impl ProblemPage {
    const SECTION: Option<&str> = None;

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }
}
