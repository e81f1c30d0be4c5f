//! The questions a schedule answers: who is on call, until when, who is next, and everybody's shifts.
//!
//! Invariant: nothing here decides who is on call; it only reads the segments.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::resolver::{Assigned, Segment, Segments, Why};
use super::{Override, Schedule};
use crate::id::{LayerId, OverrideId, UserId};

/// How far ahead "until when" and "who is next" look, so that a schedule that never changes is answered too.
const SEARCH_DAYS: i64 = 366;
/// The same, in changes of the schedule.
const SEARCH_SEGMENTS: usize = 500;

/// Why somebody is on call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// It is their turn.
    Layer {
        /// On this layer; the first, if they have a turn on several.
        layer_id: LayerId,
        /// Counted from 0 at the layer's anchor.
        turn: u64,
    },
    /// A calendar that a layer is read from says so.
    Calendar {
        /// The layer.
        layer_id: LayerId,
    },
    /// An override puts them on call.
    Override {
        /// Which one.
        override_id: OverrideId,
    },
}

/// Somebody on call at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnCall {
    /// Who.
    pub user: UserId,
    /// When they stop being on call, through however many turns of theirs in a row. `None` if that is more than about
    /// a year or 500 changes of the schedule away.
    pub until: Option<DateTime<Utc>>,
    /// Why, at the instant asked about.
    pub reason: Reason,
}

/// One person's uninterrupted turn in the final schedule. Two turns in a row are two shifts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// Who.
    pub user: UserId,
    /// The first instant.
    pub starts: DateTime<Utc>,
    /// The first instant after it.
    pub ends: DateTime<Utc>,
    /// Why.
    pub reason: Reason,
}

/// Somebody who comes on call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upcoming {
    /// Who.
    pub user: UserId,
    /// When.
    pub starts: DateTime<Utc>,
    /// Why.
    pub reason: Reason,
}

impl Schedule {
    /// Everybody on call at an instant, in the order of the layers, each person once. `overrides` may hold any, in any
    /// order; those of other schedules and those that don't count are passed over.
    pub fn on_call_at(&self, overrides: &[Override], at: DateTime<Utc>) -> Vec<OnCall> {
        let mut segments = search(self, overrides, at);
        let now = segments.next().map(|segment| segment.on_call).unwrap_or_default();
        let mut on_call: Vec<_> = now
            .iter()
            .map(|person| OnCall { user: person.user.clone(), until: None, reason: person.why.into() })
            .collect();
        for segment in segments {
            let mut waiting = false;
            for person in on_call.iter_mut().filter(|person| person.until.is_none()) {
                if segment.has(&person.user) {
                    waiting = true;
                } else {
                    person.until = Some(segment.starts);
                }
            }
            if !waiting {
                break;
            }
        }
        on_call
    }

    /// Whoever comes on call next after an instant: everybody who is on call from the first later instant at which
    /// somebody is who wasn't just before. Empty if that is more than about a year or 500 changes away.
    pub fn next_on_call(&self, overrides: &[Override], at: DateTime<Utc>) -> Vec<Upcoming> {
        let mut segments = search(self, overrides, at);
        let Some(mut before) = segments.next() else { return Vec::new() };
        for segment in segments {
            let coming: Vec<_> = segment
                .on_call
                .iter()
                .filter(|person| !before.has(person.user))
                .map(|person| Upcoming {
                    user: person.user.clone(),
                    starts: segment.starts,
                    reason: person.why.into(),
                })
                .collect();
            if !coming.is_empty() {
                return coming;
            }
            before = segment;
        }
        Vec::new()
    }

    /// The final schedule of `[from, to)`, by start; shifts that reach over its ends are cut there. The work grows with
    /// the shifts in the window.
    pub fn shifts(&self, overrides: &[Override], from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Shift> {
        let mut shifts: Vec<Shift> = Vec::new();
        // Who was on call in the segment before, and where their shift is in `shifts`.
        let mut open: Vec<(Assigned<'_>, usize)> = Vec::new();
        for segment in Segments::new(self, overrides, from).take_while(|segment| segment.starts < to) {
            let mut still_open = Vec::with_capacity(segment.on_call.len());
            for person in segment.on_call {
                let known = open.iter().find(|(before, _)| *before == person).map(|&(_, index)| index);
                let index = known.unwrap_or(shifts.len());
                let ends = segment.ends.min(to);
                match shifts.get_mut(index) {
                    Some(shift) => shift.ends = ends,
                    None => shifts.push(Shift {
                        user: person.user.clone(),
                        starts: segment.starts,
                        ends,
                        reason: person.why.into(),
                    }),
                }
                still_open.push((person, index));
            }
            open = still_open;
        }
        shifts
    }
}

/// The segment of `at` and those after it, as far as it is worth looking.
fn search<'a>(
    schedule: &'a Schedule,
    overrides: &'a [Override],
    at: DateTime<Utc>,
) -> impl Iterator<Item = Segment<'a>> {
    let horizon = at.checked_add_signed(TimeDelta::days(SEARCH_DAYS)).unwrap_or(DateTime::<Utc>::MAX_UTC);
    Segments::new(schedule, overrides, at)
        .take_while(move |segment| segment.starts <= horizon)
        .take(SEARCH_SEGMENTS)
}

impl From<Why<'_>> for Reason {
    fn from(why: Why<'_>) -> Self {
        match why {
            Why::Layer { id, turn } => Self::Layer { layer_id: id.clone(), turn },
            Why::Calendar(id) => Self::Calendar { layer_id: id.clone() },
            Why::Override(id) => Self::Override { override_id: id.clone() },
        }
    }
}
