//! The page ledger of an incident: proof of who was reached, how and when.

use chrono::{DateTime, FixedOffset};

/// One attempt to reach somebody, retries included.
#[derive(Debug, Clone)]
pub struct PageAttempt {
    /// Whom.
    pub person: String,
    /// Why them, such as the step of the escalation policy.
    pub reason: Option<String>,
    /// Through what, such as `Email`.
    pub channel: String,
    /// The address on that channel, as far as it may be shown.
    pub address: Option<String>,
    /// When it was last tried, or when it is due if it never was.
    pub at: DateTime<FixedOffset>,
    /// How it went.
    pub outcome: PageOutcome,
    /// Why it went that way, such as the provider's refusal.
    pub detail: Option<String>,
    /// The provider's identifier of the message.
    pub receipt: Option<String>,
    /// How many times it was tried.
    pub attempts: u32,
}

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageOutcome {
    /// Due, or on its way.
    Pending,
    /// The provider took it.
    Sent,
    /// The provider says it arrived.
    Delivered,
    /// It didn't go out and won't.
    Failed,
    /// Left out because it was no longer needed.
    Skipped,
}

impl PageOutcome {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Sent => "Sent",
            Self::Delivered => "Delivered",
            Self::Failed => "Failed",
            Self::Skipped => "Not needed",
        }
    }

    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}
