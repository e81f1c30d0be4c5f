//! How bad Zabbix says it is.

use domain::severity::Severity;

/// What isn't said.
pub(super) const UNSAID: Severity = Severity::Medium;

/// A severity by number or by the name that it has unless somebody renamed it; numbers can't be renamed.
pub(super) fn of(word: &str) -> Option<Severity> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "5" | "disaster" | "critical" => Severity::Critical,
        "4" | "high" | "error" => Severity::High,
        "3" | "average" | "2" | "warning" => Severity::Medium,
        "1" | "information" | "info" | "0" | "not classified" => Severity::Low,
        _ => return None,
    })
}
