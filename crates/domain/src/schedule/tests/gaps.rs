//! When nobody is on call although somebody should be.

use Weekday::{Fri, Mon, Sun, Thu, Tue, Wed};

use super::*;

const WEEKDAYS: [Weekday; 5] = [Mon, Tue, Wed, Thu, Fri];

/// Ann in office hours, Chicago.
fn office() -> Schedule {
    let mut office = layer("office", (1, RotationUnit::Weeks), "2026-03-02T09:00:00", &["ann"]);
    office.restrictions = vec![window(&WEEKDAYS, "08:00", "17:00")];
    schedule(Tz::America__Chicago, vec![office])
}

/// Each gap as its start on the schedule's wall clock, with its length in hours.
fn gaps(schedule: &Schedule, overrides: &[Override], from: &str, to: &str) -> Vec<String> {
    let gaps = schedule.gaps(overrides, at(from), at(to));
    let told = |gap: &Span| {
        let starts = gap.starts.with_timezone(&schedule.zone).format("%m-%d %H:%M %Z");
        format!("{starts} {}h", (gap.ends - gap.starts).num_hours())
    };
    gaps.iter().map(told).collect()
}

// Friday noon to Tuesday noon, Chicago; the clocks go forward on Sunday.
const WEEKEND: (&str, &str) = ("2026-03-06T18:00:00Z", "2026-03-10T17:00:00Z");

#[test]
fn nights_and_weekends_without_anybody_are_gaps_cut_at_the_ends() {
    assert_eq!(gaps(&office(), &[], WEEKEND.0, WEEKEND.1), ["03-06 17:00 CST 62h", "03-09 17:00 CDT 15h"]);
    assert_eq!(gaps(&office(), &[], "2026-03-07T06:00:00Z", "2026-03-08T06:00:00Z"), ["03-07 00:00 CST 24h"]);
}

#[test]
fn only_what_is_required_can_be_a_gap() {
    let mut office = office();
    for (coverage, expected) in [
        (Coverage::Never, vec![]),
        (Coverage::Windows(Vec::new()), vec![]),
        (Coverage::Windows(vec![window(&WEEKDAYS, "08:00", "17:00")]), vec![]),
        (
            Coverage::Windows(vec![window(&WEEKDAYS, "07:00", "18:00")]),
            vec!["03-06 17:00 CST 1h", "03-09 07:00 CDT 1h", "03-09 17:00 CDT 1h", "03-10 07:00 CDT 1h"],
        ),
        (Coverage::Windows(vec![window(&[Sun], "00:00", "00:00")]), vec!["03-08 00:00 CST 23h"]),
    ] {
        office.coverage = coverage;
        assert_eq!(gaps(&office, &[], WEEKEND.0, WEEKEND.1), expected, "{:?}", office.coverage);
    }
}

#[test]
fn overrides_make_gaps_and_fill_them() {
    let away = change(remove("ann"), "2026-03-09T18:00:00Z", "2026-03-09T20:00:00Z");
    let weekend = ("2026-03-06T23:00:00Z", "2026-03-09T13:00:00Z");
    let filling = change(add("bob"), weekend.0, "2026-03-08T00:00:00Z");
    let other = change(replace("cid", "bob"), "2026-03-08T00:00:00Z", weekend.1);
    assert_eq!(
        gaps(&office(), &[away, filling, other], WEEKEND.0, WEEKEND.1),
        ["03-09 13:00 CDT 2h", "03-09 17:00 CDT 15h"]
    );
}

#[test]
fn gaps_that_touch_are_one() {
    let mut two = office();
    two.layers[0].restrictions.clear();
    two.layers[0].ends = Some(at("2026-03-07T00:00:00Z"));
    let empty = layer("empty", (1, RotationUnit::Days), "2026-03-01T00:00:00", &["-", "-"]);
    two.layers.push(empty);
    let again = layer("again", (1, RotationUnit::Days), "2026-03-09T00:00:00", &["bob"]);
    two.layers.push(again);
    assert_eq!(gaps(&two, &[], WEEKEND.0, WEEKEND.1), ["03-06 18:00 CST 53h"]);
}

#[test]
fn a_schedule_without_layers_is_one_gap_and_an_empty_scan_has_none() {
    let empty = schedule(Tz::UTC, Vec::new());
    assert_eq!(gaps(&empty, &[], "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"), ["06-01 00:00 UTC 24h"]);
    assert!(gaps(&empty, &[], "2026-06-02T00:00:00Z", "2026-06-01T00:00:00Z").is_empty());
}
