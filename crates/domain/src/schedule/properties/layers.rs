//! A layer covers what it says it covers, at any age and in any order.

use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::drawn::{Case, cases, config, layers, odd_days};
use super::{together, users_of};
use crate::schedule::local_time::first_instant;
use crate::schedule::tests::{schedule, turns, user};
use crate::schedule::*;

/// A layer of turns, with every place filled.
fn full_layers() -> impl Strategy<Value = (Tz, NaiveDateTime, Layer)> {
    odd_days().prop_flat_map(|(zone, middle)| {
        let full = layers(zone, middle).prop_filter("a calendar", |layer| layer.turns().is_some());
        full.prop_map(move |mut layer| {
            let rota = turns(&mut layer);
            let lists = rota.changes.iter_mut().map(|change| &mut change.participants);
            for people in lists.chain([&mut rota.participants]) {
                people.push(Some(user("eve")));
                for place in people.iter_mut().filter(|place| place.is_none()) {
                    *place = Some(user("fay"));
                }
            }
            (zone, middle, layer)
        })
    })
}

/// What `years` of this rotation make at least, such that each of up to six people is back in their place, and every window
/// on its day. `None` for one that moves on the wall clock.
fn back_in_place(rotation: Rotation, years: i64) -> Option<TimeDelta> {
    let week = 7 * 24 * 3600;
    let whole = match rotation.unit {
        _ if !rotation.follows_the_clock() => return None,
        RotationUnit::Hours => week,
        RotationUnit::Days | RotationUnit::Weeks => 7 * rotation.length(),
    };
    let round = 60 * whole;
    Some(TimeDelta::seconds((years * 366 * 24 * 3600 / round + 1) * round))
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn the_shifts_of_a_full_layer_cover_its_active_time_without_gap_or_overlap((zone, middle, layer) in full_layers()) {
        let (from, to) = (middle.and_utc() - TimeDelta::days(15), middle.and_utc() + TimeDelta::days(15));
        let mut rota = schedule(zone, vec![layer.clone()]);
        if !layer.restrictions.is_empty() {
            rota.coverage = Coverage::Windows(layer.restrictions.clone());
        }
        let begins = first_instant(zone, layer.turns().unwrap().anchor).max(layer.starts.unwrap_or(from));
        let lives = Span { starts: begins.max(from), ends: layer.ends.unwrap_or(to).min(to) };
        let active: Vec<_> = rota.required(from, to).into_iter().filter_map(|open| open.meet(lives)).collect();
        let shifts = rota.shifts(&[], from, to);
        prop_assert!(shifts.iter().all(|shift| shift.starts < shift.ends));
        prop_assert!(shifts.windows(2).all(|pair| pair[0].ends <= pair[1].starts));
        prop_assert_eq!(together(&shifts), active);
    }

    #[test]
    fn a_layer_ten_years_older_by_whole_rounds_and_weeks_says_the_same(
        (zone, middle, mut layer) in full_layers(),
        years in 10..30_i64,
    ) {
        let rota = turns(&mut layer);
        rota.changes.clear();
        let Some(age) = back_in_place(rota.rotation, years) else { return Ok(()) };
        let young = schedule(zone, vec![layer.clone()]);
        turns(&mut layer).anchor -= age;
        let old = schedule(zone, vec![layer]);
        // Of a turn that began before it was anchored, the young one knows nothing.
        let from = first_instant(zone, young.layers[0].turns().unwrap().anchor);
        let to = middle.and_utc() + TimeDelta::days(30);
        let told = |schedule: &Schedule| {
            let shifts = schedule.shifts(&[], from, to);
            shifts.into_iter().map(|shift| (shift.user, shift.starts, shift.ends)).collect::<Vec<_>>()
        };
        prop_assert_eq!(told(&old), told(&young));
    }

    #[test]
    fn the_order_of_layers_changes_nobody_in_a_union(case in cases(2..5, 0..3), turned in 0..4_usize) {
        let straight = Schedule { mode: LayerMode::Union, ..case.schedule.clone() };
        let mut other = straight.clone();
        other.layers.rotate_left(turned % straight.layers.len());
        other.layers.reverse();
        let told = |schedule: Schedule| Case { schedule, ..case.clone() }.shifts(case.hour(-80), case.hour(80));
        let (straight, other) = (told(straight), told(other));
        for shift in straight.iter().chain(&other) {
            for at in [shift.starts, shift.ends] {
                prop_assert_eq!(users_of(&straight, at), users_of(&other, at), "{}", at);
            }
        }
    }
}
