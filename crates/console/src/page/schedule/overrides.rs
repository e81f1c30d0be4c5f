//! Overrides as a reader sees them: what they do in words, how they stand, and what may be done about them.
//!
//! Invariant: what is offered here is a hint to the reader; whether it is possible is decided where it is done.

use chrono::{DateTime, FixedOffset};

/// Somebody, by id and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id, as it stands in addresses and forms.
    pub id: String,
    /// Their name.
    pub name: String,
}

/// What an override does.
#[derive(Debug, Clone)]
pub enum Change {
    /// One instead of the other.
    Replace {
        /// Whose turns are taken.
        original: Person,
        /// Who takes them.
        by: Person,
    },
    /// One more.
    Add {
        /// Who.
        user: Person,
    },
    /// One less.
    Remove {
        /// Who.
        user: Person,
    },
    /// Somebody asks everybody on the schedule to be covered.
    Cover {
        /// Who.
        original: Person,
    },
}

/// How an override stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Asked for.
    Pending,
    /// Agreed to.
    Approved,
    /// Agreed to, and its time is now.
    Active,
}

/// One override.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is one button")]
pub struct OverrideRow {
    /// Its id, as it stands in addresses.
    pub id: String,
    /// What it does.
    pub change: Change,
    /// The first instant.
    pub starts: DateTime<FixedOffset>,
    /// The first instant after it.
    pub ends: DateTime<FixedOffset>,
    /// How it stands.
    pub standing: Standing,
    /// Why, in the words of whoever made it.
    pub reason: Option<String>,
    /// Who made it.
    pub made_by: String,
    /// The viewer may take the shift.
    pub may_accept: bool,
    /// The viewer may agree to it.
    pub may_approve: bool,
    /// The viewer may refuse it.
    pub may_reject: bool,
    /// The viewer may take it back, or end it.
    pub may_withdraw: bool,
}

impl Change {
    /// In a sentence without its full stop.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Replace { original, by } => format!("{} for {}", by.name, original.name),
            Self::Add { user } => format!("{} joins", user.name),
            Self::Remove { user } => format!("{} is off", user.name),
            Self::Cover { original } => format!("{} asks to be covered", original.name),
        }
    }

    /// With as few letters as a block on a phone leaves.
    pub(super) fn short(&self) -> String {
        match self {
            Self::Replace { by, .. } => by.first_name().to_owned(),
            Self::Add { user } => format!("+ {}", user.first_name()),
            Self::Remove { user } => format!("− {}", user.first_name()),
            Self::Cover { original } => format!("{}?", original.first_name()),
        }
    }

    /// Who comes on call by it.
    pub(super) fn comes_on(&self) -> Option<&Person> {
        match self {
            Self::Replace { by: person, .. } | Self::Add { user: person } => Some(person),
            Self::Remove { .. } | Self::Cover { .. } => None,
        }
    }
}

impl Person {
    pub(super) fn first_name(&self) -> &str {
        self.name.split_whitespace().next().unwrap_or(&self.name)
    }

    /// Of the first and the last name.
    pub(super) fn initials(&self) -> String {
        let mut words = self.name.split_whitespace();
        let ends = words.next().into_iter().chain(words.next_back());
        ends.filter_map(|word| word.chars().next()).collect()
    }
}

impl Standing {
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Pending => "Asked for",
            Self::Approved => "Agreed",
            Self::Active => "Active now",
        }
    }
}

impl OverrideRow {
    pub(super) fn is_pending(&self) -> bool {
        self.standing == Standing::Pending
    }

    pub(super) fn sentence(&self) -> String {
        self.change.sentence()
    }

    pub(super) fn has_buttons(&self) -> bool {
        self.may_accept || self.may_approve || self.may_reject || self.may_withdraw
    }

    /// What taking it back comes to.
    pub(super) fn withdrawal(&self) -> &'static str {
        if self.standing == Standing::Active { "End now" } else { "Withdraw" }
    }
}
