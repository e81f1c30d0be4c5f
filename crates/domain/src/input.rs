//! What is wrong with what somebody wants to save.
//!
//! Invariant: every mistake is told at once, and each names the field it is in as people write it.

use std::fmt::Display;

/// One mistake, such as `member_ids[2]: there is no user 'usr_x'`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct Wrong {
    /// The field's path.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Wrong {
    /// A mistake in a field.
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }

    /// An id that names nothing here; `kind` is what people call the thing.
    pub fn unknown(field: impl Into<String>, kind: &str, id: impl Display) -> Self {
        Self::new(field, format!("there is no {kind} '{id}'"))
    }
}

/// What is wrong with a name: it must say something, in at most 200 characters and one line.
pub(crate) fn name(field: &str, text: &str) -> Option<Wrong> {
    let problem = if text.trim().is_empty() {
        "must not be empty"
    } else if text.chars().count() > 200 {
        "must not be longer than 200 characters"
    } else if text.chars().any(char::is_control) {
        "must be one line, without control characters"
    } else {
        return None;
    };
    Some(Wrong::new(field, problem))
}
