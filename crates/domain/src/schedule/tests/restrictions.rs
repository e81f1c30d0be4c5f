//! When a layer is active, on ordinary days and on those when clocks do odd things.

use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};

use super::*;

const WEEKDAYS: [Weekday; 5] = [Mon, Tue, Wed, Thu, Fri];

/// Ann alone for years, in these windows only.
fn ann(zone: Tz, windows: &[Window]) -> Schedule {
    let alone = layer("alone", (2_000, RotationUnit::Weeks), "1985-01-07T00:00:00", &["ann"]);
    schedule(zone, vec![Layer { restrictions: windows.to_vec(), ..alone }])
}

/// Her shifts on the clock of her zone, between two of its local times, both of which exist once.
#[track_caller]
fn check(zone: Tz, windows: &[Window], (from, to): (&str, &str), expected: &[&str]) {
    let instant = |local: &str| {
        let local: NaiveDateTime = format!("{local}:00").parse().unwrap();
        local.and_local_timezone(zone).single().unwrap().to_utc().to_rfc3339()
    };
    let told = shifts(&ann(zone, windows), &[], &instant(from), &instant(to));
    assert_eq!(told, expected.iter().map(|text| format!("ann {text}")).collect::<Vec<_>>(), "{windows:?}");
}

#[test]
fn weekday_nights_and_whole_weekend_days_join_into_one_shift() {
    let windows = [window(&WEEKDAYS, "17:00", "08:00"), window(&[Sat, Sun], "08:00", "08:00")];
    let nights = layer("nights", (1, RotationUnit::Weeks), "2026-06-01T12:00:00", &["ann", "bob"]);
    let nights = schedule(Tz::America__Chicago, vec![Layer { restrictions: windows.to_vec(), ..nights }]);
    assert_eq!(
        shifts(&nights, &[], "2026-06-01T13:00:00Z", "2026-06-09T14:00:00Z"),
        [
            "ann 06-01 17:00 CDT 15h",
            "ann 06-02 17:00 CDT 15h",
            "ann 06-03 17:00 CDT 15h",
            "ann 06-04 17:00 CDT 15h",
            "ann 06-05 17:00 CDT 63h",
            "bob 06-08 17:00 CDT 15h",
        ]
    );
    let friday = nights.on_call_at(&[], at("2026-06-05T23:00:00Z"));
    assert_eq!(friday[0].until, Some(at("2026-06-08T13:00:00Z")));
}

#[test]
fn a_handoff_in_a_window_divides_it() {
    let days = layer("days", (1, RotationUnit::Days), "2026-06-01T00:00:00", &["ann", "bob"]);
    let nights = Layer { restrictions: vec![window(&[], "22:00", "06:00")], ..days };
    assert_eq!(
        shifts(&schedule(Tz::UTC, vec![nights]), &[], "2026-06-01T12:00:00Z", "2026-06-03T12:00:00Z"),
        [
            "ann 06-01 22:00 UTC 2h",
            "bob 06-02 00:00 UTC 6h",
            "bob 06-02 22:00 UTC 2h",
            "ann 06-03 00:00 UTC 6h"
        ]
    );
}

#[test]
fn an_overnight_window_belongs_to_the_day_it_starts_on() {
    let week = ("2026-06-01T00:00", "2026-06-08T00:00");
    let chicago = Tz::America__Chicago;
    check(chicago, &[window(&[Fri], "22:00", "06:00")], week, &["06-05 22:00 CDT 8h"]);
    check(chicago, &[window(&[Fri], "22:00", "00:00")], week, &["06-05 22:00 CDT 2h"]);
    check(chicago, &[window(&[Fri], "22:00", "22:00")], week, &["06-05 22:00 CDT 24h"]);
    // Sunday's night reaches into Monday, from the week before and into the next.
    let cut = ["06-01 00:00 CDT 6h", "06-07 22:00 CDT 2h"];
    check(chicago, &[window(&[Sun], "22:00", "06:00")], week, &cut);
}

#[test]
fn windows_that_overlap_or_touch_are_one() {
    let week = ("2026-06-01T00:00", "2026-06-08T00:00");
    let zone = Tz::Asia__Kathmandu;
    let overlapping = [window(&[Mon], "09:00", "13:00"), window(&[Mon], "12:00", "17:00")];
    check(zone, &overlapping, week, &["06-01 09:00 +0545 8h"]);
    let touching = [window(&[Tue], "13:00", "17:00"), window(&[Tue], "09:00", "13:00")];
    check(zone, &touching, week, &["06-02 09:00 +0545 8h"]);
    let within = [window(&[Wed], "00:00", "00:00"), window(&[Wed, Thu], "09:00", "10:00")];
    check(zone, &within, week, &["06-03 00:00 +0545 24h", "06-04 09:00 +0545 1h"]);
    check(zone, &[window(&[], "07:00", "07:00")], week, &["06-01 00:00 +0545 168h"]);
}

#[test]
fn a_window_in_a_repeated_hour_runs_from_its_first_start_to_its_last_end() {
    for (from, to, expected) in [
        ("01:15", "01:45", "11-01 01:15 CDT 1h 30min"),
        ("00:30", "01:00", "11-01 00:30 CDT 1h 30min"),
        ("01:00", "02:00", "11-01 01:00 CDT 2h"),
        ("02:00", "03:00", "11-01 02:00 CST 1h"),
        ("00:00", "09:00", "11-01 00:00 CDT 10h"),
    ] {
        let day = ("2026-11-01T00:00", "2026-11-01T12:00");
        check(Tz::America__Chicago, &[window(&[Sun], from, to)], day, &[expected]);
    }
    let night = ("2026-10-31T12:00", "2026-11-01T12:00");
    let overnight = [window(&[Sat], "22:00", "01:30")];
    check(Tz::America__Chicago, &overnight, night, &["10-31 22:00 CDT 4h 30min"]);
}

#[test]
fn a_window_in_a_missing_hour_is_what_the_clock_shows_of_it() {
    for (from, to, expected) in [
        ("02:15", "02:45", None),
        ("02:15", "03:30", Some("03-08 03:00 CDT 0h 30min")),
        ("01:30", "02:30", Some("03-08 01:30 CST 0h 30min")),
        ("02:00", "03:00", None),
        ("00:00", "09:00", Some("03-08 00:00 CST 8h")),
    ] {
        let day = ("2026-03-08T00:00", "2026-03-08T12:00");
        check(Tz::America__Chicago, &[window(&[Sun], from, to)], day, expected.as_slice());
    }
}

#[test]
fn a_window_on_the_day_that_apia_left_out_is_what_reaches_over_it() {
    for (day, from, to, expected) in [
        (Fri, "09:00", "17:00", None),
        (Fri, "22:00", "06:00", Some("12-31 00:00 +14 6h")),
        (Fri, "09:00", "09:00", Some("12-31 00:00 +14 9h")),
        (Thu, "22:00", "06:00", Some("12-29 22:00 -10 2h")),
        (Thu, "09:00", "17:00", Some("12-29 09:00 -10 8h")),
    ] {
        let days = ("2011-12-29T00:00", "2012-01-01T00:00");
        check(Tz::Pacific__Apia, &[window(&[day], from, to)], days, expected.as_slice());
    }
}

#[test]
fn lord_howe_repeats_and_leaves_out_half_an_hour() {
    let zone = Tz::Australia__Lord_Howe;
    let autumn = ("2026-04-05T00:00", "2026-04-05T12:00");
    check(zone, &[window(&[], "01:30", "02:00")], autumn, &["04-05 01:30 +11 1h"]);
    check(zone, &[window(&[], "01:15", "01:45")], autumn, &["04-05 01:15 +11 1h"]);
    let spring = ("2026-10-04T00:00", "2026-10-04T12:00");
    check(zone, &[window(&[], "02:00", "02:45")], spring, &["10-04 02:30 +11 0h 15min"]);
    check(zone, &[window(&[], "02:00", "02:30")], spring, &[]);
}

#[test]
fn sao_paulo_changes_its_clocks_at_midnight() {
    let zone = Tz::America__Sao_Paulo;
    let spring = ("2018-11-03T12:00", "2018-11-04T12:00");
    check(zone, &[window(&[Sat], "18:00", "00:00")], spring, &["11-03 18:00 -03 6h"]);
    check(zone, &[window(&[Sun], "00:00", "06:00")], spring, &["11-04 01:00 -02 5h"]);
    check(zone, &[window(&[Sun], "00:00", "00:30")], spring, &[]);
    let autumn = ("2019-02-16T12:00", "2019-02-17T12:00");
    check(zone, &[window(&[Sat], "22:00", "23:30")], autumn, &["02-16 22:00 -02 2h 30min"]);
    check(zone, &[window(&[Sat], "22:00", "00:00")], autumn, &["02-16 22:00 -02 3h"]);
    check(zone, &[window(&[Sun], "00:00", "06:00")], autumn, &["02-17 00:00 -03 6h"]);
}

#[test]
fn a_midnight_that_comes_twice_in_st_johns_opens_the_next_days_window_at_once() {
    // At one past midnight the clock goes back to 23:01.
    let (zone, night) = (Tz::America__St_Johns, ("2010-11-06T12:00", "2010-11-07T12:00"));
    check(zone, &[window(&[Sun], "00:00", "06:00")], night, &["11-07 00:00 NDT 7h"]);
    check(zone, &[window(&[Sat], "22:00", "23:30")], night, &["11-06 22:00 NDT 2h 30min"]);
    check(zone, &[window(&[Sun], "00:30", "06:00")], night, &["11-07 00:30 NST 5h 30min"]);
    let second_half_past_eleven = "2010-11-07T03:00:00Z";
    assert_eq!(names(&ann(zone, &[window(&[Sun], "00:00", "06:00")]), &[], second_half_past_eleven), ["ann"]);
}

#[test]
fn casablanca_sets_its_clocks_for_ramadan_and_dublin_for_winter() {
    let casablanca = Tz::Africa__Casablanca;
    let begins = ("2026-02-15T00:00", "2026-02-15T12:00");
    check(casablanca, &[window(&[], "02:15", "02:45")], begins, &["02-15 02:15 +01 1h 30min"]);
    let ends = ("2026-03-22T00:00", "2026-03-22T12:00");
    check(casablanca, &[window(&[], "02:15", "02:45")], ends, &[]);
    check(casablanca, &[window(&[], "02:30", "04:00")], ends, &["03-22 03:00 +01 1h"]);
    let nights = [window(&[], "00:00", "09:00")];
    check(Tz::Europe__Dublin, &nights, ("2026-03-29T00:00", "2026-03-30T00:00"), &["03-29 00:00 GMT 8h"]);
    check(Tz::Europe__Dublin, &nights, ("2026-10-25T00:00", "2026-10-26T00:00"), &["10-25 00:00 IST 10h"]);
}

#[test]
fn kathmandu_left_out_a_quarter_of_an_hour_once() {
    let (zone, day) = (Tz::Asia__Kathmandu, ("1985-12-31T12:00", "1986-01-01T12:00"));
    check(zone, &[window(&[], "00:05", "01:00")], day, &["01-01 00:15 +0545 0h 45min"]);
    check(zone, &[window(&[], "00:00", "00:15")], day, &[]);
    check(zone, &[window(&[], "23:00", "00:10")], day, &["12-31 23:00 +0530 1h"]);
}

#[test]
fn a_layer_that_starts_later_than_its_anchor_counts_turns_from_the_anchor() {
    let mut weekly = weekly();
    weekly.layers[0].starts = Some(at("2026-06-10T00:00:00Z"));
    weekly.layers[0].ends = Some(at("2026-06-16T14:00:00Z"));
    let whole = ("2026-05-01T00:00:00Z", "2026-07-01T00:00:00Z");
    assert_eq!(
        shifts(&weekly, &[], whole.0, whole.1),
        ["bob 06-09 19:00 CDT 134h", "ann 06-15 09:00 CDT 24h"]
    );
    weekly.layers[0].starts = Some(at("2026-05-10T00:00:00Z"));
    let first = &shifts(&weekly, &[], whole.0, whole.1)[0];
    assert_eq!(first, "ann 06-01 09:00 CDT 168h", "and nobody takes turns before the anchor");
}
