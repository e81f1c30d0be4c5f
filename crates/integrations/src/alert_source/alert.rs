//! An alert between its format and its source's mapping: a signal, and what is still in doubt about it.
//!
//! Invariants: a doubt that the mapping clears up is not told; every other one is, in the signal's `degraded`. A doubt
//! about anything but the title leaves the alert's key as it is.

use domain::signal::Signal;
use serde_json::Value;

use super::format::Found;

/// One alert of a delivery.
#[derive(Debug)]
pub(super) struct Alert {
    pub(super) signal: Signal,
    /// The part of the body that it was read from; null for one that stands for several.
    pub(super) item: Value,
    pub(super) doubts: Doubts,
}

/// What is not known, each in words for people.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    /// It has no title of its own.
    pub(super) title: Option<String>,
    /// Its severity is in no known word.
    pub(super) severity: Option<String>,
    /// Its severity is not said, or in no known word.
    pub(super) severity_unsaid: bool,
    /// What is to be done is in no known word.
    pub(super) action: Option<String>,
    /// Of the body, or of what its source's settings make of it.
    pub(super) others: Vec<String>,
}

impl Alert {
    /// One without a doubt.
    pub(super) fn sure(signal: Signal, item: Value) -> Self {
        Self { signal, item, doubts: Doubts::default() }
    }

    /// The alert with its doubts told.
    pub(super) fn found(self) -> Found {
        let Self { mut signal, item, doubts } = self;
        let is_titled = doubts.title.is_none();
        let told = [doubts.title, doubts.severity, doubts.action].into_iter().flatten();
        for doubt in doubts.others.into_iter().chain(told) {
            if is_titled { doubt_beside(&mut signal, &doubt) } else { add_doubt(&mut signal, &doubt) }
        }
        Found { signal, item }
    }
}

impl From<Found> for Alert {
    fn from(Found { signal, item }: Found) -> Self {
        Self::sure(signal, item)
    }
}

/// Adds to what could not be understood of an alert that is known all the same: by the key that it has without the doubt,
/// which its recovery may come without.
pub(super) fn doubt_beside(signal: &mut Signal, doubt: &str) {
    if signal.degraded.is_none() && signal.dedup_key.is_none() {
        signal.dedup_key = Some(signal.dedup_key());
    }
    add_doubt(signal, doubt);
}

/// Adds to what could not be understood.
pub(super) fn add_doubt(signal: &mut Signal, doubt: &str) {
    signal.degraded = Some(match signal.degraded.take() {
        Some(before) => format!("{before}; {doubt}"),
        None => doubt.to_owned(),
    });
}
