//! Checking a tenant's PSA: what was looked at, when it is looked at again, and whether the admins are told.
//!
//! Invariants: what is missing is told at once; a PSA that can't be asked is told only when that lasts.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::schedule::first_instant;

/// Local hour of the daily check: early enough that somebody who can mend it is still there.
const HOUR: u32 = 16;

/// How long after a save the settings are checked by themselves, whatever the hour: a wrong secret is told before the first
/// night, and whoever is still at it is not disturbed.
pub const AFTER_SAVE: TimeDelta = TimeDelta::minutes(10);

/// How soon a PSA that could not be asked is looked at again.
const AGAIN: TimeDelta = TimeDelta::minutes(15);

/// The look, of those in a row that could not ask the PSA, at which the admins are told.
const TOLD_AT: u32 = 3;

/// What a check of a PSA's permissions said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PsaCheck {
    /// When.
    pub at: DateTime<Utc>,
    /// What was looked at, in order.
    pub points: Vec<CheckPoint>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckPoint {
    /// What, as people say it: `create tickets`.
    pub what: String,
    /// What is missing; `None`: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// Nobody knows whether it is missing, since the PSA could not be asked: asked later, it may answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_unreachable: bool,
}

/// What follows from a check that was made by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowUp {
    /// Whether the admins are told.
    pub is_told: bool,
    /// How many looks in a row could not ask the PSA, this one among them; none after they were told.
    pub unreached: u32,
    /// When it is looked at again.
    pub due_at: DateTime<Utc>,
}

impl PsaCheck {
    /// Whether nothing is missing.
    pub fn is_good(&self) -> bool {
        self.points.iter().all(|point| point.missing.is_none())
    }

    /// What is missing, a line each.
    pub fn missing(&self) -> impl Iterator<Item = String> {
        self.points.iter().filter_map(|point| Some(format!("{}: {}", point.what, point.missing.as_ref()?)))
    }

    /// Whether all that is wrong is that the PSA could not be asked.
    pub fn is_only_unreached(&self) -> bool {
        let is_known = |point: &CheckPoint| point.missing.is_none() || point.is_unreachable;
        !self.is_good() && self.points.iter().all(is_known)
    }

    /// What follows from this check where the `unreached` ones before it, in a row, could not ask the PSA. The zone is the
    /// tenant's.
    pub fn follow_up(&self, unreached: u32, zone: Tz) -> FollowUp {
        let unreached = if self.is_only_unreached() { unreached.saturating_add(1) } else { 0 };
        if (1..TOLD_AT).contains(&unreached) {
            return FollowUp { is_told: false, unreached, due_at: self.at + AGAIN };
        }
        FollowUp { is_told: !self.is_good(), unreached: 0, due_at: next_check(zone, self.at) }
    }
}

/// The first daily check after an instant: at four in the afternoon on the clock of the tenant's zone.
fn next_check(zone: Tz, after: DateTime<Utc>) -> DateTime<Utc> {
    let today = after.with_timezone(&zone).date_naive();
    let hour = NaiveTime::from_hms_opt(HOUR, 0, 0).unwrap_or(NaiveTime::MIN);
    let on = |day: NaiveDate| first_instant(zone, day.and_time(hour));
    let mut afternoons = (0..3).filter_map(|days| today.checked_add_days(Days::new(days))).map(on);
    afternoons.find(|at| *at > after).unwrap_or(after + TimeDelta::days(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = Tz::America__Chicago;
    const GOOD: (bool, bool) = (false, false);
    const REFUSED: (bool, bool) = (true, false);
    const AWAY: (bool, bool) = (true, true);

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// A check of points that are missing or not, and unreachable or not.
    fn check(points: &[(bool, bool)]) -> PsaCheck {
        let point = |&(is_missing, is_unreachable): &(bool, bool)| CheckPoint {
            what: "create tickets".to_owned(),
            missing: is_missing.then(|| "no".to_owned()),
            is_unreachable,
        };
        PsaCheck { at: at("2026-11-20T22:00:00Z"), points: points.iter().map(point).collect() }
    }

    #[test]
    fn the_check_comes_every_afternoon_on_the_tenants_clock() {
        assert_eq!(next_check(ZONE, at("2026-11-20T21:04:05Z")), at("2026-11-20T22:00:00Z"));
        assert_eq!(next_check(ZONE, at("2026-11-20T22:00:00Z")), at("2026-11-21T22:00:00Z"));
        assert_eq!(next_check(ZONE, at("2027-03-13T23:00:00Z")), at("2027-03-14T21:00:00Z"), "summer time");
    }

    #[test]
    fn what_is_missing_is_told_at_once_and_a_psa_that_cannot_be_asked_at_the_third_look_in_a_row() {
        let (soon, tomorrow) = (at("2026-11-20T22:15:00Z"), at("2026-11-21T22:00:00Z"));
        for (points, before, is_told, unreached, due_at) in [
            (&[GOOD, GOOD][..], 0, false, 0, tomorrow),
            (&[], 0, false, 0, tomorrow),
            (&[GOOD], 2, false, 0, tomorrow),
            (&[GOOD, REFUSED], 0, true, 0, tomorrow),
            (&[REFUSED], 1, true, 0, tomorrow),
            (&[AWAY, REFUSED], 0, true, 0, tomorrow),
            (&[AWAY], 0, false, 1, soon),
            (&[GOOD, AWAY], 1, false, 2, soon),
            (&[AWAY], 2, true, 0, tomorrow),
            (&[AWAY], u32::MAX, true, 0, tomorrow),
        ] {
            let expected = FollowUp { is_told, unreached, due_at };
            assert_eq!(check(points).follow_up(before, ZONE), expected, "{points:?} after {before}");
        }
    }

    #[test]
    fn a_check_that_was_kept_before_is_read() {
        let kept = r#"{"at":"2026-11-20T22:00:00Z","points":[{"what":"create tickets","missing":"no"}]}"#;
        let read: PsaCheck = serde_json::from_str(kept).unwrap();
        assert_eq!(read, check(&[REFUSED]));
        assert_eq!(serde_json::to_string(&read).unwrap(), kept);
    }
}
