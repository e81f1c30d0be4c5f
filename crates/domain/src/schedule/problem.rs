//! What is wrong with a schedule or an override that somebody wants to save.
//!
//! Invariant: every problem is told at once, and each names the field it is in. What is checked here is what the values
//! say by themselves; whether the people exist is for the caller to know. The resolver answers for a bad schedule too,
//! with nobody on call where it is bad.

use std::collections::HashSet;

use chrono::{Datelike as _, NaiveDateTime};
use chrono_tz::Tz;

use super::{Layer, Override, OverrideKind, Schedule};

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
        let mut seen = HashSet::new();
        for (index, layer) in self.layers.iter().enumerate() {
            if !seen.insert(&layer.id) {
                problems.push(problem(format!("layers[{index}].id"), "is the id of an earlier layer"));
            }
            let found = layer.problems(self.zone);
            problems.extend(found.map(|(field, detail)| problem(format!("layers[{index}].{field}"), detail)));
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

impl Layer {
    fn problems(&self, zone: Tz) -> impl Iterator<Item = (&'static str, &'static str)> {
        let checks = [
            (self.rotation.every == 0, "rotation.every", "must be at least 1"),
            (self.participants.iter().all(Option::is_none), "participants", "nobody takes a turn"),
            (!in_years(self.anchor), "anchor", "must lie between the years 1970 and 9999"),
            (
                self.ends.is_some_and(|ends| ends <= self.starts(zone)),
                "ends",
                "must be after the layer's start",
            ),
        ];
        checks.into_iter().filter(|(wrong, ..)| *wrong).map(|(_, field, detail)| (field, detail))
    }
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

fn in_years(local: NaiveDateTime) -> bool {
    YEARS.contains(&local.year())
}
