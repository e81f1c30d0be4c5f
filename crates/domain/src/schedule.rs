//! Who is on call: a schedule's layers and overrides, and the one resolver that every question is put to.
//!
//! Invariant: every answer is read off the same segments (`resolver.rs`), so that a preview, a page, a gap scan and a
//! report can't disagree. Each part of a schedule says of an instant what holds then and until when it holds at
//! least; the segments are those answers, end to end. Turns are found by division, so a schedule ten years old
//! answers as fast as a new one.
//!
//! All intervals are half-open, `[starts, ends)`.

mod agreement;
mod calendar;
mod counting;
mod coverage;
mod difference;
mod edit;
mod layer;
mod local_time;
mod on_call;
mod overrides;
mod problem;
mod resolver;
mod rotation;
mod round;
mod turns;
mod window;

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::id::{LayerId, ScheduleId, TeamId};

pub use calendar::{Calendar, CalendarShift, named_by};
pub use counting::Counting;
pub use coverage::{Coverage, Span, both, without};
pub use difference::changed;
pub use edit::From as EditFrom;
pub use layer::{Duty, Layer};
pub use local_time::first_instant;
pub use on_call::{OnCall, Reason, Shift, Upcoming};
pub use overrides::{Override, OverrideKind, OverrideState};
pub use problem::Problem;
pub use rotation::{Rotation, RotationUnit};
pub use round::UpcomingTurn;
pub use turns::{Change, Order, Participant, Turns};
pub use window::Window;
pub(crate) use window::open_at;

/// A named rotation calendar. Its overrides are kept apart from it and passed to each question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Which schedule.
    pub id: ScheduleId,
    /// What people call it.
    pub name: String,
    /// Where the wall clocks hang that its handoffs follow.
    pub zone: Tz,
    /// What holds when several layers have somebody on call.
    #[serde(default)]
    pub mode: LayerMode,
    /// In order; the last one is the top.
    pub layers: Vec<Layer>,
    /// Layers as they were until an edit ended them; for what was, never for what comes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<Former>,
    /// When somebody should be on call.
    #[serde(default)]
    pub coverage: Coverage,
    /// The team that is told when something is wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<TeamId>,
}

/// A layer as it was until an edit ended it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// The layer, with an id of its own and its end at the edit.
    pub layer: Layer,
    /// The zone that the schedule was in.
    pub zone: Tz,
    /// Where it stood among the layers.
    pub place: usize,
}

impl Schedule {
    /// A layer, or one that was, by its id.
    pub fn layer(&self, id: &LayerId) -> Option<&Layer> {
        let former = self.former.iter().map(|former| &former.layer);
        self.layers.iter().chain(former).find(|layer| layer.id == *id)
    }
}

/// What holds when several layers have somebody on call at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerMode {
    /// Everybody is on call.
    #[default]
    Union,
    /// The last layer that has somebody on call covers those before it. An empty slot covers nothing.
    TopLayerWins,
}
