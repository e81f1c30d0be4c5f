//! The turns to come of one layer, for whoever edits it.
//!
//! Invariant: told by the same layer view that pages; overrides are left out, since they are of the schedule.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Layer, Schedule};
use crate::id::UserId;

/// How many stretches of activity are looked at for them.
const SEARCH: usize = 2_000;

/// One turn in which the layer is active.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpcomingTurn {
    /// Counted by the clock, from 0 at the anchor.
    pub number: u64,
    /// Whose it is; `None` is an empty place.
    pub user: Option<UserId>,
    /// The first instant of it in which the layer is active, not before the instant asked about.
    pub starts: DateTime<Utc>,
    /// The first instant after the last in which it is.
    pub ends: DateTime<Utc>,
}

impl Schedule {
    /// The next `most` turns of a layer from an instant on, the running one included. None for a calendar.
    pub fn next_turns(&self, layer: &Layer, from: DateTime<Utc>, most: usize) -> Vec<UpcomingTurn> {
        let view = layer.view(self.zone);
        let mut turns: Vec<UpcomingTurn> = Vec::new();
        let mut at = from;
        for _ in 0..SEARCH {
            let stretch = view.taken_at(at);
            if let Some(taken) = stretch.value {
                let running = turns.last_mut().filter(|turn| turn.number == taken.turn);
                if let Some(turn) = running.filter(|turn| turn.user.as_ref() == taken.user) {
                    turn.ends = stretch.ends;
                } else if turns.len() == most {
                    break;
                } else {
                    turns.push(UpcomingTurn {
                        number: taken.turn,
                        user: taken.user.cloned(),
                        starts: at,
                        ends: stretch.ends,
                    });
                }
            }
            at = stretch.ends;
            if at == DateTime::<Utc>::MAX_UTC {
                break;
            }
        }
        turns
    }
}
