//! The questions put to one schedule agree with each other.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::drawn::{cases, config};
use super::{joined, users_of};
use crate::schedule::Shift;

proptest! {
    #![proptest_config(config(120))]

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
    fn nobody_has_two_shifts_at_once(case in cases(0..4, 0..8)) {
        let mut shifts = case.shifts(case.hour(-80), case.hour(80));
        shifts.sort_by_key(|shift| (shift.user.clone(), shift.starts));
        let apart = |pair: &[Shift]| pair[0].user != pair[1].user || pair[0].ends <= pair[1].starts;
        prop_assert!(shifts.windows(2).all(apart));
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
    #![proptest_config(config(40))]

    #[test]
    fn instants_agree_with_the_window_at_every_boundary(case in cases(1..4, 0..6)) {
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
        // Both look at 500 changes of the schedule at most.
        let to = at + TimeDelta::days(5);
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
        for coming in next.iter().filter(|coming| coming.starts < to) {
            prop_assert!(users_of(&shifts, coming.starts).contains(&coming.user));
        }
    }
}
