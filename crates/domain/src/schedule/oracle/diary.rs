//! What a zone's clock showed, minute by minute, and when windows were open by it.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::schedule::Window;

/// Every minute of a stretch of time.
pub(super) struct Diary {
    pub(super) minutes: Vec<(DateTime<Utc>, NaiveDateTime)>,
    /// For what the clock showed, the first and the last minute in which it did.
    shown: BTreeMap<NaiveDateTime, (usize, usize)>,
}

impl Diary {
    pub(super) fn of(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        let (mut minutes, mut shown) = (Vec::new(), BTreeMap::new());
        let mut at = from;
        while at < to {
            let clock = at.with_timezone(&zone).naive_local();
            shown.entry(clock).or_insert((minutes.len(), minutes.len())).1 = minutes.len();
            minutes.push((at, clock));
            at += TimeDelta::minutes(1);
        }
        Self { minutes, shown }
    }

    /// Minute by minute, whether any of the windows is open.
    pub(super) fn open(&self, windows: &[Window]) -> Vec<bool> {
        let mut open = vec![false; self.minutes.len()];
        let (first, last) = (self.minutes[0].1.date(), self.minutes[self.minutes.len() - 1].1.date());
        for window in windows {
            for day in first.iter_days().take_while(|day| *day <= last).filter(|day| starts_on(window, *day))
            {
                let (opens, closes) =
                    (self.opens(day.and_time(window.from)), self.closes(closing(window, day)));
                if opens < closes {
                    open[opens..closes].fill(true);
                }
            }
        }
        open
    }

    /// The first minute in which the clock shows `local`, or the first after those it left out.
    fn opens(&self, local: NaiveDateTime) -> usize {
        self.shown.range(local..).next().map_or(self.minutes.len(), |(_, (first, _))| *first)
    }

    /// The last minute in which the clock shows `local`, or the first after those it left out.
    fn closes(&self, local: NaiveDateTime) -> usize {
        self.shown.get(&local).map_or_else(|| self.opens(local), |(_, last)| *last)
    }
}

/// Whether any of the windows is open when a clock that is never changed shows `local`.
pub(super) fn open_on_a_plain_clock(windows: &[Window], local: NaiveDateTime) -> bool {
    let (today, yesterday) = (local.date(), local.date() - Days::new(1));
    windows.iter().any(|window| {
        [yesterday, today].into_iter().any(|day| {
            starts_on(window, day) && (day.and_time(window.from)..closing(window, day)).contains(&local)
        })
    })
}

fn starts_on(window: &Window, day: NaiveDate) -> bool {
    window.days.is_empty() || window.days.contains(&day.weekday())
}

fn closing(window: &Window, day: NaiveDate) -> NaiveDateTime {
    if window.to > window.from { day.and_time(window.to) } else { (day + Days::new(1)).and_time(window.to) }
}
