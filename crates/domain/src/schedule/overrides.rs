//! Overrides: for a window, somebody instead of, besides, or not, what the layers say.
//!
//! Invariants: overrides are applied once, each to what the layers say and never to what another override made of it; with
//! Ann→Bob and Bob→Cid, Ann's turn is Bob's and Bob's own turn is Cid's. Their order doesn't matter. Two that stand, of
//! one schedule, never overlap and share a person (`clashes`), so nobody has to read it twice.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::resolver::{Assigned, Why};
use crate::actor::Actor;
use crate::id::{OverrideId, ScheduleId, UserId};

/// A change to one schedule for one window. Never deleted: what is withdrawn is rejected, what is cut short ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Which override.
    pub id: OverrideId,
    /// The schedule it changes.
    pub schedule_id: ScheduleId,
    /// What it changes; in JSON its fields stand beside these, with `kind` naming it.
    #[serde(flatten)]
    pub kind: OverrideKind,
    /// The first instant.
    pub starts: DateTime<Utc>,
    /// The first instant after it.
    pub ends: DateTime<Utc>,
    /// Only an approved one changes anything.
    pub state: OverrideState,
    /// Why, in the words of whoever made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who made it.
    pub made_by: Actor,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Who approved, rejected or cut it short last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<Actor>,
}

/// What an override does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OverrideKind {
    /// `by` is on call wherever `original` would be, and wherever nobody would be although somebody should. It doesn't
    /// join somebody else who is on call while `original` isn't.
    Replace {
        /// Whose turns are taken.
        original: UserId,
        /// Who takes them.
        by: UserId,
    },
    /// `user` is on call besides whoever is.
    Add {
        /// Who joins.
        user: UserId,
    },
    /// `user` isn't on call by any layer.
    Remove {
        /// Who is spared.
        user: UserId,
    },
    /// `original` asks everybody on the schedule to be covered. It changes nothing: whoever accepts first makes a
    /// replacement of it.
    Cover {
        /// Who asks.
        original: UserId,
    },
}

/// Where an override stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverrideState {
    /// Asked for.
    Pending,
    /// Agreed to, or made by somebody who needs nobody's agreement.
    Approved,
    /// Refused or withdrawn.
    Rejected,
}

impl OverrideState {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

impl OverrideKind {
    /// Everybody it is about.
    pub fn people(&self) -> Vec<&UserId> {
        match self {
            Self::Replace { original, by } => vec![original, by],
            Self::Add { user } | Self::Remove { user } => vec![user],
            Self::Cover { original } => vec![original],
        }
    }

    /// The word for it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Replace { .. } => "replace",
            Self::Add { .. } => "add",
            Self::Remove { .. } => "remove",
            Self::Cover { .. } => "cover",
        }
    }
}

impl Override {
    /// Whether it changes who is on call in its window.
    pub fn counts(&self) -> bool {
        self.state == OverrideState::Approved
            && self.starts < self.ends
            && !matches!(self.kind, OverrideKind::Cover { .. })
    }

    /// Where it stands at an instant: `pending`, `approved`, `active` (approved, and its window is now) or `rejected`.
    pub fn standing(&self, now: DateTime<Utc>) -> &'static str {
        match self.state {
            OverrideState::Pending => "pending",
            OverrideState::Approved if self.covers(now) => "active",
            OverrideState::Approved => "approved",
            OverrideState::Rejected => "rejected",
        }
    }

    /// Whether the two can't both stand: same schedule, overlapping, sharing a person. One that was only asked for stands
    /// in nobody's way but in that of another request.
    pub fn clashes(&self, other: &Self) -> bool {
        let stands = |state| match self.state {
            OverrideState::Pending => state != OverrideState::Rejected,
            OverrideState::Approved => state == OverrideState::Approved,
            OverrideState::Rejected => false,
        };
        self.id != other.id
            && self.schedule_id == other.schedule_id
            && stands(other.state)
            && self.starts < other.ends
            && other.starts < self.ends
            && self.kind.people().iter().any(|person| other.kind.people().contains(person))
    }

    pub(super) fn covers(&self, at: DateTime<Utc>) -> bool {
        self.starts <= at && at < self.ends
    }

    fn removes(&self, user: &UserId) -> bool {
        matches!(&self.kind, OverrideKind::Remove { user: spared } if spared == user)
    }

    fn assign<'a>(&'a self, user: &'a UserId) -> Assigned<'a> {
        Assigned { user, why: Why::Override(&self.id) }
    }

    /// Who stands in for `user`.
    fn stand_in_for(&self, user: &UserId) -> Option<&UserId> {
        match &self.kind {
            OverrideKind::Replace { original, by } if original == user => Some(by),
            _ => None,
        }
    }
}

/// Who is on call once `overrides`, all of which cover the instant, have changed what the layers say. `wanted`: somebody
/// should be on call, so that nobody is a gap.
pub(super) fn apply<'a>(
    by_layer: &[Assigned<'a>],
    overrides: &[&'a Override],
    wanted: bool,
) -> Vec<Assigned<'a>> {
    let mut on_call = Vec::with_capacity(by_layer.len() + overrides.len());
    for person in by_layer.iter().filter(|person| !overrides.iter().any(|change| change.removes(person.user)))
    {
        let mut replaced = false;
        for change in overrides {
            if let Some(by) = change.stand_in_for(person.user) {
                put(&mut on_call, change.assign(by));
                replaced = true;
            }
        }
        if !replaced {
            put(&mut on_call, *person);
        }
    }
    let gap = wanted && on_call.is_empty();
    for change in overrides {
        match &change.kind {
            OverrideKind::Add { user } => put(&mut on_call, change.assign(user)),
            OverrideKind::Replace { by, .. } if gap => put(&mut on_call, change.assign(by)),
            OverrideKind::Replace { .. } | OverrideKind::Remove { .. } | OverrideKind::Cover { .. } => {}
        }
    }
    on_call
}

/// Adds a person once. A turn of one's own is the reason before any override.
pub(super) fn put<'a>(on_call: &mut Vec<Assigned<'a>>, person: Assigned<'a>) {
    match on_call.iter_mut().find(|held| held.user == person.user) {
        Some(held) => {
            if matches!((held.why, person.why), (Why::Override(_), Why::Layer { .. } | Why::Calendar(_))) {
                held.why = person.why;
            }
        }
        None => on_call.push(person),
    }
}
