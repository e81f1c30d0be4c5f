//! Times as calendars write them, and the instants they mean.
//!
//! Invariant: a time in a zone that isn't known is an error, never a time in another zone.

use std::str::FromStr as _;

use calcard::common::PartialDateTime;
use calcard::common::timezone::Tz as AnyTz;
use calcard::icalendar::timezone::TzResolver;
use calcard::icalendar::{ICalendar, ICalendarDuration};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::schedule::first_instant;

use super::read::quoted;

/// A time that a calendar names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// What the clock shows; midnight for a day.
    pub(super) local: NaiveDateTime,
    pub(super) zone: Tz,
    /// A whole day is named, without a time.
    pub(super) is_day: bool,
}

impl Moment {
    pub(super) fn instant(self) -> DateTime<Utc> {
        first_instant(self.zone, self.local)
    }

    /// Its like at another time of the clock.
    pub(super) fn at(self, local: NaiveDateTime) -> Self {
        Self { local, ..self }
    }
}

/// How long an event takes: so far on the clock, then so long in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Length {
    clock: TimeDelta,
    time: TimeDelta,
}

impl Length {
    pub(super) const DAY: Self = Self { clock: TimeDelta::days(1), time: TimeDelta::zero() };

    /// From one time to another; `None` if that is backwards.
    pub(super) fn between(start: Moment, end: Moment) -> Option<Self> {
        let length = if start.zone == end.zone {
            Self { clock: end.local - start.local, time: TimeDelta::zero() }
        } else {
            Self { clock: TimeDelta::zero(), time: end.instant() - start.instant() }
        };
        (length.sum() >= TimeDelta::zero()).then_some(length)
    }

    /// Weeks and days are the clock's, hours are hours; `None` if it is backwards or longer than anything.
    pub(super) fn of(duration: &ICalendarDuration) -> Option<Self> {
        let days = i64::from(duration.weeks) * 7 + i64::from(duration.days);
        let clock = TimeDelta::try_days(days)?;
        let time = duration.to_time_delta()?.checked_sub(&clock)?;
        (!duration.neg || duration.is_empty()).then_some(Self { clock, time })
    }

    /// When an event is over that starts then; `None` beyond the end of the calendar.
    pub(super) fn after(self, start: Moment) -> Option<DateTime<Utc>> {
        let local = start.local.checked_add_signed(self.clock)?;
        start.at(local).instant().checked_add_signed(self.time)
    }

    /// About how long that is.
    pub(super) fn sum(self) -> TimeDelta {
        self.clock.checked_add(&self.time).unwrap_or(TimeDelta::MAX)
    }
}

/// What the names of time zones mean in one calendar.
pub(super) struct Zones<'a> {
    known: TzResolver<&'a str>,
    /// For times that name none, and for days.
    default: Tz,
}

impl<'a> Zones<'a> {
    pub(super) fn of(calendar: &'a ICalendar, default: Tz) -> Self {
        Self { known: calendar.build_tz_resolver(), default }
    }

    /// A time, as far as it is one, with the zone that it was given beside it. The error is a sentence's predicate.
    pub(super) fn moment(&self, value: &PartialDateTime, zone: Option<&str>) -> Result<Moment, String> {
        let read = value.to_date_time().ok_or("names a day or a time that doesn't exist")?;
        if !value.has_time() {
            return Ok(Moment { local: read.date_time, zone: self.default, is_day: true });
        }
        if let Some(offset) = read.offset {
            let utc = read.date_time.checked_sub_offset(offset).ok_or("is at the end of all time")?;
            return Ok(Moment { local: utc, zone: Tz::UTC, is_day: false });
        }
        let zone = zone.map_or(Ok(self.default), |name| self.zone(name))?;
        Ok(Moment { local: read.date_time, zone, is_day: false })
    }

    fn zone(&self, name: &str) -> Result<Tz, String> {
        let unknown = || format!("is in the time zone {}, which nobody knows", quoted(name));
        match self.known.resolve(name) {
            Some(AnyTz::Tz(zone)) if !is_guess(name, zone) => Ok(zone),
            _ => Err(unknown()),
        }
    }
}

/// Of a name such as `(UTC+05:30) Somewhere` only the offset was understood, which is no zone, and without its minutes.
fn is_guess(name: &str, zone: Tz) -> bool {
    name.trim_start().starts_with('(') && zone.name().starts_with("Etc/GMT") && Tz::from_str(name).is_err()
}
