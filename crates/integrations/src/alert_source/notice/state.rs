//! How it is now: the states of hosts and services, by word or by number.

use domain::severity::Severity;

use super::About;

/// A state, with the word that a title has for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    Good(&'static str),
    Bad(&'static str, Severity),
}

impl State {
    /// The state that a word or a number means; numbers count differently for hosts and for services.
    pub(super) fn of(word: &str, about: &About) -> Option<Self> {
        let is_service = about.service.is_some();
        let word = word.trim().to_ascii_uppercase();
        Some(match (word.as_str(), is_service) {
            ("OK", _) | ("0", true) => Self::Good("OK"),
            ("UP", _) | ("0", false) => Self::Good("UP"),
            ("WARNING" | "WARN", _) | ("1", true) => Self::Bad("WARNING", Severity::Medium),
            ("CRITICAL" | "CRIT", _) | ("2", true) => Self::Bad("CRITICAL", Severity::Critical),
            ("UNKNOWN" | "UNKN", _) | ("3", true) => Self::Bad("UNKNOWN", Severity::Medium),
            ("DOWN", _) | ("1", false) => Self::Bad("DOWN", Severity::Critical),
            ("UNREACHABLE" | "UNREACH" | "UNREA", _) | ("2", false) => {
                Self::Bad("UNREACHABLE", Severity::High)
            }
            _ => return None,
        })
    }

    pub(super) fn is_good(&self) -> bool {
        matches!(self, Self::Good(_))
    }

    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Good(word) | Self::Bad(word, _) => word,
        }
    }

    /// `None` for a good one.
    pub(super) fn severity(&self) -> Option<Severity> {
        match self {
            Self::Good(_) => None,
            Self::Bad(_, severity) => Some(*severity),
        }
    }
}
