//! Windows: days of the week and a stretch of the wall clock, in which a layer is active or somebody must be on call.
//!
//! Invariant: `[from, to)` on the zone's wall clock. `to` before `from` runs overnight and belongs to the day it starts on;
//! `to` equal to `from` is 24 hours, so that adjacent days join. A repeated clock time means its first occurrence for
//! the start and its last for the end; a skipped one means the first instant after the gap, for both.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::layer::Stretch;
use super::local_time::{clock, first_instant, last_instant};

/// A week of seconds.
pub(super) const WEEK: i64 = 7 * DAY;
const DAY: i64 = 24 * 3600;

/// Some days of every week, from one clock time to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The days it starts on; none named means every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Weekday>,
    /// The clock time it starts at.
    pub from: NaiveTime,
    /// The clock time it ends at, on the same day or, unless later than `from`, the next.
    pub to: NaiveTime,
}

impl Window {
    fn starts_on(&self, day: Weekday) -> bool {
        self.days.is_empty() || self.days.contains(&day)
    }

    fn is_overnight(&self) -> bool {
        self.to <= self.from
    }

    /// When the window that starts on `day` starts; `None` when none does.
    fn starts(&self, zone: Tz, day: NaiveDate) -> Option<DateTime<Utc>> {
        use chrono::Datelike as _;
        self.starts_on(day.weekday()).then(|| first_instant(zone, day.and_time(self.from)))
    }

    /// When the window that starts on `day` ends.
    fn ends(&self, zone: Tz, day: NaiveDate) -> Option<DateTime<Utc>> {
        let last_day = if self.is_overnight() { day.checked_add_days(Days::new(1))? } else { day };
        Some(last_instant(zone, last_day.and_time(self.to)))
    }

    /// Seconds of the wall clock, more than none and at most a day.
    fn length(&self) -> i64 {
        let length = (self.to - self.from).num_seconds();
        if self.is_overnight() { length + DAY } else { length }
    }

    /// Whether `[from, from + length)`, in seconds of the wall clock since a Monday's midnight, meets the window in any week.
    pub(super) fn meets(&self, from: i64, length: i64) -> bool {
        use chrono::Timelike as _;
        let opens = i64::from(self.from.num_seconds_from_midnight());
        (0..7_u8).filter_map(|day| Weekday::try_from(day).ok()).filter(|day| self.starts_on(*day)).any(
            |day| {
                let starts = i64::from(day.num_days_from_monday()) * DAY + opens;
                // From one's start to the other's next: it lies within the one or reaches the other.
                (starts - from).rem_euclid(WEEK) < length || (from - starts).rem_euclid(WEEK) < self.length()
            },
        )
    }
}

/// Whether any of `windows` is open at an instant; with none named it is always open.
pub(crate) fn open_at(windows: &[Window], zone: Tz, at: DateTime<Utc>) -> Stretch<bool> {
    if windows.is_empty() {
        return Stretch { value: true, ends: DateTime::<Utc>::MAX_UTC };
    }
    let today = clock(zone, at).date();
    let day = |offset: i64| today.checked_add_signed(TimeDelta::days(offset));
    // A day before, for those that run overnight; one more on both sides for clocks that are set over midnight.
    let around = (-2..=1).filter_map(day);
    let covering =
        around.flat_map(|day| windows.iter().map(move |window| (window, day))).filter_map(|(window, day)| {
            let starts = window.starts(zone, day).filter(|starts| *starts <= at)?;
            window.ends(zone, day).filter(|ends| starts <= at && at < *ends)
        });
    if let Some(ends) = covering.max() {
        return Stretch { value: true, ends };
    }
    let coming = (-1..=8).filter_map(day).find_map(|day| {
        windows.iter().filter_map(|window| window.starts(zone, day)).filter(|starts| *starts > at).min()
    });
    // A week without any is only met where zones leave out days, and at the end of the calendar: ask again later.
    let later = || at.checked_add_signed(TimeDelta::days(7)).unwrap_or(DateTime::<Utc>::MAX_UTC);
    Stretch { value: false, ends: coming.unwrap_or_else(later) }
}
