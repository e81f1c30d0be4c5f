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
        Some(match word.trim().to_ascii_uppercase().as_str() {
            "OK" => Self::Good("OK"),
            "UP" => Self::Good("UP"),
            "0" => Self::Good(if is_service { "OK" } else { "UP" }),
            "WARNING" | "WARN" => Self::Bad("WARNING", Severity::Medium),
            "CRITICAL" | "CRIT" => Self::Bad("CRITICAL", Severity::Critical),
            "UNKNOWN" | "UNKN" => Self::Bad("UNKNOWN", Severity::Medium),
            "DOWN" => Self::Bad("DOWN", Severity::Critical),
            "UNREACHABLE" | "UNREA" => Self::Bad("UNREACHABLE", Severity::High),
            "1" if is_service => Self::Bad("WARNING", Severity::Medium),
            "1" => Self::Bad("DOWN", Severity::Critical),
            "2" if is_service => Self::Bad("CRITICAL", Severity::Critical),
            "2" => Self::Bad("UNREACHABLE", Severity::High),
            "3" if is_service => Self::Bad("UNKNOWN", Severity::Medium),
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
