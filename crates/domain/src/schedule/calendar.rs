//! A layer read from somebody else's calendar: shifts as they stand there, several at a time if they overlap.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::layer::Stretch;
use crate::id::UserId;

/// What a calendar said when it was last read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Where it is read again from; `None` when it was handed over once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was last read.
    pub read_at: DateTime<Utc>,
    /// The shifts that had not ended then, by start.
    pub shifts: Vec<CalendarShift>,
    /// Events that name nobody we know, in the calendar's own words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// Why the last try to read it again failed; the shifts are those from before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// One shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarShift {
    /// Who.
    pub user: UserId,
    /// The first instant.
    pub starts: DateTime<Utc>,
    /// The first instant after it.
    pub ends: DateTime<Utc>,
}

/// A calendar, and how long its longest shift is: none that started earlier can still run.
#[derive(Debug)]
pub(super) struct CalendarView<'a> {
    shifts: &'a [CalendarShift],
    longest: TimeDelta,
}

impl<'a> CalendarView<'a> {
    pub(super) fn new(calendar: &'a Calendar) -> Self {
        let lengths = calendar.shifts.iter().map(|shift| shift.ends - shift.starts);
        Self { shifts: &calendar.shifts, longest: lengths.max().unwrap_or_default() }
    }

    /// Everybody who has a shift at an instant, each once.
    pub(super) fn taken_at(&self, at: DateTime<Utc>) -> Stretch<Vec<&'a UserId>> {
        let earliest = at.checked_sub_signed(self.longest).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let first = self.shifts.partition_point(|shift| shift.starts < earliest);
        let later = self.shifts.partition_point(|shift| shift.starts <= at);
        let mut ends = self.shifts.get(later).map_or(DateTime::<Utc>::MAX_UTC, |shift| shift.starts);
        let mut users = Vec::new();
        for shift in self.shifts.get(first..later).unwrap_or_default().iter().filter(|shift| shift.ends > at)
        {
            ends = ends.min(shift.ends);
            if !users.contains(&&shift.user) {
                users.push(&shift.user);
            }
        }
        Stretch { value: users, ends }
    }
}
