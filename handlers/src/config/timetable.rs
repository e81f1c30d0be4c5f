//! Timetables: when a timer fires, in the form that the Functions host uses, so that one setting means the same everywhere.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// When a timer fires, in UTC.
#[derive(Debug, Clone)]
pub(crate) struct Timetable {
    text: String,
    cron: Cron,
}

impl Timetable {
    /// Reads six fields: second, minute, hour, day of the month, month, day of the week. Where both of the days are
    /// restricted, both must hold.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let wrong = |why: String| {
            format!(
                "'{text}' is no timetable of six fields (second, minute, hour, day, month, weekday), such as \
                 '*/15 * * * * *' or '0 0 6 * * *': {why}"
            )
        };
        let fields = text.split_whitespace().count();
        if fields != 6 {
            return Err(wrong(format!("it has {fields}")));
        }
        let parser =
            CronParser::builder().seconds(Seconds::Required).year(Year::Disallowed).dom_and_dow(true);
        let cron = parser.build().parse(text).map_err(|error| wrong(error.to_string()))?;
        cron.find_next_occurrence(&DateTime::UNIX_EPOCH, false)
            .map_err(|_| wrong("its time never comes".to_owned()))?;
        Ok(Self { text: text.to_owned(), cron })
    }

    /// The next time after an instant.
    pub(crate) fn next(&self, after: DateTime<Utc>) -> DateTime<Utc> {
        // Nothing but the end of the calendar is left to go wrong; the work is still looked for once a day then.
        self.cron.find_next_occurrence(&after, false).unwrap_or(after + TimeDelta::days(1))
    }
}

impl fmt::Display for Timetable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(text: &str, from: &str) -> Vec<String> {
        let timetable = Timetable::read(text).unwrap();
        let mut at: DateTime<Utc> = from.parse().unwrap();
        let mut times = Vec::new();
        for _ in 0..3 {
            at = timetable.next(at);
            times.push(at.format("%a %d %H:%M:%S").to_string());
        }
        times
    }

    #[test]
    fn times_come_as_the_host_would_fire() {
        let from = "2026-11-20T21:04:05.5Z";
        for (text, expected) in [
            ("*/15 * * * * *", ["Fri 20 21:04:15", "Fri 20 21:04:30", "Fri 20 21:04:45"]),
            ("0 0 6 * * *", ["Sat 21 06:00:00", "Sun 22 06:00:00", "Mon 23 06:00:00"]),
            ("0 30 9-11 * * 1-5", ["Mon 23 09:30:00", "Mon 23 10:30:00", "Mon 23 11:30:00"]),
            ("0 0 0 * * 0", ["Sun 22 00:00:00", "Sun 29 00:00:00", "Sun 06 00:00:00"]),
            ("0 0 0 13 * FRI", ["Fri 13 00:00:00", "Fri 13 00:00:00", "Fri 13 00:00:00"]),
        ] {
            assert_eq!(times(text, from), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_timetable_is_told_with_an_example() {
        for text in [
            "",
            "often",
            "* * * * *",
            "61 * * * * *",
            "0 0 0 31 2 *",
            "@daily",
            "0 0 6 * * * 2030",
            "00:00:30",
        ] {
            let told = Timetable::read(text).unwrap_err();
            assert!(told.contains("'0 0 6 * * *'"), "{text}: {told}");
        }
    }
}
