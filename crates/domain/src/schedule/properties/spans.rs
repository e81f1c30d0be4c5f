//! Required coverage, gaps, and the arithmetic of spans.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::drawn::{cases, config};
use super::together;
use crate::schedule::{Span, both, without};

fn second(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
}

/// Spans in order and apart, from which seconds are in them.
fn spans(seconds: &[bool]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for (index, _) in seconds.iter().enumerate().filter(|(_, is_in)| **is_in) {
        let starts = second(i64::try_from(index).unwrap());
        let ends = starts + TimeDelta::seconds(1);
        match spans.last_mut().filter(|last| last.ends == starts) {
            Some(last) => last.ends = ends,
            None => spans.push(Span { starts, ends }),
        }
    }
    spans
}

fn is_in_order_and_apart(spans: &[Span]) -> bool {
    spans.iter().all(|span| span.starts < span.ends)
        && spans.windows(2).all(|pair| pair[0].ends < pair[1].starts)
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn gaps_are_what_the_shifts_leave_of_the_required_coverage(case in cases(0..3, 0..6)) {
        let (from, to) = (case.hour(-100), case.hour(100));
        let covered = together(&case.shifts(from, to));
        let required = case.schedule.required(from, to);
        let gaps = case.schedule.gaps(&case.overrides, from, to);
        prop_assert!(is_in_order_and_apart(&required) && is_in_order_and_apart(&gaps), "{:?} {:?}", required, gaps);
        prop_assert_eq!(&gaps, &both(&required, &without(from, to, covered.clone())));
        prop_assert_eq!(both(&gaps, &covered), []);
    }

    #[test]
    fn two_scans_end_to_end_find_the_same_gaps(case in cases(0..3, 0..6), cut in -6000..6000_i64) {
        let (from, middle, to) = (case.hour(-100), case.middle + TimeDelta::minutes(cut), case.hour(100));
        let scan = |from, to| case.schedule.gaps(&case.overrides, from, to);
        let whole = scan(from, to);
        let cut = |starts, ends| both(&whole, &[Span { starts, ends }]);
        prop_assert_eq!((scan(from, middle), scan(middle, to)), (cut(from, middle), cut(middle, to)));
    }

    #[test]
    fn spans_are_met_and_taken_away_second_by_second(
        seconds in prop::collection::vec((any::<bool>(), any::<bool>()), 0..24),
        (from, to) in (0..12_i64, 0..30_i64),
    ) {
        let (left, right): (Vec<_>, Vec<_>) = seconds.iter().copied().unzip();
        let common: Vec<_> = seconds.iter().map(|(left, right)| *left && *right).collect();
        let together = both(&spans(&left), &spans(&right));
        prop_assert_eq!(&together, &both(&spans(&right), &spans(&left)));
        prop_assert_eq!(&together, &spans(&common));
        let left_out: Vec<_> = (0..to)
            .map(|second| second >= from && !usize::try_from(second).ok().and_then(|at| left.get(at)).unwrap_or(&false))
            .collect();
        prop_assert_eq!(without(second(from), second(to), spans(&left)), spans(&left_out));
    }
}
