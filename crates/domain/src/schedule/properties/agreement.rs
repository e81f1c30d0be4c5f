//! The engine agrees with the oracle.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::drawn::{cases, config};
use super::users_of;
use crate::schedule::oracle::{Minute, walk};
use crate::schedule::resolver::Segments;
use crate::schedule::{Span, UpcomingTurn};

/// The stretches of minutes of which `holds` is true.
fn spans<'a, 'b: 'a>(minutes: &'a [Minute<'b>], holds: impl Fn(&Minute<'b>) -> bool) -> Vec<Span> {
    minutes
        .chunk_by(|a, b| holds(a) == holds(b))
        .filter(|same| holds(&same[0]))
        .map(|same| Span { starts: same[0].at, ends: same[same.len() - 1].at + TimeDelta::minutes(1) })
        .collect()
}

/// The turns of a layer in these minutes, with those that a closed window divides put together.
fn turns(minutes: &[Minute<'_>], layer: usize) -> Vec<UpcomingTurn> {
    let mut turns: Vec<UpcomingTurn> = Vec::new();
    for Minute { at, taken, .. } in minutes {
        let Some((number, user)) = taken[layer] else { continue };
        let ends = *at + TimeDelta::minutes(1);
        match turns.last_mut().filter(|turn| (turn.number, turn.user.as_ref()) == (number, user)) {
            Some(turn) => turn.ends = ends,
            None => turns.push(UpcomingTurn { number, user: user.cloned(), starts: *at, ends }),
        }
    }
    turns
}

proptest! {
    #![proptest_config(config(160))]

    #[test]
    fn the_oracle_agrees_minute_by_minute(case in cases(1..4, 0..6)) {
        let (from, to) = (case.hour(-30), case.hour(42));
        let shifts = case.shifts(from, to);
        let minutes = walk(&case.schedule, &case.overrides, from, to);
        for (index, Minute { at, on_call, .. }) in minutes.iter().enumerate() {
            prop_assert_eq!(&users_of(&shifts, *at), on_call, "{}", at);
            if index % 7 == 0 {
                let now = Segments::new(&case.schedule, &case.overrides, *at).next().unwrap().on_call;
                let now: BTreeSet<_> = now.into_iter().map(|person| person.user.clone()).collect();
                prop_assert_eq!(&now, on_call, "{}", at);
            }
            if index % 61 == 0 {
                let now = case.schedule.on_call_at(&case.overrides, *at);
                let now: BTreeSet<_> = now.into_iter().map(|on| on.user).collect();
                prop_assert_eq!(&now, on_call, "{}", at);
            }
        }
        let gaps = spans(&minutes, |minute| minute.required && minute.on_call.is_empty());
        prop_assert_eq!(case.schedule.gaps(&case.overrides, from, to), gaps);
        prop_assert_eq!(case.schedule.required(from, to), spans(&minutes, |minute| minute.required));
        for (index, layer) in case.schedule.layers.iter().enumerate() {
            let mut expected = turns(&minutes, index);
            // The last one may go on.
            expected.pop();
            prop_assert_eq!(case.schedule.next_turns(layer, from, expected.len()), expected);
        }
    }
}
