//! Wall clocks: from a local time to the instant it means, and back.
//!
//! Invariant: [`first_instant`] never goes backwards as `local` goes forwards, and is never after an instant at which
//! the zone's clock shows `local` or later. Turn arithmetic rests on both.

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, Offset as _, TimeZone as _, Utc};
use chrono_tz::{GapInfo, Tz};

/// The first instant at which a clock in `zone` shows `local` or later.
///
/// That is the rule for handoffs: a local time skipped by the clock means the first instant after the gap, and a
/// repeated one means its first occurrence.
pub fn first_instant(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(instant) | MappedLocalTime::Ambiguous(instant, _) => instant.to_utc(),
        // A gap without an end is only met at the ends of the calendar, where zones mean nothing.
        MappedLocalTime::None => GapInfo::new(&local, &zone)
            .and_then(|gap| gap.end)
            .map_or_else(|| local.and_utc(), |end| end.to_utc()),
    }
}

/// The instant at which a clock in `zone` leaves the times before `local` behind for good.
///
/// That is the rule for the end of a window: a repeated time means its last occurrence, and a skipped one, as everywhere,
/// the first instant after the gap.
pub(super) fn last_instant(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Ambiguous(_, last) => last.to_utc(),
        MappedLocalTime::Single(_) | MappedLocalTime::None => first_instant(zone, local),
    }
}

/// What a clock in `zone` shows at an instant.
pub(super) fn clock(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    let utc = at.naive_utc();
    utc.checked_add_offset(zone.offset_from_utc_datetime(&utc).fix()).unwrap_or(utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: Tz, local: &str, instant: &str) {
        assert_eq!(first_instant(zone, local.parse().unwrap()), instant.parse::<DateTime<Utc>>().unwrap());
    }

    #[test]
    fn an_ordinary_time_is_itself() {
        check(Tz::America__Chicago, "2026-01-15T09:00:00", "2026-01-15T15:00:00Z");
        check(Tz::America__Chicago, "2026-07-15T09:00:00", "2026-07-15T14:00:00Z");
        check(Tz::Asia__Kathmandu, "2026-07-15T09:00:00", "2026-07-15T03:15:00Z");
    }

    #[test]
    fn a_skipped_time_is_the_first_instant_after_the_gap() {
        check(Tz::America__New_York, "2026-03-08T02:30:00", "2026-03-08T07:00:00Z");
        check(Tz::Australia__Lord_Howe, "2026-10-04T02:15:00", "2026-10-03T15:30:00Z");
        check(Tz::America__Sao_Paulo, "2018-11-04T00:00:00", "2018-11-04T03:00:00Z");
        check(Tz::Asia__Kathmandu, "1986-01-01T00:10:00", "1985-12-31T18:30:00Z");
    }

    #[test]
    fn every_time_of_a_missing_day_is_the_start_of_the_next() {
        for local in
            ["2011-12-30T00:00:00", "2011-12-30T09:00:00", "2011-12-30T23:59:59", "2011-12-31T00:00:00"]
        {
            check(Tz::Pacific__Apia, local, "2011-12-30T10:00:00Z");
        }
    }

    #[test]
    fn a_repeated_time_is_its_first_occurrence() {
        check(Tz::America__Chicago, "2026-11-01T01:30:00", "2026-11-01T06:30:00Z");
        check(Tz::Australia__Lord_Howe, "2026-04-05T01:45:00", "2026-04-04T14:45:00Z");
        check(Tz::America__Sao_Paulo, "2019-02-16T23:30:00", "2019-02-17T01:30:00Z");
        // Dublin calls its winter the saving time; the clock does the same as everywhere.
        check(Tz::Europe__Dublin, "2026-10-25T01:30:00", "2026-10-25T00:30:00Z");
    }

    #[test]
    fn the_end_of_a_window_is_the_last_occurrence() {
        for (zone, local, instant) in [
            (Tz::America__Chicago, "2026-11-01T01:30:00", "2026-11-01T07:30:00Z"),
            (Tz::America__Chicago, "2026-11-01T02:00:00", "2026-11-01T08:00:00Z"),
            (Tz::America__Chicago, "2026-03-08T02:30:00", "2026-03-08T08:00:00Z"),
            (Tz::Pacific__Apia, "2011-12-30T09:00:00", "2011-12-30T10:00:00Z"),
        ] {
            assert_eq!(last_instant(zone, local.parse().unwrap()), instant.parse::<DateTime<Utc>>().unwrap());
        }
    }

    #[test]
    fn the_first_time_after_a_fold_comes_once() {
        check(Tz::America__Chicago, "2026-11-01T02:00:00", "2026-11-01T08:00:00Z");
    }

    #[test]
    fn the_clock_reads_back_every_time_that_exists() {
        for zone in [Tz::America__Chicago, Tz::Africa__Casablanca, Tz::Pacific__Apia, Tz::Asia__Kathmandu] {
            let mut local: NaiveDateTime = "2026-02-01T00:05:00".parse().unwrap();
            for _ in 0..400 {
                let shown = clock(zone, first_instant(zone, local));
                assert!(
                    shown == local || zone.from_local_datetime(&local).earliest().is_none(),
                    "{zone} {local}"
                );
                local += chrono::TimeDelta::hours(13);
            }
        }
    }

    #[test]
    fn the_ends_of_the_calendar_are_answered() {
        for zone in [Tz::Pacific__Kiritimati, Tz::America__Chicago] {
            assert!(first_instant(zone, NaiveDateTime::MAX) > first_instant(zone, NaiveDateTime::MIN));
            assert!(clock(zone, DateTime::<Utc>::MAX_UTC) > clock(zone, DateTime::<Utc>::MIN_UTC));
        }
    }
}
