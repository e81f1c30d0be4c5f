//! Alerts: what was received, as it was received, and what became of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{AlertId, DeliveryId, IncidentId, SourceId};
use crate::signal::Signal;

/// What was done with an alert; the word that the sender is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It opened an incident.
    Created,
    /// It joined an open one.
    Grouped,
    /// It acknowledged an open one.
    Acknowledged,
    /// It resolved an open one.
    Resolved,
    /// Recorded during maintenance; nobody is paged.
    Suppressed,
    /// There was nothing to do.
    Ignored,
    /// Nothing is open for it, and it may not open anything.
    Refused,
}

impl Outcome {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Grouped => "grouped",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
            Self::Suppressed => "suppressed",
            Self::Ignored => "ignored",
            Self::Refused => "refused",
        }
    }
}

/// One received alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Its identity; derived from the message id where the transport may deliver twice.
    pub id: AlertId,
    /// The door it came through.
    pub source_id: SourceId,
    /// The incident it opened, joined or changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident_id: Option<IncidentId>,
    /// When it was taken.
    pub received_at: DateTime<Utc>,
    /// What was done with it.
    pub outcome: Outcome,
    /// How it was understood.
    pub signal: Signal,
    /// The delivery it came in, with the body; kept for some days only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<DeliveryId>,
}
