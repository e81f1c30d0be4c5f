//! The PSA ticket of an incident, as far as it has come.

use super::is_web;

/// How an incident stands with the PSA.
#[derive(Debug, Clone)]
pub struct PsaTicket {
    /// The ticket's id in the PSA, once there is one.
    pub ticket_id: Option<String>,
    /// What people there call it, where that isn't its id.
    pub number: Option<String>,
    /// Where it is seen there; a link only when it is `http` or `https`.
    pub url: Option<String>,
    /// How far the PSA has been told.
    pub progress: TicketProgress,
}

/// How far the PSA has been told.
#[derive(Debug, Clone)]
pub enum TicketProgress {
    /// No PSA is configured: tickets are linked by hand or not at all.
    Off,
    /// Nobody has acknowledged yet, so there is nothing to tell.
    OnAcknowledge,
    /// The ticket is being created, or something is still to be told.
    Pending,
    /// It knows everything.
    Complete,
    /// It said no, or can't be reached.
    Failed {
        /// What it said.
        reason: String,
        /// It is tried again by itself.
        retrying: bool,
    },
}

impl PsaTicket {
    pub(crate) fn safe_url(&self) -> Option<&str> {
        self.url.as_deref().filter(|url| is_web(url))
    }

    /// What people call it.
    pub(crate) fn name(&self) -> Option<&str> {
        self.number.as_deref().or(self.ticket_id.as_deref())
    }

    /// Whether notes and the resolution reach a ticket, now or later.
    pub(crate) fn is_on(&self) -> bool {
        !matches!(self.progress, TicketProgress::Off)
    }

    /// A ticket that is being created must not be overtaken by one linked by hand.
    pub(crate) fn can_link(&self) -> bool {
        self.ticket_id.is_none() && !matches!(self.progress, TicketProgress::Pending)
    }
}
