//! How long a turn is, and which turn an instant falls in.
//!
//! Invariant: the turns of a rotation follow each other without gap or overlap from its anchor on, and finding one
//! costs the same however far from the anchor it lies.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::local_time::{clock, first_instant};

/// The length of a turn: `every` so many `unit`s.
///
/// Days and weeks keep the handoff's wall-clock time, so a week across a change of the clocks has 167 or 169 hours.
/// So do hours of which whole turns fit in a day (1, 2, 3, 4, 6, 8, 12, 24); other hours are elapsed hours, and their
/// handoffs move on the wall clock when it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// How many units; at least 1. A rotation of 0 has no turns.
    pub every: u32,
    /// The unit.
    pub unit: RotationUnit,
}

impl Rotation {
    /// Whether its handoffs stay where they are on the wall clock when that changes.
    pub fn follows_the_clock(self) -> bool {
        self.unit != RotationUnit::Hours || (self.every > 0 && 24 % self.every == 0)
    }

    /// Seconds, of the wall clock where it follows that.
    pub(super) fn length(self) -> i64 {
        let hours = match self.unit {
            RotationUnit::Hours => 1,
            RotationUnit::Days => 24,
            RotationUnit::Weeks => 7 * 24,
        };
        i64::from(self.every) * hours * 3600
    }
}

/// What a rotation counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RotationUnit {
    /// Hours; see [`Rotation`] for which clock.
    Hours,
    /// Calendar days.
    Days,
    /// Calendar weeks.
    Weeks,
}

/// One turn: its number, counted by the clock from 0 at the anchor, and when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) number: u64,
    pub(super) ends: DateTime<Utc>,
}

/// The turns of a rotation, laid out from an anchor in a zone; it says nothing about who has them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    zone: Tz,
    anchor: NaiveDateTime,
    /// Seconds, at least one hour of them.
    length: i64,
    by_clock: bool,
}

impl Grid {
    /// `None` for a rotation of 0, which has no turns.
    pub(super) fn new(rotation: Rotation, anchor: NaiveDateTime, zone: Tz) -> Option<Self> {
        let (length, by_clock) = (rotation.length(), rotation.follows_the_clock());
        (length > 0).then_some(Self { zone, anchor, length, by_clock })
    }

    /// When turn 0 starts.
    pub(super) fn begins(&self) -> DateTime<Utc> {
        first_instant(self.zone, self.anchor)
    }

    /// The turn that `at` falls in; an instant before the anchor counts as the first turn.
    pub(super) fn turn_at(&self, at: DateTime<Utc>) -> Turn {
        let passed = if self.by_clock {
            clock(self.zone, at) - self.anchor
        } else {
            at - first_instant(self.zone, self.anchor)
        };
        let mut number = passed.num_seconds().max(0) / self.length;
        let mut ends = self.starts(number + 1);
        // A clock that was set back shows an earlier turn's time again; and a turn that lies in a gap has no length.
        while ends <= at && ends < DateTime::<Utc>::MAX_UTC {
            number += 1;
            ends = self.starts(number + 1);
        }
        Turn { number: number.unsigned_abs(), ends }
    }

    /// When a turn starts; the end of the calendar for one that lies beyond it.
    pub(super) fn starts(&self, number: i64) -> DateTime<Utc> {
        let passed = number.checked_mul(self.length).and_then(TimeDelta::try_seconds);
        let start = passed.and_then(|passed| {
            if self.by_clock {
                self.anchor.checked_add_signed(passed).map(|local| first_instant(self.zone, local))
            } else {
                first_instant(self.zone, self.anchor).checked_add_signed(passed)
            }
        });
        start.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(every: u32, unit: RotationUnit, anchor: &str, zone: Tz) -> Grid {
        Grid::new(Rotation { every, unit }, anchor.parse().unwrap(), zone).unwrap()
    }

    /// Every turn's end from `from` on, as the zone's clock shows it.
    fn handoffs(turns: &Grid, from: &str, count: usize) -> Vec<String> {
        let mut at = from.parse().unwrap();
        (0..count)
            .map(|_| {
                at = turns.turn_at(at).ends;
                at.with_timezone(&turns.zone).format("%d %H:%M %Z").to_string()
            })
            .collect()
    }

    #[test]
    fn hours_that_fill_a_day_follow_the_clock_and_others_do_not() {
        let zone = Tz::America__Chicago;
        let six = turns(6, RotationUnit::Hours, "2026-03-07T09:00:00", zone);
        assert_eq!(
            handoffs(&six, "2026-03-07T16:00:00Z", 5),
            ["07 15:00 CST", "07 21:00 CST", "08 03:00 CDT", "08 09:00 CDT", "08 15:00 CDT"]
        );
        let five = turns(5, RotationUnit::Hours, "2026-03-07T09:00:00", zone);
        assert_eq!(
            handoffs(&five, "2026-03-07T16:00:00Z", 4),
            ["07 14:00 CST", "07 19:00 CST", "08 00:00 CST", "08 06:00 CDT"]
        );
        let two_days = turns(48, RotationUnit::Hours, "2026-03-07T09:00:00", zone);
        assert_eq!(handoffs(&two_days, "2026-03-07T16:00:00Z", 1), ["09 10:00 CDT"]);
    }

    #[test]
    fn twenty_four_hours_are_a_day() {
        let hours = turns(24, RotationUnit::Hours, "2026-02-01T02:30:00", Tz::America__New_York);
        let days = turns(1, RotationUnit::Days, "2026-02-01T02:30:00", Tz::America__New_York);
        let (from, count) = ("2026-02-01T12:00:00Z", 60);
        assert_eq!(handoffs(&hours, from, count), handoffs(&days, from, count));
    }

    #[test]
    fn a_turn_that_lies_in_a_gap_is_passed_over() {
        let hourly = turns(1, RotationUnit::Hours, "2026-03-08T00:00:00", Tz::America__Chicago);
        let at = |text: &str| hourly.turn_at(text.parse().unwrap()).number;
        assert_eq!((at("2026-03-08T07:59:59Z"), at("2026-03-08T08:00:00Z")), (1, 3));
    }

    #[test]
    fn an_hour_shown_twice_is_one_turn() {
        let hourly = turns(1, RotationUnit::Hours, "2026-11-01T00:00:00", Tz::America__Chicago);
        let turn = hourly.turn_at("2026-11-01T07:59:59Z".parse().unwrap());
        assert_eq!(turn, Turn { number: 1, ends: "2026-11-01T08:00:00Z".parse().unwrap() });
    }

    #[test]
    fn the_second_pass_of_a_repeated_hour_keeps_the_turn_that_began_in_the_first() {
        let daily = turns(1, RotationUnit::Days, "2026-10-31T01:30:00", Tz::America__Chicago);
        let second_0115 = "2026-11-01T07:15:00Z".parse().unwrap();
        assert_eq!(daily.turn_at(second_0115).number, 1);
    }

    #[test]
    fn the_ends_of_the_calendar_are_answered() {
        let long = turns(u32::MAX, RotationUnit::Weeks, "2026-01-01T09:00:00", Tz::America__Chicago);
        let never = Turn { number: 0, ends: DateTime::<Utc>::MAX_UTC };
        assert_eq!(long.turn_at("2026-02-01T00:00:00Z".parse().unwrap()), never);
        for unit in [RotationUnit::Hours, RotationUnit::Days] {
            let short = turns(5, unit, "2026-01-01T09:00:00", Tz::America__Chicago);
            assert_eq!(short.turn_at(DateTime::<Utc>::MAX_UTC).ends, DateTime::<Utc>::MAX_UTC);
            assert_eq!(short.turn_at(DateTime::<Utc>::MIN_UTC).number, 0);
        }
    }

    #[test]
    fn a_rotation_of_nothing_has_no_turns() {
        let nothing = Rotation { every: 0, unit: RotationUnit::Hours };
        assert!(Grid::new(nothing, NaiveDateTime::default(), Tz::UTC).is_none());
    }
}
