//! How bad it is (severity, said by the sender) and how hard we ring (urgency, decided from it).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How bad a problem is; ordered, so that the worse of two is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Can wait for days.
    Low,
    /// Can wait for the morning.
    Medium,
    /// Somebody's work is hindered now.
    High,
    /// Somebody's business stands still.
    Critical,
}

/// A severity that none of the known words says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not one of critical, high, medium, low, info")]
pub struct UnknownSeverity;

impl Severity {
    /// All of them, worst first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// What monitoring tools call it, in any case; `None` for a word that no tool uses for a severity.
    pub fn from_tool_word(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "critical" | "crit" | "page" | "emergency" | "fatal" | "disaster" | "down" | "p1" | "sev0"
            | "sev1" => Self::Critical,
            "high" | "error" | "err" | "major" | "alarm" | "unreachable" | "p2" | "sev2" => Self::High,
            "medium" | "moderate" | "average" | "warning" | "warn" | "unknown" | "p3" | "sev3" => {
                Self::Medium
            }
            "low" | "minor" | "p4" | "sev4" => Self::Low,
            "info" | "information" | "informational" | "notice" | "debug" | "none" | "ok" | "p5" | "sev5" => {
                Self::Info
            }
            _ => return None,
        })
    }

    /// How hard a technician is rung for it: `critical` and `high` at once, the rest by the quieter rules.
    pub fn urgency(self) -> Urgency {
        match self {
            Self::Critical | Self::High => Urgency::High,
            Self::Medium | Self::Low | Self::Info => Urgency::Low,
        }
    }

    /// The PSA's priority: critical→P1, high→P2, medium→P3, low and info→P4.
    pub fn psa_priority(self) -> &'static str {
        match self {
            Self::Critical => "P1",
            Self::High => "P2",
            Self::Medium => "P3",
            Self::Low | Self::Info => "P4",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = UnknownSeverity;

    /// Reads our own words only; for what tools say, see [`Severity::from_tool_word`].
    fn from_str(text: &str) -> Result<Self, UnknownSeverity> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(UnknownSeverity)
    }
}

/// Which of a user's notification rules apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Can wait for a civil hour.
    Low,
    /// Wakes people.
    High,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worse_is_greater() {
        assert!(Severity::Critical > Severity::High && Severity::High > Severity::Medium);
        assert!(Severity::Medium > Severity::Low && Severity::Low > Severity::Info);
    }

    #[test]
    fn tools_words_are_read_in_any_case() {
        for (word, severity) in [
            ("CRITICAL", Severity::Critical),
            (" Warning ", Severity::Medium),
            ("error", Severity::High),
            ("P4", Severity::Low),
            ("informational", Severity::Info),
        ] {
            assert_eq!(Severity::from_tool_word(word), Some(severity), "{word}");
        }
        assert_eq!(Severity::from_tool_word("purple"), None);
    }

    #[test]
    fn priorities_follow_the_psa_table() {
        let told: Vec<_> = Severity::ALL.into_iter().map(Severity::psa_priority).collect();
        assert_eq!(told, ["P1", "P2", "P3", "P4", "P4"]);
    }
}
