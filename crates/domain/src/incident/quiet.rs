//! What keeps an incident quiet, and what wakes it: maintenance, flapping, other problems that it has gathered, and somebody
//! who gives it back.
//!
//! Invariants: nobody is paged for a held incident; what is held is due when its window ends, so that it can't be forgotten;
//! only what nobody has is held, and whoever takes it or asks for the next step ends that. Nothing is taken for over that
//! nobody was told of: the hours without an alert count from when nothing keeps it quiet any more. A problem that stands is
//! among those that keep its incident open, however often it was over before.

use chrono::{DateTime, Utc};

use super::{Changed, Incident, Status, TransitionError};
use crate::actor::Actor;
use crate::escalation::Escalation;
use crate::journal::Journal;
use crate::maintenance::MaintenanceWindow;
use crate::timeline::Event;

/// How many problems of one incident are followed one by one; further ones only count.
const MOST_PROBLEMS: usize = 200;

/// What the end of one problem means for its incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemEnd {
    /// It was the last one.
    AllOver,
    /// Others that it has gathered still stand.
    OthersStand,
}

impl Incident {
    /// Nobody has it, and it isn't over.
    fn can_be_held(&self) -> bool {
        matches!(self.status, Status::Triggered | Status::Suppressed)
    }

    /// Whether maintenance keeps it quiet.
    pub fn is_held(&self) -> bool {
        self.can_be_held() && (self.held_for.is_some() || self.status == Status::Suppressed)
    }

    /// Whether maintenance keeps it quiet, or its first page is still to come.
    pub(super) fn is_quiet(&self) -> bool {
        let Escalation { round, step, due_at, exhausted, .. } = self.escalation;
        let is_at_the_start = (round, step, exhausted) == (0, 0, false);
        self.is_held() || (self.status == Status::Triggered && is_at_the_start && due_at.is_some())
    }

    /// Somebody hears of it now, whatever has kept it quiet.
    pub fn end_quiet(&mut self, now: DateTime<Utc>) {
        if self.is_quiet() {
            self.quiet_until = Some(now);
        }
    }

    /// Keeps it quiet until the window ends. A new one is suppressed; one whose paging runs stays triggered and is held;
    /// what somebody has, or what is over, is left alone.
    pub fn hold(&mut self, window: &MaintenanceWindow, until: DateTime<Utc>, journal: &mut Journal) {
        if !self.can_be_held() {
            return;
        }
        let is_new = self.held_for.as_ref() != Some(&window.id);
        self.held_for = Some(window.id.clone());
        self.quiet_until = Some(until);
        self.escalation.due_at = Some(until);
        if is_new {
            journal.write(Actor::System, Event::HeldForMaintenance { window: window.name.clone(), until });
        }
    }

    /// Nobody is paged for it at all: it came during maintenance.
    pub fn suppress(&mut self, window: &MaintenanceWindow, until: DateTime<Utc>, journal: &mut Journal) {
        self.status = Status::Suppressed;
        self.hold(window, until, journal);
    }

    /// Its maintenance window is over and it still stands: its paging starts over, since pages on their way were stopped.
    pub fn release(&mut self, journal: &mut Journal) {
        let was_held = self.is_held();
        self.held_for = None;
        if !was_held {
            return;
        }
        self.status = Status::Triggered;
        self.quiet_until = Some(journal.at);
        self.escalation.start_over(journal.at);
        journal.write(Actor::System, Event::MaintenanceOver);
    }

    /// It is taken for over: no alert has come for as long as its service says.
    pub fn auto_resolve(&mut self, journal: &mut Journal) {
        let Some(hours) = self.auto_resolve_hours else { return };
        let note = format!("No alert came for {hours} hours.");
        // Whoever resolved it meanwhile has done it.
        let _ = self.resolve(Actor::System, Some(note), journal);
    }

    /// Its first page waits, since it comes and goes.
    pub fn pause(&mut self, until: DateTime<Utc>, journal: &mut Journal) {
        self.quiet_until = Some(until);
        self.escalation.due_at = Some(until);
        journal.write(Actor::System, Event::Flapping { until });
    }

    /// Follows one more problem that it has gathered, or its own that has come back; `false`: there are too many to follow.
    pub fn gather(&mut self, dedup_key: &str) -> bool {
        if self.open_problems.is_empty() {
            self.open_problems.push(self.dedup_key.clone());
        }
        if self.open_problems.iter().any(|key| key == dedup_key) {
            return true;
        }
        let room = self.open_problems.len() < MOST_PROBLEMS;
        if room {
            self.open_problems.push(dedup_key.to_owned());
        }
        room
    }

    /// One problem is over; says whether all are. Where only its own key counts, it is.
    pub fn problem_over(&mut self, dedup_key: &str, by: Actor, journal: &mut Journal) -> ProblemEnd {
        let Some(index) = self.open_problems.iter().position(|key| key == dedup_key) else {
            return if self.open_problems.is_empty() { ProblemEnd::AllOver } else { ProblemEnd::OthersStand };
        };
        self.open_problems.remove(index);
        if self.open_problems.is_empty() {
            return ProblemEnd::AllOver;
        }
        let left = u32::try_from(self.open_problems.len()).unwrap_or(u32::MAX);
        journal.write(by, Event::ProblemOver { dedup_key: dedup_key.to_owned(), left });
        ProblemEnd::OthersStand
    }

    /// Whoever had it has it no more: it is triggered again, and its paging starts over now.
    pub fn unacknowledge(&mut self, by: Actor, journal: &mut Journal) -> Result<Changed, TransitionError> {
        match self.status {
            Status::Acknowledged => {}
            Status::Triggered => return Ok(Changed::No),
            Status::Resolved => return Err(TransitionError::Resolved),
            Status::Suppressed => return Err(TransitionError::Suppressed),
        }
        self.status = Status::Triggered;
        self.held_for = None;
        self.acknowledged = None;
        self.escalation.start_over(journal.at);
        journal.write(by, Event::Unacknowledged);
        Ok(Changed::Yes)
    }

    /// A tool says something about it.
    pub fn remark(&mut self, text: String, by: Actor, journal: &mut Journal) {
        journal.write(by, Event::Remark { text });
    }
}

#[cfg(test)]
mod tests;
