//! Many alerts in one delivery: how many are taken one by one, and what becomes of the others.
//!
//! Invariants: an alert is known by the same key whether it comes alone or among thousands; what is over is never told as
//! a problem; what isn't listed is counted, in a problem of its own where it holds problems, else in a doubt.

use domain::severity::Severity;
use domain::signal::{Action, Signal, WhenNoneOpen};
use serde_json::Value;

use super::alert::doubt_beside;
use super::format::Found;
use super::pick::{self, UNSAID};
use super::text::{LONGEST_DESCRIPTION, description_of};

/// Problems of one delivery that are taken one by one.
pub(super) const MOST_PROBLEMS: usize = 500;

/// Recoveries, acknowledgements and notes of one delivery that are taken one by one.
pub(super) const MOST_OTHERS: usize = 2_000;

/// Alerts of one delivery that its source's mapping is laid over; of those behind them, only the format's own word is
/// taken. A megabyte holds more than these only where each is shorter than any tool's.
pub(super) const MOST_READ: usize = 5_000;

/// The key of what isn't listed.
const KEY: &str = "more alerts of a delivery";

/// What isn't listed.
#[derive(Debug, Default)]
pub(super) struct Rest {
    problems: usize,
    worst: Option<Severity>,
    titles: String,
    others: usize,
}

impl Rest {
    pub(super) fn add(&mut self, signal: &Signal) {
        if !opens(signal) {
            self.others += 1;
            return;
        }
        self.problems += 1;
        self.worst = self.worst.max(Some(signal.severity));
        if self.titles.len() < LONGEST_DESCRIPTION {
            self.titles.extend([signal.title.as_str(), "\n"]);
        }
    }

    /// Tells it after what is listed.
    pub(super) fn told_in(&self, listed: &mut Vec<Found>) {
        if let (Some(doubt), Some(first)) = (self.left_out(), listed.first_mut()) {
            doubt_beside(&mut first.signal, &doubt);
        }
        listed.extend(self.problem().map(|signal| Found { signal, item: Value::Null }));
    }

    /// One problem for all problems that aren't listed, as bad as the worst of them; `None` if there are none.
    pub(super) fn problem(&self) -> Option<Signal> {
        let alerts = match self.problems {
            0 => return None,
            1 => "alert",
            _ => "alerts",
        };
        let title = format!("And {} more {alerts} not listed", self.problems);
        let mut signal = Signal::trigger(title, self.worst.unwrap_or(UNSAID));
        signal.description = description_of(&self.titles);
        signal.dedup_key = Some(KEY.to_owned());
        pick::add_doubt(
            &mut signal,
            "one delivery held more alerts than are taken one by one; the recoveries of these will not end this",
        );
        Some(signal)
    }

    /// What is left out and is no problem; `None` if there is none.
    pub(super) fn left_out(&self) -> Option<String> {
        let count = self.others;
        (count > 0).then(|| {
            format!(
                "the delivery holds {count} more recoveries and acknowledgements than are taken one by one"
            )
        })
    }
}

/// Whether a signal can open an incident.
fn opens(signal: &Signal) -> bool {
    matches!(signal.action, Action::Trigger | Action::Unacknowledge)
        || signal.when_none_open == Some(WhenNoneOpen::Open)
}

/// Takes alerts up to how many are taken one by one.
#[derive(Debug, Default)]
pub(super) struct Listed {
    found: Vec<Found>,
    problems: usize,
    others: usize,
    rest: Rest,
    /// What a format hadn't the room to list itself.
    beyond: Vec<Found>,
}

impl Listed {
    pub(super) fn add(&mut self, found: Found) {
        if is_rest(&found) {
            self.beyond.push(found);
            return;
        }
        let (count, most) = if opens(&found.signal) {
            (&mut self.problems, MOST_PROBLEMS)
        } else {
            (&mut self.others, MOST_OTHERS)
        };
        if *count < most {
            *count += 1;
            self.found.push(found);
        } else {
            self.rest.add(&found.signal);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty() && self.beyond.is_empty()
    }

    /// What is taken of the delivery `whole`.
    pub(super) fn finish(self, whole: &Value) -> Vec<Found> {
        let Self { mut found, rest, beyond, .. } = self;
        rest.told_in(&mut found);
        found.extend(beyond);
        // A group is sent again as a group, and another group's rest is another problem.
        if let Some(group) = pick::line(whole, &["groupKey"]) {
            for rest in found.iter_mut().filter(|found| is_rest(found)) {
                rest.signal.dedup_key = Some(format!("{KEY}: {group}"));
            }
        }
        found
    }
}

/// Whether it stands for what isn't listed.
fn is_rest(found: &Found) -> bool {
    found.item.is_null() && found.signal.dedup_key.as_deref().is_some_and(|key| key.starts_with(KEY))
}

#[cfg(test)]
mod tests;
