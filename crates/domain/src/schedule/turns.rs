//! Turns: participants one after another and round again, through every planned or past change of who they are.
//!
//! Invariant: a change never moves anybody's place in the round who stays: whoever is on call stays so until the next
//! handoff if they are still a participant, and the next turn is that of whoever follows them in the new order. Who had
//! which turn before the change stays as it was.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::Rotation;
use super::counting::{Count, Counting};
use super::layer::Stretch;
use super::rotation::Grid;
use super::window::Window;
use crate::id::UserId;

/// A place in the round; `None` is a turn that nobody takes.
pub type Participant = Option<UserId>;

/// Participants taking turns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turns {
    /// How long a turn is.
    pub rotation: Rotation,
    /// Where turn 0 starts, on the wall clock of the schedule's zone; its time of day is that of the handoffs.
    pub anchor: NaiveDateTime,
    /// Turn k is participant k mod count, until the first change.
    pub participants: Vec<Participant>,
    /// Later participants, by time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Which turns count.
    #[serde(default)]
    pub counting: Counting,
}

/// Who the participants are from an instant on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The instant. In the middle of a turn, whoever has it keeps it if they are still a participant; else the next in
    /// the round takes it over.
    pub from: DateTime<Utc>,
    /// The participants.
    pub participants: Vec<Participant>,
    /// Where the round goes on.
    #[serde(default)]
    pub order: Order,
}

/// Where the round goes on after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// With whoever follows the last one on.
    #[default]
    Continues,
    /// Turn k is participant k mod count, as if they had taken turns from the anchor on.
    FromAnchor,
}

/// A participant's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken<'a> {
    /// `None` for an empty place.
    pub(super) user: Option<&'a UserId>,
    /// By the clock, from 0 at the anchor.
    pub(super) turn: u64,
}

/// Some participants, and how the count of turns finds one of them.
#[derive(Debug)]
struct Era<'a> {
    from: DateTime<Utc>,
    participants: &'a [Participant],
    /// Turn of count n is participant (n + shift) mod count.
    shift: u64,
}

impl Era<'_> {
    fn index(&self, count: u64) -> usize {
        let places = self.participants.len() as u64;
        (count + self.shift)
            .checked_rem(places)
            .and_then(|index| usize::try_from(index).ok())
            .unwrap_or_default()
    }

    /// The shift that gives the turn of count `count` to participant `index` of `places`.
    fn shift_to(index: usize, count: u64, places: usize) -> u64 {
        let places = places as u64;
        (index as u64 + places).saturating_sub(count.checked_rem(places).unwrap_or_default())
    }
}

/// Turns laid out in a zone: what is worked out once for many instants.
#[derive(Debug)]
pub(super) struct Laid<'a> {
    grid: Grid,
    count: Count,
    /// By time; the first is from the beginning.
    eras: Vec<Era<'a>>,
}

impl Turns {
    /// `None` for a rotation of 0, which has no turns.
    pub(super) fn lay(&self, zone: Tz, windows: &[Window]) -> Option<Laid<'_>> {
        let grid = Grid::new(self.rotation, self.anchor, zone)?;
        let count = Count::new(self.counting, self.rotation, self.anchor, windows);
        let first = Era { from: DateTime::<Utc>::MIN_UTC, participants: &self.participants, shift: 0 };
        let mut laid = Laid { grid, count, eras: vec![first] };
        for change in &self.changes {
            laid.add(change);
        }
        Some(laid)
    }
}

impl<'a> Laid<'a> {
    /// Who has the turn at an instant; nobody before the anchor.
    pub(super) fn taken_at(&self, at: DateTime<Utc>) -> Stretch<Option<Taken<'a>>> {
        let begins = self.grid.begins();
        if at < begins {
            return Stretch { value: None, ends: begins };
        }
        let turn = self.grid.turn_at(at);
        let later = self.eras.partition_point(|era| era.from <= at);
        let ends = self.eras.get(later).map_or(turn.ends, |era| era.from.min(turn.ends));
        let taken = later.checked_sub(1).and_then(|now| self.eras.get(now)).and_then(|era| {
            let user = era.participants.get(era.index(self.count.before(turn.number)))?.as_ref();
            Some(Taken { user, turn: turn.number })
        });
        Stretch { value: taken, ends }
    }

    /// When turn 0 starts.
    pub(super) fn begins(&self) -> DateTime<Utc> {
        self.grid.begins()
    }

    /// When the turn that `at` falls in ends.
    pub(super) fn next_handoff(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        self.grid.turn_at(at).ends
    }

    fn add(&mut self, change: &'a Change) {
        let Some(last) = self.eras.last() else { return };
        let shift = match change.order {
            Order::FromAnchor => 0,
            Order::Continues => self.continued(last, change),
        };
        self.eras.push(Era { from: change.from, participants: &change.participants, shift });
    }

    fn continued(&self, last: &Era<'_>, change: &Change) -> u64 {
        let turn = self.grid.turn_at(change.from).number;
        let count = self.count.before(turn);
        let begins = i64::try_from(turn).map_or(change.from, |turn| self.grid.starts(turn));
        // A turn that doesn't count is nobody's: in the middle of it as at a handoff, nobody is there to be kept.
        let is_between = begins >= change.from || !self.count.counts(turn);
        if is_between && count == 0 {
            return 0;
        }
        let index = if is_between {
            after(last.participants, last.index(count - 1), &change.participants)
        } else {
            let index = last.index(count);
            let stays =
                last.participants.get(index).and_then(|taking| place(taking, index, &change.participants));
            stays.unwrap_or_else(|| after(last.participants, index, &change.participants))
        };
        Era::shift_to(index, count, change.participants.len())
    }

    /// Whether these take every turn as `other` do once `folded` changes of theirs have passed.
    pub(super) fn goes_on_as(&self, other: &Self, folded: usize) -> bool {
        let later = |laid: &Self, eras: usize| -> Vec<usize> {
            laid.eras.iter().skip(1 + eras).map(|era| era.index(0)).collect()
        };
        later(self, 0) == later(other, folded)
    }

    /// The participants of the era at `at`, turned so that they take the same turns without any shift.
    pub(super) fn as_if_always(&self, at: DateTime<Utc>) -> Vec<Participant> {
        let later = self.eras.partition_point(|era| era.from <= at);
        let Some(era) = later.checked_sub(1).and_then(|now| self.eras.get(now)) else { return Vec::new() };
        let places = era.participants.len();
        let mut participants = era.participants.to_vec();
        if places > 0 {
            participants.rotate_left(era.index(0));
        }
        participants
    }
}

/// Where a participant, at `index` before, is among `new`.
fn place(participant: &Participant, index: usize, new: &[Participant]) -> Option<usize> {
    if new.get(index) == Some(participant) {
        return Some(index);
    }
    participant.as_ref().and_then(|user| new.iter().position(|place| place.as_ref() == Some(user)))
}

/// Who follows participant `index` of `old` in the order of `new`: after them, or else after the nearest before them who
/// still takes part.
fn after(old: &[Participant], index: usize, new: &[Participant]) -> usize {
    let mut before = (0..old.len()).map(|back| (index + old.len() - back) % old.len());
    let found = before.find_map(|index| place(old.get(index)?, index, new));
    found.map_or(0, |place| (place + 1) % new.len().max(1))
}
