//! Flapping: a problem that comes and goes is waited for before it wakes somebody.
//!
//! Invariant: a pause only moves the first page; a problem that stays pages when the pause is over.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::input::Wrong;

/// How many openings of one problem are remembered.
pub const REMEMBERED: usize = 20;

/// When a problem counts as flapping, and for how long its page waits then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlapPause {
    /// So many times, this one included, …
    pub times: u8,
    /// … within so many minutes.
    pub within_minutes: u16,
    /// Minutes that the page waits.
    pub pause_minutes: u16,
}

impl FlapPause {
    /// Until when the page of a problem that opens now waits; `opened` are the times it opened before.
    pub fn until(self, opened: &[DateTime<Utc>], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let since = now - TimeDelta::minutes(self.within_minutes.into());
        let times = opened.iter().filter(|at| **at > since).count() + 1;
        (times >= usize::from(self.times)).then(|| now + TimeDelta::minutes(self.pause_minutes.into()))
    }

    /// What is wrong with it.
    pub fn problem(self) -> Option<Wrong> {
        let (field, problem) = if !(2..=20).contains(&self.times) {
            ("flap_pause.times", "must be a number from 2 to 20")
        } else if !(1..=1_440).contains(&self.within_minutes) {
            ("flap_pause.within_minutes", "must be a number from 1 to 1440")
        } else if !(1..=60).contains(&self.pause_minutes) {
            ("flap_pause.pause_minutes", "must be a number from 1 to 60")
        } else {
            return None;
        };
        Some(Wrong::new(field, problem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_waits_from_the_third_opening_within_the_hour_on() {
        let pause = FlapPause { times: 3, within_minutes: 60, pause_minutes: 5 };
        let now: DateTime<Utc> = "2026-11-20T21:04:05Z".parse().unwrap();
        let before = |minutes| now - TimeDelta::minutes(minutes);
        assert_eq!(pause.until(&[before(10)], now), None);
        assert_eq!(pause.until(&[before(10), before(20)], now), Some(now + TimeDelta::minutes(5)));
        assert_eq!(pause.until(&[before(10), before(60)], now), None, "an hour ago is not within it");
    }
}
