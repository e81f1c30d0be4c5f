//! The PSA ticket of an incident, as far as it has come.

/// How an incident stands with the PSA.
#[derive(Debug, Clone)]
pub struct PsaTicket {
    /// The ticket's id in the PSA, once there is one.
    pub ticket_id: Option<String>,
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
    /// Whether notes and the resolution reach a ticket, now or later.
    pub(crate) fn is_on(&self) -> bool {
        !matches!(self.progress, TicketProgress::Off)
    }

    /// A ticket that is being created must not be overtaken by one linked by hand.
    pub(crate) fn can_link(&self) -> bool {
        self.ticket_id.is_none() && !matches!(self.progress, TicketProgress::Pending)
    }
}
