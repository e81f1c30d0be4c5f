//! Coverage: when a schedule should have somebody on call, and when it has nobody then.
//!
//! Invariant: a gap is read off the same segments as a page; it lies inside the required coverage, and gaps that touch are
//! one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::layer::Stretch;
use super::resolver::Segments;
use super::window::{Window, open_at};
use super::{Override, Schedule};

/// When a schedule should have somebody on call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// Day and night.
    #[default]
    Always,
    /// In these windows, in the schedule's zone.
    Windows(Vec<Window>),
    /// Never: whoever is on call is a bonus.
    Never,
}

/// A stretch of time, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// The first instant.
    pub starts: DateTime<Utc>,
    /// The first instant after it.
    pub ends: DateTime<Utc>,
}

impl Span {
    /// The part that both have, if any.
    pub fn meet(self, other: Self) -> Option<Self> {
        let both = Self { starts: self.starts.max(other.starts), ends: self.ends.min(other.ends) };
        (both.starts < both.ends).then_some(both)
    }
}

/// Adds a span that starts no earlier than the last; one that touches it makes it longer.
pub(super) fn join(spans: &mut Vec<Span>, span: Span) {
    match spans.last_mut() {
        Some(last) if last.ends >= span.starts => last.ends = last.ends.max(span.ends),
        _ => spans.push(span),
    }
}

impl Schedule {
    /// Whether somebody should be on call at an instant.
    pub(super) fn wants_somebody_at(&self, at: DateTime<Utc>) -> Stretch<bool> {
        match &self.coverage {
            Coverage::Windows(windows) if !windows.is_empty() => open_at(windows, self.zone, at),
            coverage => Stretch { value: *coverage == Coverage::Always, ends: DateTime::<Utc>::MAX_UTC },
        }
    }

    /// When somebody should be on call within `[from, to)`.
    pub fn required(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Span> {
        let mut required = Vec::new();
        let mut at = from;
        while at < to {
            let wanted = self.wants_somebody_at(at);
            let ends = wanted.ends.min(to);
            if wanted.value {
                join(&mut required, Span { starts: at, ends });
            }
            at = ends;
        }
        required
    }

    /// When nobody is on call within `[from, to)` although somebody should be.
    pub fn gaps(&self, overrides: &[Override], from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Span> {
        let required = self.required(from, to);
        if required.is_empty() {
            return Vec::new();
        }
        let mut empty = Vec::new();
        for segment in Segments::new(self, overrides, from).take_while(|segment| segment.starts < to) {
            if segment.on_call.is_empty() {
                join(&mut empty, Span { starts: segment.starts, ends: segment.ends.min(to) });
            }
        }
        both(&required, &empty)
    }
}

/// What two lists of spans, each in order and apart, have in common.
pub fn both(left: &[Span], right: &[Span]) -> Vec<Span> {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    let mut common = Vec::new();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        common.extend(a.meet(**b));
        if a.ends <= b.ends {
            left.next();
        } else {
            right.next();
        }
    }
    common
}

/// What is left of `[from, to)` without `spans`, which are in order of their starts.
pub fn without(from: DateTime<Utc>, to: DateTime<Utc>, spans: impl IntoIterator<Item = Span>) -> Vec<Span> {
    let mut left = Vec::new();
    let mut at = from;
    for span in spans {
        if span.starts > at {
            left.extend(Span { starts: at, ends: span.starts }.meet(Span { starts: from, ends: to }));
        }
        at = at.max(span.ends);
    }
    left.extend((at < to).then_some(Span { starts: at, ends: to }));
    left
}
