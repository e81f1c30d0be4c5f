//! Why somebody is told: in a few words for the timeline, in full for whoever asks.
//!
//! Invariant: both are made of the same cause, so that the timeline and an explanation can't tell two stories.

use crate::actor::Actor;
use crate::id::{LayerId, OverrideId, ScheduleId, TeamId, UserId};
use crate::schedule::{Override, OverrideKind, Reason, Schedule};

/// Why a step tells somebody. Names are those of the instant asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The step names them.
    Named,
    /// They are in a team that the step names.
    Member {
        /// Which team.
        team_id: TeamId,
        /// Its name.
        team: String,
    },
    /// They are on call in a schedule that the step names.
    OnCall {
        /// Which schedule.
        schedule_id: ScheduleId,
        /// Its name.
        schedule: String,
        /// What puts them on call.
        by: By,
    },
}

/// What puts somebody on call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// It is their turn.
    Layer {
        /// On this layer.
        layer_id: LayerId,
        /// Its name.
        layer: String,
        /// Counted from 0 at the layer's anchor.
        turn: u64,
    },
    /// A calendar that a layer is read from says so.
    Calendar {
        /// The layer.
        layer_id: LayerId,
        /// Its name.
        layer: String,
    },
    /// An override does.
    Override {
        /// Which one.
        override_id: OverrideId,
        /// Whose turns they take; `None` when they were added besides whoever is on call.
        stands_in_for: Option<UserId>,
        /// Why, in the words of whoever made it.
        reason: Option<String>,
        /// Who made it.
        made_by: Option<Actor>,
    },
}

impl Cause {
    /// In a few words, such as `on call in Primary`.
    pub fn short(&self) -> String {
        match self {
            Self::Named => "named in the step".to_owned(),
            Self::Member { team, .. } => format!("in {team}"),
            Self::OnCall { schedule, .. } => format!("on call in {schedule}"),
        }
    }

    /// In full; `name_of` says what people are called.
    pub fn in_words(&self, name_of: impl Fn(&UserId) -> String) -> String {
        match self {
            Self::Named => "named in the step".to_owned(),
            Self::Member { team, .. } => format!("member of the team {team}"),
            Self::OnCall { schedule, by, .. } => format!("on call in {schedule}, {}", by.in_words(name_of)),
        }
    }
}

impl By {
    /// The names behind a reason that `schedule` gave with these overrides.
    pub fn of(schedule: &Schedule, overrides: &[Override], reason: &Reason) -> Self {
        let layer_name =
            |id: &LayerId| schedule.layer(id).map_or_else(|| id.to_string(), |layer| layer.name.clone());
        match reason {
            Reason::Layer { layer_id, turn } => {
                Self::Layer { layer: layer_name(layer_id), layer_id: layer_id.clone(), turn: *turn }
            }
            Reason::Calendar { layer_id } => {
                Self::Calendar { layer: layer_name(layer_id), layer_id: layer_id.clone() }
            }
            Reason::Override { override_id } => {
                let change = overrides.iter().find(|change| change.id == *override_id);
                Self::Override {
                    override_id: override_id.clone(),
                    stands_in_for: change.and_then(|change| original(&change.kind)).cloned(),
                    reason: change.and_then(|change| change.reason.clone()),
                    made_by: change.map(|change| change.made_by.clone()),
                }
            }
        }
    }

    /// In words that follow the schedule's name; `name_of` says what people are called.
    pub fn in_words(&self, name_of: impl Fn(&UserId) -> String) -> String {
        match self {
            Self::Layer { layer, turn, .. } => format!("turn {turn} of the layer {layer}"),
            Self::Calendar { layer, .. } => format!("in the calendar of the layer {layer}"),
            Self::Override { stands_in_for, reason, .. } => {
                let what = match stands_in_for {
                    Some(original) => format!("override: for {}", name_of(original)),
                    None => "override: added".to_owned(),
                };
                match reason {
                    Some(reason) => format!("{what} ({reason})"),
                    None => what,
                }
            }
        }
    }
}

fn original(kind: &OverrideKind) -> Option<&UserId> {
    match kind {
        OverrideKind::Replace { original, .. } => Some(original),
        OverrideKind::Add { .. } | OverrideKind::Remove { .. } | OverrideKind::Cover { .. } => None,
    }
}
