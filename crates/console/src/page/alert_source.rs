//! One alert source: its settings in words, trying it, another key, and what came to its door.
//!
//! Invariant: what became of each delivery is said, and one that was not taken says why.

use askama::Template;
use chrono::{DateTime, FixedOffset};

use crate::{Layout, RenderError, Severity, routes};

/// The page at [`routes::ALERT_SOURCE`].
#[derive(Debug, Clone, Template)]
#[template(path = "alert_source.html")]
pub struct AlertSourcePage {
    /// The frame.
    pub layout: Layout,
    /// Its id, as it stands in addresses.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What people call its type.
    pub kind: String,
    /// Since when it is quieter than it ever was.
    pub quiet_since: Option<DateTime<FixedOffset>>,
    /// Its settings: what each is about, and how it is set, in words.
    pub settings: Vec<(&'static str, String)>,
    /// What the viewer may do; `None`: look.
    pub steps: Option<SourceSteps>,
    /// Some deliveries, newest first.
    pub deliveries: Vec<DeliveryRow>,
    /// Whether these are older ones, not the newest.
    pub is_older: bool,
    /// The cursor of the older ones.
    pub older: Option<String>,
}

/// What a manager can do to a source.
#[derive(Debug, Clone)]
pub struct SourceSteps {
    /// Stands for the key there is, without telling it, so that a form rotates that one only; `None`: there is no key.
    pub key_mark: Option<String>,
}

/// One delivery.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// Its id.
    pub id: String,
    /// When it came.
    pub at: DateTime<FixedOffset>,
    /// How it went.
    pub state: DeliveryState,
    /// What became of it, in a few words; `None` when the state says it.
    pub result: Option<String>,
    /// What stands against it.
    pub problem: Option<String>,
    /// The id of its first alert's incident.
    pub incident_id: Option<String>,
    /// Whether it is another reading of an earlier one.
    pub is_another_reading: bool,
    /// Whether the viewer may have it read again.
    pub can_read_again: bool,
}

/// How a delivery went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Its alerts were taken in.
    Taken,
    /// There was nothing in it to act on.
    Nothing,
    /// It could not be read, or was not allowed.
    Refused,
    /// It waits for something outside.
    Waiting,
}

impl DeliveryState {
    /// The word for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Taken => "Taken",
            Self::Nothing => "Nothing to do",
            Self::Refused => "Refused",
            Self::Waiting => "Waiting",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Taken => "delivered",
            Self::Nothing => "skipped",
            Self::Refused => "failed",
            Self::Waiting => "pending",
        }
    }
}

impl AlertSourcePage {
    const SECTION: Option<&str> = Some(routes::ALERT_SOURCES);
    const SEVERITIES: [Severity; 5] =
        [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }
}
