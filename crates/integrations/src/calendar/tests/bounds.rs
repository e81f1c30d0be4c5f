//! Files that want more than they should get: time, memory, or a crash.
//!
//! That a file takes long shows as a test that doesn't end: nothing here measures time.

use proptest::prelude::*;

use super::*;

const TOO_OFTEN: &str = "the event “sam” repeats more often than can be read";

fn repeating(start: &str, rule: &str) -> String {
    event(&format!("DTSTART:{start}\nDURATION:PT1M\nRRULE:{rule}"))
}

#[test]
fn rules_that_repeat_all_the_time_are_refused() {
    let hours: Vec<String> = (0..24).map(|hour| hour.to_string()).collect();
    let minutes: Vec<String> = (0..60).map(|minute| minute.to_string()).collect();
    let (hours, minutes) = (hours.join(","), minutes.join(","));
    for rule in [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=SECONDLY;COUNT=4000000000",
        "FREQ=HOURLY;COUNT=4000000000",
        "FREQ=DAILY;COUNT=4000000000",
        &format!("FREQ=YEARLY;BYHOUR={hours};BYMINUTE={minutes};BYSECOND={minutes}"),
        &format!("FREQ=DAILY;BYHOUR={hours};BYMINUTE={minutes}"),
        &format!("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS={}", ["1"; 100].join(",")),
    ] {
        assert_eq!(problem(&repeating("18260101T000000Z", rule)), TOO_OFTEN, "{rule}");
    }
}

#[test]
fn rules_from_a_hundred_years_ago_are_followed_from_near_the_window() {
    for rule in ["FREQ=HOURLY", "FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=MINUTELY;INTERVAL=60"] {
        let found = read(&repeating("19260101T000000Z", rule));
        assert!(found.len() >= 3 && found.iter().all(|event| event.ends > autumn().from), "{rule}");
    }
    assert_eq!(read(&repeating("19260101T000000Z", "FREQ=DAILY")).len(), 92);
    assert_eq!(read(&repeating("19260101T000000Z", "FREQ=DAILY;COUNT=36859")).len(), 61);
    assert_eq!(read(&repeating("00000101T000000Z", "FREQ=MONTHLY")).len(), 3);
}

#[test]
fn rules_that_have_ended_cost_nothing() {
    let ended = "BEGIN:VEVENT\nSUMMARY:sam\nDTSTART:19000101T000000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY;UNTIL=20200101\n\
        END:VEVENT\n";
    assert_eq!(read(&file(&ended.repeat(5000))), []);
}

#[test]
fn more_rules_than_anybody_has_are_refused() {
    let yearly = |times| {
        file(&"BEGIN:VEVENT\nSUMMARY:sam\nDTSTART:20000101T000000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY\nEND:VEVENT\n".repeat(times))
    };
    assert_eq!(read(&yearly(200)), []);
    let refused = "the event “sam” is one more than the 200 repeating events that can be read at once";
    assert_eq!(problem(&yearly(201)), refused);
    let searching = "BEGIN:VEVENT\nSUMMARY:sam\nDTSTART:20000101T000000Z\nDURATION:PT1H\n\
        RRULE:FREQ=MONTHLY;BYMONTHDAY=30,31,-30,-31;BYMONTH=2;BYDAY=MO,TU,WE,TH,FR,SA,SU\nEND:VEVENT\n";
    assert_eq!(problem(&file(&searching.repeat(5000))), "the event “sam” repeats on days that don't exist");
}

#[test]
fn steps_are_counted_over_the_whole_file() {
    let counted = "BEGIN:VEVENT\nSUMMARY:sam\nDTSTART:19000101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=40000\nEND:VEVENT\n";
    assert_eq!(read(&file(&counted.repeat(2))), []);
    assert_eq!(problem(&file(&counted.repeat(100))), TOO_OFTEN);
}

#[test]
fn more_occurrences_than_a_window_can_have_are_refused() {
    let one = "BEGIN:VEVENT\nDTSTART:20261120T090000Z\nDURATION:PT1H\nEND:VEVENT\n";
    assert_eq!(read(&file(&one.repeat(10_000))).len(), 10_000);
    let refused = "the calendar has more events in the time that was asked for than can be read";
    assert_eq!(problem(&file(&one.repeat(10_001))), refused);
    let long = format!("SUMMARY:{}", "a".repeat(900_000));
    let found = read(&file(&format!("BEGIN:VEVENT\n{long}\nDTSTART:20261001\nRRULE:FREQ=DAILY\nEND:VEVENT")));
    assert!(found.len() > 90 && found.iter().all(|event| event.summary.len() == 500));
    let attendee = |number: usize| format!("ATTENDEE:mailto:{number}{}@msp.example\n", "a".repeat(200));
    let attendees = (0..500).map(attendee).collect::<Vec<_>>().concat();
    let crowd = event(&format!("{attendees}DTSTART:20261001T000000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY"));
    assert_eq!(problem(&crowd), refused);
}

#[test]
fn a_file_larger_than_a_megabyte_is_refused() {
    let long = event(&format!("DTSTART:20261120\nDESCRIPTION:{}", "a".repeat(1_000_000)));
    assert_eq!(problem(&long), "the calendar is larger than 1 MB");
}

#[test]
fn the_ends_of_time_are_answered() {
    let all = CalendarWindow { from: DateTime::<Utc>::MIN_UTC, to: DateTime::<Utc>::MAX_UTC, ..autumn() };
    for lines in [
        "DTSTART:00000101T000000\nDURATION:P4000000000W",
        "DTSTART:99991231T235959\nDURATION:P4000000000DT4000000000H",
        "DTSTART:99991231T235959\nDURATION:PT1H\nRRULE:FREQ=DAILY",
        "DTSTART:00000101T000000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;INTERVAL=65535",
        "DTSTART:99991231T235959+2359\nDURATION:PT1H\nRRULE:FREQ=YEARLY;UNTIL=99991231T235959Z",
        "DTSTART;VALUE=DATE:99991231\nRRULE:FREQ=YEARLY;BYMONTHDAY=31;BYDAY=5FR;BYSETPOS=-366",
    ] {
        for window in [all, autumn(), CalendarWindow { from: all.to, to: all.from, ..all }] {
            drop(calendar().read(&event(lines), window));
        }
    }
}

fn line() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
        "SUMMARY",
        "ATTENDEE",
        "STATUS",
        "UID",
        "BEGIN",
        "END",
        "TZID",
        "X-LIC-LOCATION",
        "SEQUENCE",
        " ",
        "",
    ]);
    let parameter = prop::sample::select(vec![
        "",
        ";VALUE=DATE",
        ";VALUE=PERIOD",
        ";TZID=Europe/Berlin",
        ";TZID=",
        ";RANGE=THISANDFUTURE",
        ";VALUE=RECUR",
        ";ENCODING=BASE64",
        ";ENCODING=QUOTED-PRINTABLE",
        ";CHARSET=utf-7",
        ";\"",
        ";=\\",
    ]);
    let value = prop_oneof![
        "[0-9]{8}",
        "[0-9]{8}T[0-9]{6}Z?",
        "-?P[0-9]{0,10}[WDTHMS]{0,3}[0-9]{0,3}[HMS]?",
        "\\PC{0,20}",
        "(VEVENT|VTIMEZONE|VCALENDAR|VALARM)",
        "1|2|CANCELLED",
        "FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY|MINUTELY|SECONDLY)(;(INTERVAL|COUNT|BYDAY|BYMONTH|BYMONTHDAY|BYYEARDAY|\
         BYWEEKNO|BYSETPOS|BYHOUR|WKST)=(-?[0-9]{1,3}|[1-5]?(MO|SU))){0,3}(;UNTIL=[0-9]{8})?",
    ];
    (name, parameter, value).prop_map(|(name, parameter, value)| format!("{name}{parameter}:{value}"))
}

proptest! {
    #[test]
    fn whatever_a_file_says_is_answered(lines in prop::collection::vec(line(), 0..20), times in 1_usize..3) {
        let event = format!("BEGIN:VEVENT\r\nDTSTART:20261015T090000\r\nDURATION:PT1H\r\n{}\r\nEND:VEVENT\r\n", lines.join("\r\n"));
        let text = format!("BEGIN:VCALENDAR\r\n{}END:VCALENDAR", event.repeat(times));
        if let Ok(found) = calendar().read(&text, autumn()) {
            for event in &found {
                prop_assert!(event.starts < event.ends);
                prop_assert!(event.ends > autumn().from && event.starts < autumn().to);
            }
            prop_assert!(found.is_sorted_by_key(|event| (event.starts, event.ends)));
        }
    }
}
