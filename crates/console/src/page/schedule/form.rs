//! The form that makes an override.
//!
//! Invariant: what was typed stands in it again, with what is wrong beside it, until it is right. Times are those of a
//! clock on the wall where the schedule is.

use chrono::{DateTime, FixedOffset};

use crate::Candidates;

/// The form.
#[derive(Debug, Clone)]
pub struct OverrideForm {
    /// What the viewer may make, in the order to offer.
    pub kinds: Vec<OverrideKind>,
    /// Who can be put on call.
    pub can_be_on: Candidates,
    /// Who can be taken off.
    pub can_be_off: Candidates,
    /// What stands in it.
    pub entered: Entered,
    /// What is wrong with that.
    pub problems: Vec<FormProblem>,
}

/// What can be made with the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverrideKind {
    /// One instead of another.
    Replace,
    /// One more.
    Add,
    /// One less.
    Remove,
    /// Somebody instead of the viewer.
    HandOff,
    /// Whoever accepts first instead of the viewer.
    Cover,
}

/// What stands in the form, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Entered {
    /// The chosen kind.
    pub kind: Option<OverrideKind>,
    /// The id of who is off.
    pub off: String,
    /// The id of who is on.
    pub on: String,
    /// The start.
    pub starts: String,
    /// The end.
    pub ends: String,
    /// Why.
    pub reason: String,
}

/// Something wrong with the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormProblem {
    /// With which field; `None`: with the whole.
    pub field: Option<FormField>,
    /// What, to be read after the field's label, or as a sentence.
    pub text: String,
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormField {
    /// What to make: an [`OverrideKind::name`].
    Kind,
    /// Who is off; a user's id.
    Off,
    /// Who is on; a user's id.
    On,
    /// The start: `YYYY-MM-DDTHH:MM` on the schedule's wall clock.
    Start,
    /// The end, likewise.
    End,
    /// Why; may be empty.
    Reason,
}

impl OverrideKind {
    /// Every kind, in the order to offer.
    pub const ALL: [Self; 5] = [Self::Replace, Self::Add, Self::Remove, Self::HandOff, Self::Cover];

    /// Its name in the form and in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Add => "add",
            Self::Remove => "remove",
            Self::HandOff => "hand_off",
            Self::Cover => "cover",
        }
    }

    /// The kind of that [`Self::name`].
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Replace => "Replace somebody",
            Self::Add => "Add somebody",
            Self::Remove => "Take somebody off",
            Self::HandOff => "Hand off my shift",
            Self::Cover => "Ask to be covered",
        }
    }

    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::Replace => "One person is on call instead of another. Fills a gap, too.",
            Self::Add => "One more person is on call. Fills a gap, too.",
            Self::Remove => "Their turns in that time have nobody, unless others are on call as well.",
            Self::HandOff => "Somebody else has it at once, and is told.",
            Self::Cover => {
                "Everybody on the schedule is asked. The first to accept has it; until then it stays yours."
            }
        }
    }
}

impl FormField {
    /// Its name in the form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Off => "off",
            Self::On => "on",
            Self::Start => "start",
            Self::End => "end",
            Self::Reason => "reason",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Kind => "What",
            Self::Off => "Who is off",
            Self::On => "Who is on call",
            Self::Start => "From",
            Self::End => "Until",
            Self::Reason => "Reason",
        }
    }
}

impl OverrideForm {
    /// Whether there is something in it to look at.
    pub(super) fn is_open(&self) -> bool {
        self.entered.kind.is_some() || !self.problems.is_empty()
    }

    pub(super) fn is_chosen(&self, kind: OverrideKind) -> bool {
        self.entered.kind.or(self.kinds.first().copied()) == Some(kind)
    }

    pub(super) fn names_who_is_off(&self) -> bool {
        self.kinds.iter().any(|kind| matches!(kind, OverrideKind::Replace | OverrideKind::Remove))
    }

    pub(super) fn is_wrong(&self, field: FormField) -> bool {
        self.problems.iter().any(|problem| problem.field == Some(field))
    }
}

impl FormProblem {
    pub(super) fn words(&self) -> String {
        match self.field {
            Some(field) => format!("{}: {}", field.label(), self.text),
            None => self.text.clone(),
        }
    }
}

/// An instant as a field for date and time takes it, on the clock of the offset it carries.
pub(super) fn clock(at: &DateTime<FixedOffset>) -> String {
    at.format("%Y-%m-%dT%H:%M").to_string()
}
