//! What an edit of the participants may change, and what it mustn't.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::drawn::{changed_turns, config, instants, layers, odd_days, people, windows};
use super::users_of;
use crate::id::UserId;
use crate::schedule::rotation::Grid;
use crate::schedule::tests::{layer, schedule, turns, user};
use crate::schedule::*;

const DAY: TimeDelta = TimeDelta::days(1);

/// A schedule of one layer of turns, and an instant near the middle, sometimes a handoff.
fn kept() -> impl Strategy<Value = (Schedule, DateTime<Utc>)> {
    let drawn = odd_days().prop_flat_map(|(zone, middle)| {
        let layers = layers(zone, middle).prop_filter("a calendar", |layer| layer.turns().is_some());
        (Just(zone), Just(middle), layers)
    });
    drawn.prop_flat_map(|(zone, middle, layer)| {
        let rota = layer.turns().unwrap();
        let anywhere = instants(rota, zone, middle.and_utc(), (0..20, -300..300));
        let planned: Vec<_> = rota.changes.iter().map(|change| change.from).collect();
        let before_a_change = (0..30_i64, 0..3_usize).prop_map(move |(quarters, index)| {
            let from = planned.get(index).copied().unwrap_or(middle.and_utc());
            from - TimeDelta::minutes(15 * quarters)
        });
        (Just(schedule(zone, vec![layer])), prop_oneof![anywhere, before_a_change])
    })
}

/// What a manager hands in who changes nothing but the participants.
fn handed_in(kept: &Schedule, now: DateTime<Utc>, participants: Option<Vec<Participant>>) -> Schedule {
    let mut edited = kept.clone();
    let rota = turns(&mut edited.layers[0]);
    rota.participants = participants.unwrap_or_else(|| rota.participants_at(now).to_vec());
    rota.changes.retain(|change| change.from > now);
    edited
}

fn rota(schedule: &Schedule) -> &Turns {
    schedule.layers[0].turns().unwrap()
}

fn grid(schedule: &Schedule) -> Grid {
    let rota = rota(schedule);
    Grid::new(rota.rotation, rota.anchor, schedule.zone).unwrap()
}

fn plan(schedule: &mut Schedule, somebody: &UserId, joins: bool, from: DateTime<Utc>) -> bool {
    if joins { schedule.plan_join(0, somebody, from) } else { schedule.plan_leave(0, somebody, from) }
}

/// Where the two put different people on call.
fn differ(one: &Schedule, other: &Schedule, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Span> {
    changed(&one.shifts(&[], from, to), &other.shifts(&[], from, to))
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn an_edit_from_the_next_handoff_on_changes_nobody_before_it((kept, now) in kept(), wanted in people()) {
        let edited = kept.edit(handed_in(&kept, now, Some(wanted.clone())), EditFrom::NextHandoff, now);
        if now < grid(&kept).begins() {
            prop_assert_eq!(&rota(&edited).participants, &wanted);
            return Ok(());
        }
        let handoff = grid(&kept).turn_at(now).ends;
        prop_assert_eq!(differ(&kept, &edited, now - DAY * 20, handoff.min(now + DAY * 20)), []);
        let planned = |schedule: &Schedule| {
            rota(schedule).changes.iter().filter(|change| change.from > handoff).cloned().collect::<Vec<_>>()
        };
        prop_assert_eq!(planned(&kept), planned(&edited));
        if wanted == rota(&kept).participants_at(now) {
            prop_assert_eq!(edited, kept);
        } else {
            prop_assert_eq!(rota(&edited).participants_at(handoff), &wanted);
        }
    }

    #[test]
    fn an_edit_at_once_changes_nobody_before_it((kept, now) in kept(), wanted in people()) {
        let edited = kept.edit(handed_in(&kept, now, Some(wanted.clone())), EditFrom::Now, now);
        if now >= grid(&kept).begins() {
            prop_assert_eq!(differ(&kept, &edited, now - DAY * 20, now), []);
            prop_assert_eq!(rota(&edited).participants_at(now), &wanted);
        }
        prop_assert_eq!(edited.edit(handed_in(&edited, now, None), EditFrom::Now, now), edited);
    }

    #[test]
    fn an_edit_of_anything_else_keeps_the_round(
        (kept, now) in kept(),
        restrictions in prop::collection::vec(windows(), 0..3),
    ) {
        let mut edited = handed_in(&kept, now, None);
        edited.name = "Days".to_owned();
        edited.layers[0].ends = None;
        if rota(&kept).counting == Counting::Clock {
            edited.layers[0].restrictions = restrictions;
        }
        let edited = kept.edit(edited, EditFrom::NextHandoff, now);
        if now >= grid(&kept).begins() {
            prop_assert_eq!(rota(&edited), rota(&kept));
        }
    }

    #[test]
    fn a_plan_changes_nobody_before_it_and_moves_nobody_else(
        (kept, from) in kept(),
        name in prop::sample::select(vec!["ann", "eve"]),
        joins in any::<bool>(),
    ) {
        let somebody = user(name);
        let mut planned = kept.clone();
        prop_assert!(plan(&mut planned, &somebody, joins, from));
        prop_assert_eq!(differ(&kept, &planned, from - DAY * 20, from), []);
        let others = |schedule: &Schedule, at| {
            let all = rota(schedule).participants_at(at).iter();
            all.filter(|place| place.as_ref() != Some(&somebody)).cloned().collect::<Vec<_>>()
        };
        for at in rota(&planned).changes.iter().map(|change| change.from) {
            prop_assert_eq!(others(&planned, at), others(&kept, at));
            let takes_part = rota(&planned).participants_at(at).contains(&Some(somebody.clone()));
            let took_part = rota(&kept).participants_at(at).contains(&Some(somebody.clone()));
            prop_assert_eq!(takes_part, if at < from { took_part } else { joins });
        }
        // In the middle of a turn, only whoever leaves is taken off call.
        let before = users_of(&kept.shifts(&[], from, from + DAY), from);
        let is_handoff = grid(&kept).turn_at(from - TimeDelta::seconds(1)).ends == from;
        let is_changed_anyway = rota(&kept).changes.iter().any(|change| change.from == from);
        if !before.contains(&somebody) && !is_handoff && !is_changed_anyway && rota(&kept).counting == Counting::Clock {
            let after = users_of(&planned.shifts(&[], from, from + DAY), from);
            prop_assert!(before.is_subset(&after), "{:?} {:?}", before, after);
        }
    }

    #[test]
    fn after_a_plan_the_others_follow_each_other_as_before(
        leaver in 0..4_usize,
        joins in any::<bool>(),
        quarters in 0..2_000_i64,
    ) {
        let day = (1, RotationUnit::Days);
        let names = ["ann", "bob", "cid", "dee"];
        let mut planned = schedule(Tz::UTC, vec![layer("days", day, "2026-06-01T09:00:00", &names)]);
        let from = "2026-06-01T09:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(15 * quarters);
        let somebody = user(if joins { "eve" } else { names[leaver] });
        prop_assert!(plan(&mut planned, &somebody, joins, from));
        let others: Vec<_> = names.map(user).into_iter().filter(|name| *name != somebody).collect();
        let turns = planned.next_turns(&planned.layers[0], from - DAY * 5, 30);
        let turns: Vec<_> = turns.into_iter().filter_map(|turn| turn.user).filter(|name| *name != somebody).collect();
        let place = |name| others.iter().position(|other| other == name).unwrap();
        // One turn may be divided where somebody leaves, and its rest is of whoever follows.
        for pair in turns.windows(2) {
            prop_assert_eq!((place(&pair[0]) + 1) % others.len(), place(&pair[1]), "{:?}", turns);
        }
    }
}

/// Turns that began years ago, with changes ever since.
fn aged() -> impl Strategy<Value = (Schedule, DateTime<Utc>)> {
    let now = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap().and_time(NaiveTime::MIN);
    let rotation = prop::sample::select(vec![
        (1, RotationUnit::Days),
        (3, RotationUnit::Days),
        (1, RotationUnit::Weeks),
    ]);
    let counting = prop::sample::select(vec![Counting::Clock, Counting::ActivePeriods]);
    let parts = (rotation, people(), counting, prop::collection::vec(windows(), 0..3));
    let drawn = parts.prop_flat_map(move |(rotation, participants, counting, windows)| {
        let mut layer = layer("aged", rotation, "2023-03-01T09:00:00", &[]);
        let begun = Turns { participants, counting, ..turns(&mut layer).clone() };
        layer.restrictions = windows;
        let ever_since =
            instants(&begun, Tz::America__Chicago, now.and_utc(), (0..400, -1_000 * 96..40 * 96));
        (Just(layer), changed_turns(begun, 8, ever_since))
    });
    drawn.prop_map(move |(layer, turns)| {
        (schedule(Tz::America__Chicago, vec![Layer { duty: Duty::Turns(turns), ..layer }]), now.and_utc())
    })
}

fn is_told_apart(participants: &[Participant]) -> bool {
    participants.iter().collect::<BTreeSet<_>>().len() == participants.len() && !participants.contains(&None)
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn what_is_forgotten_changes_nothing_after_the_horizon((kept, now) in aged()) {
        let horizon = now - DAY * 400;
        let edited = kept.edit(handed_in(&kept, now, None), EditFrom::NextHandoff, now);
        prop_assert_eq!(differ(&kept, &edited, horizon, now + DAY * 60), []);
        let old = rota(&edited).changes.iter().filter(|change| change.from <= horizon).count();
        let mut everybody = rota(&kept).changes.iter().map(|change| &change.participants);
        if everybody.all(|people| is_told_apart(people)) {
            prop_assert_eq!(old, 0);
        }
    }

    #[test]
    fn what_is_forgotten_bit_by_bit_is_the_same((kept, now) in aged()) {
        let mut edited = kept.clone();
        for days in [-500, -320, -90, 0] {
            let then = now + DAY * days;
            edited = edited.edit(handed_in(&edited, then, None), EditFrom::NextHandoff, then);
        }
        prop_assert_eq!(differ(&kept, &edited, now - DAY * 400, now + DAY * 60), []);
    }
}
