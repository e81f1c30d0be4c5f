//! What holds for any schedule, with days on which clocks change in the middle of it.

mod agreement;
mod clashes;
mod drawn;
mod edits;
mod layers;
mod past;
mod questions;
mod spans;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Shift, Span};
use crate::id::UserId;

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

/// When anybody has a shift. Shifts are by start.
fn together(shifts: &[Shift]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for shift in shifts {
        match spans.last_mut().filter(|last| last.ends >= shift.starts) {
            Some(last) => last.ends = last.ends.max(shift.ends),
            None => spans.push(Span { starts: shift.starts, ends: shift.ends }),
        }
    }
    spans
}

fn users_of(shifts: &[Shift], at: DateTime<Utc>) -> BTreeSet<UserId> {
    let covering = shifts.iter().filter(|shift| shift.starts <= at && at < shift.ends);
    covering.map(|shift| shift.user.clone()).collect()
}
