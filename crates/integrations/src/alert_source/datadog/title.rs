//! The titles of Datadog's events: `[P2] [Triggered on {host:srv-1}] CPU high`.
//!
//! Invariant: the text is the same for a problem and its end; brackets that are the monitor's own stay in it.

use domain::severity::Severity;

use super::Transition;
use crate::alert_source::words::severity_of;

/// A title, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Title {
    pub(super) priority: Option<Severity>,
    pub(super) transition: Option<Transition>,
    /// With its braces.
    pub(super) scope: Option<String>,
    pub(super) text: String,
}

impl Title {
    pub(super) fn of(title: &str) -> Self {
        let mut found = Self::default();
        let mut rest = title.trim();
        while let Some((inner, after)) = bracket(rest) {
            let (word, scope) = match inner.split_once(" on ") {
                Some((word, scope)) => (word, Some(scope.trim())),
                None => (inner, None),
            };
            if let (None, Some(priority)) = (found.priority, priority(word)) {
                found.priority = Some(priority);
            } else if let (None, Some(transition)) = (found.transition, Transition::of(word)) {
                found.transition = Some(transition);
                found.scope = scope.map(str::to_owned);
            } else {
                break;
            }
            rest = after;
        }
        let text = if rest.is_empty() { title.trim() } else { rest };
        Self { text: text.to_owned(), ..found }
    }
}

/// What is in the bracket that a text begins with, and what is after it. A scope has brackets of its own.
fn bracket(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('[')?;
    let end = match (inner.find('{'), inner.find(']')) {
        (Some(open), Some(close)) if open < close => inner.find("}]").map_or(close, |end| end + 1),
        (_, close) => close?,
    };
    let (inner, after) = (inner.get(..end)?, inner.get(end + 1..)?);
    Some((inner.trim(), after.trim_start()))
}

fn priority(word: &str) -> Option<Severity> {
    let is_priority = matches!(word.as_bytes(), [b'P' | b'p', b'1'..=b'5']);
    is_priority.then(|| severity_of(word)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_datadog_puts_before_a_title_is_taken_apart() {
        let title = Title::of("[P2] [Triggered on {host:a,disk:[c]}] [prod] CPU high");
        assert_eq!(title.priority, Some(Severity::High));
        assert_eq!(title.transition, Some(Transition::Triggered));
        assert_eq!(title.scope.as_deref(), Some("{host:a,disk:[c]}"));
        assert_eq!(title.text, "[prod] CPU high");
        let title = Title::of("[No Data] CPU high");
        assert_eq!((title.transition, title.scope), (Some(Transition::Triggered), None));
        assert_eq!(Title::of("[Recovered] CPU high").transition, Some(Transition::Recovered));
        assert_eq!(Title::of("[Re-Warn on {a:b}] x").transition, Some(Transition::Warned));
    }

    #[test]
    fn a_title_of_another_kind_stays_as_it_is() {
        for text in
            ["CPU high", "[prod] CPU high", "[", "[]", "]", "[Triggered", "[P9] x", "[{]ü", "[Triggered]"]
        {
            let title = Title::of(text);
            assert_eq!((title.text.as_str(), title.scope), (text, None), "{text}");
        }
    }
}
