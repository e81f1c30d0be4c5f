//! The watch over a schedule's handoffs: what is told to people whose shifts start and end, and when to look again.
//!
//! Invariants: every change of a schedule or its overrides replaces its watch, in the same commit, so two such changes can't
//! pass each other unseen; and the watch is due at once then, since what it was waiting for may be another thing now. Each
//! instant is looked at once: what is told lies after `told_until`, which then moves on.

mod look;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::ScheduleId;

pub use look::{Handoffs, look};

/// The watch over one schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoffWatch {
    /// Which schedule.
    pub schedule_id: ScheduleId,
    /// Raised with every change of the schedule or its overrides.
    pub revision: u64,
    /// Everything up to here has been told.
    pub told_until: DateTime<Utc>,
    /// When to look again; `None` once the schedule is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
}

impl HandoffWatch {
    /// The watch over a schedule that is new.
    pub fn begin(schedule_id: ScheduleId, now: DateTime<Utc>) -> Self {
        Self { schedule_id, revision: 0, told_until: now, due_at: Some(now) }
    }

    /// The schedule or one of its overrides changed: look again.
    pub fn stir(&mut self, now: DateTime<Utc>) {
        self.revision += 1;
        self.due_at = Some(now);
    }

    /// Everything up to `now` has been told; look again at `wake`.
    pub fn told(&mut self, now: DateTime<Utc>, wake: DateTime<Utc>) {
        self.told_until = self.told_until.max(now);
        self.due_at = Some(wake);
    }

    /// The schedule is gone: nothing is left to look at.
    pub fn rest(&mut self) {
        self.due_at = None;
    }
}
