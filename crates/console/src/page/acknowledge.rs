//! Acknowledging from the mail, without signing in.
//!
//! Invariant: showing this page changes nothing (mail scanners follow links); only the button does.

use askama::Template;
use chrono::{DateTime, FixedOffset};

use crate::{Layout, RenderError, Severity, Token};

/// The page at [`crate::routes::ACKNOWLEDGE_LINK`].
#[derive(Debug, Clone, Template)]
#[template(path = "acknowledge.html")]
pub struct AcknowledgePage {
    /// The frame, without a viewer.
    pub layout: Layout,
    /// What the link leads to now.
    pub outcome: LinkOutcome,
}

/// What an acknowledge link leads to.
#[derive(Debug, Clone)]
pub enum LinkOutcome {
    /// It can be acknowledged: the button.
    Ready {
        /// What it is about.
        incident: LinkedIncident,
        /// The token of the link, which the button posts to.
        token: Token,
        /// The name of the person the link was sent to, who will have it.
        person: String,
    },
    /// The button was pressed, or had been by the same person.
    Yours {
        /// What it is about.
        incident: LinkedIncident,
    },
    /// Somebody else has it.
    Taken {
        /// What it is about.
        incident: LinkedIncident,
        /// Their name.
        by: String,
        /// Since when.
        at: DateTime<FixedOffset>,
    },
    /// It is over.
    Resolved {
        /// What it is about.
        incident: LinkedIncident,
        /// Who resolved it; `None`: the source did.
        by: Option<String>,
        /// When.
        at: DateTime<FixedOffset>,
    },
    /// The link was good once.
    Expired,
    /// The link was never good, or is mangled.
    NotValid,
}

/// The incident of an acknowledge link.
#[derive(Debug, Clone)]
pub struct LinkedIncident {
    /// Its id, as it stands in addresses.
    pub id: String,
    /// The tenant's running number.
    pub number: u64,
    /// Its title, as the sender wrote it.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// The service's name.
    pub service: String,
    /// The client's name.
    pub client: Option<String>,
    /// When it was triggered.
    pub opened_at: DateTime<FixedOffset>,
}

impl AcknowledgePage {
    const SECTION: Option<&str> = None;

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }

    fn incident(&self) -> Option<&LinkedIncident> {
        match &self.outcome {
            LinkOutcome::Ready { incident, .. }
            | LinkOutcome::Yours { incident }
            | LinkOutcome::Taken { incident, .. }
            | LinkOutcome::Resolved { incident, .. } => Some(incident),
            LinkOutcome::Expired | LinkOutcome::NotValid => None,
        }
    }
}
