//! A second opinion: who is on call, found by walking every minute with a wall clock in hand.
//!
//! Invariant: it shares nothing with the engine but the types it reads and the time-zone database. Windows are looked up
//! in a diary of what the clock showed (`diary.rs`), and the round is passed on turn by turn (`baton.rs`).

mod baton;
mod diary;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use self::baton::Baton;
use self::diary::Diary;
use super::{Coverage, Duty, Layer, LayerMode, Override, OverrideKind, OverrideState, Schedule};
use crate::id::UserId;

/// What the oracle says of one minute.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Minute<'a> {
    pub(super) at: DateTime<Utc>,
    /// Each layer's turn while it is active, and who has it.
    pub(super) taken: Vec<Option<(u64, Option<&'a UserId>)>>,
    pub(super) on_call: BTreeSet<UserId>,
    /// Whether somebody should be on call.
    pub(super) required: bool,
}

/// A layer being walked through.
struct Walk<'a> {
    layer: &'a Layer,
    /// Minute by minute, whether one of its windows is open.
    open: Vec<bool>,
    /// `None` for a calendar.
    baton: Option<Baton<'a>>,
}

impl<'a> Walk<'a> {
    fn new(layer: &'a Layer, diary: &Diary) -> Self {
        let baton = layer.turns().map(|turns| Baton::new(turns, &layer.restrictions));
        let open = match layer.restrictions.as_slice() {
            [] => vec![true; diary.minutes.len()],
            windows => diary.open(windows),
        };
        Self { layer, open, baton }
    }

    fn is_active(&self, minute: usize, at: DateTime<Utc>) -> bool {
        self.open[minute]
            && self.layer.starts.is_none_or(|starts| starts <= at)
            && self.layer.ends.is_none_or(|ends| at < ends)
    }

    fn taken(&self, minute: usize, at: DateTime<Utc>) -> Option<(u64, Option<&'a UserId>)> {
        self.baton.as_ref()?.taken().filter(|_| self.is_active(minute, at))
    }

    fn people(&self, minute: usize, at: DateTime<Utc>) -> Vec<&'a UserId> {
        match &self.layer.duty {
            Duty::Turns(_) => self.taken(minute, at).and_then(|(_, user)| user).into_iter().collect(),
            Duty::Calendar(calendar) if self.is_active(minute, at) => {
                let running = calendar.shifts.iter().filter(|shift| (shift.starts..shift.ends).contains(&at));
                running.map(|shift| &shift.user).collect()
            }
            Duty::Calendar(_) => Vec::new(),
        }
    }
}

/// Every minute of `[from, to)`. Times must be whole minutes, and the zone's offsets too.
pub(super) fn walk<'a>(
    schedule: &'a Schedule,
    overrides: &[Override],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<Minute<'a>> {
    let anchors = schedule.layers.iter().filter_map(Layer::turns).map(|turns| turns.anchor.and_utc());
    let begins = anchors.chain([from]).min().unwrap() - TimeDelta::days(3);
    // A window is known to have ended only once the clock can't show its end again.
    let diary = Diary::of(schedule.zone, begins, to + TimeDelta::days(3));
    let required = match &schedule.coverage {
        Coverage::Always => vec![true; diary.minutes.len()],
        Coverage::Windows(windows) => diary.open(windows),
        Coverage::Never => vec![false; diary.minutes.len()],
    };
    let mut walks: Vec<_> = schedule.layers.iter().map(|layer| Walk::new(layer, &diary)).collect();
    let mut minutes = Vec::new();
    for (minute, &(at, clock)) in diary.minutes.iter().enumerate().take_while(|(_, (at, _))| *at < to) {
        for baton in walks.iter_mut().filter_map(|walk| walk.baton.as_mut()) {
            baton.step(at, clock);
        }
        if at >= from {
            let mut people = walks.iter().map(|walk| walk.people(minute, at));
            let by_layer: BTreeSet<_> = match schedule.mode {
                LayerMode::Union => people.flatten().collect(),
                LayerMode::TopLayerWins => {
                    people.rfind(|people| !people.is_empty()).unwrap_or_default().into_iter().collect()
                }
            };
            minutes.push(Minute {
                at,
                taken: walks.iter().map(|walk| walk.taken(minute, at)).collect(),
                on_call: overridden(&by_layer, overrides, at, required[minute]),
                required: required[minute],
            });
        }
    }
    minutes
}

fn overridden(
    by_layer: &BTreeSet<&UserId>,
    overrides: &[Override],
    at: DateTime<Utc>,
    required: bool,
) -> BTreeSet<UserId> {
    let in_force: Vec<_> = overrides
        .iter()
        .filter(|change| change.state == OverrideState::Approved)
        .filter(|change| (change.starts..change.ends).contains(&at))
        .map(|change| &change.kind)
        .collect();
    let mut staying = by_layer.clone();
    let mut coming = BTreeSet::new();
    for kind in &in_force {
        if let OverrideKind::Remove { user } = kind {
            staying.remove(user);
        }
    }
    let left = staying.clone();
    for kind in &in_force {
        if let OverrideKind::Replace { original, by } = kind
            && (left.contains(original) || (left.is_empty() && required))
        {
            staying.remove(original);
            coming.insert(by);
        }
    }
    for kind in &in_force {
        if let OverrideKind::Add { user } = kind {
            coming.insert(user);
        }
    }
    staying.union(&coming).map(|user| (*user).clone()).collect()
}
