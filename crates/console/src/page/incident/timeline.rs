//! The timeline of an incident.

use chrono::{DateTime, FixedOffset};

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct TimelineEntry {
    /// When.
    pub at: DateTime<FixedOffset>,
    /// Who did it: a person's or an alert source's name; `None` for On-Call itself.
    pub actor: Option<String>,
    /// What happened, as a sentence; of a note, its text. Line breaks are kept.
    pub text: String,
    /// How it stands out.
    pub kind: EntryKind,
}

/// How a timeline entry stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// One of many steps: an alert joined, a page went out.
    Step,
    /// The incident changed its state.
    StateChange,
    /// A technician's text.
    Note,
    /// Something didn't work, or nobody could be reached.
    Trouble,
}

impl EntryKind {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::StateChange => "change",
            Self::Note => "note",
            Self::Trouble => "trouble",
        }
    }

    /// A word in front of the text, where the text alone wouldn't say it.
    pub(crate) fn label(self) -> Option<&'static str> {
        match self {
            Self::Step | Self::StateChange => None,
            Self::Note => Some("Note"),
            Self::Trouble => Some("Problem"),
        }
    }
}
