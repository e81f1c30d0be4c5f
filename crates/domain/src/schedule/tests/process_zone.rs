//! The same answers wherever the process is: its own zone is none of a schedule's business.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::process::Command;

use super::*;

const CHILD: &str = "schedule::tests::process_zone::the_answers_are_told";
/// A zone that no machine is in: 13:45 ahead of UTC, and no file has to know it.
const NOWHERE: &str = "<NOW>-13:45";

/// Answers of all kinds, in several zones, through changes of their clocks.
fn answers() -> u64 {
    let windows = [window(&[], "22:00", "02:30"), window(&[Weekday::Sun], "01:15", "09:00")];
    let mut hasher = DefaultHasher::new();
    for zone in
        [Tz::UTC, Tz::America__New_York, Tz::Australia__Lord_Howe, Tz::Africa__Casablanca, Tz::Pacific__Apia]
    {
        let mut nights =
            layer("nights", (8, RotationUnit::Hours), "2011-12-26T02:30:00", &["ann", "bob", "cid"]);
        nights.restrictions = windows.to_vec();
        turns(&mut nights).counting = Counting::ActivePeriods;
        let weeks = layer("weeks", (1, RotationUnit::Weeks), "2011-12-26T09:00:00", &["dee", "-"]);
        let elapsed = layer("elapsed", (36, RotationUnit::Hours), "2011-12-26T09:00:00", &["eve", "-"]);
        let mut rota = schedule(zone, vec![nights, weeks, elapsed]);
        rota.coverage = Coverage::Windows(windows.to_vec());
        assert!(rota.plan_leave(0, &user("bob"), at("2026-03-10T00:00:00Z")));
        for (from, to) in [
            ("2011-12-27T00:00:00Z", "2012-01-05T00:00:00Z"),
            ("2026-02-10T00:00:00Z", "2026-11-10T00:00:00Z"),
        ] {
            let (from, to) = (at(from), at(to));
            format!("{:?}", rota.shifts(&[], from, to)).hash(&mut hasher);
            format!("{:?}", rota.gaps(&[], from, to)).hash(&mut hasher);
            format!("{:?}", rota.next_turns(&rota.layers[0], from, 50)).hash(&mut hasher);
            format!("{:?}", rota.on_call_at(&[], from)).hash(&mut hasher);
            format!("{:?}", rota.edit(rota.to_edit(to), EditFrom::NextHandoff, to)).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// Told for the test below, which runs it in processes of other zones.
#[test]
fn the_answers_are_told() {
    use chrono::{Offset as _, TimeZone as _};
    let noon = at("2026-06-01T12:00:00Z").naive_utc();
    let offset = chrono::Local.offset_from_utc_datetime(&noon).fix().local_minus_utc();
    println!("\nanswers {:016x} told at {offset}", answers());
}

#[test]
fn the_zone_of_the_process_changes_no_answer() {
    let binary = std::env::current_exe().unwrap();
    let tell = |zone: &str| {
        let told =
            Command::new(&binary).args(["--exact", CHILD, "--nocapture"]).env("TZ", zone).output().unwrap();
        let text = String::from_utf8(told.stdout).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("answers ")).unwrap();
        let (answers, offset) = line.split_once(" told at ").unwrap();
        (answers.to_owned(), offset.parse::<i32>().unwrap())
    };
    let expected = format!("{:016x}", answers());
    for zone in ["UTC", "America/New_York", "Australia/Lord_Howe", NOWHERE] {
        assert_eq!(tell(zone).0, expected, "{zone}");
    }
    assert_eq!(tell(NOWHERE).1, 13 * 3600 + 45 * 60, "the process really was elsewhere");
}
