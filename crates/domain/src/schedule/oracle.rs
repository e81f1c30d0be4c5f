//! A second opinion: who is on call, found by walking every minute with a wall clock in hand.
//!
//! Invariant: it shares nothing with the engine but the types it reads and the time-zone database. A handoff is due when
//! the clock first shows its time or later, and turns are counted as they pass.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Layer, LayerMode, Override, OverrideKind, OverrideState, RotationUnit, Schedule, Turns};
use crate::id::UserId;

/// A layer being walked through.
struct Walk<'a> {
    layer: &'a Layer,
    turns: &'a Turns,
    /// The turn begun last; `None` before the first.
    turn: Option<u64>,
    /// By the clock: what it shows when the next turn begins.
    next: NaiveDateTime,
    /// By elapsed time: whole minutes since the turn began.
    minutes: u32,
}

impl Walk<'_> {
    fn step(&mut self, clock: NaiveDateTime) {
        let every = self.turns.rotation.every;
        let days = match self.turns.rotation.unit {
            RotationUnit::Days => Some(every),
            RotationUnit::Weeks => Some(7 * every),
            RotationUnit::Hours => None,
        };
        let by_clock = days.is_some() || [1, 2, 3, 4, 6, 8, 12, 24].contains(&every);
        if by_clock || self.turn.is_none() {
            while clock >= self.next {
                self.turn = Some(self.turn.map_or(0, |turn| turn + 1));
                self.next = match days {
                    Some(days) => self.next + Days::new(days.into()),
                    None if by_clock => self.next + TimeDelta::hours(every.into()),
                    None => NaiveDateTime::MAX,
                };
            }
        } else {
            self.minutes += 1;
            if self.minutes == every * 60 {
                self.minutes = 0;
                self.turn = self.turn.map(|turn| turn + 1);
            }
        }
    }

    /// The turn at `at` and who has it.
    fn taken(&self, at: DateTime<Utc>) -> Option<(u64, &UserId)> {
        let turn = self.turn.filter(|_| self.layer.ends.is_none_or(|ends| at < ends))?;
        let mut round = self.turns.participants.iter().cycle();
        let index = usize::try_from(turn).unwrap() % self.turns.participants.len();
        Some((turn, round.nth(index)?.as_ref()?))
    }
}

/// What the oracle says of one minute.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Minute {
    pub(super) at: DateTime<Utc>,
    /// Each layer's turn, if somebody has it.
    pub(super) turns: Vec<Option<u64>>,
    pub(super) on_call: BTreeSet<UserId>,
}

/// Every minute of `[from, to)`. Times must be whole minutes, and the zone's offsets too.
pub(super) fn walk(
    schedule: &Schedule,
    overrides: &[Override],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<Minute> {
    let anchors = schedule
        .layers
        .iter()
        .filter_map(Layer::turns)
        .map(|turns| turns.anchor.and_utc() - TimeDelta::days(2));
    let mut at = anchors.chain([from]).min().unwrap();
    let mut walks: Vec<_> = schedule
        .layers
        .iter()
        .filter_map(|layer| Some((layer, layer.turns()?)))
        .map(|(layer, turns)| Walk { layer, turns, turn: None, next: turns.anchor, minutes: 0 })
        .collect();
    let mut minutes = Vec::new();
    while at < to {
        let clock = clock_in(schedule.zone, at);
        for walk in &mut walks {
            walk.step(clock);
        }
        if at >= from {
            let taken: Vec<_> = walks.iter().map(|walk| walk.taken(at)).collect();
            let turns = taken.iter().map(|taken| taken.map(|(turn, _)| turn)).collect();
            let mut people = taken.into_iter().flatten().map(|(_, user)| user);
            let by_layer: BTreeSet<_> = match schedule.mode {
                LayerMode::Union => people.collect(),
                LayerMode::TopLayerWins => people.next_back().into_iter().collect(),
            };
            minutes.push(Minute { at, turns, on_call: overridden(&by_layer, overrides, at) });
        }
        at += TimeDelta::minutes(1);
    }
    minutes
}

fn clock_in(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

fn overridden(by_layer: &BTreeSet<&UserId>, overrides: &[Override], at: DateTime<Utc>) -> BTreeSet<UserId> {
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
            && (left.contains(original) || left.is_empty())
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
