//! What a body would be understood as that a sender of an alert source might post.
//!
//! Invariant: the page says that nothing was taken in, whatever it shows.

use askama::Template;

use crate::{Layout, RenderError, Severity, routes};

/// The answer to the form at [`routes::ALERT_SOURCE_PREVIEW`].
#[derive(Debug, Clone, Template)]
#[template(path = "alert_source_preview.html")]
pub struct AlertSourcePreviewPage {
    /// The frame.
    pub layout: Layout,
    /// The source's id, as it stands in addresses.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What was read, as it was typed.
    pub body: String,
    /// What it says.
    pub read: PreviewRead,
}

/// What a body says.
#[derive(Debug, Clone)]
pub enum PreviewRead {
    /// These alerts, in order.
    Alerts(Vec<PreviewedAlert>),
    /// Nothing to act on; why.
    Nothing(String),
    /// It would be refused; why.
    Refused(Vec<String>),
}

/// An alert, as it would be taken in.
#[derive(Debug, Clone)]
pub struct PreviewedAlert {
    /// What it is about.
    pub title: String,
    /// What it tells, in a word or two.
    pub tells: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What could not be understood.
    pub warning: Option<String>,
    /// All else that it says: what it is about, and what it says.
    pub facts: Vec<(&'static str, String)>,
}

impl AlertSourcePreviewPage {
    const SECTION: Option<&str> = Some(routes::ALERT_SOURCES);

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }
}
