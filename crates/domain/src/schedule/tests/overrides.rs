//! What overrides make of a schedule.

use super::*;

#[test]
fn a_replacement_takes_part_of_a_shift() {
    let covering = change(replace("ann", "cid"), "2026-06-03T00:00:00Z", "2026-06-04T00:00:00Z");
    let nights = weekly();
    assert_eq!(
        shifts(&nights, std::slice::from_ref(&covering), "2026-06-01T14:00:00Z", "2026-06-08T14:00:00Z"),
        ["ann 06-01 09:00 CDT 34h", "cid 06-02 19:00 CDT 24h", "ann 06-03 19:00 CDT 110h"]
    );
    let on_call = nights.on_call_at(std::slice::from_ref(&covering), at("2026-06-03T12:00:00Z"));
    assert_eq!(on_call[0].until, Some(covering.ends));
    assert_eq!(on_call[0].reason, Reason::Override { override_id: covering.id });
}

#[test]
fn a_replacement_does_nothing_while_somebody_else_has_the_turn() {
    let covering = change(replace("bob", "cid"), "2026-06-03T00:00:00Z", "2026-06-12T00:00:00Z");
    assert_eq!(names(&weekly(), std::slice::from_ref(&covering), "2026-06-04T00:00:00Z"), ["ann"]);
    assert_eq!(names(&weekly(), &[covering], "2026-06-09T00:00:00Z"), ["cid"]);
}

#[test]
fn a_replacement_or_an_addition_fills_a_gap() {
    let before_the_anchor = ("2026-05-20T00:00:00Z", "2026-05-21T00:00:00Z");
    for kind in [replace("ann", "cid"), add("cid")] {
        let filling = change(kind, before_the_anchor.0, before_the_anchor.1);
        assert_eq!(names(&weekly(), &[filling], "2026-05-20T12:00:00Z"), ["cid"]);
    }
    let window = ("2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z");
    let emptied =
        [change(remove("ann"), window.0, window.1), change(replace("bob", "cid"), window.0, window.1)];
    assert_eq!(names(&weekly(), &emptied, "2026-06-02T12:00:00Z"), ["cid"], "a gap made by a removal, too");
}

#[test]
fn replacements_do_not_follow_one_another() {
    let window = ("2026-06-01T00:00:00Z", "2026-06-30T00:00:00Z");
    let chain = [
        change(replace("ann", "bob"), window.0, window.1),
        change(replace("bob", "cid"), window.0, window.1),
    ];
    for chain in [[chain[0].clone(), chain[1].clone()], [chain[1].clone(), chain[0].clone()]] {
        assert_eq!(names(&weekly(), &chain, "2026-06-02T00:00:00Z"), ["bob"]);
        assert_eq!(names(&weekly(), &chain, "2026-06-09T00:00:00Z"), ["cid"]);
    }
}

#[test]
fn a_turn_of_ones_own_is_the_reason_before_a_replacement() {
    let mut nights = weekly();
    nights.layers.push(layer("second", (1, RotationUnit::Weeks), "2026-06-01T09:00:00", &["cid"]));
    let covering = change(replace("ann", "cid"), "2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z");
    let on_call = nights.on_call_at(&[covering], at("2026-06-02T12:00:00Z"));
    assert_eq!(on_call.len(), 1);
    assert_eq!(on_call[0].reason, Reason::Layer { layer_id: nights.layers[1].id.clone(), turn: 0 });
}

#[test]
fn additions_join_and_removals_spare() {
    let window = ("2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z");
    let joining = change(add("cid"), window.0, window.1);
    let sparing = change(remove("ann"), window.0, window.1);
    let noon = "2026-06-02T12:00:00Z";
    assert_eq!(names(&weekly(), std::slice::from_ref(&joining), noon), ["ann", "cid"]);
    assert!(names(&weekly(), std::slice::from_ref(&sparing), noon).is_empty());
    assert_eq!(names(&weekly(), &[joining, sparing], noon), ["cid"]);
}

#[test]
fn an_override_counts_only_when_agreed_to_and_on_its_own_schedule() {
    let covering = change(replace("ann", "cid"), "2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z");
    let noon = "2026-06-02T12:00:00Z";
    for (state, expected) in
        [(OverrideState::Pending, "ann"), (OverrideState::Rejected, "ann"), (OverrideState::Approved, "cid")]
    {
        assert_eq!(names(&weekly(), &[Override { state, ..covering.clone() }], noon), [expected]);
    }
    let elsewhere = Override { schedule_id: ScheduleId::derived(&["days"]), ..covering.clone() };
    assert_eq!(names(&weekly(), &[elsewhere], noon), ["ann"]);
    let backwards = Override { starts: covering.ends, ends: covering.starts, ..covering };
    assert_eq!(names(&weekly(), &[backwards], noon), ["ann"]);
}

#[test]
fn an_override_that_ends_before_it_starts_or_replaces_nobody_is_a_problem() {
    let fine = change(replace("ann", "cid"), "2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z");
    assert_eq!(fine.validate(), Ok(()));
    let bad = Override { kind: replace("ann", "ann"), ends: fine.starts, ..fine };
    let fields: Vec<_> = bad.validate().unwrap_err().into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["ends", "by"]);
}

#[test]
fn two_clash_when_they_overlap_and_share_a_person() {
    let hour = |hour: u32| format!("2026-06-02T{hour:02}:00:00Z");
    let one = change(replace("ann", "bob"), &hour(8), &hour(12));
    for (kind, from, to, expected) in [
        (replace("bob", "cid"), 8, 12, true),
        (replace("cid", "ann"), 11, 14, true),
        (add("bob"), 6, 9, true),
        (remove("ann"), 9, 10, true),
        (OverrideKind::Cover { original: user("ann") }, 9, 10, true),
        (replace("cid", "dee"), 8, 12, false),
        (replace("bob", "cid"), 12, 14, false),
        (replace("bob", "cid"), 6, 8, false),
    ] {
        let other = change(kind, &hour(from), &hour(to));
        assert_eq!((one.clashes(&other), other.clashes(&one)), (expected, expected), "{other:?}");
    }
    let other = change(replace("bob", "cid"), &hour(8), &hour(12));
    let elsewhere = Override { schedule_id: ScheduleId::derived(&["days"]), ..other.clone() };
    assert!(!one.clashes(&elsewhere) && !one.clashes(&one));
    let asked = Override { state: OverrideState::Pending, ..other };
    assert!(asked.clashes(&one) && !one.clashes(&asked), "a request stands in nobody's way");
}

#[test]
fn a_replacement_fills_nothing_where_nobody_is_needed() {
    let mut days = weekly();
    days.coverage = Coverage::Windows(vec![window("09:00", "17:00")]);
    days.layers[0].restrictions = vec![window("09:00", "17:00")];
    let week = change(replace("ann", "cid"), "2026-06-01T14:00:00Z", "2026-06-08T14:00:00Z");
    let mut shifts =
        shifts(&days, std::slice::from_ref(&week), "2026-06-01T14:00:00Z", "2026-06-03T14:00:00Z");
    assert_eq!(
        shifts,
        ["cid 06-01 09:00 CDT 8h", "cid 06-02 09:00 CDT 8h"],
        "Ann would not have been paged at night"
    );
    // A layer that leaves out what is needed leaves a gap, and that is filled.
    days.layers[0].restrictions = vec![window("09:00", "12:00")];
    shifts = super::shifts(&days, &[week], "2026-06-01T14:00:00Z", "2026-06-02T14:00:00Z");
    assert_eq!(shifts, ["cid 06-01 09:00 CDT 8h"]);
}

fn window(from: &str, to: &str) -> Window {
    let time = |text: &str| chrono::NaiveTime::parse_from_str(text, "%H:%M").unwrap();
    Window { days: Vec::new(), from: time(from), to: time(to) }
}

#[test]
fn a_cover_request_changes_nothing_even_if_somebody_agreed_to_it() {
    let asked =
        change(OverrideKind::Cover { original: user("ann") }, "2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z");
    assert!(!asked.counts());
    assert_eq!(names(&weekly(), &[asked], "2026-06-02T12:00:00Z"), ["ann"]);
}
