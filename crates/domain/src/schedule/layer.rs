//! A layer: participants taking turns while it is active.
//!
//! Invariant: who is on call by a layer is the participant of the turn, wherever the layer is active, and nobody
//! elsewhere. What makes a layer active says nothing about turns, and turns say nothing about it.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::local_time::first_instant;
use super::rotation::{Rotation, Turns};
use crate::id::{LayerId, UserId};

/// Participants taking turns, one after another and round again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Which layer.
    pub id: LayerId,
    /// What people call it.
    pub name: String,
    /// How long a turn is.
    pub rotation: Rotation,
    /// Turn k is participant k mod count; `None` is a turn that nobody takes.
    pub participants: Vec<Option<UserId>>,
    /// Where turn 0 starts, on the wall clock of the schedule's zone; its time of day is that of the handoffs.
    pub anchor: NaiveDateTime,
    /// The layer has nobody on call from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<DateTime<Utc>>,
}

/// What holds at an instant, and until when it holds at least.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch<T> {
    pub(super) value: T,
    pub(super) ends: DateTime<Utc>,
}

/// A participant's turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken<'a> {
    pub(super) user: &'a UserId,
    pub(super) turn: u64,
}

impl Layer {
    /// When the layer's first turn starts.
    pub(super) fn starts(&self, zone: Tz) -> DateTime<Utc> {
        first_instant(zone, self.anchor)
    }

    /// Who has the turn at an instant, if anybody.
    pub(super) fn taken_at(&self, zone: Tz, at: DateTime<Utc>) -> Stretch<Option<Taken<'_>>> {
        let active = self.active_at(zone, at);
        let turns = Turns::new(self.rotation, self.anchor, zone);
        let Some(turns) = turns.filter(|_| active.value) else {
            return Stretch { value: None, ends: active.ends };
        };
        let turn = turns.turn_at(at);
        let taken = self.participant(turn.number).map(|user| Taken { user, turn: turn.number });
        Stretch { value: taken, ends: turn.ends.min(active.ends) }
    }

    /// Whether the layer is active at an instant.
    fn active_at(&self, zone: Tz, at: DateTime<Utc>) -> Stretch<bool> {
        let never = DateTime::<Utc>::MAX_UTC;
        let (starts, ends) = (self.starts(zone), self.ends.unwrap_or(never));
        if at >= ends {
            Stretch { value: false, ends: never }
        } else if at < starts {
            Stretch { value: false, ends: starts }
        } else {
            Stretch { value: true, ends }
        }
    }

    fn participant(&self, turn: u64) -> Option<&UserId> {
        let count = u64::try_from(self.participants.len()).ok()?;
        let index = usize::try_from(turn.checked_rem(count)?).ok()?;
        self.participants.get(index)?.as_ref()
    }
}
