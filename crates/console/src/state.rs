//! An incident's state as a reader sees it, and which steps a page offers in it.
//!
//! Invariant: what is offered here is a hint to the reader; whether a step is possible is decided where it is taken.

/// Where an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentState {
    /// Waiting for somebody to take it.
    Triggered,
    /// Somebody has it.
    Acknowledged,
    /// Over, for good.
    Resolved,
    /// Recorded during maintenance; nobody is paged.
    Suppressed,
}

impl IncidentState {
    /// The word on the badge.
    pub fn label(self) -> &'static str {
        match self {
            Self::Triggered => "Triggered",
            Self::Acknowledged => "Acknowledged",
            Self::Resolved => "Resolved",
            Self::Suppressed => "Suppressed",
        }
    }

    /// The class that the style sheet knows it by.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Triggered => "triggered",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
            Self::Suppressed => "suppressed",
        }
    }

    pub(crate) fn can_acknowledge(self) -> bool {
        self == Self::Triggered
    }

    pub(crate) fn can_resolve(self) -> bool {
        self != Self::Resolved
    }

    /// Whether it still asks for work: only then is there anything to escalate.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Triggered | Self::Acknowledged)
    }
}
