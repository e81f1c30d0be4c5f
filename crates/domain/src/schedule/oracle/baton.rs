//! The baton of a layer, handed on turn by turn.
//!
//! Nothing is divided here: turns begin when the clock shows their time or later, and the baton remembers who had it last.

use chrono::{DateTime, Days, NaiveDateTime, TimeDelta, Utc};

use super::diary::open_on_a_plain_clock;
use crate::id::UserId;
use crate::schedule::{Change, Counting, Order, Participant, RotationUnit, Turns, Window};

pub(super) struct Baton<'a> {
    turns: &'a Turns,
    windows: &'a [Window],
    /// Those still to come.
    changes: &'a [Change],
    participants: &'a [Participant],
    /// The place of whoever had it last, or of the nearest before them who still takes part. `None` before the first.
    last: Option<usize>,
    /// How many had it.
    had: u64,
    /// The turn begun last; `None` before the first.
    turn: Option<u64>,
    /// Whether that turn is anybody's.
    counts: bool,
    /// By the clock: what it shows when the next turn begins.
    next: NaiveDateTime,
    /// By elapsed time: whole minutes since the turn began.
    minutes: u32,
}

impl<'a> Baton<'a> {
    pub(super) fn new(turns: &'a Turns, windows: &'a [Window]) -> Self {
        Self {
            turns,
            windows,
            changes: &turns.changes,
            participants: &turns.participants,
            last: None,
            had: 0,
            turn: None,
            counts: false,
            next: turns.anchor,
            minutes: 0,
        }
    }

    /// The turn of this minute and who has it. In one that is nobody's, whoever comes next fills in.
    pub(super) fn taken(&self) -> Option<(u64, Option<&'a UserId>)> {
        let turn = self.turn?;
        let place = if self.counts { self.last } else { self.following(self.last) };
        Some((turn, self.participants.get(place?)?.as_ref()))
    }

    /// One minute further.
    pub(super) fn step(&mut self, at: DateTime<Utc>, clock: NaiveDateTime) {
        let beginning = self.beginning(clock);
        // Turns that fall into a gap are over before anything can change.
        for _ in 1..beginning {
            self.begin();
        }
        let is_running = beginning == 0 && self.turn.is_some() && self.counts;
        while let Some((change, later)) = self.changes.split_first().filter(|(change, _)| change.from <= at) {
            self.changes = later;
            self.change(change, is_running);
        }
        if beginning > 0 {
            self.begin();
        }
    }

    fn is_by_clock(&self) -> bool {
        self.turns.rotation.unit != RotationUnit::Hours
            || [1, 2, 3, 4, 6, 8, 12, 24].contains(&self.turns.rotation.every)
    }

    /// How many turns begin in this minute.
    fn beginning(&mut self, clock: NaiveDateTime) -> u32 {
        if self.is_by_clock() || self.turn.is_none() {
            let mut next = self.next;
            let mut turns = 0;
            while clock >= next {
                turns += 1;
                next = self.after(next);
            }
            turns
        } else {
            self.minutes += 1;
            let is_over = self.minutes == self.turns.rotation.every * 60;
            if is_over {
                self.minutes = 0;
            }
            u32::from(is_over)
        }
    }

    /// What the clock shows when the turn after the one that begins at `local` does.
    fn after(&self, local: NaiveDateTime) -> NaiveDateTime {
        let every = self.turns.rotation.every;
        match self.turns.rotation.unit {
            RotationUnit::Days => local + Days::new(every.into()),
            RotationUnit::Weeks => local + Days::new(7 * u64::from(every)),
            RotationUnit::Hours if self.is_by_clock() => local + TimeDelta::hours(every.into()),
            RotationUnit::Hours => NaiveDateTime::MAX,
        }
    }

    fn begin(&mut self) {
        let begins = self.next;
        self.next = self.after(begins);
        self.turn = Some(self.turn.map_or(0, |turn| turn + 1));
        self.counts = self.turns.counting == Counting::Clock
            || self.windows.is_empty()
            || minutes(begins, self.next).any(|local| open_on_a_plain_clock(self.windows, local));
        if self.counts {
            self.had += 1;
            self.last = self.following(self.last);
        }
    }

    fn following(&self, place: Option<usize>) -> Option<usize> {
        let following = place.map_or(0, |place| place + 1);
        let is_past_the_end = following >= self.participants.len();
        if is_past_the_end { (!self.participants.is_empty()).then_some(0) } else { Some(following) }
    }

    fn change(&mut self, change: &'a Change, is_running: bool) {
        let before = std::mem::replace(&mut self.participants, &change.participants);
        let people = self.participants.len();
        if self.had == 0 || people == 0 {
            self.last = None;
            return;
        }
        match change.order {
            Order::FromAnchor => {
                // As if they had handed it to each other from the first turn on.
                self.last = usize::try_from(self.had - 1).ok().map(|had| had % people);
            }
            Order::Continues => {
                let stays = self.last.and_then(|last| still(before, last, self.participants));
                let nearest = self.last.and_then(|last| nearest(before, last, self.participants));
                self.last = nearest.or(Some(people - 1));
                if is_running && stays.is_none() {
                    self.last = self.following(self.last);
                }
            }
        }
    }
}

fn minutes(from: NaiveDateTime, to: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> {
    std::iter::successors(Some(from), |local| Some(*local + TimeDelta::minutes(1)))
        .take_while(move |local| *local < to)
}

/// Where whoever is at `place` stands now: there, if nothing changed there, else where they stand first. A place that nobody
/// has is told from others of its kind only by where it is.
fn still(before: &[Participant], place: usize, now: &[Participant]) -> Option<usize> {
    let participant = before.get(place)?;
    if now.get(place) == Some(participant) {
        return Some(place);
    }
    if participant.is_none() { None } else { now.iter().position(|other| other == participant) }
}

fn nearest(before: &[Participant], mut place: usize, now: &[Participant]) -> Option<usize> {
    for _ in before {
        if let Some(found) = still(before, place, now) {
            return Some(found);
        }
        place = if place == 0 { before.len() - 1 } else { place - 1 };
    }
    None
}
