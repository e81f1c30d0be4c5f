//! What holds for any schedule, with days on which clocks change in the middle of it.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::oracle::{Minute, walk};
use super::tests::{layer, schedule, turns, user};
use super::*;
use crate::actor::Actor;
use crate::id::{OverrideId, UserId};

const PEOPLE: [&str; 5] = ["ann", "bob", "cid", "dee", "-"];

/// Zones with a day on which something odd happens, and one where nothing does.
const ODD_DAYS: [(Tz, (i32, u32, u32)); 14] = [
    (Tz::America__Chicago, (2026, 3, 8)),
    (Tz::America__New_York, (2026, 11, 1)),
    (Tz::Australia__Lord_Howe, (2026, 4, 5)),
    (Tz::Australia__Lord_Howe, (2026, 10, 4)),
    (Tz::Pacific__Apia, (2011, 12, 30)),
    (Tz::America__Sao_Paulo, (2018, 11, 4)),
    (Tz::America__Sao_Paulo, (2019, 2, 17)),
    (Tz::Africa__Casablanca, (2026, 2, 15)),
    (Tz::Africa__Casablanca, (2026, 3, 22)),
    (Tz::Europe__Dublin, (2026, 3, 29)),
    (Tz::Europe__Dublin, (2026, 10, 25)),
    (Tz::Asia__Kathmandu, (1986, 1, 1)),
    (Tz::Antarctica__Troll, (2026, 3, 29)),
    (Tz::UTC, (2026, 6, 1)),
];

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    }
}

/// A schedule, its overrides, and the midnight (UTC) around which it is worth looking at.
#[derive(Debug, Clone)]
struct Case {
    schedule: Schedule,
    overrides: Vec<Override>,
    middle: DateTime<Utc>,
}

impl Case {
    /// Hours from the middle.
    fn hour(&self, hours: i64) -> DateTime<Utc> {
        self.middle + TimeDelta::hours(hours)
    }

    fn shifts(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Shift> {
        self.schedule.shifts(&self.overrides, from, to)
    }
}

fn rotations() -> impl Strategy<Value = (u32, RotationUnit)> {
    use RotationUnit::{Days, Hours, Weeks};
    prop_oneof![
        prop::sample::select(vec![1, 2, 3, 5, 6, 7, 8, 12, 24, 36, 48]).prop_map(|every| (every, Hours)),
        (1..4_u32).prop_map(|every| (every, Days)),
        (1..3_u32).prop_map(|every| (every, Weeks)),
    ]
}

/// A layer that starts within nine days before the middle, or one after it.
fn layers(middle: NaiveDateTime) -> impl Strategy<Value = Layer> {
    let anchor =
        (-9 * 24 * 4..24 * 4_i64).prop_map(move |quarters| middle + TimeDelta::minutes(15 * quarters));
    let people = prop::collection::vec(prop::sample::select(PEOPLE.to_vec()), 1..5);
    let length = prop::option::weighted(0.3, 1..14 * 24_i64);
    (rotations(), anchor, people, length).prop_map(|(rotation, anchor, people, length)| Layer {
        ends: length.map(|hours| anchor.and_utc() + TimeDelta::hours(hours)),
        ..layer("drawn", rotation, &format!("{anchor:?}"), &people)
    })
}

fn overrides(middle: NaiveDateTime) -> impl Strategy<Value = Override> {
    use OverrideState::{Approved, Pending, Rejected};
    let person = || prop::sample::select(PEOPLE[..4].to_vec()).prop_map(user);
    let kind = prop_oneof![
        3 => (person(), person()).prop_map(|(original, by)| OverrideKind::Replace { original, by }),
        1 => person().prop_map(|user| OverrideKind::Add { user }),
        1 => person().prop_map(|user| OverrideKind::Remove { user }),
    ];
    let state = prop::sample::select(vec![Approved, Approved, Approved, Pending, Rejected]);
    (kind, -72..72_i64, 0..60_i64, state, any::<u32>()).prop_map(move |(kind, from, hours, state, id)| {
        let starts = middle.and_utc() + TimeDelta::hours(from);
        Override {
            id: OverrideId::derived(&[&id.to_string()]),
            schedule_id: ScheduleId::derived(&["nights"]),
            kind,
            starts,
            ends: starts + TimeDelta::hours(hours),
            state,
            reason: None,
            made_by: Actor::System,
            made_at: starts,
            decided_by: None,
        }
    })
}

fn cases(
    layer_counts: std::ops::Range<usize>,
    override_counts: std::ops::Range<usize>,
) -> impl Strategy<Value = Case> {
    prop::sample::select(ODD_DAYS.to_vec()).prop_flat_map(move |(zone, (year, month, day))| {
        let middle = NaiveDate::from_ymd_opt(year, month, day).unwrap().and_time(chrono::NaiveTime::MIN);
        let parts = (
            prop::collection::vec(layers(middle), layer_counts.clone()),
            prop::collection::vec(overrides(middle), override_counts.clone()),
            prop::sample::select(vec![LayerMode::Union, LayerMode::TopLayerWins]),
        );
        parts.prop_map(move |(mut layers, overrides, mode)| {
            for (index, layer) in layers.iter_mut().enumerate() {
                layer.id = crate::id::LayerId::derived(&[&index.to_string()]);
            }
            let schedule = Schedule { mode, ..schedule(zone, layers) };
            Case { schedule, overrides, middle: middle.and_utc() }
        })
    })
}

/// Shifts in any order, with those that only a window's edge kept apart put together.
fn joined(mut shifts: Vec<Shift>) -> Vec<Shift> {
    shifts.sort_by_key(|shift| (shift.user.clone(), shift.starts));
    shifts.dedup_by(|next, shift| {
        let continues = (&shift.user, &shift.reason, shift.ends) == (&next.user, &next.reason, next.starts);
        if continues {
            shift.ends = next.ends;
        }
        continues
    });
    shifts
}

fn users_of(shifts: &[Shift], at: DateTime<Utc>) -> BTreeSet<UserId> {
    let covering = shifts.iter().filter(|shift| shift.starts <= at && at < shift.ends);
    covering.map(|shift| shift.user.clone()).collect()
}

proptest! {
    #![proptest_config(config(40))]

    #[test]
    fn the_oracle_agrees_minute_by_minute(case in cases(1..4, 0..6)) {
        let (from, to) = (case.hour(-36), case.hour(48));
        let shifts = case.shifts(from, to);
        for (index, Minute { at, on_call, .. }) in walk(&case.schedule, &case.overrides, from, to).iter().enumerate() {
            prop_assert_eq!(&users_of(&shifts, *at), on_call, "{}", at);
            if index % 61 == 0 {
                let now = case.schedule.on_call_at(&case.overrides, *at);
                prop_assert_eq!(&now.into_iter().map(|on| on.user).collect::<BTreeSet<_>>(), on_call, "{}", at);
            }
        }
    }

    #[test]
    fn the_oracle_counts_the_same_turns(case in cases(1..2, 0..1)) {
        let (from, to) = (case.hour(-36), case.hour(48));
        for Minute { at, turns, .. } in walk(&case.schedule, &[], from, to).iter().step_by(5) {
            let told = case.schedule.on_call_at(&[], *at).into_iter().next().map(|on| on.reason);
            let expected = turns[0].map(|turn| {
                Reason::Layer { layer_id: case.schedule.layers[0].id.clone(), turn }
            });
            prop_assert_eq!(told, expected, "{}", at);
        }
    }
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn the_shifts_of_a_layer_cover_it_without_gap_or_overlap(case in cases(1..2, 0..1), far in 0..4000_i64) {
        let layer = &case.schedule.layers[0];
        let rota = layer.turns().unwrap();
        let full = rota.participants.iter().all(Option::is_some);
        let (from, to) = (case.hour(-240), case.hour(400));
        let starts = super::local_time::first_instant(case.schedule.zone, rota.anchor);
        let ends = layer.ends.unwrap_or(to);
        let shifts = case.schedule.shifts(&[], from, to);
        for pair in shifts.windows(2) {
            prop_assert!(pair[0].ends <= pair[1].starts && (!full || pair[0].ends == pair[1].starts), "{:?}", pair);
        }
        prop_assert!(shifts.iter().all(|shift| shift.starts < shift.ends));
        if full && starts < ends {
            prop_assert_eq!(shifts.first().map(|shift| shift.starts), Some(starts));
            prop_assert_eq!(shifts.last().map(|shift| shift.ends), Some(ends));
        }
        // The same turns, told from far behind the anchor.
        if full && layer.ends.is_none() {
            let shift = &shifts[shifts.len() - 1];
            let rounds = i64::try_from(rota.participants.len()).unwrap() * far;
            let hours = match rota.rotation.unit {
                RotationUnit::Hours if 24 % rota.rotation.every != 0 => return Ok(()),
                RotationUnit::Hours => 1,
                RotationUnit::Days => 24,
                RotationUnit::Weeks => 168,
            };
            let mut older = case.schedule.clone();
            turns(&mut older.layers[0]).anchor -= TimeDelta::hours(i64::from(rota.rotation.every) * hours * rounds);
            let again = older.shifts(&[], shift.starts, shift.ends);
            prop_assert_eq!(again.len(), 1);
            prop_assert_eq!(&again[0].user, &shift.user);
        }
    }

    #[test]
    fn two_windows_end_to_end_are_one(case in cases(0..4, 0..8), cut in -4000..4000_i64) {
        let (from, to) = (case.hour(-80), case.hour(80));
        let middle = case.middle + TimeDelta::minutes(cut);
        let halves = [case.shifts(from, middle), case.shifts(middle, to)].concat();
        prop_assert_eq!(joined(halves), joined(case.shifts(from, to)));
    }

    #[test]
    fn a_window_is_cut_no_finer_than_its_shifts(case in cases(0..4, 0..8)) {
        let mut shifts = case.shifts(case.hour(-80), case.hour(80));
        prop_assert!(shifts.is_sorted_by_key(|shift| shift.starts));
        shifts.sort_by_key(|shift| (shift.user.clone(), shift.starts));
        prop_assert_eq!(joined(shifts.clone()), shifts);
    }

    #[test]
    fn the_order_of_overrides_does_not_matter(case in cases(0..4, 0..8)) {
        let (from, to) = (case.hour(-80), case.hour(80));
        let mut turned = case.clone();
        turned.overrides.reverse();
        prop_assert_eq!(turned.shifts(from, to), case.shifts(from, to));
    }
}

proptest! {
    #![proptest_config(config(25))]

    #[test]
    fn instants_agree_with_the_window_at_every_boundary(case in cases(0..4, 0..6)) {
        let (from, to) = (case.hour(-40), case.hour(60));
        let shifts = case.shifts(from, to);
        let boundaries: BTreeSet<_> = shifts.iter().flat_map(|shift| [shift.starts, shift.ends]).collect();
        let around = boundaries.iter().flat_map(|at| [-1, 0, 1].map(|seconds| *at + TimeDelta::seconds(seconds)));
        for at in around.filter(|at| (from..to).contains(at)) {
            let mut now: Vec<_> = case.schedule.on_call_at(&case.overrides, at);
            now.sort_by(|a, b| a.user.cmp(&b.user));
            let mut held: Vec<_> = shifts.iter().filter(|shift| shift.starts <= at && at < shift.ends).collect();
            held.sort_by(|a, b| a.user.cmp(&b.user));
            prop_assert_eq!(
                now.iter().map(|on| (&on.user, &on.reason)).collect::<Vec<_>>(),
                held.iter().map(|shift| (&shift.user, &shift.reason)).collect::<Vec<_>>(),
                "{}", at
            );
        }
    }

    #[test]
    fn until_and_next_are_read_off_the_shifts(case in cases(1..4, 0..6), minute in -4000..4000_i64) {
        let at = case.middle + TimeDelta::minutes(minute);
        let to = at + TimeDelta::days(30);
        let shifts = case.shifts(at, to);
        for on in case.schedule.on_call_at(&case.overrides, at) {
            let mut until = at;
            while let Some(shift) = shifts.iter().find(|shift| shift.user == on.user && shift.starts == until) {
                until = shift.ends;
            }
            prop_assert_eq!(on.until.unwrap_or(to).min(to), until, "{}", on.user);
        }
        let comes = |shift: &&Shift| {
            shift.starts > at && !shifts.iter().any(|other| other.user == shift.user && other.ends == shift.starts)
        };
        let expected = shifts.iter().find(comes).map(|shift| shift.starts);
        let next = case.schedule.next_on_call(&case.overrides, at);
        prop_assert_eq!(next.first().map(|next| next.starts).filter(|starts| *starts < to), expected);
    }
}
