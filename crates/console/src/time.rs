//! Instants in words: clock times that say their zone, and distances from now.
//!
//! Invariant: nothing here reads a clock. An instant is written in the offset it carries, which whoever built the view
//! model chose for the viewer at that instant, so a time beyond a clock change shows the offset of its own day.

use chrono::{DateTime, Datelike as _, FixedOffset, TimeDelta};

/// How long, in the two units that matter: `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`, `12 d`. Never negative.
pub(crate) fn span(length: TimeDelta) -> String {
    let seconds = length.num_seconds().abs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => joined(hours, "h", minutes % 60, "min"),
        (1..=6, _, _) => joined(days, "d", hours % 24, "h"),
        _ => format!("{days} d"),
    }
}

fn joined(large: i64, large_unit: &str, small: i64, small_unit: &str) -> String {
    if small == 0 {
        format!("{large} {large_unit}")
    } else {
        format!("{large} {large_unit} {small} {small_unit}")
    }
}

/// The instant as machines read it, for `datetime` attributes.
pub(crate) fn machine(at: &DateTime<FixedOffset>) -> String {
    at.to_rfc3339()
}

/// Where `at` lies seen from `now`: `12 min ago`, `now`, `in 4 min`.
pub(crate) fn relative(now: &DateTime<FixedOffset>, at: &DateTime<FixedOffset>) -> String {
    let ahead = at.signed_duration_since(now);
    match ahead.num_seconds() {
        0 => "now".into(),
        1.. => format!("in {}", span(ahead)),
        _ => format!("{} ago", span(ahead)),
    }
}

/// The clock time to the minute, with as much of the date as `now` leaves open.
pub(crate) fn clock(now: &DateTime<FixedOffset>, at: &DateTime<FixedOffset>) -> String {
    format!("{}{}", date_unless_today(now, at), at.format("%H:%M"))
}

/// The same where other days stand around it, so that today is named, too.
pub(crate) fn moment(now: &DateTime<FixedOffset>, at: &DateTime<FixedOffset>) -> String {
    let date = date_unless_today(now, at);
    let date = if date.is_empty() { "today, " } else { &date };
    format!("{date}{}", at.format("%H:%M"))
}

/// From one instant to another, each as [`moment`]; the same day is said once. Where the clocks change in between, both
/// ends say by which clock.
pub(crate) fn period(
    now: &DateTime<FixedOffset>,
    starts: &DateTime<FixedOffset>,
    ends: &DateTime<FixedOffset>,
) -> String {
    if starts.offset() != ends.offset() {
        let (from, to) = (moment(now, starts), moment(now, ends));
        return format!("{from} {} to {to} {}", zone(starts), zone(ends));
    }
    let same_day = starts.date_naive() == ends.date_naive();
    let to = if same_day { ends.format("%H:%M").to_string() } else { moment(now, ends) };
    format!("{} to {to}", moment(now, starts))
}

/// [`clock`] to the second, for what happened.
pub(crate) fn stamp(now: &DateTime<FixedOffset>, at: &DateTime<FixedOffset>) -> String {
    format!("{}{}", date_unless_today(now, at), at.format("%H:%M:%S"))
}

fn date_unless_today(now: &DateTime<FixedOffset>, at: &DateTime<FixedOffset>) -> String {
    let today = now.with_timezone(at.offset()).date_naive();
    let day = at.date_naive();
    if day == today {
        String::new()
    } else if day.year() == today.year() {
        day.format("%a %-d %b, ").to_string()
    } else {
        day.format("%-d %b %Y, ").to_string()
    }
}

/// The offset from UTC in the short form people say: `UTC`, `UTC+1`, `UTC+5:45`, `UTC−3:30`.
pub(crate) fn zone(at: &DateTime<FixedOffset>) -> String {
    let seconds = at.offset().local_minus_utc();
    if seconds == 0 {
        return "UTC".into();
    }
    let sign = if seconds < 0 { '−' } else { '+' };
    let minutes = seconds.abs() / 60;
    match minutes % 60 {
        0 => format!("UTC{sign}{}", minutes / 60),
        rest => format!("UTC{sign}{}:{rest:02}", minutes / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).unwrap()
    }

    #[test]
    fn a_span_names_its_two_largest_units() {
        let cases = [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_599, "59 min"),
            (3_600, "1 h"),
            (11_100, "3 h 5 min"),
            (86_400, "1 d"),
            (100_800, "1 d 4 h"),
            (604_800, "7 d"),
            (1_100_000, "12 d"),
        ];
        for (seconds, words) in cases {
            assert_eq!(span(TimeDelta::seconds(seconds)), words);
            assert_eq!(span(TimeDelta::seconds(-seconds)), words);
        }
    }

    #[test]
    fn relative_time_tells_past_from_future() {
        let now = at("2026-11-21T02:14:00+01:00");
        assert_eq!(relative(&now, &at("2026-11-21T02:02:00+01:00")), "12 min ago");
        assert_eq!(relative(&now, &at("2026-11-21T01:18:00Z")), "in 4 min");
        assert_eq!(relative(&now, &now), "now");
    }

    #[test]
    fn the_date_is_written_only_when_it_is_not_today() {
        let now = at("2026-11-21T00:10:00+01:00");
        assert_eq!(clock(&now, &at("2026-11-21T09:00:00+01:00")), "09:00");
        assert_eq!(clock(&now, &at("2026-11-20T23:50:00+01:00")), "Fri 20 Nov, 23:50");
        assert_eq!(stamp(&now, &at("2025-03-01T23:50:07+01:00")), "1 Mar 2025, 23:50:07");
    }

    #[test]
    fn among_other_days_today_is_named() {
        let now = at("2026-11-21T00:10:00+01:00");
        assert_eq!(moment(&now, &at("2026-11-21T09:00:00+01:00")), "today, 09:00");
        assert_eq!(moment(&now, &at("2026-11-23T09:00:00+01:00")), "Mon 23 Nov, 09:00");
    }

    #[test]
    fn a_period_says_its_day_once_and_its_zones_where_they_differ() {
        let now = at("2026-10-31T00:10:00-05:00");
        let words = |starts, ends| period(&now, &at(starts), &at(ends));
        assert_eq!(words("2026-10-31T09:00:00-05:00", "2026-10-31T17:00:00-05:00"), "today, 09:00 to 17:00");
        assert_eq!(
            words("2026-11-02T09:00:00-06:00", "2026-11-09T09:00:00-06:00"),
            "Mon 2 Nov, 09:00 to Mon 9 Nov, 09:00"
        );
        assert_eq!(
            words("2026-11-01T01:30:00-05:00", "2026-11-01T01:30:00-06:00"),
            "Sun 1 Nov, 01:30 UTC−5 to Sun 1 Nov, 01:30 UTC−6"
        );
    }

    #[test]
    fn today_is_judged_in_the_zone_of_the_instant() {
        let now = at("2026-11-20T23:30:00Z");
        assert_eq!(clock(&now, &at("2026-11-21T00:40:00+01:00")), "00:40");
    }

    #[test]
    fn zones_are_written_as_people_say_them() {
        for (text, words) in [
            ("2026-11-21T02:00:00Z", "UTC"),
            ("2026-11-21T02:00:00+01:00", "UTC+1"),
            ("2026-11-21T02:00:00+05:45", "UTC+5:45"),
            ("2026-11-21T02:00:00-03:30", "UTC−3:30"),
        ] {
            assert_eq!(zone(&at(text)), words);
        }
    }
}
