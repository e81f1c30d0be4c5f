//! Tours: a person's time on call without a break, through however many shifts in a row.
//!
//! Invariant: tours are only shifts put together; no instant is added and none is lost.

use crate::id::UserId;
use crate::schedule::{Reason, Shift, Span};

/// A person's time on call in one schedule without a break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tour<'a> {
    /// Who.
    pub user: &'a UserId,
    /// When.
    pub span: Span,
    /// Why, shift by shift.
    pub reasons: Vec<&'a Reason>,
}

/// The tours of one schedule's shifts, which are in the order of their starts, as [`crate::schedule::Schedule::shifts`]
/// answers them; by start, too.
pub fn tours(shifts: &[Shift]) -> Vec<Tour<'_>> {
    let mut tours: Vec<Tour<'_>> = Vec::new();
    for shift in shifts {
        let running = tours.iter_mut().rev().find(|tour| tour.user == &shift.user);
        match running.filter(|tour| tour.span.ends == shift.starts) {
            Some(tour) => {
                tour.span.ends = shift.ends;
                tour.reasons.push(&shift.reason);
            }
            None => tours.push(Tour {
                user: &shift.user,
                span: Span { starts: shift.starts, ends: shift.ends },
                reasons: vec![&shift.reason],
            }),
        }
    }
    tours
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::LayerId;
    use crate::sample::minute;

    fn shift(name: &str, from: i64, to: i64, turn: u64) -> Shift {
        let reason = Reason::Layer { layer_id: LayerId::derived(&["weekly"]), turn };
        Shift { user: UserId::derived(&[name]), starts: minute(from), ends: minute(to), reason }
    }

    #[test]
    fn shifts_in_a_row_are_one_tour_and_a_break_makes_two() {
        let shifts = [
            shift("ann", 0, 10, 0),
            shift("ben", 0, 20, 0),
            shift("ann", 10, 20, 1),
            shift("ann", 30, 40, 3),
            shift("ben", 20, 30, 2),
        ];
        let (ann, ben) = (UserId::derived(&["ann"]), UserId::derived(&["ben"]));
        let told: Vec<_> =
            tours(&shifts).iter().map(|tour| (tour.user.clone(), tour.span, tour.reasons.len())).collect();
        let span = |from, to| Span { starts: minute(from), ends: minute(to) };
        assert_eq!(told, [(ann.clone(), span(0, 20), 2), (ben, span(0, 30), 2), (ann, span(30, 40), 1)]);
    }
}
