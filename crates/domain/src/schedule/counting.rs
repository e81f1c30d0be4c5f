//! Counting turns: how many went by before one, which decides whose it is.
//!
//! Invariant: found by division, whatever the turn's number. Counting active periods, a turn in which no window opens is
//! nobody's and not counted, so that nobody's turn falls where there is nothing to do. That is decided on the wall clock,
//! where it comes round after a whole number of weeks: a change of the clocks changes no count.

use chrono::{Datelike as _, NaiveDateTime, Timelike as _};
use serde::{Deserialize, Serialize};

use super::Rotation;
use super::window::{WEEK, Window};

/// Which turns count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// All of them: the count runs on through restricted time.
    #[default]
    Clock,
    /// Those in which the layer is active. Only for rotations that follow the clock.
    ActivePeriods,
}

/// How many turns count before each.
#[derive(Debug)]
pub(super) enum Count {
    /// Every turn counts.
    All,
    /// The pattern comes round: how many count before each turn of one round, and, as the last, in all of it.
    Some(Vec<u64>),
}

impl Count {
    pub(super) fn new(
        counting: Counting,
        rotation: Rotation,
        anchor: NaiveDateTime,
        windows: &[Window],
    ) -> Self {
        let length = rotation.length();
        let counts_all = counting == Counting::Clock || windows.is_empty() || !rotation.follows_the_clock();
        // A turn of a week meets every window.
        if counts_all || !(1..WEEK).contains(&length) {
            return Self::All;
        }
        let monday = i64::from(anchor.weekday().num_days_from_monday()) * 24 * 3600;
        let begins = monday + i64::from(anchor.num_seconds_from_midnight());
        let turns = WEEK / greatest_common_divisor(length, WEEK);
        let mut before = vec![0];
        let mut count = 0;
        for turn in 0..turns {
            let from = (begins + turn * length).rem_euclid(WEEK);
            count += u64::from(windows.iter().any(|window| window.meets(from, length)));
            before.push(count);
        }
        Self::Some(before)
    }

    /// Whether turn `number` counts.
    pub(super) fn counts(&self, number: u64) -> bool {
        self.before(number + 1) > self.before(number)
    }

    /// How many turns count before turn `number`.
    pub(super) fn before(&self, number: u64) -> u64 {
        match self {
            Self::All => number,
            Self::Some(before) => {
                let Some((in_all, round)) = before.split_last() else { return number };
                let length = round.len() as u64;
                let place = usize::try_from(number % length).unwrap_or_default();
                (number / length) * in_all + round[place]
            }
        }
    }
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
