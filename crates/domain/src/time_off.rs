//! Time off and holidays: when somebody, or everybody, is not supposed to work.
//!
//! Invariant: it changes nobody's turn. Whoever is on call during their own time off is told about, so that people decide;
//! software that silently took somebody off call would make the gap it is meant to prevent.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::id::{TimeOffId, UserId};

/// A stretch of time off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeOff {
    /// Which one.
    pub id: TimeOffId,
    /// Whose; `None` is a holiday of the whole tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Such as `Vacation` or `Thanksgiving`.
    pub name: String,
    /// The first instant.
    pub starts: DateTime<Utc>,
    /// The first instant after it.
    pub ends: DateTime<Utc>,
    /// Who entered it.
    pub made_by: Actor,
    /// When.
    pub made_at: DateTime<Utc>,
}
