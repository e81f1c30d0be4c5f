//! Who did something: the first question anybody asks of a timeline.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::UserId;

/// The doer of a step, as written on the timeline and sent to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A person; the name is kept as it was then.
    User {
        /// Who.
        id: UserId,
        /// The name at that time.
        name: String,
    },
    /// A monitoring tool or product, through one of the tenant's alert sources.
    Source {
        /// The alert source's name.
        name: String,
    },
    /// On-Call itself: a tick, a retry, a rule.
    System,
}

impl Actor {
    /// The person, where a person did it.
    pub fn user_id(&self) -> Option<&UserId> {
        match self {
            Self::User { id, .. } => Some(id),
            Self::Source { .. } | Self::System => None,
        }
    }

    /// The same doer, though a person's name may have changed meanwhile.
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (self.user_id(), other.user_id()) {
            (Some(one), Some(other)) => one == other,
            _ => self == other,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User { name, .. } | Self::Source { name } => f.write_str(name),
            Self::System => f.write_str("On-Call"),
        }
    }
}
