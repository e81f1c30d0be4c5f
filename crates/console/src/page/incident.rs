//! One incident: what it is, what happens next, what can be done, and everything that happened.
//!
//! Invariant: the buttons come first in reading order and last under the thumb; nothing irreversible is one tap away.

mod page_ledger;
mod psa_ticket;
mod timeline;

use askama::Template;
use chrono::{DateTime, FixedOffset};

use crate::{IncidentState, Layout, RenderError, Severity, routes};

pub use page_ledger::{PageAttempt, PageOutcome};
pub use psa_ticket::{PsaTicket, TicketProgress};
pub use timeline::{EntryKind, TimelineEntry};

/// The page at [`routes::INCIDENT`].
#[derive(Debug, Clone, Template)]
#[template(path = "incident.html")]
pub struct IncidentPage {
    /// The frame.
    pub layout: Layout,
    /// Its id, as it stands in addresses.
    pub id: String,
    /// The tenant's running number.
    pub number: u64,
    /// Its title, as the sender wrote it.
    pub title: String,
    /// What the sender said besides; line breaks are kept.
    pub description: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// Where it stands.
    pub state: IncidentState,
    /// The names of those who have it.
    pub held_by: Vec<String>,
    /// What is known about the problem.
    pub facts: Facts,
    /// What Defend added, when it came from there.
    pub defend: Option<DefendFacts>,
    /// What happens if nobody does anything; `None` when nothing is due.
    pub upcoming: Option<Upcoming>,
    /// Whether escalating now can reach anybody; the button stands only while the incident is open.
    pub can_escalate: bool,
    /// Its ticket in the PSA.
    pub psa_ticket: PsaTicket,
    /// Everything that happened, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// Every attempt to reach somebody, oldest first.
    pub page_ledger: Vec<PageAttempt>,
    /// The body of the newest alert, as received.
    pub raw_alert: Option<String>,
}

/// What is known about the problem.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The service's name.
    pub service: String,
    /// The client's name.
    pub client: Option<String>,
    /// The device the alert names.
    pub device: Option<String>,
    /// The alert source's name, or the product it came from.
    pub source: String,
    /// The sender's address for the problem; a link only when it is `http` or `https`.
    pub source_link: Option<String>,
    /// What else the sender gave to look at: its name, and its address, a link only when it is `http` or `https`.
    pub further_links: Vec<FurtherLink>,
    /// How many alerts it gathered.
    pub alert_count: u64,
    /// When the first alert came.
    pub first_seen: DateTime<FixedOffset>,
    /// When the newest alert came.
    pub last_seen: DateTime<FixedOffset>,
    /// The sender's identity for the problem.
    pub dedup_key: String,
}

/// A page or a picture that the sender gave; never shown in our page.
#[derive(Debug, Clone)]
pub struct FurtherLink {
    /// What it is called.
    pub label: String,
    /// Where it is.
    pub address: String,
}

/// What Defend says about a detection.
#[derive(Debug, Clone, Default)]
pub struct DefendFacts {
    /// The host it was seen on.
    pub hostname: Option<String>,
    /// What kind of detection it is.
    pub detection_type: Option<String>,
    /// The MITRE ATT&CK technique, id and name.
    pub mitre_technique: Option<String>,
    /// What Defend advises to do.
    pub recommended_action: Option<String>,
}

/// What happens by itself if nobody does anything.
#[derive(Debug, Clone)]
pub enum Upcoming {
    /// A step of the escalation policy is notified unless somebody acknowledges.
    StepNotified {
        /// The step, from 1.
        step: u32,
        /// Whom it would reach as things stand; may be empty.
        who: Vec<String>,
        /// When.
        at: DateTime<FixedOffset>,
    },
    /// Every step and repeat was notified, and nobody acknowledged.
    Exhausted,
    /// The acknowledge timeout puts it back to triggered.
    AcknowledgeTimesOut {
        /// When.
        at: DateTime<FixedOffset>,
    },
    /// Paging starts again after a snooze.
    SnoozeEnds {
        /// When.
        at: DateTime<FixedOffset>,
    },
}

impl IncidentPage {
    const SECTION: Option<&str> = Some(routes::INCIDENTS);

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }

    fn here(&self) -> String {
        routes::incident(&self.id)
    }

    fn offers_acknowledge(&self) -> bool {
        self.layout.can_act() && self.state.can_acknowledge()
    }

    fn offers_resolve(&self) -> bool {
        self.layout.can_act() && self.state.can_resolve()
    }

    fn offers_escalate(&self) -> bool {
        self.layout.can_act() && self.state.is_open() && self.can_escalate
    }

    fn advice(&self) -> Option<&str> {
        self.defend.as_ref()?.recommended_action.as_deref()
    }

    /// Whether what is due reads as a warning.
    fn is_alarming(&self) -> bool {
        matches!(self.upcoming, Some(Upcoming::Exhausted))
    }
}

impl Facts {
    /// The source link if a browser may be sent there: an alert's sender could write `javascript:` as well.
    fn safe_link(&self) -> Option<&str> {
        self.source_link.as_deref().filter(|link| is_web(link))
    }
}

/// Whether an address that somebody else wrote leads to a web page, and not to a script.
fn is_web(address: &str) -> bool {
    address
        .split_once("://")
        .is_some_and(|(scheme, _)| ["https", "http"].iter().any(|web| scheme.eq_ignore_ascii_case(web)))
}
