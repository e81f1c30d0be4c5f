//! What is said of steps that change who is on call.

use ::console::{Notice, Tone};

/// The outcome of such a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum OnCall {
    Made,
    AskedFor,
    Accepted,
    Approved,
    Rejected,
    Withdrawn,
    AlreadyDecided,
    Over,
    Clash,
    Scanned,
    Filled,
    NotFoundAnyMore,
}

impl OnCall {
    pub(super) const ALL: [Self; 12] = [
        Self::Made,
        Self::AskedFor,
        Self::Accepted,
        Self::Approved,
        Self::Rejected,
        Self::Withdrawn,
        Self::AlreadyDecided,
        Self::Over,
        Self::Clash,
        Self::Scanned,
        Self::Filled,
        Self::NotFoundAnyMore,
    ];

    /// What is said of a conflict that the next page explains better than a page of its own; by the error's code.
    pub(super) fn of_conflict(code: &str) -> Option<Self> {
        [Self::AlreadyDecided, Self::Over, Self::Clash].into_iter().find(|said| said.code() == code)
    }

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Made => "override-made",
            Self::AskedFor => "override-asked-for",
            Self::Accepted => "override-accepted",
            Self::Approved => "override-approved",
            Self::Rejected => "override-rejected",
            Self::Withdrawn => "override-withdrawn",
            Self::AlreadyDecided => "override-already-decided",
            Self::Over => "override-is-over",
            Self::Clash => "override-clash",
            Self::Scanned => "coverage-scanned",
            Self::Filled => "gap-filled",
            Self::NotFoundAnyMore => "finding-gone",
        }
    }

    pub(super) fn notice(self) -> Notice {
        let (tone, text) = match self {
            Self::Made => (Tone::Done, "The override counts. Whoever it is about is told."),
            Self::AskedFor => {
                (Tone::Done, "It is asked for. Until somebody agrees, everything stays as it is.")
            }
            Self::Accepted => (Tone::Done, "The shift is yours."),
            Self::Approved => (Tone::Done, "It is agreed, and counts."),
            Self::Rejected => (Tone::Done, "It is refused. Everything stays as it was."),
            Self::Withdrawn => (Tone::Done, "It is taken back. What was stays as it was."),
            Self::AlreadyDecided => {
                (Tone::Problem, "Somebody else has decided about it meanwhile. Nothing was changed.")
            }
            Self::Over => (Tone::Problem, "Its time is over. Nothing was changed."),
            Self::Clash => (
                Tone::Problem,
                "Another override of the same people stands in that time: withdraw that one first. Nothing was \
                 changed.",
            ),
            Self::Scanned => (Tone::Done, "Looked again just now."),
            Self::Filled => (Tone::Done, "Somebody is on call there now, and is told."),
            Self::NotFoundAnyMore => (Tone::Info, "That is no longer so. Nothing was changed."),
        };
        Notice { tone, text: text.to_owned() }
    }
}
