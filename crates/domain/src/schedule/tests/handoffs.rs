//! When turns change hands, on days when clocks do odd things.

use super::*;

#[test]
fn a_weekly_handoff_stays_at_nine_when_the_clocks_go_forward() {
    let week = (1, RotationUnit::Weeks);
    let chicago =
        schedule(Tz::America__Chicago, vec![layer("primary", week, "2026-02-23T09:00:00", &["ann", "bob"])]);
    assert_eq!(
        shifts(&chicago, &[], "2026-02-23T15:00:00Z", "2026-03-16T14:00:00Z"),
        ["ann 02-23 09:00 CST 168h", "bob 03-02 09:00 CST 167h", "ann 03-09 09:00 CDT 168h"]
    );
}

#[test]
fn a_weekly_handoff_stays_at_nine_when_the_clocks_go_back() {
    let week = (1, RotationUnit::Weeks);
    let chicago =
        schedule(Tz::America__Chicago, vec![layer("primary", week, "2026-10-19T09:00:00", &["ann", "bob"])]);
    assert_eq!(
        shifts(&chicago, &[], "2026-10-19T14:00:00Z", "2026-11-09T15:00:00Z"),
        ["ann 10-19 09:00 CDT 168h", "bob 10-26 09:00 CDT 169h", "ann 11-02 09:00 CST 168h"]
    );
}

#[test]
fn a_daily_handoff_in_a_gap_comes_when_the_gap_ends() {
    let day = (1, RotationUnit::Days);
    let chicago =
        schedule(Tz::America__Chicago, vec![layer("primary", day, "2026-03-06T02:30:00", &["ann", "bob"])]);
    assert_eq!(
        shifts(&chicago, &[], "2026-03-07T08:30:00Z", "2026-03-10T07:30:00Z"),
        ["bob 03-07 02:30 CST 23h 30min", "ann 03-08 03:00 CDT 23h 30min", "bob 03-09 02:30 CDT 24h"]
    );
}

#[test]
fn a_daily_handoff_in_a_fold_comes_at_the_first_occurrence() {
    let day = (1, RotationUnit::Days);
    let chicago =
        schedule(Tz::America__Chicago, vec![layer("primary", day, "2026-10-30T01:30:00", &["ann", "bob"])]);
    assert_eq!(
        shifts(&chicago, &[], "2026-10-31T06:30:00Z", "2026-11-03T07:30:00Z"),
        ["bob 10-31 01:30 CDT 24h", "ann 11-01 01:30 CDT 25h", "bob 11-02 01:30 CST 24h"]
    );
}

#[test]
fn an_hourly_rotation_skips_the_missing_hour_and_stretches_the_repeated_one() {
    let hour = (1, RotationUnit::Hours);
    let chicago = schedule(
        Tz::America__Chicago,
        vec![layer("primary", hour, "2026-03-01T00:00:00", &["ann", "bob", "cid"])],
    );
    assert_eq!(
        shifts(&chicago, &[], "2026-03-08T06:00:00Z", "2026-03-08T10:00:00Z"),
        [
            "ann 03-08 00:00 CST 1h",
            "bob 03-08 01:00 CST 1h",
            "ann 03-08 03:00 CDT 1h",
            "bob 03-08 04:00 CDT 1h"
        ]
    );
    assert_eq!(
        shifts(&chicago, &[], "2026-11-01T05:00:00Z", "2026-11-01T09:00:00Z"),
        ["ann 11-01 00:00 CDT 1h", "bob 11-01 01:00 CDT 2h", "cid 11-01 02:00 CST 1h"]
    );
}

#[test]
fn lord_howe_changes_by_half_an_hour() {
    let hour = (1, RotationUnit::Hours);
    let island = schedule(
        Tz::Australia__Lord_Howe,
        vec![layer("primary", hour, "2026-04-01T00:00:00", &["ann", "bob"])],
    );
    assert_eq!(
        shifts(&island, &[], "2026-04-04T14:00:00Z", "2026-04-04T16:30:00Z"),
        ["bob 04-05 01:00 +11 1h 30min", "ann 04-05 02:00 +1030 1h"]
    );
    assert_eq!(
        shifts(&island, &[], "2026-10-03T14:30:00Z", "2026-10-03T17:00:00Z"),
        ["bob 10-04 01:00 +1030 1h", "ann 10-04 02:30 +11 0h 30min", "bob 10-04 03:00 +11 1h"]
    );
}

#[test]
fn nobody_has_the_day_that_apia_left_out() {
    let day = (1, RotationUnit::Days);
    let apia = schedule(
        Tz::Pacific__Apia,
        vec![layer("primary", day, "2011-12-28T00:00:00", &["ann", "bob", "cid", "dee"])],
    );
    assert_eq!(
        shifts(&apia, &[], "2011-12-28T10:00:00Z", "2012-01-01T10:00:00Z"),
        [
            "ann 12-28 00:00 -10 24h",
            "bob 12-29 00:00 -10 24h",
            "dee 12-31 00:00 +14 24h",
            "ann 01-01 00:00 +14 24h"
        ]
    );
}

#[test]
fn a_midnight_that_sao_paulo_skips_is_one_o_clock() {
    let day = (1, RotationUnit::Days);
    let sao_paulo =
        schedule(Tz::America__Sao_Paulo, vec![layer("primary", day, "2018-11-02T00:00:00", &["ann", "bob"])]);
    assert_eq!(
        shifts(&sao_paulo, &[], "2018-11-03T03:00:00Z", "2018-11-06T02:00:00Z"),
        ["bob 11-03 00:00 -03 24h", "ann 11-04 01:00 -02 23h", "bob 11-05 00:00 -02 24h"]
    );
}

#[test]
fn casablanca_and_dublin_keep_nine_o_clock_whatever_they_call_their_winter() {
    for (zone, anchor, (from, to), expected) in [
        (
            Tz::Africa__Casablanca,
            "2026-02-09T09:00:00",
            ("2026-02-09T08:00:00Z", "2026-02-16T09:00:00Z"),
            "02-09 09:00 +01 169h",
        ),
        (
            Tz::Africa__Casablanca,
            "2026-03-16T09:00:00",
            ("2026-03-16T09:00:00Z", "2026-03-23T08:00:00Z"),
            "03-16 09:00 +00 167h",
        ),
        (
            Tz::Europe__Dublin,
            "2026-03-23T09:00:00",
            ("2026-03-23T09:00:00Z", "2026-03-30T08:00:00Z"),
            "03-23 09:00 GMT 167h",
        ),
        (
            Tz::Europe__Dublin,
            "2026-10-19T09:00:00",
            ("2026-10-19T08:00:00Z", "2026-10-26T09:00:00Z"),
            "10-19 09:00 IST 169h",
        ),
    ] {
        let weekly =
            schedule(zone, vec![layer("primary", (1, RotationUnit::Weeks), anchor, &["ann", "bob"])]);
        assert_eq!(shifts(&weekly, &[], from, to), [format!("ann {expected}")]);
        assert_eq!(names(&weekly, &[], to), ["bob"]);
    }
}

#[test]
fn casablanca_repeats_and_leaves_out_half_past_two() {
    let day = (1, RotationUnit::Days);
    let casablanca =
        schedule(Tz::Africa__Casablanca, vec![layer("primary", day, "2026-02-14T02:30:00", &["ann", "bob"])]);
    assert_eq!(
        shifts(&casablanca, &[], "2026-02-14T01:30:00Z", "2026-02-16T02:30:00Z"),
        ["ann 02-14 02:30 +01 24h", "bob 02-15 02:30 +01 25h"]
    );
    assert_eq!(
        shifts(&casablanca, &[], "2026-03-21T02:30:00Z", "2026-03-23T01:30:00Z"),
        ["bob 03-21 02:30 +00 23h 30min", "ann 03-22 03:00 +01 23h 30min"]
    );
}

#[test]
fn the_midnight_that_kathmandu_left_out_is_a_quarter_past() {
    let day = (1, RotationUnit::Days);
    let kathmandu =
        schedule(Tz::Asia__Kathmandu, vec![layer("primary", day, "1985-12-31T00:00:00", &["ann", "bob"])]);
    assert_eq!(
        shifts(&kathmandu, &[], "1985-12-30T18:30:00Z", "1986-01-02T18:15:00Z"),
        ["ann 12-31 00:00 +0530 24h", "bob 01-01 00:15 +0545 23h 45min", "ann 01-02 00:00 +0545 24h"]
    );
}

#[test]
fn a_midnight_that_comes_twice_in_st_johns_is_the_first() {
    let day = (1, RotationUnit::Days);
    let st_johns =
        schedule(Tz::America__St_Johns, vec![layer("primary", day, "2010-11-06T00:00:00", &["ann", "bob"])]);
    assert_eq!(
        shifts(&st_johns, &[], "2010-11-06T02:30:00Z", "2010-11-08T03:30:00Z"),
        ["ann 11-06 00:00 NDT 24h", "bob 11-07 00:00 NDT 25h"]
    );
}
