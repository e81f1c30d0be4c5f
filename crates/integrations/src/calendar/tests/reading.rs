//! Single events: their times, zones and texts.

use super::*;

#[track_caller]
fn check(lines: &str, expected: &[&str]) {
    assert_eq!(times(&event(lines)), expected, "{lines}");
}

#[test]
fn an_event_ends_at_its_end_or_after_its_duration() {
    check("DTSTART:20261120T170000Z\nDTEND:20261120T180000Z", &["11-20 11:00/11-20 12:00"]);
    check("DTSTART:20261120T170000Z\nDURATION:PT1H30M", &["11-20 11:00/11-20 12:30"]);
    check("DTSTART:20261120T170000Z\nDURATION:P1W", &["11-20 11:00/11-27 11:00"]);
    check("DTSTART:20261120T170000Z", &[]);
    check("DTSTART:20261120T170000Z\nDTEND:20261120T170000Z", &[]);
    check("DTSTART:20261120T170000Z\nDURATION:PT0S", &[]);
}

#[test]
fn weeks_and_days_are_the_clocks_and_hours_are_hours() {
    let start = "DTSTART;TZID=America/Chicago:20261031T090000";
    check(&format!("{start}\nDURATION:P1D"), &["10-31 09:00/11-01 09:00"]);
    check(&format!("{start}\nDURATION:PT24H"), &["10-31 09:00/11-01 08:00"]);
    check(&format!("{start}\nDURATION:P1DT12H"), &["10-31 09:00/11-01 21:00"]);
    check(&format!("{start}\nDTEND;TZID=America/Chicago:20261101T090000"), &["10-31 09:00/11-01 09:00"]);
    check(&format!("{start}\nDTEND;TZID=Europe/Berlin:20261031T160000"), &["10-31 09:00/10-31 10:00"]);
}

#[test]
fn a_day_is_from_midnight_to_midnight_in_the_windows_zone() {
    let day = "DTSTART;VALUE=DATE:20261101";
    check(day, &["11-01 00:00/11-02 00:00"]);
    check(&format!("{day}\nDTEND;VALUE=DATE:20261103"), &["11-01 00:00/11-03 00:00"]);
    check(&format!("{day}\nDTEND;VALUE=DATE:20261101"), &["11-01 00:00/11-02 00:00"]);
    check(&format!("{day}\nDURATION:P2D"), &["11-01 00:00/11-03 00:00"]);
    check("DTSTART:20261101", &["11-01 00:00/11-02 00:00"]);
    let found = read(&event(day));
    assert_eq!((found[0].starts, found[0].ends), (at("2026-11-01T05:00:00Z"), at("2026-11-02T06:00:00Z")));
}

#[test]
fn times_are_in_the_zone_that_they_name_or_else_in_the_windows() {
    for (start, expected) in [
        ("DTSTART:20261120T090000", "11-20 09:00/11-20 10:00"),
        ("DTSTART;TZID=America/Chicago:20261120T090000", "11-20 09:00/11-20 10:00"),
        ("DTSTART;TZID=\"America/Chicago\":20261120T090000", "11-20 09:00/11-20 10:00"),
        ("DTSTART;TZID=/mozilla.org/20070129_1/America/Chicago:20261120T090000", "11-20 09:00/11-20 10:00"),
        ("DTSTART;TZID=Central Standard Time:20261120T090000", "11-20 09:00/11-20 10:00"),
        ("DTSTART;TZID=W. Europe Standard Time:20261120T160000", "11-20 09:00/11-20 10:00"),
        ("DTSTART;TZID=Eastern Standard Time:20260701T090000", "07-01 08:00/07-01 09:00"),
        (
            "DTSTART;TZID=\"(UTC-06:00) Central Time (US & Canada)\":20261120T090000",
            "11-20 09:00/11-20 10:00",
        ),
        ("DTSTART;TZID=Asia/Kathmandu:20261120T204500", "11-20 09:00/11-20 10:00"),
        ("DTSTART:20261120T160000+0100", "11-20 09:00/11-20 10:00"),
    ] {
        let text = event(&format!("{start}\nDURATION:PT1H"));
        let found = calendar().read(&text, window("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")).unwrap();
        let clock = |at: DateTime<Utc>| {
            Tz::America__Chicago.from_utc_datetime(&at.naive_utc()).format("%m-%d %H:%M").to_string()
        };
        assert_eq!(format!("{}/{}", clock(found[0].starts), clock(found[0].ends)), expected, "{start}");
    }
}

#[test]
fn a_zone_of_the_files_own_is_read_if_it_says_where_it_is() {
    for (place, found) in [
        ("X-LIC-LOCATION:America/Chicago", true),
        ("X-MICROSOFT-CDO-TZID:11", true),
        ("COMMENT:somewhere", false),
    ] {
        let text = file(&format!(
            "BEGIN:VTIMEZONE\nTZID:Our own\n{place}\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:-0600\n\
             TZOFFSETTO:-0600\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nSUMMARY:sam\n\
             DTSTART;TZID=Our own:20261120T090000\nDURATION:PT1H\nEND:VEVENT"
        ));
        if found {
            assert_eq!(times(&text), ["11-20 09:00/11-20 10:00"], "{place}");
        } else {
            assert_eq!(problem(&text), "the event “sam” is in the time zone “Our own”, which nobody knows");
        }
    }
}

#[test]
fn an_unknown_zone_is_named_and_never_guessed() {
    for zone in
        ["Foo/Bar", "Customized Time Zone", "tzone://Microsoft/Custom", "(UTC+05:30) Somewhere", "CEST5"]
    {
        let problem = problem(&event(&format!("DTSTART;TZID=\"{zone}\":20261120T090000\nDURATION:PT1H")));
        assert_eq!(problem, format!("the event “sam” is in the time zone “{zone}”, which nobody knows"));
    }
}

#[test]
fn a_skipped_time_is_the_first_after_the_gap_and_a_repeated_one_its_first_occurrence() {
    let spring = window("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z");
    let skipped = event("DTSTART:20260308T023000\nDTEND:20260308T040000");
    let found = calendar().read(&skipped, spring).unwrap();
    assert_eq!((found[0].starts, found[0].ends), (at("2026-03-08T08:00:00Z"), at("2026-03-08T09:00:00Z")));
    let inside = event("DTSTART:20260308T021500\nDTEND:20260308T024500");
    assert_eq!(calendar().read(&inside, spring).unwrap(), []);
    let found = read(&event("DTSTART:20261101T013000\nDTEND:20261101T023000"));
    assert_eq!((found[0].starts, found[0].ends), (at("2026-11-01T06:30:00Z"), at("2026-11-01T08:30:00Z")));
}

#[test]
fn texts_are_unfolded_and_unescaped() {
    for (line, summary) in [
        ("SUMMARY:  [L1] sam  ", "[L1] sam"),
        ("SUMMARY:a\\, b\\; c\\\\d\\ne", "a, b; c\\d\ne"),
        ("SUMMARY;LANGUAGE=de:Jürgen", "Jürgen"),
        ("SUMMARY:very \r\n  long \r\n\t name", "very  long  name"),
        ("summary:low", "low"),
        ("SUMMARY:", ""),
        ("SUMMARY:a:b;c,d\"e\"", "a:b;c,d\"e\""),
    ] {
        let lines = format!(
            "BEGIN:VEVENT\r\nUID:1\r\n{line}\r\nDTSTART:20261120T090000\r\nDURATION:PT1H\r\nEND:VEVENT"
        );
        let text = format!("BEGIN:VCALENDAR\r\n{lines}\r\nEND:VCALENDAR\r\n");
        assert_eq!(read(&text)[0].summary, summary, "{line}");
    }
}

#[test]
fn attendees_are_the_mail_addresses_among_them() {
    let lines = "DTSTART:20261120T090000Z\nDURATION:PT1H\nORGANIZER:mailto:boss@msp.example
        ATTENDEE;CN=\"Tech, Sam\";PARTSTAT=ACCEPTED:mailto:sam@msp.example
        ATTENDEE;CN=Kim:MAILTO:kim%2Bnight@msp.example
        ATTENDEE;EMAIL=lee@msp.example:urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8
        ATTENDEE:ana@msp.example\nATTENDEE:mailto:sam@msp.example\nATTENDEE:tel:+15550100\nATTENDEE:";
    let found = &read(&event(lines))[0];
    let expected = ["sam@msp.example", "kim+night@msp.example", "lee@msp.example", "ana@msp.example"];
    assert_eq!(found.attendees, expected);
}

#[test]
fn cancelled_events_are_left_out_and_tentative_ones_are_not() {
    let time = "DTSTART:20261120T170000Z\nDTEND:20261120T180000Z";
    check(&format!("{time}\nSTATUS:CANCELLED"), &[]);
    check("STATUS:CANCELLED\nDTSTART;TZID=Foo/Bar:20261120T170000", &[]);
    check(&format!("{time}\nSTATUS:TENTATIVE"), &["11-20 11:00/11-20 12:00"]);
}

#[test]
fn only_events_that_touch_the_window_are_there_in_order() {
    let window = window("2026-11-20T12:00:00Z", "2026-11-20T18:00:00Z");
    let lines = [
        ("late", "170000", "190000"),
        ("ends as it begins", "110000", "120000"),
        ("b", "110000", "130000"),
        ("a", "110000", "130000"),
        ("short", "110000", "123000"),
        ("starts as it ends", "180000", "190000"),
        ("all of it", "000000", "235959"),
    ]
    .map(|(name, start, end)| {
        let times = format!("DTSTART:20261120T{start}Z\nDTEND:20261120T{end}Z");
        format!("BEGIN:VEVENT\nSUMMARY:{name}\n{times}\nEND:VEVENT\n")
    });
    let found = calendar().read(&file(&lines.concat()), window).unwrap();
    let names: Vec<&str> = found.iter().map(|event| event.summary.as_str()).collect();
    assert_eq!(names, ["all of it", "short", "a", "b", "late"]);
}

#[test]
fn what_is_no_calendar_is_told_so() {
    for (text, expected) in [
        ("", "this is not an iCalendar file"),
        ("<!doctype html><title>Sign in</title>", "this is not an iCalendar file"),
        ("BEGIN:VCARD\r\nFN:Sam\r\nEND:VCARD", "this is not an iCalendar file"),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:2026", "the calendar is cut off"),
        (
            "BEGIN:VCALENDAR\nEND:VCALENDAR\nBEGIN:VCARD\nFN:S\nEND:VCARD\nBEGIN:VCALENDAR\nEND:VCALENDAR",
            "something else",
        ),
    ] {
        assert!(problem(text).starts_with(expected), "{text}: {}", problem(text));
    }
    assert_eq!(read("\u{feff}BEGIN:VCALENDAR\nEND:VCALENDAR"), []);
    assert_eq!(read("\r\nbegin:vcalendar\r\nend:vcalendar\r\n\r\n"), []);
    let two = format!("{}{}", event("DTSTART:20261120"), event("DTSTART:20261121"));
    assert_eq!(read(&two).len(), 2);
}

#[test]
fn an_event_that_makes_no_sense_is_named() {
    for (lines, expected) in [
        ("", "has no start"),
        ("DTSTART:", "has an empty date"),
        ("DTSTART:soon", "has a date that can't be read"),
        ("DTSTART:20261131T090000", "names a day or a time that doesn't exist"),
        ("DTSTART:20261120T090000\nDTEND:20261120T080000", "ends before it starts"),
        ("DTSTART:20261120T090000\nDURATION:-PT1H", "has a length that no event can have"),
        ("DTSTART:20261120T090000\nDURATION:long", "has a length that can't be read"),
        ("DTSTART:20261120\nRRULE:FREQ=FORTNIGHTLY", "repeats by a rule that can't be read"),
        ("DTSTART:20261120\nRRULE:COUNT=3", "repeats by a rule that can't be read"),
        ("DTSTART:20261120\nRRULE:FREQ=MONTHLY;BYMONTHDAY=40", "repeats by a rule that makes no sense"),
        ("DTSTART:20261120\nRRULE:RSCALE=HEBREW;FREQ=YEARLY", "repeats by another calendar than ours"),
        ("DTSTART:20261120\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "repeats on days that don't exist"),
        ("DTSTART:20261120\nRRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY", "has a rule for its exceptions"),
        ("DTSTART:20261120\nRRULE:FREQ=DAILY\nEXDATE:never", "has a date that can't be read"),
        ("DTSTART:20261120\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261120", "changes all occurrences"),
    ] {
        let problem = problem(&event(lines));
        assert!(problem.starts_with(&format!("the event “sam” {expected}")), "{lines}: {problem}");
    }
    let nameless = file("BEGIN:VEVENT\nUID:1\nDTSTART:20261120\nRRULE:FREQ=SECONDLY\nEND:VEVENT");
    assert_eq!(problem(&nameless), "the event “1” repeats more often than can be read");
}
