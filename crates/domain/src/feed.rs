//! Calendar feeds: a schedule or a person as a calendar that others subscribe to, at a secret address.
//!
//! Invariant: one feed for each schedule and each person, and one address for each feed; a new address kills the old one at
//! once. Only the address's hash is kept.

mod agenda;

pub use agenda::{Entry, of_schedule, of_user, window};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{FeedId, ScheduleId, TenantId, UserId};
use crate::source::KeyHash;

/// What a feed shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum FeedOf {
    /// Everybody's shifts on a schedule.
    Schedule(ScheduleId),
    /// A person's shifts on every schedule.
    User(UserId),
}

/// A feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarFeed {
    /// Derived from what it shows.
    pub id: FeedId,
    /// What it shows.
    pub of: FeedOf,
    /// Of the secret in its address; `None` while it has no address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<KeyHash>,
    /// When the address was made.
    pub made_at: DateTime<Utc>,
}

impl CalendarFeed {
    /// The one feed of a schedule or a person.
    pub fn id_of(tenant: &TenantId, of: &FeedOf) -> FeedId {
        let of = match of {
            FeedOf::Schedule(id) => id.as_str(),
            FeedOf::User(id) => id.as_str(),
        };
        FeedId::derived(&[tenant.as_str(), of])
    }
}
