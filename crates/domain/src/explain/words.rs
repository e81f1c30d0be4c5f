//! An explanation in plain words.

use super::{End, Occasion, Rule, Why};
use crate::id::UserId;

impl Why {
    /// Why somebody is told on an occasion; `name_of` says what people are called.
    pub(super) fn in_words(&self, occasion: Occasion, name_of: impl Fn(&UserId) -> String) -> String {
        match (self, occasion) {
            (Self::Step(cause), _) => cause.in_words(name_of),
            (Self::LastResort, _) => "the last resort when a policy reaches nobody".to_owned(),
            (Self::Admin, Occasion::Exhausted) => "an admin, told when every round is through".to_owned(),
            (Self::Admin, _) => "an admin, told when a policy reaches nobody".to_owned(),
        }
    }
}

impl Rule {
    /// What decides that a contact method is used, and when.
    pub fn in_words(self) -> String {
        match self {
            Self::After(0) => "rule at once".to_owned(),
            Self::After(minutes) => format!("rule after {minutes} min"),
            Self::NoRule => "no usable rule: every verified contact method at once".to_owned(),
            Self::Regardless => "whatever the rules say: every verified contact method at once".to_owned(),
        }
    }
}

impl End {
    /// How it ends.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Exhausted(_) => {
                "every round is through: the admins are told, the incident stays triggered, and nobody else is told"
            }
            Self::NobodyReached(_) => {
                "the policy reaches nobody: the last resort and the admins are told instead, and nobody else is told"
            }
            Self::Unheard(_) => {
                "nobody at all can be told, not even an admin: it is tried again every five minutes until somebody can"
            }
            Self::GoesOn(_) => "the policy goes on repeating, further than is told here",
        }
    }
}
