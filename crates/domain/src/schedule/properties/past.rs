//! No edit, whatever it is of, changes who was on call before it.

use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::drawn::{Case, cases_around, config, odd_days};
use crate::id::LayerId;
use crate::schedule::*;

/// What an edit does with a layer.
#[derive(Debug, Clone, Copy)]
enum Touch {
    Keep,
    TakeOut,
    Lay,
    Restrict,
    Bound,
    Exchange,
}

/// An edit: what it does with each layer, how it turns them about, and where new things are taken from.
#[derive(Debug, Clone)]
struct Edit {
    touches: Vec<Touch>,
    turned: usize,
    other: Case,
    zone: Option<Tz>,
    /// After the one before.
    minutes: i64,
}

fn edits(day: (Tz, NaiveDateTime)) -> impl Strategy<Value = Edit> {
    use Touch::{Bound, Exchange, Keep, Lay, Restrict, TakeOut};
    let touch = prop::sample::select(vec![Keep, Keep, Keep, Keep, TakeOut, Lay, Restrict, Bound, Exchange]);
    let touches = prop::collection::vec(touch, 5);
    let zone = prop::option::weighted(0.1, odd_days().prop_map(|(zone, _)| zone));
    let parts = (touches, 0..4_usize, cases_around(day, 1..3, 0..1), zone, 0..2_000_i64);
    parts.prop_map(|(touches, turned, other, zone, minutes)| Edit { touches, turned, other, zone, minutes })
}

fn touched(layer: &Layer, touch: Touch, other: &Layer) -> Option<Layer> {
    let mut layer = layer.clone();
    match (touch, &mut layer.duty, &other.duty) {
        (Touch::TakeOut, ..) => return None,
        (Touch::Lay, Duty::Turns(turns), Duty::Turns(other)) => {
            (turns.rotation, turns.anchor) = (other.rotation, other.anchor);
        }
        (Touch::Restrict, ..) => layer.restrictions.clone_from(&other.restrictions),
        (Touch::Bound, ..) => (layer.starts, layer.ends) = (other.starts, other.ends),
        // A calendar's shifts aren't edited.
        (Touch::Exchange, Duty::Turns(_), _) => layer.duty = other.duty.clone(),
        (Touch::Keep | Touch::Lay | Touch::Exchange, ..) => {}
    }
    Some(layer)
}

impl Edit {
    fn of(&self, kept: &Schedule, round: &str) -> Schedule {
        let mut edited = kept.clone();
        let others = &self.other.schedule;
        let touches = edited.layers.iter().zip(&self.touches).zip(others.layers.iter().cycle());
        edited.layers = touches.filter_map(|((layer, touch), other)| touched(layer, *touch, other)).collect();
        if self.turned > 1 && !edited.layers.is_empty() {
            let by = self.turned % edited.layers.len();
            edited.layers.rotate_left(by);
        } else if self.turned == 1 {
            let new = Layer { id: LayerId::derived(&["new", round]), ..others.layers[0].clone() };
            edited.layers.insert(0, new);
        }
        edited.zone = self.zone.unwrap_or(kept.zone);
        edited
    }
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn whoever_was_on_call_before_an_edit_was_on_call(
        (case, edits) in odd_days().prop_flat_map(|day| {
            (cases_around(day, 1..4, 0..1), prop::collection::vec(edits(day), 1..4))
        }),
        at_once in any::<bool>(),
    ) {
        let from = if at_once { EditFrom::Now } else { EditFrom::NextHandoff };
        let (mut kept, mut now) = (case.schedule, case.middle - TimeDelta::days(2));
        let begin = now - TimeDelta::days(7);
        for (round, edit) in edits.iter().enumerate() {
            now += TimeDelta::minutes(edit.minutes);
            let edited = kept.edit(edit.of(&kept.to_edit(now), &round.to_string()), from, now);
            let was = changed(&kept.shifts(&[], begin, now), &edited.shifts(&[], begin, now));
            prop_assert_eq!(was, [], "{:?}", edited);
            kept = edited;
        }
    }
}
