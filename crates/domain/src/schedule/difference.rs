//! Where two final schedules put different people on call.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::coverage::join;
use super::{Shift, Span};
use crate::id::UserId;

/// The spans in which the people on call differ; why they are doesn't matter.
pub fn changed(before: &[Shift], after: &[Shift]) -> Vec<Span> {
    let both = before.iter().chain(after);
    let boundaries: BTreeSet<_> = both.flat_map(|shift| [shift.starts, shift.ends]).collect();
    let boundaries: Vec<_> = boundaries.into_iter().collect();
    let mut spans = Vec::new();
    for pair in boundaries.windows(2) {
        let &[starts, ends] = pair else { continue };
        if on_call(before, starts) != on_call(after, starts) {
            join(&mut spans, Span { starts, ends });
        }
    }
    spans
}

fn on_call(shifts: &[Shift], at: DateTime<Utc>) -> BTreeSet<&UserId> {
    let running = shifts.iter().filter(|shift| shift.starts <= at && at < shift.ends);
    running.map(|shift| &shift.user).collect()
}
