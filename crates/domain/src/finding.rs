//! Findings: what is, or soon will be, wrong with who is on call, so that people hear of it before an incident does.
//!
//! Invariants: whatever is found is read off the resolver that pages, and whether somebody can be reached is asked of the rule
//! that pages them; a finding keeps its identity while time passes over it; it is told when it is new and again when it is
//! near, never about the past, and it vanishes when it is no longer so.

mod report;
mod scan;
mod telling;

#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::id::{FindingId, PolicyId, ScheduleId, TeamId, UserId};
use crate::schedule::{OverrideKind, Span};

pub use report::{CoverageReport, News, update};
pub use scan::{Question, find};
pub use telling::tellings;

/// How near a finding is when it is told again.
pub const SOON: TimeDelta = TimeDelta::hours(48);

/// What is wrong. Names are those of the scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Matter {
    /// A schedule that should have somebody on call has nobody.
    Gap {
        /// Which schedule.
        schedule_id: ScheduleId,
        /// Its name.
        schedule: String,
    },
    /// Somebody is on call whom nothing reaches.
    Unreachable {
        /// In which schedule.
        schedule_id: ScheduleId,
        /// Its name.
        schedule: String,
        /// Who.
        user_id: UserId,
        /// Their name; the id where the user is gone.
        user: String,
        /// Why nothing reaches them.
        why: Silence,
    },
    /// Somebody is on call during their own time off.
    TimeOff {
        /// In which schedule.
        schedule_id: ScheduleId,
        /// Its name.
        schedule: String,
        /// Who.
        user_id: UserId,
        /// Their name; the id where the user is gone.
        user: String,
    },
    /// A step of an escalation policy would reach nobody.
    EmptyStep {
        /// Which policy.
        policy_id: PolicyId,
        /// Its name.
        policy: String,
        /// Which step, from 1. A policy without steps has an empty first one.
        step: u32,
    },
}

/// Why nothing reaches somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// There is no such user any more.
    Gone,
    /// They are disabled.
    Disabled,
    /// They have no verified contact method on a channel that can send here.
    NoContactMethod,
}

/// What one scan saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// What is wrong.
    pub matter: Matter,
    /// When, within the scan's window.
    pub span: Span,
    /// The zone to tell it in.
    pub zone: Tz,
    /// The team that the schedule belongs to.
    pub owner: Option<TeamId>,
}

/// Something wrong, through however many scans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its identity.
    pub id: FindingId,
    /// What is wrong.
    #[serde(flatten)]
    pub matter: Matter,
    /// The zone to tell it in.
    pub zone: Tz,
    /// The team that the schedule belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<TeamId>,
    /// The first instant; of one that runs, when it began as far as scans have seen it.
    pub starts: DateTime<Utc>,
    /// The first instant after it, or the end of the scan's window.
    pub ends: DateTime<Utc>,
    /// The scan that saw it first.
    pub first_seen: DateTime<Utc>,
    /// When people were told that it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_as_new_at: Option<DateTime<Utc>>,
    /// When people were told that it is near.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_as_soon_at: Option<DateTime<Utc>>,
}

impl Matter {
    /// The word for it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Gap { .. } => "gap",
            Self::Unreachable { .. } => "unreachable",
            Self::TimeOff { .. } => "time_off",
            Self::EmptyStep { .. } => "empty_step",
        }
    }

    /// What makes it this and no other matter: its kind and what it is about, whatever they are called.
    fn key(&self) -> [String; 3] {
        let (whole, part) = match self {
            Self::Gap { schedule_id, .. } => (schedule_id.to_string(), String::new()),
            Self::Unreachable { schedule_id, user_id, .. } | Self::TimeOff { schedule_id, user_id, .. } => {
                (schedule_id.to_string(), user_id.to_string())
            }
            Self::EmptyStep { policy_id, step, .. } => (policy_id.to_string(), step.to_string()),
        };
        [self.kind().to_owned(), whole, part]
    }

    /// What is wrong, in one sentence without its full stop.
    pub fn summary(&self) -> String {
        match self {
            Self::Gap { schedule, .. } => format!("{schedule} has nobody on call"),
            Self::Unreachable { schedule, user, why, .. } => {
                let why = match why {
                    Silence::Gone => "no such user exists any more",
                    Silence::Disabled => "the user is disabled",
                    Silence::NoContactMethod => "there is no verified contact method that can send here",
                };
                format!("{user} is on call in {schedule} and can't be reached: {why}")
            }
            Self::TimeOff { schedule, user, .. } => {
                format!("{user} is on call in {schedule} during their own time off")
            }
            Self::EmptyStep { policy, step, .. } => format!("Step {step} of {policy} reaches nobody"),
        }
    }

    /// What a person should do about it, in one sentence.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Gap { .. } => {
                "Put somebody on call with an override, close the gap in a layer, or say that the schedule needs nobody then."
            }
            Self::Unreachable { why: Silence::NoContactMethod, .. } => {
                "They must verify a contact method, or somebody else takes the shift."
            }
            Self::Unreachable { .. } => "Let somebody else take the shift, and take them out of the layer.",
            Self::TimeOff { .. } => "Let somebody else take the shift.",
            Self::EmptyStep { .. } => {
                "Name somebody in the step who can be reached; until then its incidents go to the next step at once."
            }
        }
    }

    /// Whether an override can mend it.
    pub fn can_be_filled(&self) -> bool {
        !matches!(self, Self::EmptyStep { .. })
    }

    /// The schedule and the override of it that would mend this if `by` took it over; `None` where no override can.
    pub fn filled_by(&self, by: &UserId) -> Option<(ScheduleId, OverrideKind)> {
        let (schedule_id, kind) = match self {
            // A replacement needs somebody to replace.
            Self::Gap { schedule_id, .. } | Self::Unreachable { schedule_id, why: Silence::Gone, .. } => {
                (schedule_id, OverrideKind::Add { user: by.clone() })
            }
            Self::Unreachable { schedule_id, user_id, .. } | Self::TimeOff { schedule_id, user_id, .. } => {
                (schedule_id, OverrideKind::Replace { original: user_id.clone(), by: by.clone() })
            }
            Self::EmptyStep { .. } => return None,
        };
        Some((schedule_id.clone(), kind))
    }
}

impl Finding {
    /// When.
    pub fn span(&self) -> Span {
        Span { starts: self.starts, ends: self.ends }
    }

    /// Whether another look still sees it, or a part of it.
    pub fn is_among(&self, seen: &[Sighting]) -> bool {
        let key = self.matter.key();
        seen.iter().any(|seen| seen.span.meet(self.span()).is_some() && seen.matter.key() == key)
    }

    fn is_soon(&self, now: DateTime<Utc>) -> bool {
        self.starts <= now + SOON
    }
}
