//! Edits of a schedule that is in use: what a manager hands in becomes what is kept.
//!
//! Invariants: who was on call before an edit stays what it was; whoever is on call stays so until the next handoff unless
//! the manager says otherwise. Only an edit of the turns themselves (their length, their anchor, which of them count) can't keep
//! that, since the turns are others then; the preview shows what becomes of it.

use chrono::{DateTime, Days, Utc};

use super::turns::{Change, Order, Participant};
use super::{Counting, Duty, Layer, Schedule, Turns};
use crate::id::UserId;

/// How long the order of former participants is kept for reports.
const REMEMBERED: Days = Days::new(400);

/// From when new participants count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum From {
    /// From the next handoff on.
    #[default]
    NextHandoff,
    /// At once, turns counted from the anchor: whoever is on call now may change.
    Now,
}

impl Schedule {
    /// `edited`, as it is kept when this is what was kept before.
    pub fn edit(&self, mut edited: Self, from: From, now: DateTime<Utc>) -> Self {
        edited.id = self.id.clone();
        let zone_stays = edited.zone == self.zone;
        for layer in &mut edited.layers {
            let before = self.layers.iter().find(|before| before.id == layer.id);
            let before = before.and_then(|before| Some((before, before.turns()?))).filter(|_| zone_stays);
            let restrictions = layer.restrictions.clone();
            if let (Some((kept, before)), Duty::Turns(turns)) = (before, &mut layer.duty) {
                let same_count = before.counting == Counting::Clock || restrictions == kept.restrictions;
                if same_count && turns.are_laid_like(before) {
                    turns.keep_history(before, kept, self, from, now);
                }
            }
        }
        edited
    }

    /// The schedule as it is put before whoever edits it: who takes turns now, and what is planned. Turns can't be told
    /// from it any more.
    pub fn to_edit(&self, now: DateTime<Utc>) -> Self {
        let mut shown = self.clone();
        for layer in &mut shown.layers {
            if let Duty::Turns(turns) = &mut layer.duty {
                turns.participants = turns.participants_at(now).to_vec();
                turns.changes.retain(|change| change.from > now);
            }
        }
        shown
    }

    /// Somebody joins the round of a layer at the end, from an instant on. `false` when there is no such layer of turns.
    pub fn plan_join(&mut self, layer: usize, user: &UserId, from: DateTime<Utc>) -> bool {
        self.plan(layer, from, |participants| {
            if !participants.iter().flatten().any(|known| known == user) {
                participants.push(Some(user.clone()));
            }
        })
    }

    /// Somebody leaves the round of a layer from an instant on; a turn of theirs that runs then is taken over by the next.
    pub fn plan_leave(&mut self, layer: usize, user: &UserId, from: DateTime<Utc>) -> bool {
        self.plan(layer, from, |participants| participants.retain(|place| place.as_ref() != Some(user)))
    }

    /// Changes the participants from an instant on, and those of every change planned for later.
    fn plan(&mut self, layer: usize, from: DateTime<Utc>, edit: impl Fn(&mut Vec<Participant>)) -> bool {
        let Some(Duty::Turns(turns)) = self.layers.get_mut(layer).map(|layer| &mut layer.duty) else {
            return false;
        };
        let later = turns.changes.partition_point(|change| change.from < from);
        if turns.changes.get(later).is_none_or(|change| change.from != from) {
            let participants = turns.participants_at(from).to_vec();
            turns.changes.insert(later, Change { from, participants, order: Order::Continues });
        }
        turns.changes.iter_mut().skip(later).for_each(|change| edit(&mut change.participants));
        true
    }
}

impl Turns {
    /// Who takes turns at an instant.
    pub fn participants_at(&self, at: DateTime<Utc>) -> &[Participant] {
        let now = self.changes.iter().rfind(|change| change.from <= at);
        now.map_or(&self.participants, |change| &change.participants)
    }

    fn are_laid_like(&self, other: &Self) -> bool {
        (self.rotation, self.anchor, self.counting) == (other.rotation, other.anchor, other.counting)
    }

    /// Takes `before`'s past, and makes a change of participants one from the right instant on. What was handed in says who
    /// takes part from now on (`participants`), and what is planned (`changes` in the future).
    fn keep_history(
        &mut self,
        before: &Self,
        layer: &Layer,
        schedule: &Schedule,
        from: From,
        now: DateTime<Utc>,
    ) {
        let Some(laid) = before.lay(schedule.zone, &layer.restrictions).filter(|laid| laid.begins() <= now)
        else {
            return;
        };
        let wanted = std::mem::take(&mut self.participants);
        let planned: Vec<_> = self.changes.drain(..).filter(|change| change.from > now).collect();
        self.participants.clone_from(&before.participants);
        self.changes = before.changes.iter().filter(|change| change.from <= now).cloned().collect();
        let mut latest = now;
        if wanted != before.participants_at(now) {
            let (at, order) = match from {
                From::Now => (now, Order::FromAnchor),
                From::NextHandoff => (laid.next_handoff(now), Order::Continues),
            };
            self.changes.push(Change { from: at, participants: wanted, order });
            latest = at;
        }
        // What had been planned for no later than this edit counts is what it edits.
        self.changes.extend(planned.into_iter().filter(|change| change.from > latest));
        self.forget(layer, schedule, now);
    }

    /// Folds what is too old to be asked about into the first participants.
    fn forget(&mut self, layer: &Layer, schedule: &Schedule, now: DateTime<Utc>) {
        let Some(horizon) = now.checked_sub_days(REMEMBERED) else { return };
        let old = self.changes.partition_point(|change| change.from <= horizon);
        if old > 0 {
            let first = self.lay(schedule.zone, &layer.restrictions).map(|laid| laid.as_if_always(horizon));
            if let Some(first) = first {
                self.participants = first;
                self.changes.drain(..old);
            }
        }
    }
}
