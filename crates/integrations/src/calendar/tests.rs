//! What calendars say and how they are read, and what ours look like.

mod bounds;
mod feed;
mod fetching;
mod reading;
mod recurring;

use chrono::{DateTime, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::*;
use crate::http::Http;

fn calendar() -> ICalendar {
    ICalendar::new(Http::default(), Reachable::Anywhere)
}

/// Autumn 2026, Chicago's clock: it goes back on November 1st, at 02:00.
fn autumn() -> CalendarWindow {
    window("2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z")
}

fn window(from: &str, to: &str) -> CalendarWindow {
    CalendarWindow { zone: Tz::America__Chicago, from: at(from), to: at(to) }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A calendar of these lines, as a program would write them.
fn file(lines: &str) -> String {
    let lines: Vec<&str> = lines.lines().map(str::trim_start).filter(|line| !line.is_empty()).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}\r\nEND:VCALENDAR\r\n", lines.join("\r\n"))
}

/// A calendar of one event, of these lines.
fn event(lines: &str) -> String {
    file(&format!("BEGIN:VEVENT\nUID:1\nSUMMARY:sam\n{lines}\nEND:VEVENT"))
}

fn read(text: &str) -> Vec<CalendarEvent> {
    calendar().read(text, autumn()).unwrap()
}

/// Each occurrence as `start/end`, on Chicago's clock.
fn times(text: &str) -> Vec<String> {
    let clock = |at: DateTime<Utc>| {
        let local = Tz::America__Chicago.from_utc_datetime(&at.naive_utc());
        local.format("%m-%d %H:%M").to_string()
    };
    read(text).iter().map(|event| format!("{}/{}", clock(event.starts), clock(event.ends))).collect()
}

/// Why a calendar can't be read.
fn problem(text: &str) -> String {
    match calendar().read(text, autumn()) {
        Err(CalendarError::Unreadable(problem)) => problem,
        other => panic!("{text} is read as {other:?}"),
    }
}
