//! What our feeds look like, and that nothing is lost on the way out and in.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

fn shift() -> FeedEvent {
    FeedEvent {
        uid: "shift-7f3a-20261120T170000Z@oncall.example".into(),
        stamp: at("2026-11-20T12:00:00Z"),
        starts: at("2026-11-20T17:00:00Z"),
        ends: at("2026-11-27T17:00:00Z"),
        summary: "On call: NOC primary (Sam Tech)".into(),
        description: "Schedule NOC primary, layer 1\nTime zone America/Chicago".into(),
        url: Some("https://oncall.example/schedules/7f3a?tab=a,b;c".into()),
    }
}

fn feed(events: Vec<FeedEvent>) -> Feed {
    Feed {
        name: "On call: Sam; nights, too".into(),
        zone: "America/Chicago",
        url: Some("https://oncall.example/schedules".into()),
        events,
    }
}

#[test]
fn a_feed_says_what_calendar_programs_look_for() {
    let expected = "BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//The One//On-Call//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
NAME:On call: Sam\\; nights\\, too
X-WR-CALNAME:On call: Sam\\; nights\\, too
X-WR-TIMEZONE:America/Chicago
URL:https://oncall.example/schedules
REFRESH-INTERVAL;VALUE=DURATION:PT1H
X-PUBLISHED-TTL:PT1H
BEGIN:VEVENT
UID:shift-7f3a-20261120T170000Z@oncall.example
DTSTAMP:20261120T120000Z
DTSTART:20261120T170000Z
DTEND:20261127T170000Z
SUMMARY:On call: NOC primary (Sam Tech)
DESCRIPTION:Schedule NOC primary\\, layer 1\\nTime zone America/Chicago
URL:https://oncall.example/schedules/7f3a?tab=a%2Cb%3Bc
STATUS:CONFIRMED
TRANSP:TRANSPARENT
X-MICROSOFT-CDO-BUSYSTATUS:FREE
CATEGORIES:On-Call
END:VEVENT
END:VCALENDAR
";
    assert_eq!(write(&feed(vec![shift()])), expected.replace('\n', "\r\n"));
}

#[test]
fn a_feed_without_events_is_a_calendar_still() {
    assert_eq!(read(&write(&feed(Vec::new()))), []);
}

#[test]
fn equal_feeds_are_equal_bytes() {
    let later = FeedEvent { starts: at("2026-11-21T17:00:00Z"), uid: "a".into(), ..shift() };
    let written = write(&feed(vec![shift(), later.clone()]));
    assert_eq!(written, write(&feed(vec![later, shift()])));
    assert!(written.find("UID:shift").unwrap() < written.find("UID:a").unwrap());
}

#[test]
fn control_characters_stay_out_and_every_line_break_is_one() {
    let event = FeedEvent { summary: "a\r\nb\rc\u{7}\u{0}d\te".into(), ..shift() };
    let written = write(&feed(vec![event]));
    assert!(written.contains("SUMMARY:a\\nb\\ncd\te\r\n"), "{written}");
}

#[test]
fn the_feed_is_read_back_as_it_was() {
    let found = read(&write(&feed(vec![shift()])));
    let expected = CalendarEvent {
        summary: shift().summary,
        attendees: Vec::new(),
        starts: shift().starts,
        ends: shift().ends,
    };
    assert_eq!(found, [expected]);
}

proptest! {
    #[test]
    fn whatever_a_summary_says_comes_back_whole(
        summary in r#"([^\p{Cc}]|[\\,;:"\n]|[äß日🦀]|\\n|  ){1,400}"#,
        hours in 1_i64..10_000,
    ) {
        let ends = shift().starts + TimeDelta::hours(hours);
        let event = FeedEvent { summary: summary.clone(), description: summary.repeat(2), ends, ..shift() };
        let written = write(&feed(vec![event]));
        for line in written.split_terminator("\r\n") {
            prop_assert!(line.len() <= 75, "{} octets: {line}", line.len());
            prop_assert!(!line.contains(['\r', '\n']), "{line:?}");
        }
        prop_assert!(written.ends_with("\r\n"));
        let found = read(&written);
        let expected: String = summary.trim().chars().take(500).collect();
        prop_assert_eq!(&found[0].summary, &expected);
        prop_assert_eq!(found[0].ends, ends);
    }
}
