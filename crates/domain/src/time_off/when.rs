//! When a time off is, as people say it: from an instant to an instant, or whole days on a wall clock.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::input::Wrong;
use crate::schedule::{Span, first_instant};

/// The longest time off: beyond that, a wrong year is likelier than a leave.
const LONGEST: TimeDelta = TimeDelta::days(400);

/// The years in which zones mean something.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9998;

/// When somebody is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// From an instant to another.
    Instants {
        /// The first instant.
        starts_at: DateTime<Utc>,
        /// The first instant after it.
        ends_at: DateTime<Utc>,
    },
    /// From the first instant of a day to the first instant of the day after another.
    Days {
        /// The first day.
        first_day: NaiveDate,
        /// The last day, which is off, too.
        last_day: NaiveDate,
        /// Where the wall clock hangs; the tenant's zone unless given.
        zone: Option<Tz>,
    },
}

impl When {
    /// The time that is meant, in a tenant whose zone is `home`; at most 400 days.
    pub fn span(self, home: Tz) -> Result<Span, Wrong> {
        match self {
            Self::Instants { starts_at, ends_at } if ends_at <= starts_at => {
                Err(Wrong::new("ends_at", "must be after `starts_at`"))
            }
            Self::Instants { starts_at, ends_at } if ends_at - starts_at > LONGEST => {
                Err(Wrong::new("ends_at", "must not be more than 400 days after `starts_at`"))
            }
            Self::Instants { starts_at, ends_at } => Ok(Span { starts: starts_at, ends: ends_at }),
            Self::Days { first_day, last_day, zone } => days(first_day, last_day, zone.unwrap_or(home)),
        }
    }
}

fn days(first: NaiveDate, last: NaiveDate, zone: Tz) -> Result<Span, Wrong> {
    for (field, day) in [("first_day", first), ("last_day", last)] {
        if !YEARS.contains(&day.year()) {
            return Err(Wrong::new(field, "must lie between the years 1970 and 9998"));
        }
    }
    if last < first {
        return Err(Wrong::new("last_day", "must not be before `first_day`"));
    }
    if last - first >= LONGEST {
        return Err(Wrong::new("last_day", "must not make it more than 400 days"));
    }
    let starts = |day: NaiveDate| first_instant(zone, day.and_time(NaiveTime::MIN));
    let span = Span { starts: starts(first), ends: starts(last.succ_opt().unwrap_or(last)) };
    // A day that a zone left out when it changed sides of the date line.
    if span.starts >= span.ends {
        return Err(Wrong::new("last_day", "is no day in this time zone"));
    }
    Ok(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn told(first: &str, last: &str, zone: Tz) -> Result<String, String> {
        let span = When::Days { first_day: day(first), last_day: day(last), zone: None }.span(zone);
        let told = |at: DateTime<Utc>| at.format("%FT%RZ");
        span.map(|span| format!("{} {}", told(span.starts), told(span.ends))).map_err(|wrong| wrong.field)
    }

    #[test]
    fn whole_days_are_those_of_the_zones_wall_clock() {
        let zone = Tz::America__Chicago;
        assert_eq!(
            told("2026-11-26", "2026-11-26", zone),
            Ok("2026-11-26T06:00Z 2026-11-27T06:00Z".to_owned())
        );
        // The clocks go back in between: a day of 25 hours.
        assert_eq!(
            told("2026-11-01", "2026-11-01", zone),
            Ok("2026-11-01T05:00Z 2026-11-02T06:00Z".to_owned())
        );
        // Midnight is skipped: the day starts at one.
        let zone = Tz::America__Sao_Paulo;
        assert_eq!(
            told("2018-11-04", "2018-11-04", zone),
            Ok("2018-11-04T03:00Z 2018-11-05T02:00Z".to_owned())
        );
    }

    #[test]
    fn days_that_make_no_sense_are_named() {
        let zone = Tz::America__Chicago;
        assert_eq!(told("2026-11-26", "2026-11-25", zone), Err("last_day".to_owned()));
        assert_eq!(told("2026-01-01", "2027-02-05", zone), Err("last_day".to_owned()));
        assert!(told("2026-01-01", "2027-02-04", zone).is_ok(), "400 days");
        assert_eq!(told("0001-01-01", "0001-01-02", zone), Err("first_day".to_owned()));
        assert_eq!(told("9998-12-31", "9999-01-01", zone), Err("last_day".to_owned()));
        assert_eq!(told("2011-12-30", "2011-12-30", Tz::Pacific__Apia), Err("last_day".to_owned()));
    }

    #[test]
    fn instants_are_taken_as_they_are() {
        let at = |hours| DateTime::UNIX_EPOCH + TimeDelta::hours(hours);
        let span = |from, to| When::Instants { starts_at: at(from), ends_at: at(to) }.span(Tz::UTC);
        assert_eq!(span(1, 2), Ok(Span { starts: at(1), ends: at(2) }));
        for (from, to) in [(2, 2), (2, 1), (0, 400 * 24 + 1)] {
            assert_eq!(span(from, to).map_err(|wrong| wrong.field), Err("ends_at".to_owned()));
        }
        assert!(span(0, 400 * 24).is_ok());
    }
}
