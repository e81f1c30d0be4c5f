//! Edits of a schedule that is in use: what a manager hands in becomes what is kept.
//!
//! Invariants: who was on call before an edit stays what it was, for as long as it is remembered; whoever is on call stays so
//! until the next handoff unless the manager says otherwise. An edit of what can't go on (other turns, other restrictions,
//! another zone) ends the layer as it was now and begins it anew; the preview shows what becomes of it. The mode has no history.

use chrono::{DateTime, Days, Utc};
use chrono_tz::Tz;

use super::turns::{Change, Order, Participant};
use super::{Counting, Duty, Former, Layer, LayerMode, Schedule, Turns};
use crate::id::{LayerId, UserId};

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
    #[must_use]
    pub fn edit(&self, mut edited: Self, from: From, now: DateTime<Utc>) -> Self {
        edited.id = self.id.clone();
        edited.former = self.former_after(&edited, now);
        for before in self.layers.iter().filter(|_| edited.zone == self.zone) {
            if let Some(after) = edited.layers.iter_mut().find(|after| after.id == before.id) {
                before.hand_on(after, self, from, now);
            }
        }
        let begun: Vec<_> = edited.layers.iter().map(|after| !self.goes_on_in(&edited, after, now)).collect();
        for (layer, _) in edited.layers.iter_mut().zip(begun).filter(|(_, is_new)| *is_new) {
            // What is new in a schedule that is in use has had nobody on call before.
            layer.starts = Some(layer.starts.map_or(now, |starts| starts.max(now)));
        }
        let horizon = now.checked_sub_days(REMEMBERED);
        edited.former.retain(|former| former.layer.ends.is_none_or(|ends| Some(ends) > horizon));
        edited
    }

    /// Whether `after`, a layer of `edited`, is one of these going on.
    fn goes_on_in(&self, edited: &Self, after: &Layer, now: DateTime<Utc>) -> bool {
        let before = self.layers.iter().find(|before| before.id == after.id);
        let stays = self.zone == edited.zone && !self.is_turned_about_in(edited);
        stays && before.is_some_and(|before| before.goes_on_as(after, now))
    }

    /// Whether layers cover others in `edited` that they didn't cover before.
    fn is_turned_about_in(&self, edited: &Self) -> bool {
        let place = |layer: &Layer| edited.layers.iter().position(|after| after.id == layer.id);
        self.mode == LayerMode::TopLayerWins && !self.layers.iter().filter_map(place).is_sorted()
    }

    /// The layers as they were that this edit and earlier ones ended, from the lowest. Each goes on standing below the layer
    /// that it stood below.
    fn former_after(&self, edited: &Self, now: DateTime<Utc>) -> Vec<Former> {
        let is_turned_about = self.is_turned_about_in(edited);
        let mut former: Vec<Former> = Vec::new();
        let mut placed = 0;
        for (place, before) in self.layers.iter().enumerate() {
            former.extend(self.former.iter().filter(|former| former.place == place).cloned());
            let after = edited.layers.iter().enumerate().find(|(_, after)| after.id == before.id);
            let goes_on = after.is_some_and(|(_, after)| self.goes_on_in(edited, after, now));
            former.extend((!goes_on).then(|| before.former(self.zone, place, now)).flatten());
            if let Some((after, _)) = after.filter(|_| !is_turned_about) {
                former.iter_mut().skip(placed).for_each(|former| former.place = after);
                placed = former.len();
            }
        }
        former.extend(self.former.iter().filter(|former| former.place >= self.layers.len()).cloned());
        former.iter_mut().skip(placed).for_each(|former| former.place = edited.layers.len());
        former
    }

    /// The schedule as it is put before whoever edits it: who takes turns now, and what is planned. Turns can't be told
    /// from it any more.
    #[must_use]
    pub fn to_edit(&self, now: DateTime<Utc>) -> Self {
        let mut shown = Self { former: Vec::new(), ..self.clone() };
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
        let earlier = turns.changes.partition_point(|change| change.from < from);
        if turns.changes.get(earlier).is_none_or(|change| change.from != from) {
            let participants = turns.participants_at(from).to_vec();
            turns.changes.insert(earlier, Change { from, participants, order: Order::Continues });
        }
        turns.changes.iter_mut().skip(earlier).for_each(|change| edit(&mut change.participants));
        true
    }
}

impl Layer {
    /// Whether `after` is this layer going on, so that nothing before `now` is another thing by it.
    fn goes_on_as(&self, after: &Self, now: DateTime<Utc>) -> bool {
        let same_duty = match (&self.duty, &after.duty) {
            (Duty::Turns(turns), Duty::Turns(after)) => turns.are_laid_like(after),
            (Duty::Calendar(_), Duty::Calendar(_)) => true,
            _ => false,
        };
        let to_come = |at: Option<DateTime<Utc>>| at.is_none_or(|at| at > now);
        let same_start =
            self.starts == after.starts || [self.starts, after.starts].iter().all(|at| is_past(*at, now));
        let same_end = self.ends == after.ends || (to_come(self.ends) && to_come(after.ends));
        same_duty && same_start && same_end && self.restrictions == after.restrictions
    }

    /// Gives `after`, which is what a manager wants this layer to be, the past that it goes on from.
    fn hand_on(&self, after: &mut Self, schedule: &Schedule, from: From, now: DateTime<Utc>) {
        if is_past(self.starts, now) && is_past(after.starts, now) {
            after.starts = self.starts;
        }
        let same_restrictions = after.restrictions == self.restrictions;
        if let (Duty::Turns(before), Duty::Turns(turns)) = (&self.duty, &mut after.duty)
            && turns.are_laid_like(before)
            && (same_restrictions || before.counting == Counting::Clock)
        {
            turns.keep_history(before, self, schedule, from, now);
        }
    }

    /// The layer as it was until now, if it had begun.
    fn former(&self, zone: Tz, place: usize, now: DateTime<Utc>) -> Option<Former> {
        let mut layer = self.clone();
        layer.id = LayerId::derived(&[self.id.as_str(), &now.to_rfc3339()]);
        layer.ends = Some(self.ends.map_or(now, |ends| ends.min(now)));
        if let Duty::Calendar(calendar) = &mut layer.duty {
            calendar.keep_past(now);
        }
        self.starts.is_none_or(|starts| starts < now).then_some(Former { layer, zone, place })
    }
}

/// Whether something that starts at `at`, or always was, has begun.
fn is_past(at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    at.is_none_or(|at| at <= now)
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
        let mut planned = std::mem::take(&mut self.changes);
        planned.retain(|change| change.from > now);
        self.participants.clone_from(&before.participants);
        self.changes = before.changes.iter().filter(|change| change.from <= now).cloned().collect();
        if wanted != before.participants_at(now) {
            let (at, order) = match from {
                From::Now => (now, Order::FromAnchor),
                From::NextHandoff => (laid.next_handoff(now), Order::Continues),
            };
            // What had been planned for the instant from which this edit counts is what it edits.
            planned.retain(|change| change.from != at);
            planned.push(Change { from: at, participants: wanted, order });
            planned.sort_by_key(|change| change.from);
        }
        self.changes.extend(planned);
        self.forget(layer, schedule, now);
    }

    /// Folds what is too old to be asked about into the first participants: as many changes as leave every later turn where
    /// it is. Where places are told apart only by where they are, that may be fewer.
    fn forget(&mut self, layer: &Layer, schedule: &Schedule, now: DateTime<Utc>) {
        let Some(horizon) = now.checked_sub_days(REMEMBERED) else { return };
        let old = self.changes.partition_point(|change| change.from <= horizon);
        let Some(laid) = self.lay(schedule.zone, &layer.restrictions) else { return };
        let folded = (1..=old).rev().find_map(|count| {
            let (folded, kept) = self.changes.split_at_checked(count)?;
            let participants = laid.as_if_always(folded.last()?.from);
            let shorter = Self { participants, changes: kept.to_vec(), ..self.clone() };
            let same = shorter.lay(schedule.zone, &layer.restrictions)?.goes_on_as(&laid, count);
            same.then_some(shorter)
        });
        if let Some(folded) = folded {
            *self = folded;
        }
    }
}
