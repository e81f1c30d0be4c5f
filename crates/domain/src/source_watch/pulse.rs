//! Whether On-Call itself was there to hear anybody: what is sent while it is away is lost, and the silence is its own.
//!
//! Invariants: one for the whole deployment, whoever ticks; written once a minute, and only where there are heartbeats; a sign
//! of life that is too old is an absence, whether or not anybody has written so yet.
//!
//! That a heartbeat is found late doesn't tell: one that falls due a moment after On-Call is back is found in time, and what
//! was to move its end is lost all the same.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How often it beats.
const EVERY: TimeDelta = TimeDelta::minutes(1);

/// Who gave no sign of life for longer than this was away. A beat and a slow tick are less than that; what is shorter,
/// senders try again.
pub const AWAY: TimeDelta = TimeDelta::minutes(2);

/// On-Call's signs of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulse {
    /// The newest.
    pub at: DateTime<Utc>,
    /// When it was last back from being away; `None`: it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_at: Option<DateTime<Utc>>,
}

impl Pulse {
    /// It begins now.
    pub fn begin(now: DateTime<Utc>) -> Self {
        Self { at: now, back_at: None }
    }

    /// When it is to beat next.
    pub fn due_at(&self) -> DateTime<Utc> {
        self.at + EVERY
    }

    /// When it was last back from being away, as is known at an instant: that one, when the newest sign of life is too old.
    pub fn back_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if now - self.at > AWAY { Some(now) } else { self.back_at }
    }

    /// A sign of life.
    pub fn beat(&mut self, now: DateTime<Utc>) {
        self.back_at = self.back_at(now);
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::minute;

    #[test]
    fn who_gives_no_sign_of_life_for_long_was_away_until_the_next() {
        let mut pulse = Pulse::begin(minute(0));
        for now in 1..10 {
            pulse.beat(minute(now));
            assert_eq!(pulse.back_at(minute(now)), None, "it was there all the time");
        }
        assert_eq!(pulse.back_at(minute(9) + AWAY), None);
        assert_eq!(pulse.back_at(minute(20)), Some(minute(20)), "nobody has written so yet");
        pulse.beat(minute(20));
        pulse.beat(minute(21));
        assert_eq!((pulse.at, pulse.back_at(minute(22))), (minute(21), Some(minute(20))));
        assert_eq!(pulse.due_at(), minute(22));
    }
}
