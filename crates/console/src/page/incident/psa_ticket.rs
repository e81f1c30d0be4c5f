//! The PSA ticket of an incident, as far as it has come.

use chrono::{DateTime, FixedOffset};

/// Where the incident's PSA ticket stands.
#[derive(Debug, Clone)]
pub enum PsaTicket {
    /// No PSA is configured: tickets are linked by hand or not at all.
    Off,
    /// It is created when somebody acknowledges.
    OnAcknowledge,
    /// It is being created.
    Pending {
        /// How many times creating it was tried so far.
        attempts: u32,
        /// When it is tried next, if that is settled.
        next_attempt: Option<DateTime<FixedOffset>>,
    },
    /// Creating it failed.
    Failed {
        /// What the PSA said.
        reason: String,
        /// How many times it was tried.
        attempts: u32,
        /// When it is tried again by itself; `None`: not any more.
        next_attempt: Option<DateTime<FixedOffset>>,
    },
    /// There is one.
    Linked {
        /// Its id in the PSA.
        ticket_id: String,
    },
}

impl PsaTicket {
    /// Whether notes and the resolution reach a ticket, now or later.
    pub(crate) fn is_on(&self) -> bool {
        !matches!(self, Self::Off)
    }

    /// A ticket on its way must not be overtaken by one linked by hand.
    pub(crate) fn can_link(&self) -> bool {
        matches!(self, Self::Off | Self::OnAcknowledge | Self::Failed { .. })
    }
}
