//! Edits of a schedule in use.

use super::*;

const JUNE: (&str, &str) = ("2026-06-01T14:00:00Z", "2026-06-29T14:00:00Z");
const WEDNESDAY: &str = "2026-06-10T14:00:00Z";

/// Ann, Bob and Cid take weeks from Monday 2026-06-01 09:00 Chicago (14:00 UTC).
fn three() -> Schedule {
    let week = (1, RotationUnit::Weeks);
    schedule(
        Tz::America__Chicago,
        vec![layer("primary", week, "2026-06-01T09:00:00", &["ann", "bob", "cid"])],
    )
}

/// What becomes of it when a manager hands in other participants.
fn edited(kept: &Schedule, people: &[&str], from: EditFrom, now: &str) -> Schedule {
    let mut edited = kept.to_edit(at(now));
    turns(&mut edited.layers[0]).participants = places(people);
    kept.edit(edited, from, at(now))
}

#[test]
fn whoever_is_on_call_stays_until_the_next_handoff() {
    let without_bob = edited(&three(), &["ann", "cid"], EditFrom::NextHandoff, WEDNESDAY);
    assert_eq!(
        shifts(&without_bob, &[], JUNE.0, JUNE.1),
        [
            "ann 06-01 09:00 CDT 168h",
            "bob 06-08 09:00 CDT 168h",
            "cid 06-15 09:00 CDT 168h",
            "ann 06-22 09:00 CDT 168h",
        ]
    );
    let handoff = edited(&three(), &["ann", "cid"], EditFrom::NextHandoff, "2026-06-08T14:00:00Z");
    assert_eq!(handoff, without_bob, "an edit at the very handoff is one of the turn that begins");
}

#[test]
fn at_once_is_counted_from_the_anchor() {
    let others = edited(&three(), &["cid", "dee", "ann"], EditFrom::Now, WEDNESDAY);
    assert_eq!(
        shifts(&others, &[], JUNE.0, JUNE.1),
        [
            "ann 06-01 09:00 CDT 168h",
            "bob 06-08 09:00 CDT 48h",
            "dee 06-10 09:00 CDT 120h",
            "ann 06-15 09:00 CDT 168h",
            "cid 06-22 09:00 CDT 168h",
        ]
    );
}

#[test]
fn before_the_first_turn_an_edit_is_no_change() {
    let early = edited(&three(), &["cid", "ann"], EditFrom::NextHandoff, "2026-05-20T00:00:00Z");
    assert_eq!(early.layers[0].turns().unwrap().participants, places(&["cid", "ann"]));
    assert!(early.layers[0].turns().unwrap().changes.is_empty());
}

#[test]
fn an_edit_again_before_the_handoff_takes_the_place_of_the_first() {
    let first = edited(&three(), &["ann", "cid"], EditFrom::NextHandoff, WEDNESDAY);
    let again = edited(&first, &["ann", "bob", "dee"], EditFrom::NextHandoff, "2026-06-11T14:00:00Z");
    assert_eq!(again, edited(&three(), &["ann", "bob", "dee"], EditFrom::NextHandoff, WEDNESDAY));
}

#[test]
fn what_is_planned_for_before_the_handoff_stays_planned() {
    let mut planned = three();
    assert!(planned.plan_leave(0, &user("bob"), at("2026-06-12T14:00:00Z")));
    let joined = edited(&planned, &["ann", "bob", "cid", "dee"], EditFrom::NextHandoff, WEDNESDAY);
    assert_eq!(
        shifts(&joined, &[], JUNE.0, JUNE.1),
        [
            "ann 06-01 09:00 CDT 168h",
            "bob 06-08 09:00 CDT 96h",
            "cid 06-12 09:00 CDT 72h",
            "dee 06-15 09:00 CDT 168h",
            "ann 06-22 09:00 CDT 168h",
        ]
    );
}

#[test]
fn what_is_put_before_a_manager_and_comes_back_as_it_was_changes_nothing() {
    let mut kept = edited(&three(), &["ann", "cid"], EditFrom::NextHandoff, WEDNESDAY);
    assert!(kept.plan_join(0, &user("dee"), at("2026-07-01T00:00:00Z")));
    for now in [WEDNESDAY, "2026-06-16T00:00:00Z", "2026-07-02T00:00:00Z"] {
        assert_eq!(kept.edit(kept.to_edit(at(now)), EditFrom::NextHandoff, at(now)), kept);
        assert_eq!(kept.edit(kept.to_edit(at(now)), EditFrom::Now, at(now)), kept);
    }
}

#[test]
fn plans_reach_into_what_is_planned_for_later() {
    let mut kept = three();
    assert!(kept.plan_leave(0, &user("ann"), at("2026-06-22T14:00:00Z")));
    assert!(kept.plan_join(0, &user("dee"), at("2026-06-16T14:00:00Z")));
    assert!(kept.plan_join(0, &user("dee"), at("2026-06-17T14:00:00Z")), "and twice is once");
    assert_eq!(
        shifts(&kept, &[], JUNE.0, "2026-07-06T14:00:00Z"),
        [
            "ann 06-01 09:00 CDT 168h",
            "bob 06-08 09:00 CDT 168h",
            "cid 06-15 09:00 CDT 168h",
            "dee 06-22 09:00 CDT 168h",
            "bob 06-29 09:00 CDT 168h",
        ]
    );
    assert!(!kept.plan_leave(1, &user("ann"), at(WEDNESDAY)), "there is no such layer");
}

#[test]
fn other_restrictions_hold_from_now_on_only() {
    let mut kept = three();
    kept.layers[0].restrictions = vec![window(&[], "09:00", "17:00")];
    let mut nights = kept.to_edit(at(WEDNESDAY));
    nights.layers[0].restrictions = vec![window(&[], "17:00", "09:00")];
    let edited = kept.edit(nights, EditFrom::NextHandoff, at(WEDNESDAY));
    assert_eq!(
        shifts(&edited, &[], "2026-06-08T00:00:00Z", "2026-06-12T00:00:00Z"),
        [
            "bob 06-08 09:00 CDT 8h",
            "bob 06-09 09:00 CDT 8h",
            "bob 06-10 17:00 CDT 16h",
            "bob 06-11 17:00 CDT 2h",
        ]
    );
}

#[test]
fn which_layer_covered_which_stays_what_it_was() {
    let always = |name: &str| layer(name, (1, RotationUnit::Weeks), "2026-06-01T09:00:00", &[name]);
    let layers = vec![always("ann"), always("bob"), always("cid")];
    let mut kept = schedule(Tz::America__Chicago, layers);
    kept.mode = LayerMode::TopLayerWins;
    kept.layers[2].ends = Some(at("2026-06-05T00:00:00Z"));
    let take_out = |kept: &Schedule, index: usize, now: &str| {
        let mut edited = kept.to_edit(at(now));
        edited.layers.remove(index);
        kept.edit(edited, EditFrom::NextHandoff, at(now))
    };
    let without_two = take_out(&take_out(&kept, 1, WEDNESDAY), 0, "2026-06-11T14:00:00Z");
    let mut turned = kept.to_edit(at(WEDNESDAY));
    turned.layers.reverse();
    let turned = kept.edit(turned, EditFrom::NextHandoff, at(WEDNESDAY));
    for edited in [without_two, turned] {
        for (when, expected) in [("2026-06-04T00:00:00Z", "cid"), ("2026-06-09T00:00:00Z", "bob")] {
            assert_eq!(names(&edited, &[], when), [expected]);
        }
        let after = names(&edited, &[], "2026-06-12T00:00:00Z");
        assert!(after.is_empty() || after == ["ann"], "{after:?}");
    }
}

#[test]
fn changes_of_long_ago_are_folded_and_turns_stay_where_they_are() {
    for people in [["ann", "bob", "cid"], ["ann", "-", "bob"]] {
        let mut kept = three();
        turns(&mut kept.layers[0]).participants = places(&people);
        let now = at("2028-01-01T00:00:00Z");
        assert!(kept.plan_join(0, &user("dee"), at("2026-06-10T14:00:00Z")));
        assert!(kept.plan_leave(0, &user("ann"), at("2026-09-10T14:00:00Z")));
        assert!(kept.plan_join(0, &user("eve"), at("2027-09-10T14:00:00Z")));
        let edited = kept.edit(kept.to_edit(now), EditFrom::NextHandoff, now);
        assert!(edited.layers[0].turns().unwrap().changes.len() < 3);
        let told =
            |schedule: &Schedule| shifts(schedule, &[], "2026-11-28T00:00:00Z", "2028-03-01T00:00:00Z");
        assert_eq!(told(&edited), told(&kept), "{people:?}");
    }
}
