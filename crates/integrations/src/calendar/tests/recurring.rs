//! Events that repeat, and what was changed about single occurrences.

use super::*;

const WEEKLY: &str = "DTSTART;TZID=America/Chicago:20261019T090000\nDTEND;TZID=America/Chicago:20261026T090000\n\
    RRULE:FREQ=WEEKLY;COUNT=4";

#[track_caller]
fn check(lines: &str, expected: &[&str]) {
    assert_eq!(times(&event(lines)), expected, "{lines}");
}

#[test]
fn a_handoff_stays_at_its_time_when_the_clock_changes() {
    let text = event(WEEKLY);
    check(
        WEEKLY,
        &[
            "10-19 09:00/10-26 09:00",
            "10-26 09:00/11-02 09:00",
            "11-02 09:00/11-09 09:00",
            "11-09 09:00/11-16 09:00",
        ],
    );
    let found = read(&text);
    assert_eq!((found[1].starts, found[1].ends), (at("2026-10-26T14:00:00Z"), at("2026-11-02T15:00:00Z")));
}

#[test]
fn rules_are_followed_in_the_events_zone() {
    let day = "DTSTART:20261030T220000\nDTEND:20261031T060000";
    for (rule, expected) in [
        (
            "FREQ=DAILY;COUNT=3",
            vec!["10-30 22:00/10-31 06:00", "10-31 22:00/11-01 06:00", "11-01 22:00/11-02 06:00"],
        ),
        (
            "FREQ=DAILY;INTERVAL=30",
            vec!["10-30 22:00/10-31 06:00", "11-29 22:00/11-30 06:00", "12-29 22:00/12-30 06:00"],
        ),
        (
            "FREQ=MONTHLY;BYDAY=-1FR",
            vec!["10-30 22:00/10-31 06:00", "11-27 22:00/11-28 06:00", "12-25 22:00/12-26 06:00"],
        ),
        (
            "FREQ=WEEKLY;BYDAY=FR;UNTIL=20261113",
            vec!["10-30 22:00/10-31 06:00", "11-06 22:00/11-07 06:00", "11-13 22:00/11-14 06:00"],
        ),
        ("FREQ=WEEKLY;UNTIL=20261107T040000Z", vec!["10-30 22:00/10-31 06:00", "11-06 22:00/11-07 06:00"]),
        ("FREQ=WEEKLY;UNTIL=20261107T035959Z", vec!["10-30 22:00/10-31 06:00"]),
        (
            "FREQ=HOURLY;INTERVAL=12;COUNT=3",
            vec!["10-30 22:00/10-31 06:00", "10-31 10:00/10-31 18:00", "10-31 22:00/11-01 06:00"],
        ),
        ("FREQ=YEARLY", vec!["10-30 22:00/10-31 06:00"]),
    ] {
        check(&format!("{day}\nRRULE:{rule}"), &expected);
    }
}

#[test]
fn the_last_occurrence_is_counted_in_a_zone_east_of_utc_too() {
    let start = "DTSTART;TZID=Europe/Berlin:20261118T090000\nDURATION:PT1H";
    check(
        &format!("{start}\nRRULE:FREQ=DAILY;UNTIL=20261120T080000Z"),
        &["11-18 02:00/11-18 03:00", "11-19 02:00/11-19 03:00", "11-20 02:00/11-20 03:00"],
    );
}

#[test]
fn the_first_day_counts_even_where_its_rule_does_not_name_it() {
    let sunday = "DTSTART;VALUE=DATE:20261115\nRRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20261120";
    check(sunday, &["11-15 00:00/11-16 00:00", "11-16 00:00/11-17 00:00"]);
}

#[test]
fn added_days_come_and_excepted_ones_go() {
    let all = format!("{WEEKLY}\nEXDATE;TZID=America/Chicago:20261026T090000\nEXDATE:20261109T150000Z");
    check(&all, &["10-19 09:00/10-26 09:00", "11-02 09:00/11-09 09:00"]);
    check(&format!("{WEEKLY}\nEXDATE;VALUE=DATE:20261019,20261026,20261102"), &["11-09 09:00/11-16 09:00"]);
    let added = "DTSTART:20261120T090000\nDURATION:PT1H\nRDATE:20261121T090000,20261120T090000";
    check(added, &["11-20 09:00/11-20 10:00", "11-21 09:00/11-21 10:00"]);
    let periods = "DTSTART:20261120T090000\nDURATION:PT1H\n\
        RDATE;VALUE=PERIOD:20261121T090000/20261121T110000,20261122T090000/PT3H";
    check(periods, &["11-20 09:00/11-20 10:00", "11-21 09:00/11-21 11:00", "11-22 09:00/11-22 12:00"]);
    let day = "DTSTART;VALUE=DATE:20261120\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20261121";
    check(day, &["11-20 00:00/11-21 00:00", "11-22 00:00/11-23 00:00"]);
}

#[track_caller]
fn check_change(change: &str, expected: &[(&str, &str)]) {
    let text = file(&format!(
        "BEGIN:VEVENT\nUID:1\n{change}\nEND:VEVENT
        BEGIN:VEVENT\nUID:1\nSUMMARY:sam\n{WEEKLY}\nEND:VEVENT
        BEGIN:VEVENT\nUID:2\nSUMMARY:kim\nDTSTART;TZID=America/Chicago:20261026T090000\nDURATION:PT1H\nEND:VEVENT"
    ));
    let found: Vec<(String, String)> =
        std::iter::zip(times(&text), read(&text).into_iter().map(|found| found.summary)).collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(time, name)| (time.as_str(), name.as_str())).collect();
    assert_eq!(found, expected, "{change}");
}

#[test]
fn an_occurrence_can_be_moved_handed_over_and_cancelled() {
    let rest = [("11-02 09:00/11-09 09:00", "sam"), ("11-09 09:00/11-16 09:00", "sam")];
    let (first, kim) = (("10-19 09:00/10-26 09:00", "sam"), ("10-26 09:00/10-26 10:00", "kim"));
    let time = "DTSTART;TZID=America/Chicago:20261027T100000\nDTEND;TZID=America/Chicago:20261102T090000";
    for id in [
        "RECURRENCE-ID;TZID=America/Chicago:20261026T090000",
        "RECURRENCE-ID:20261026T140000Z",
        "RECURRENCE-ID;VALUE=DATE:20261026",
    ] {
        let moved = ("10-27 10:00/11-02 09:00", "lee");
        check_change(
            &format!("{id}\nSUMMARY:lee\nSEQUENCE:1\n{time}"),
            &[first, kim, moved, rest[0], rest[1]],
        );
        check_change(&format!("{id}\nSTATUS:CANCELLED"), &[first, kim, rest[0], rest[1]]);
    }
}

#[test]
fn an_occurrence_can_be_moved_into_the_window_and_out_of_it() {
    let window = window("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");
    let read = |from: &str, to: &str| {
        let text = file(&format!(
            "BEGIN:VEVENT\nUID:1\nSUMMARY:sam\nDTSTART:20261101T120000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEND:VEVENT
            BEGIN:VEVENT\nUID:1\nSUMMARY:kim\nRECURRENCE-ID:{from}T120000Z\nDTSTART:{to}T150000Z\nDURATION:PT1H\nEND:VEVENT"
        ));
        let found = calendar().read(&text, window).unwrap();
        found.into_iter().map(|found| found.summary).collect::<Vec<_>>()
    };
    assert_eq!(read("20261115", "20261120"), ["sam", "kim"]);
    assert_eq!(read("20261120", "20261115"), Vec::<String>::new());
    assert_eq!(read("20261120", "20261120"), ["kim"]);
}

#[test]
fn a_changed_occurrence_without_its_series_is_there() {
    check(
        "RECURRENCE-ID:20261026T140000Z\nDTSTART:20261027T140000Z\nDURATION:PT1H",
        &["10-27 09:00/10-27 10:00"],
    );
}

#[test]
fn a_rule_from_long_ago_keeps_its_step() {
    // Every third day from a day in 1999, every other Tuesday from one in 2001, and every 97 hours.
    let window = window("2026-11-18T00:00:00Z", "2026-11-22T00:00:00Z");
    for (lines, expected) in [
        ("DTSTART:19990101T120000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;INTERVAL=3", "2026-11-20T12:00:00Z"),
        ("DTSTART:20010102T120000Z\nDURATION:P3DT1H\nRRULE:FREQ=WEEKLY;INTERVAL=2", "2026-11-17T12:00:00Z"),
        ("DTSTART:20200101T000000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;INTERVAL=97", "2026-11-18T22:00:00Z"),
        ("DTSTART:19000131T120000Z\nDURATION:P20D\nRRULE:FREQ=MONTHLY", "2026-10-31T12:00:00Z"),
    ] {
        let found = calendar().read(&event(lines), window).unwrap();
        let first =
            found.first().map(|event| event.starts.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        assert_eq!(first.as_deref(), Some(expected), "{lines}");
    }
}
