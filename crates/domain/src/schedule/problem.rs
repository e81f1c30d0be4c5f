//! What is wrong with a schedule or an override that somebody wants to save.
//!
//! Invariant: every problem is told at once, and each names the field it is in. What is checked here is what the values
//! say by themselves; whether the people exist is for the caller to know. The resolver answers for a bad schedule too,
//! with nobody on call where it is bad.

use std::collections::HashSet;

use chrono::{DateTime, Datelike as _, NaiveDateTime, Utc};
use chrono_tz::Tz;

use super::local_time::first_instant;
use super::{Counting, Coverage, Duty, Layer, Override, OverrideKind, Schedule, Turns};

/// Sizes beyond which a mistake is likelier than a wish; they keep a schedule one readable document.
const MOST_LETTERS: usize = 200;
const MOST_LAYERS: usize = 20;
const MOST_PEOPLE: usize = 100;
const MOST_WINDOWS: usize = 50;
const MOST_CHANGES: usize = 500;
const MOST_UNITS: u32 = 10_000;

/// The years an anchor may lie in: zones mean something there.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9999;

/// One thing that is wrong, such as `layers[0].participants: nobody takes a turn`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {detail}")]
pub struct Problem {
    /// The path of the field in the JSON form.
    pub field: String,
    /// What is wrong with it, for the person who wrote it.
    pub detail: &'static str,
}

fn problem(field: impl Into<String>, detail: &'static str) -> Problem {
    Problem { field: field.into(), detail }
}

impl Schedule {
    /// Whether the schedule makes sense. One without layers does: its overrides may still put somebody on call.
    pub fn validate(&self) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() {
            problems.push(problem("name", "must not be empty"));
        }
        if self.name.chars().count() > MOST_LETTERS {
            problems.push(problem("name", "must not be longer than 200 characters"));
        }
        if has_controls(&self.name) {
            problems.push(problem("name", "must be one line"));
        }
        if self.layers.len() > MOST_LAYERS {
            problems.push(problem("layers", "must not be more than 20"));
        }
        if matches!(&self.coverage, Coverage::Windows(windows) if windows.is_empty()) {
            problems.push(problem("coverage", "must name a window, or be `always` or `never`"));
        }
        let mut seen = HashSet::new();
        for (index, layer) in self.layers.iter().enumerate() {
            if !seen.insert(&layer.id) {
                problems.push(problem(format!("layers[{index}].id"), "is the id of an earlier layer"));
            }
            let found = layer.problems(self.zone);
            problems.extend(
                found.into_iter().map(|(field, detail)| problem(format!("layers[{index}].{field}"), detail)),
            );
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

impl Layer {
    fn problems(&self, zone: Tz) -> Vec<(String, &'static str)> {
        let mut problems = match &self.duty {
            Duty::Turns(turns) => turns.problems(),
            Duty::Calendar(_) => Vec::new(),
        };
        let starts = match &self.duty {
            Duty::Turns(turns) => self.starts.unwrap_or_else(|| first_instant(zone, turns.anchor)),
            Duty::Calendar(_) => self.starts.unwrap_or(DateTime::<Utc>::MIN_UTC),
        };
        let checks = [
            (self.name.trim().is_empty(), "name", "must not be empty"),
            (self.name.chars().count() > MOST_LETTERS, "name", "must not be longer than 200 characters"),
            (has_controls(&self.name), "name", "must be one line"),
            (self.ends.is_some_and(|ends| ends <= starts), "ends", "must be after the layer's start"),
            (self.restrictions.len() > MOST_WINDOWS, "restrictions", "must not be more than 50"),
        ];
        problems.extend(told(&checks));
        problems
    }
}

impl Turns {
    fn problems(&self) -> Vec<(String, &'static str)> {
        let counts_elapsed = self.counting == Counting::ActivePeriods && !self.rotation.follows_the_clock();
        let everybody = self.changes.iter().map(|change| &change.participants).chain([&self.participants]);
        let checks = [
            (self.rotation.every == 0, "rotation.every", "must be at least 1"),
            (self.rotation.every > MOST_UNITS, "rotation.every", "must not be more than 10000"),
            (
                counts_elapsed,
                "counting",
                "can be `active_periods` only for days, weeks, or hours of which whole turns fit in a day",
            ),
            (everybody.clone().flatten().all(Option::is_none), "participants", "nobody takes a turn"),
            (
                everybody.clone().any(|people| people.len() > MOST_PEOPLE),
                "participants",
                "must not be more than 100",
            ),
            (!in_years(self.anchor), "anchor", "must lie between the years 1970 and 9999"),
            (self.changes.len() > MOST_CHANGES, "changes", "must not be more than 500"),
            (
                !self.changes.is_sorted_by(|a, b| a.from < b.from),
                "changes",
                "must be in the order of their times",
            ),
        ];
        told(&checks)
    }
}

fn told(checks: &[(bool, &str, &'static str)]) -> Vec<(String, &'static str)> {
    checks
        .iter()
        .filter(|(wrong, ..)| *wrong)
        .map(|(_, field, detail)| ((*field).to_owned(), *detail))
        .collect()
}

impl Override {
    /// Whether the override makes sense by itself; that it agrees with the schedule's others is another question.
    pub fn validate(&self) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        if self.ends <= self.starts {
            problems.push(problem("ends", "must be after `starts`"));
        }
        if matches!(&self.kind, OverrideKind::Replace { original, by } if original == by) {
            problems.push(problem("by", "must be somebody else than `original`"));
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

fn has_controls(text: &str) -> bool {
    text.chars().any(char::is_control)
}

fn in_years(local: NaiveDateTime) -> bool {
    YEARS.contains(&local.year())
}
