//! Times as people read them: on the wall clock of a zone, with the zone's name, so that nobody has to guess whose clock.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::schedule::Span;

/// An instant, such as `Mon 23 Nov 2026 09:00 CST`.
pub fn instant(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%a %-d %b %Y %H:%M %Z").to_string()
}

/// A span that has begun or hasn't yet; its day is not said twice.
pub(crate) fn span(span: Span, now: DateTime<Utc>, zone: Tz) -> String {
    let (starts, ends) = (span.starts.with_timezone(&zone), span.ends.with_timezone(&zone));
    let same_day = starts.date_naive() == ends.date_naive()
        && starts.format("%Z").to_string() == ends.format("%Z").to_string();
    let until = if same_day { ends.format("%H:%M").to_string() } else { instant(span.ends, zone) };
    let since = if span.starts <= now { "since" } else { "from" };
    format!("{since} {} until {until}", instant(span.starts, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_span_says_its_zone_and_its_day_once() {
        let night = Span { starts: utc("2026-11-28T04:00:00Z"), ends: utc("2026-11-28T05:30:00Z") };
        let told = span(night, utc("2026-11-20T00:00:00Z"), chrono_tz::America::Chicago);
        assert_eq!(told, "from Fri 27 Nov 2026 22:00 CST until 23:30");
        let told = span(night, utc("2026-11-28T04:00:00Z"), chrono_tz::Europe::Helsinki);
        assert_eq!(told, "since Sat 28 Nov 2026 06:00 EET until 07:30");
    }

    #[test]
    fn where_the_clocks_are_set_back_both_ends_say_by_which_clock() {
        let night = Span { starts: utc("2026-11-01T06:30:00Z"), ends: utc("2026-11-01T07:30:00Z") };
        let told = span(night, utc("2026-10-20T00:00:00Z"), chrono_tz::America::Chicago);
        assert_eq!(told, "from Sun 1 Nov 2026 01:30 CDT until Sun 1 Nov 2026 01:30 CST");
    }
}
