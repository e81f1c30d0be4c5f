//! The words tools use for what has become of a problem.

use domain::severity::Severity;
use domain::signal::Action;

const TRIGGER: &[&str] = &[
    "trigger",
    "triggered",
    "fire",
    "fired",
    "firing",
    "alert",
    "alerting",
    "alarm",
    "problem",
    "open",
    "opened",
    "reopened",
    "new",
    "create",
    "created",
    "active",
    "activated",
    "start",
    "started",
    "raised",
    "down",
    "critical",
    "error",
    "fail",
    "failed",
    "failing",
    "failure",
    "warning",
    "warn",
    "unhealthy",
    "unreachable",
    "unknown",
    "bad",
];

const ACKNOWLEDGE: &[&str] =
    &["ack", "acked", "acknowledge", "acknowledged", "acknowledgement", "acknowledgment"];

const RESOLVE: &[&str] = &[
    "resolve",
    "resolved",
    "resolution",
    "recovery",
    "recover",
    "recovered",
    "ok",
    "okay",
    "up",
    "close",
    "closed",
    "clear",
    "cleared",
    "normal",
    "healthy",
    "good",
    "success",
    "succeeded",
    "successful",
    "complete",
    "completed",
    "fixed",
    "solved",
    "deactivated",
    "ended",
    "done",
];

/// What a word for a state or an event says, in any case and spelling (`Event.Resolved`, `RE-OPENED`); `None` for one
/// that isn't known.
pub(super) fn action_of(word: &str) -> Option<Action> {
    let simple = |word: &str| crate::alert_source::fields::name_of(word);
    let known = |word: &str| {
        [(TRIGGER, Action::Trigger), (ACKNOWLEDGE, Action::Acknowledge), (RESOLVE, Action::Resolve)]
            .into_iter()
            .find_map(|(words, action)| words.contains(&word).then_some(action))
    };
    known(&simple(word)).or_else(|| known(&simple(word.rsplit('.').next()?)))
}

/// How bad a monitoring tool's word says it is. What tools only inform of is low: their severities are told in four levels.
pub(super) fn severity_of(word: &str) -> Option<Severity> {
    Severity::from_tool_word(word).map(|severity| severity.max(Severity::Low))
}

/// The words of a type name: `rmm.alert.recovered`, `BackupFailed`, `backup/completed_with_errors`.
pub(super) fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        let breaks = !c.is_alphanumeric() || (c.is_uppercase() && was_lower);
        if breaks && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_states_and_events_are_read_in_any_spelling() {
        for (word, action) in [
            ("firing", Some(Action::Trigger)),
            ("PROBLEM", Some(Action::Trigger)),
            ("DOWN", Some(Action::Trigger)),
            ("incident.triggered", Some(Action::Trigger)),
            ("ack", Some(Action::Acknowledge)),
            ("In Progress", None),
            ("OK", Some(Action::Resolve)),
            ("Resolved", Some(Action::Resolve)),
            ("alert.closed", Some(Action::Resolve)),
            ("RECOVERY", Some(Action::Resolve)),
            ("unresolved", None),
            ("0", None),
            ("", None),
        ] {
            assert_eq!(action_of(word), action, "{word}");
        }
    }

    #[test]
    fn what_tools_only_inform_of_is_low() {
        for word in ["info", "informational", "low", "minor", "none", "P4", "P5", "debug"] {
            assert_eq!(severity_of(word), Some(Severity::Low), "{word}");
        }
        assert_eq!((severity_of("page"), severity_of("purple")), (Some(Severity::Critical), None));
    }

    #[test]
    fn no_word_says_two_things() {
        let mut all: Vec<_> = [TRIGGER, ACKNOWLEDGE, RESOLVE].concat();
        all.sort_unstable();
        let before = all.len();
        all.dedup();
        assert_eq!(all.len(), before);
    }

    #[test]
    fn type_names_are_taken_apart() {
        assert_eq!(words_of("rmm.alert.recovered"), ["rmm", "alert", "recovered"]);
        assert_eq!(words_of("com.theone.BackupFailed"), ["com", "theone", "backup", "failed"]);
        assert_eq!(words_of("backup/completed_with_errors"), ["backup", "completed", "with", "errors"]);
        assert_eq!(words_of("--"), Vec::<String>::new());
    }
}
