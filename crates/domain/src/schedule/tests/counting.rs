//! Whose turn it is when only some turns count.

use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};

use super::*;

fn counted(
    (zone, counting): (Tz, Counting),
    windows: &[Window],
    (every, unit): (u32, RotationUnit),
    anchor: &str,
    people: &[&str],
) -> Schedule {
    let mut layer = layer("counted", (every, unit), anchor, people);
    turns(&mut layer).counting = counting;
    layer.restrictions = windows.to_vec();
    schedule(zone, vec![layer])
}

fn weekends(zone: Tz, counting: Counting, anchor: &str) -> Schedule {
    let windows = [window(&[Sat, Sun], "00:00", "00:00")];
    counted((zone, counting), &windows, (1, RotationUnit::Days), anchor, &["ann", "bob", "cid"])
}

#[test]
fn weekend_days_in_turn_by_the_clock_and_by_active_periods() {
    let told =
        |counting, from, to| shifts(&weekends(Tz::UTC, counting, "2026-06-06T00:00:00"), &[], from, to);
    let weeks = ("2026-06-01T00:00:00Z", "2026-06-29T00:00:00Z");
    // Day k since the Saturday is that of person k mod 3: days 0, 1, 7, 8, 14, 15, 21, 22.
    assert_eq!(
        told(Counting::Clock, weeks.0, weeks.1),
        [
            "ann 06-06 00:00 UTC 24h",
            "bob 06-07 00:00 UTC 24h",
            "bob 06-13 00:00 UTC 24h",
            "cid 06-14 00:00 UTC 24h",
            "cid 06-20 00:00 UTC 24h",
            "ann 06-21 00:00 UTC 24h",
            "ann 06-27 00:00 UTC 24h",
            "bob 06-28 00:00 UTC 24h",
        ]
    );
    assert_eq!(
        told(Counting::ActivePeriods, weeks.0, weeks.1),
        [
            "ann 06-06 00:00 UTC 24h",
            "bob 06-07 00:00 UTC 24h",
            "cid 06-13 00:00 UTC 24h",
            "ann 06-14 00:00 UTC 24h",
            "bob 06-20 00:00 UTC 24h",
            "cid 06-21 00:00 UTC 24h",
            "ann 06-27 00:00 UTC 24h",
            "bob 06-28 00:00 UTC 24h",
        ]
    );
    // 522 weeks on, 1044 active days have passed, a multiple of three; and 3654 days, another.
    let later = ("2036-06-07T00:00:00Z", "2036-06-09T00:00:00Z");
    let expected = ["ann 06-07 00:00 UTC 24h", "bob 06-08 00:00 UTC 24h"];
    assert_eq!(told(Counting::ActivePeriods, later.0, later.1), expected);
    assert_eq!(told(Counting::Clock, later.0, later.1), expected);
}

#[test]
fn the_first_turn_that_counts_is_that_of_the_first() {
    for anchor in ["2026-06-01T00:00:00", "2026-06-03T00:00:00", "2026-06-05T00:00:00"] {
        let weekends = weekends(Tz::UTC, Counting::ActivePeriods, anchor);
        assert_eq!(
            shifts(&weekends, &[], "2026-06-01T00:00:00Z", "2026-06-08T00:00:00Z"),
            ["ann 06-06 00:00 UTC 24h", "bob 06-07 00:00 UTC 24h"]
        );
        let saturday = &weekends.next_turns(&weekends.layers[0], at("2026-06-01T00:00:00Z"), 1)[0];
        let days = (at("2026-06-06T00:00:00Z") - at(&format!("{anchor}Z"))).num_days();
        assert_eq!(i64::try_from(saturday.number).unwrap(), days, "numbers run on by the clock");
    }
}

#[test]
fn a_change_of_the_clocks_changes_no_count() {
    let weekends = weekends(Tz::America__Chicago, Counting::ActivePeriods, "2026-03-07T00:00:00");
    assert_eq!(
        shifts(&weekends, &[], "2026-03-02T06:00:00Z", "2026-03-16T06:00:00Z"),
        [
            "ann 03-07 00:00 CST 24h",
            "bob 03-08 00:00 CST 23h",
            "cid 03-14 00:00 CDT 24h",
            "ann 03-15 00:00 CDT 24h",
        ]
    );
    // A turn is counted although its one window falls into the gap that Sunday.
    let windows = [window(&[Sun], "02:15", "02:45")];
    let chicago = (Tz::America__Chicago, Counting::ActivePeriods);
    let sundays =
        counted(chicago, &windows, (1, RotationUnit::Days), "2026-03-01T00:00:00", &["ann", "bob", "cid"]);
    assert_eq!(
        shifts(&sundays, &[], "2026-03-01T06:00:00Z", "2026-03-23T05:00:00Z"),
        ["ann 03-01 02:15 CST 0h 30min", "cid 03-15 02:15 CDT 0h 30min", "ann 03-22 02:15 CDT 0h 30min"]
    );
}

#[test]
fn an_hour_that_only_a_repeated_clock_adds_is_covered_by_whoever_comes_next() {
    let windows = [window(&[Sun], "00:00", "01:00")];
    let chicago = (Tz::America__Chicago, Counting::ActivePeriods);
    let sundays =
        counted(chicago, &windows, (1, RotationUnit::Hours), "2026-10-25T00:00:00", &["ann", "bob", "cid"]);
    assert_eq!(
        shifts(&sundays, &[], "2026-10-25T05:00:00Z", "2026-11-16T06:00:00Z"),
        [
            "ann 10-25 00:00 CDT 1h",
            "bob 11-01 00:00 CDT 1h",
            "cid 11-01 01:00 CDT 1h",
            "cid 11-08 00:00 CST 1h",
            "ann 11-15 00:00 CST 1h",
        ]
    );
}

#[test]
fn the_day_after_an_overnight_window_counts_too() {
    let windows = [window(&[Fri], "18:00", "08:00")];
    let utc = (Tz::UTC, Counting::ActivePeriods);
    let fridays =
        counted(utc, &windows, (1, RotationUnit::Days), "2026-06-01T00:00:00", &["ann", "bob", "cid"]);
    assert_eq!(
        shifts(&fridays, &[], "2026-06-01T00:00:00Z", "2026-06-15T00:00:00Z"),
        [
            "ann 06-05 18:00 UTC 6h",
            "bob 06-06 00:00 UTC 8h",
            "cid 06-12 18:00 UTC 6h",
            "ann 06-13 00:00 UTC 8h"
        ]
    );
}

#[test]
fn day_shifts_of_half_days_are_always_the_same_persons_unless_active_periods_count() {
    let windows = [window(&[Mon, Tue, Wed, Thu, Fri], "09:00", "17:00")];
    let who = |counting| {
        let (zone, half_days) = (Tz::Europe__Dublin, (12, RotationUnit::Hours));
        let days = counted((zone, counting), &windows, half_days, "2026-06-01T06:00:00", &["ann", "bob"]);
        let shifts = days.shifts(&[], at("2026-06-01T00:00:00Z"), at("2026-06-13T00:00:00Z"));
        shifts.iter().map(|shift| shift.user.as_str()[4..5].to_owned()).collect::<String>()
    };
    assert_eq!(who(Counting::Clock), "aaaaaaaaaa");
    assert_eq!(who(Counting::ActivePeriods), "ababababab");
}

#[test]
fn turns_that_do_not_fill_a_week_are_counted_over_several() {
    let windows = [window(&[Sat], "09:00", "17:00")];
    let (utc, two_days) = ((Tz::UTC, Counting::ActivePeriods), (2, RotationUnit::Days));
    let saturdays = counted(utc, &windows, two_days, "2026-06-01T00:00:00", &["ann", "bob", "cid", "dee"]);
    assert_eq!(
        shifts(&saturdays, &[], "2026-06-01T00:00:00Z", "2026-07-12T00:00:00Z"),
        [
            "ann 06-06 09:00 UTC 8h",
            "bob 06-13 09:00 UTC 8h",
            "cid 06-20 09:00 UTC 8h",
            "dee 06-27 09:00 UTC 8h",
            "ann 07-04 09:00 UTC 8h",
            "bob 07-11 09:00 UTC 8h",
        ]
    );
}

#[test]
fn elapsed_hours_are_all_counted() {
    let windows = [window(&[Sat], "09:00", "17:00")];
    let told = |counting| {
        let elapsed = (36, RotationUnit::Hours);
        let saturdays =
            counted((Tz::UTC, counting), &windows, elapsed, "2026-06-01T00:00:00", &["ann", "bob", "cid"]);
        shifts(&saturdays, &[], "2026-06-01T00:00:00Z", "2026-08-01T00:00:00Z")
    };
    assert_eq!(told(Counting::ActivePeriods), told(Counting::Clock));
}

#[test]
fn every_other_week_nobody_counted_either_way() {
    for counting in [Counting::Clock, Counting::ActivePeriods] {
        let windows = [window(&[Sat], "09:00", "17:00")];
        let weeks = (1, RotationUnit::Weeks);
        let every_other = counted((Tz::UTC, counting), &windows, weeks, "2026-06-01T00:00:00", &["ann", "-"]);
        assert_eq!(
            shifts(&every_other, &[], "2026-06-01T00:00:00Z", "2026-06-29T00:00:00Z"),
            ["ann 06-06 09:00 UTC 8h", "ann 06-20 09:00 UTC 8h"]
        );
    }
}

#[test]
fn a_weekday_layer_and_a_weekend_layer_make_a_week() {
    let weeks = (1, RotationUnit::Weeks);
    let mut weekdays = layer("weekdays", weeks, "2026-03-02T00:00:00", &["ann", "bob"]);
    weekdays.restrictions = vec![window(&[Mon, Tue, Wed, Thu, Fri], "00:00", "00:00")];
    let mut weekends = layer("weekends", weeks, "2026-03-02T00:00:00", &["cid", "dee"]);
    weekends.restrictions = vec![window(&[Sat, Sun], "00:00", "00:00")];
    let whole = schedule(Tz::America__Chicago, vec![weekdays, weekends]);
    assert_eq!(
        shifts(&whole, &[], "2026-03-02T06:00:00Z", "2026-03-16T05:00:00Z"),
        [
            "ann 03-02 00:00 CST 120h",
            "cid 03-07 00:00 CST 47h",
            "bob 03-09 00:00 CDT 120h",
            "dee 03-14 00:00 CDT 48h",
        ]
    );
    assert_eq!(whole.gaps(&[], at("2026-03-02T06:00:00Z"), at("2026-05-01T05:00:00Z")), []);
}
