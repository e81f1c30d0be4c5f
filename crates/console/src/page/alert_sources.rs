//! Alert sources: every one of the tenant's, and making another.
//!
//! Invariant: a key stands on one page, the answer to the form that made it, and in no address.

use askama::Template;
use chrono::{DateTime, FixedOffset};

use crate::{Layout, RenderError, Token, routes};

/// The page at [`routes::ALERT_SOURCES`].
#[derive(Debug, Clone, Template)]
#[template(path = "alert_sources.html")]
pub struct AlertSourcesPage {
    /// The frame.
    pub layout: Layout,
    /// Every source, in the order to show them.
    pub sources: Vec<AlertSourceRow>,
    /// The form to make one; `None` where the viewer may not.
    pub form: Option<SourceForm>,
}

/// One source of the list.
#[derive(Debug, Clone)]
pub struct AlertSourceRow {
    /// Its id, as it stands in addresses.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What people call its type.
    pub kind: String,
    /// The name of the service its alerts are about.
    pub service: String,
    /// Since when it is quieter than it ever was.
    pub quiet_since: Option<DateTime<FixedOffset>>,
}

/// The form that makes a source.
#[derive(Debug, Clone, Default)]
pub struct SourceForm {
    /// The types to choose from.
    pub types: Vec<Choice>,
    /// The services to choose from.
    pub services: Vec<Choice>,
    /// What was typed.
    pub entered: EnteredSource,
    /// Why it was not saved; empty when it wasn't sent yet.
    pub problems: Vec<String>,
}

/// Something to choose: what the form sends, and what people read.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
}

/// What was typed into a [`SourceForm`]; the names of its fields are those here, but `type` for `source_type`.
#[derive(Debug, Clone, Default)]
pub struct EnteredSource {
    /// The name.
    pub name: String,
    /// The type's word.
    pub source_type: String,
    /// The service's id.
    pub service_id: String,
    /// A heartbeat's longest silence, in minutes.
    pub silence_minutes: String,
}

/// The answer to the form that made a key.
#[derive(Debug, Clone, Template)]
#[template(path = "alert_source_key.html")]
pub struct AlertSourceKeyPage {
    /// The frame.
    pub layout: Layout,
    /// The source's id, as it stands in addresses.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The key.
    pub key: Token,
    /// Where the sender posts to; the key is in it.
    pub url: Token,
    /// Where a sender with a PagerDuty connection posts to, with the key as its `routing_key`.
    pub enqueue_url: Option<String>,
    /// There was a key before, which opens nothing any more.
    pub is_rotated: bool,
}

impl AlertSourcesPage {
    const SECTION: Option<&str> = Some(routes::ALERT_SOURCES);

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }
}

impl SourceForm {
    fn is_open(&self) -> bool {
        !self.problems.is_empty()
    }
}

impl AlertSourceKeyPage {
    const SECTION: Option<&str> = Some(routes::ALERT_SOURCES);

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }
}
