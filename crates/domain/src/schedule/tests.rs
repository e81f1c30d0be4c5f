//! Known answers.

mod calendars;
mod changes;
mod counting;
mod edits;
mod gaps;
mod handoffs;
mod overrides;
mod process_zone;
mod restrictions;
mod rounds;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;

use super::*;
use crate::actor::Actor;
use crate::id::{LayerId, OverrideId, UserId};

pub(super) fn user(name: &str) -> UserId {
    format!("usr_{name}").parse().unwrap()
}

pub(super) fn layer(name: &str, (every, unit): (u32, RotationUnit), anchor: &str, people: &[&str]) -> Layer {
    Layer {
        id: LayerId::derived(&[name]),
        name: name.to_owned(),
        duty: Duty::Turns(Turns {
            rotation: Rotation { every, unit },
            participants: places(people),
            anchor: anchor.parse().unwrap(),
            changes: Vec::new(),
            counting: Counting::Clock,
        }),
        starts: None,
        ends: None,
        restrictions: Vec::new(),
    }
}

pub(super) fn places(people: &[&str]) -> Vec<Participant> {
    people.iter().map(|name| (*name != "-").then(|| user(name))).collect()
}

/// The turns of a layer that is made of them.
pub(super) fn turns(layer: &mut Layer) -> &mut Turns {
    match &mut layer.duty {
        Duty::Turns(turns) => turns,
        Duty::Calendar(_) => panic!("a calendar has no turns"),
    }
}

pub(super) fn schedule(zone: Tz, layers: Vec<Layer>) -> Schedule {
    Schedule {
        id: ScheduleId::derived(&["nights"]),
        name: "Nights".to_owned(),
        zone,
        mode: LayerMode::Union,
        layers,
        coverage: Coverage::Always,
        owner: None,
        former: Vec::new(),
    }
}

fn window(days: &[Weekday], from: &str, to: &str) -> Window {
    Window { days: days.to_vec(), from: from.parse().unwrap(), to: to.parse().unwrap() }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn change(kind: OverrideKind, starts: &str, ends: &str) -> Override {
    Override {
        id: OverrideId::derived(&[&format!("{kind:?}"), starts]),
        schedule_id: ScheduleId::derived(&["nights"]),
        kind,
        starts: at(starts),
        ends: at(ends),
        state: OverrideState::Approved,
        reason: None,
        made_by: Actor::System,
        made_at: at(starts),
        decided_by: None,
    }
}

fn replace(original: &str, by: &str) -> OverrideKind {
    OverrideKind::Replace { original: user(original), by: user(by) }
}

fn add(name: &str) -> OverrideKind {
    OverrideKind::Add { user: user(name) }
}

fn remove(name: &str) -> OverrideKind {
    OverrideKind::Remove { user: user(name) }
}

/// Each shift as `name start` on the schedule's wall clock, with its length in hours.
fn shifts(schedule: &Schedule, overrides: &[Override], from: &str, to: &str) -> Vec<String> {
    schedule
        .shifts(overrides, at(from), at(to))
        .iter()
        .map(|shift| {
            let starts = shift.starts.with_timezone(&schedule.zone).format("%m-%d %H:%M %Z");
            let length = shift.ends - shift.starts;
            let minutes = length.num_minutes() % 60;
            let minutes = if minutes == 0 { String::new() } else { format!(" {minutes}min") };
            format!("{} {starts} {}h{minutes}", &shift.user.as_str()[4..], length.num_hours())
        })
        .collect()
}

fn names(schedule: &Schedule, overrides: &[Override], when: &str) -> Vec<String> {
    schedule.on_call_at(overrides, at(when)).iter().map(|on| on.user.as_str()[4..].to_owned()).collect()
}

/// Ann and Bob take weeks from Monday 2026-06-01 09:00 Chicago (14:00 UTC).
fn weekly() -> Schedule {
    let week = (1, RotationUnit::Weeks);
    schedule(Tz::America__Chicago, vec![layer("primary", week, "2026-06-01T09:00:00", &["ann", "bob"])])
}

#[test]
fn nobody_is_on_call_before_the_anchor_or_from_the_end_on() {
    let mut weekly = weekly();
    weekly.layers[0].ends = Some(at("2026-06-10T00:00:00Z"));
    assert_eq!(
        shifts(&weekly, &[], "2026-05-01T00:00:00Z", "2026-07-01T00:00:00Z"),
        ["ann 06-01 09:00 CDT 168h", "bob 06-08 09:00 CDT 34h"]
    );
    assert_eq!(weekly.on_call_at(&[], at("2026-06-09T00:00:00Z"))[0].until, weekly.layers[0].ends);
}

#[test]
fn an_empty_slot_is_a_turn_that_nobody_has() {
    let week = (1, RotationUnit::Weeks);
    let every_other =
        schedule(Tz::America__Chicago, vec![layer("primary", week, "2026-06-01T09:00:00", &["ann", "-"])]);
    assert_eq!(
        shifts(&every_other, &[], "2026-06-01T14:00:00Z", "2026-06-29T14:00:00Z"),
        ["ann 06-01 09:00 CDT 168h", "ann 06-15 09:00 CDT 168h"]
    );
}

#[test]
fn layers_run_together_unless_the_top_one_wins() {
    let mut nights = weekly();
    nights.layers.push(layer("top", (1, RotationUnit::Days), "2026-06-03T09:00:00", &["cid", "-"]));
    let (covered, uncovered) = ("2026-06-04T00:00:00Z", "2026-06-05T00:00:00Z");
    assert_eq!(names(&nights, &[], covered), ["ann", "cid"]);
    nights.mode = LayerMode::TopLayerWins;
    assert_eq!(names(&nights, &[], covered), ["cid"]);
    assert_eq!(names(&nights, &[], uncovered), ["ann"], "an empty slot covers nothing");
    assert_eq!(names(&nights, &[], "2026-06-02T00:00:00Z"), ["ann"], "nor does a layer that hasn't begun");
}

#[test]
fn somebody_on_two_layers_is_on_call_once() {
    let mut nights = weekly();
    nights.layers.push(layer("second", (1, RotationUnit::Weeks), "2026-06-01T09:00:00", &["ann", "cid"]));
    let on_call = nights.on_call_at(&[], at("2026-06-02T00:00:00Z"));
    assert_eq!(on_call.len(), 1);
    assert_eq!(on_call[0].reason, Reason::Layer { layer_id: nights.layers[0].id.clone(), turn: 0 });
}

#[test]
fn until_reaches_over_turns_in_a_row_and_looks_only_so_far() {
    let week = (1, RotationUnit::Weeks);
    let anchor = "2026-06-01T09:00:00";
    let twice = schedule(Tz::America__Chicago, vec![layer("primary", week, anchor, &["ann", "ann", "bob"])]);
    let now = at("2026-06-02T00:00:00Z");
    assert_eq!(twice.on_call_at(&[], now)[0].until, Some(at("2026-06-15T14:00:00Z")));
    let alone = schedule(Tz::America__Chicago, vec![layer("primary", week, anchor, &["ann"])]);
    assert_eq!(alone.on_call_at(&[], now)[0].until, None);
    assert_eq!(alone.next_on_call(&[], now), []);
}

#[test]
fn whoever_comes_on_call_next_is_told_with_the_time() {
    let mut nights = weekly();
    nights.layers.push(layer("second", (2, RotationUnit::Weeks), "2026-06-01T09:00:00", &["cid", "dee"]));
    let next = nights.next_on_call(&[], at("2026-06-02T00:00:00Z"));
    assert_eq!(next.len(), 1);
    assert_eq!((&next[0].user, next[0].starts), (&user("bob"), at("2026-06-08T14:00:00Z")));
    let both = nights.next_on_call(&[], at("2026-06-09T00:00:00Z"));
    assert_eq!(both.iter().map(|next| next.user.clone()).collect::<Vec<_>>(), [user("ann"), user("dee")]);
    let first = nights.next_on_call(&[], at("2026-01-01T00:00:00Z"));
    assert_eq!((first.len(), first[0].starts), (2, at("2026-06-01T14:00:00Z")));
}

#[test]
fn a_schedule_of_any_age_costs_the_same() {
    let hour = (1, RotationUnit::Hours);
    let old = schedule(
        Tz::America__Chicago,
        vec![layer("primary", hour, "0001-01-01T00:00:00", &["ann", "bob", "cid"])],
    );
    // Walking there would be 17.8 million turns a time.
    let from = at("2026-06-01T00:00:00Z");
    for hours in 0..500 {
        assert_eq!(old.on_call_at(&[], from + TimeDelta::hours(hours)).len(), 1);
    }
    assert_eq!(old.shifts(&[], from, from + TimeDelta::hours(500)).len(), 500);
}

#[test]
fn an_empty_or_backward_window_has_no_shifts() {
    for (from, to) in
        [("2026-06-02T00:00:00Z", "2026-06-02T00:00:00Z"), ("2026-06-03T00:00:00Z", "2026-06-02T00:00:00Z")]
    {
        assert!(shifts(&weekly(), &[], from, to).is_empty());
    }
}

#[test]
fn the_last_instant_of_the_calendar_is_answered() {
    assert_eq!(weekly().on_call_at(&[], DateTime::<Utc>::MAX_UTC), []);
    assert_eq!(weekly().shifts(&[], DateTime::<Utc>::MIN_UTC, at("2026-06-02T00:00:00Z")).len(), 1);
}

#[test]
fn problems_are_told_all_at_once_with_their_fields() {
    let mut nights = weekly();
    assert_eq!(nights.validate(), Ok(()));
    nights.name = " ".to_owned();
    turns(&mut nights.layers[0]).participants.clear();
    turns(&mut nights.layers[0]).rotation.every = 0;
    nights.layers[0].ends = Some(at("2026-06-01T14:00:00Z"));
    let mut again = nights.layers[0].clone();
    turns(&mut again).anchor = NaiveDateTime::MIN;
    nights.layers.push(again);
    let fields: Vec<_> = nights.validate().unwrap_err().into_iter().map(|problem| problem.field).collect();
    assert_eq!(
        fields,
        [
            "name",
            "layers[0].rotation.every",
            "layers[0].participants",
            "layers[0].ends",
            "layers[1].id",
            "layers[1].rotation.every",
            "layers[1].participants",
            "layers[1].anchor"
        ]
    );
    assert_eq!(nights.on_call_at(&[], at("2026-06-02T00:00:00Z")), [], "and the resolver bears with it");
}

#[test]
fn the_json_form_reads_plainly_and_comes_back() {
    let covering = change(replace("ann", "cid"), "2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z");
    let json = serde_json::to_value(&covering).unwrap();
    assert_eq!(
        (&json["kind"], &json["by"], &json["state"]),
        (&"replace".into(), &"usr_cid".into(), &"approved".into())
    );
    assert_eq!(serde_json::from_value::<Override>(json).unwrap(), covering);

    let json = serde_json::to_value(weekly()).unwrap();
    assert_eq!((&json["zone"], &json["mode"]), (&"America/Chicago".into(), &"union".into()));
    let turns = &json["layers"][0]["duty"]["turns"];
    assert_eq!(turns["rotation"], serde_json::json!({ "every": 1, "unit": "weeks" }));
    assert_eq!(turns["anchor"], "2026-06-01T09:00:00");
    assert_eq!(serde_json::from_value::<Schedule>(json).unwrap(), weekly());
}
