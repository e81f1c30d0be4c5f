//! The keys that documents are found by: one text for each lookup, which holds what it filters and what it orders by.
//!
//! Invariant: every lookup is one unbroken stretch of one indexed path, in the order of that path. So it costs what it
//! finds, however much else there is, and needs no composite index. `container.json` indexes these paths and no others.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::{Document, Index, Kind};

/// Stands between the parts of a key. It is greater than any character of a number and follows no id.
const SEPARATOR: char = '|';

/// The first text after all that begin with a separator.
const AFTER_SEPARATOR: char = '}';

/// A document's keys; one that is absent is not indexed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_field_names,
    reason = "they are the paths' names, and stand beside others in a document"
)]
pub(super) struct Keys {
    /// Kind, id: of what nothing else is indexed for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) by_kind: Option<String>,
    /// Parent, kind, sort, id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) by_parent: Option<String>,
    /// Kind, sort, id: of what has a state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) by_sort: Option<String>,
    /// Kind, state, sort, id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) by_state: Option<String>,
    /// Kind, due time, partition, id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) by_due: Option<String>,
}

impl Keys {
    /// The keys of a document of `partition`.
    pub(super) fn of(partition: &str, document: &Document) -> Self {
        let Document { id, kind, index: Index { parent, state, sort, due_at }, .. } = document;
        let sorted = sortable(sort.unwrap_or(i64::MIN));
        let found_otherwise = parent.is_some() || state.is_some() || due_at.is_some();
        Self {
            by_kind: (!found_otherwise).then(|| key([&kind.as_str(), id])),
            by_parent: parent.as_ref().map(|parent| key([parent, &kind.as_str(), &sorted, id])),
            by_sort: state.and(*sort).map(|_| key([&kind.as_str(), &sorted, id])),
            by_state: state.map(|state| key([&kind.as_str(), &state, &sorted, id])),
            by_due: due_at.map(|due| key([&kind.as_str(), &instant(due), &partition, id])),
        }
    }
}

/// A stretch of one path: from a key (that is in it or not) to before another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Only what is greater.
    pub(super) after: String,
    /// Only what is less.
    pub(super) before: String,
}

impl Stretch {
    /// Whatever begins with these parts.
    pub(super) fn of<const N: usize>(parts: [&dyn fmt::Display; N]) -> Self {
        let mut after = key(parts);
        let mut before = after.clone();
        after.push(SEPARATOR);
        before.push(AFTER_SEPARATOR);
        Self { after, before }
    }

    /// What is due by `now`.
    pub(super) fn due(kind: Kind, now: DateTime<Utc>) -> Self {
        let Self { after, .. } = Self::of([&kind.as_str()]);
        let Self { before, .. } = Self::of([&kind.as_str(), &instant(now)]);
        Self { after, before }
    }

    /// Ends before everything that sorts like `sort`.
    pub(super) fn below(self, sort: i64) -> Self {
        Self { before: format!("{}{}", self.after, sortable(sort)), after: self.after }
    }

    /// Begins after everything that sorts like `sort`.
    pub(super) fn above(self, sort: i64) -> Self {
        Self { after: format!("{}{}{AFTER_SEPARATOR}", self.after, sortable(sort)), before: self.before }
    }
}

fn key<const N: usize>(parts: [&dyn fmt::Display; N]) -> String {
    parts.map(ToString::to_string).join(&SEPARATOR.to_string())
}

fn instant(at: DateTime<Utc>) -> String {
    sortable(at.timestamp_micros())
}

/// A number as a text of 16 characters that sorts as the number does.
fn sortable(number: i64) -> String {
    format!("{:016x}", number.cast_unsigned() ^ (1 << 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_as_texts() {
        let numbers = [i64::MIN, -1_000, -1, 0, 1, 9, 10, 255, 256, 1_795_000_000_000_000, i64::MAX];
        let texts = numbers.map(sortable);
        assert!(texts.is_sorted());
        assert!(texts.iter().all(|text| text.len() == 16));
    }

    #[test]
    fn a_stretch_holds_what_begins_with_its_parts_and_nothing_else() {
        let Stretch { after, before } = Stretch::of([&"inc_1", &"alert"]);
        let within = |text: &str| text > after.as_str() && text < before.as_str();
        assert!(within("inc_1|alert|0|alt_1") && within("inc_1|alert|zzz"));
        assert!(!within("inc_1|alert") && !within("inc_1|alerts|0") && !within("inc_10|alert|0"));
    }

    #[test]
    fn beyond_a_sort_is_neither_that_sort_nor_short_of_the_next() {
        let of = |sort| format!("incident|{}|inc_~", sortable(sort));
        let below = Stretch::of([&"incident"]).below(10);
        assert!(of(9) < below.before && of(10) > below.before);
        let above = Stretch::of([&"incident"]).above(10);
        assert!(of(10) < above.after && of(11) > above.after);
    }

    #[test]
    fn what_is_due_this_very_instant_is_due() {
        let now = DateTime::UNIX_EPOCH;
        let Stretch { after, before } = Stretch::due(Kind::Page, now);
        let at = |micros: i64| format!("page|{}|org|pag_1", sortable(micros));
        assert!(at(-1) > after && at(0) < before && at(1) > before);
    }
}
