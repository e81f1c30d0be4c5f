//! Participants who change while the round goes on.

use super::*;

const JUNE: (&str, &str) = ("2026-06-01T14:00:00Z", "2026-07-06T14:00:00Z");

/// Ann, Bob and Cid take weeks from Monday 2026-06-01 09:00 Chicago (14:00 UTC).
fn three() -> Schedule {
    let week = (1, RotationUnit::Weeks);
    schedule(
        Tz::America__Chicago,
        vec![layer("primary", week, "2026-06-01T09:00:00", &["ann", "bob", "cid"])],
    )
}

fn changed_to(mut schedule: Schedule, changes: &[(&str, &[&str], Order)]) -> Schedule {
    turns(&mut schedule.layers[0]).changes = changes
        .iter()
        .map(|(from, people, order)| Change { from: at(from), participants: places(people), order: *order })
        .collect();
    schedule
}

#[track_caller]
fn check(changes: &[(&str, &[&str], Order)], expected: &[&str]) {
    assert_eq!(shifts(&changed_to(three(), changes), &[], JUNE.0, JUNE.1), expected);
}

#[test]
fn whoever_joins_at_a_handoff_comes_after_the_one_before_them() {
    let handoff = "2026-06-15T14:00:00Z";
    check(
        &[(handoff, &["ann", "bob", "dee", "cid"], Order::Continues)],
        &[
            "ann 06-01 09:00 CDT 168h",
            "bob 06-08 09:00 CDT 168h",
            "dee 06-15 09:00 CDT 168h",
            "cid 06-22 09:00 CDT 168h",
            "ann 06-29 09:00 CDT 168h",
        ],
    );
    check(
        &[(handoff, &["dee", "ann", "bob", "cid"], Order::Continues)],
        &[
            "ann 06-01 09:00 CDT 168h",
            "bob 06-08 09:00 CDT 168h",
            "cid 06-15 09:00 CDT 168h",
            "dee 06-22 09:00 CDT 168h",
            "ann 06-29 09:00 CDT 168h",
        ],
    );
}

#[test]
fn in_the_middle_of_a_turn_whoever_stays_keeps_it() {
    let wednesday = "2026-06-10T14:00:00Z";
    check(
        &[(wednesday, &["cid", "dee", "bob", "ann"], Order::Continues)],
        &[
            "ann 06-01 09:00 CDT 168h",
            "bob 06-08 09:00 CDT 168h",
            "ann 06-15 09:00 CDT 168h",
            "cid 06-22 09:00 CDT 168h",
            "dee 06-29 09:00 CDT 168h",
        ],
    );
}

#[test]
fn whoever_leaves_in_the_middle_of_a_turn_is_relieved_by_the_next() {
    let wednesday = "2026-06-10T14:00:00Z";
    check(
        &[(wednesday, &["ann", "cid"], Order::Continues)],
        &[
            "ann 06-01 09:00 CDT 168h",
            "bob 06-08 09:00 CDT 48h",
            "cid 06-10 09:00 CDT 120h",
            "ann 06-15 09:00 CDT 168h",
            "cid 06-22 09:00 CDT 168h",
            "ann 06-29 09:00 CDT 168h",
        ],
    );
    // Nobody of those before them stays, either: it begins with the first.
    check(
        &[(wednesday, &["dee", "eve"], Order::Continues)],
        &[
            "ann 06-01 09:00 CDT 168h",
            "bob 06-08 09:00 CDT 48h",
            "dee 06-10 09:00 CDT 120h",
            "eve 06-15 09:00 CDT 168h",
            "dee 06-22 09:00 CDT 168h",
            "eve 06-29 09:00 CDT 168h",
        ],
    );
}

#[test]
fn whoever_leaves_at_their_handoff_is_followed_by_the_next() {
    check(
        &[("2026-06-15T14:00:00Z", &["ann", "cid"], Order::Continues)],
        &[
            "ann 06-01 09:00 CDT 168h",
            "bob 06-08 09:00 CDT 168h",
            "cid 06-15 09:00 CDT 168h",
            "ann 06-22 09:00 CDT 168h",
            "cid 06-29 09:00 CDT 168h",
        ],
    );
}

#[test]
fn a_change_counted_from_the_anchor_moves_whoever_it_must() {
    check(
        &[("2026-06-10T14:00:00Z", &["dee", "eve", "ann"], Order::FromAnchor)],
        &[
            "ann 06-01 09:00 CDT 168h",
            "bob 06-08 09:00 CDT 48h",
            "eve 06-10 09:00 CDT 120h",
            "ann 06-15 09:00 CDT 168h",
            "dee 06-22 09:00 CDT 168h",
            "eve 06-29 09:00 CDT 168h",
        ],
    );
}

#[test]
fn changes_follow_one_another() {
    check(
        &[
            ("2026-05-01T00:00:00Z", &["bob", "ann"], Order::Continues),
            ("2026-06-02T14:00:00Z", &["bob", "ann", "cid"], Order::Continues),
            ("2026-06-15T14:00:00Z", &["bob", "cid"], Order::Continues),
            ("2026-06-23T14:00:00Z", &["cid", "bob", "dee"], Order::Continues),
        ],
        &[
            "bob 06-01 09:00 CDT 168h",
            "ann 06-08 09:00 CDT 168h",
            // Ann is gone; she stood between Bob and Cid.
            "cid 06-15 09:00 CDT 168h",
            "bob 06-22 09:00 CDT 168h",
            "dee 06-29 09:00 CDT 168h",
        ],
    );
}

#[test]
fn nobody_at_all_for_a_while_and_then_the_first() {
    check(
        &[
            ("2026-06-10T14:00:00Z", &[], Order::Continues),
            ("2026-06-17T14:00:00Z", &["cid", "bob"], Order::Continues),
        ],
        &[
            "ann 06-01 09:00 CDT 168h",
            "bob 06-08 09:00 CDT 48h",
            "cid 06-17 09:00 CDT 120h",
            "bob 06-22 09:00 CDT 168h",
            "cid 06-29 09:00 CDT 168h",
        ],
    );
}

#[test]
fn empty_places_and_people_with_two_places_are_told_apart_by_where_they_are() {
    let places = |people| {
        let week = (1, RotationUnit::Weeks);
        schedule(Tz::America__Chicago, vec![layer("primary", week, "2026-06-01T09:00:00", people)])
    };
    let in_the_second_week = "2026-06-10T14:00:00Z";
    let joined =
        changed_to(places(&["ann", "-"]), &[(in_the_second_week, &["ann", "-", "bob"], Order::Continues)]);
    assert_eq!(
        shifts(&joined, &[], JUNE.0, JUNE.1),
        ["ann 06-01 09:00 CDT 168h", "bob 06-15 09:00 CDT 168h", "ann 06-22 09:00 CDT 168h"]
    );
    let twice = changed_to(
        places(&["ann", "ann", "bob"]),
        &[(in_the_second_week, &["ann", "ann", "cid", "bob"], Order::Continues)],
    );
    assert_eq!(
        shifts(&twice, &[], JUNE.0, JUNE.1),
        [
            "ann 06-01 09:00 CDT 168h",
            "ann 06-08 09:00 CDT 168h",
            "cid 06-15 09:00 CDT 168h",
            "bob 06-22 09:00 CDT 168h",
            "ann 06-29 09:00 CDT 168h",
        ]
    );
}

#[test]
fn between_turns_that_count_it_makes_no_difference_when_somebody_joins() {
    let mut weekends =
        layer("weekends", (1, RotationUnit::Days), "2026-06-06T00:00:00", &["ann", "bob", "cid"]);
    weekends.restrictions = vec![window(&[Weekday::Sat, Weekday::Sun], "00:00", "00:00")];
    turns(&mut weekends).counting = Counting::ActivePeriods;
    let weekends = schedule(Tz::UTC, vec![weekends]);
    for from in
        ["2026-06-08T00:00:00Z", "2026-06-10T00:00:00Z", "2026-06-10T12:00:00Z", "2026-06-13T00:00:00Z"]
    {
        let changes: &[(&str, &[&str], Order)] = &[(from, &["ann", "bob", "dee", "cid"], Order::Continues)];
        let joined = changed_to(weekends.clone(), changes);
        assert_eq!(
            shifts(&joined, &[], "2026-06-06T00:00:00Z", "2026-06-21T00:00:00Z"),
            [
                "ann 06-06 00:00 UTC 24h",
                "bob 06-07 00:00 UTC 24h",
                "dee 06-13 00:00 UTC 24h",
                "cid 06-14 00:00 UTC 24h",
                "ann 06-20 00:00 UTC 24h",
            ],
            "{from}"
        );
    }
}

#[test]
fn turns_keep_their_numbers_through_changes() {
    let changes: &[(&str, &[&str], Order)] = &[("2026-06-10T14:00:00Z", &["ann", "cid"], Order::Continues)];
    let schedule = changed_to(three(), changes);
    for (when, turn) in
        [("2026-06-09T00:00:00Z", 1), ("2026-06-11T00:00:00Z", 1), ("2026-06-16T00:00:00Z", 2)]
    {
        let layer_id = schedule.layers[0].id.clone();
        assert_eq!(schedule.on_call_at(&[], at(when))[0].reason, Reason::Layer { layer_id, turn });
    }
}
