//! Times that somebody types: what a clock on the wall shows where the schedule is.
//!
//! Invariant: a time that the clock skips or shows twice is asked about and never guessed.

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use domain::schedule::first_instant;

/// How browsers write a date and time, with seconds and without.
const FORMATS: [&str; 2] = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];

/// The one instant at which a clock in `zone` shows what was typed; else what is wrong with it.
pub(super) fn instant(zone: Tz, typed: &str) -> Result<DateTime<Utc>, String> {
    let read = |format| NaiveDateTime::parse_from_str(typed, format).ok();
    let local = FORMATS.into_iter().find_map(read).ok_or("must be a date and a time")?;
    let clock = local.format("%H:%M");
    let day = local.format("%a %-d %b %Y");
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(_) => Ok(first_instant(zone, local)),
        MappedLocalTime::None => Err(format!(
            "there is no {clock} on {day} in {}, since the clocks are set forward then. Choose another time",
            zone.name()
        )),
        MappedLocalTime::Ambiguous(..) => Err(format!(
            "{clock} comes twice on {day} in {}, since the clocks are set back then. Choose a time before or after",
            zone.name()
        )),
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::Chicago;

    use super::*;

    #[test]
    fn an_ordinary_time_is_the_one_instant_it_means() {
        for (typed, instant_then) in
            [("2026-11-23T09:00", "2026-11-23T15:00:00Z"), ("2026-07-01T09:00:30", "2026-07-01T14:00:30Z")]
        {
            assert_eq!(instant(Chicago, typed), Ok(instant_then.parse().unwrap()));
        }
    }

    #[test]
    fn a_time_that_is_skipped_or_repeated_is_asked_about() {
        let told = instant(Chicago, "2026-03-08T02:30").unwrap_err();
        assert!(told.contains("there is no 02:30 on Sun 8 Mar 2026"), "{told}");
        let told = instant(Chicago, "2026-11-01T01:30").unwrap_err();
        assert!(told.contains("01:30 comes twice on Sun 1 Nov 2026"), "{told}");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for typed in ["", "tomorrow", "2026-02-30T09:00", "2026-11-23 09:00"] {
            assert_eq!(instant(Chicago, typed), Err("must be a date and a time".to_owned()), "{typed}");
        }
    }
}
