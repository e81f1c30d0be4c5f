//! The tools whose webhook is a template that a person fills with the tool's placeholders: the names that the template
//! usually has, in a table for each tool.

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Signal};
use serde_json::Value;

use super::super::alert::add_doubt;
use super::super::pick::{UNSAID, unknown_word, unreadable};
use super::super::text::{paragraphs, title_of};
use super::super::words::{self, action_of};
use super::{Item, Names, Tool};

/// The names of one tool.
#[derive(Debug)]
pub(in super::super) struct Template {
    /// What people call the tool.
    pub(in super::super) name: &'static str,
    /// Comes before its keys.
    pub(in super::super) prefix: &'static str,
    /// The identity of the problem.
    pub(in super::super) key: Names,
    /// What is known of the problem together, where its identity isn't; empty: nothing is.
    pub(in super::super) instead_of_key: &'static [Names],
    /// What has become of it.
    pub(in super::super) state: Names,
    pub(in super::super) title: Names,
    pub(in super::super) description: Names,
    pub(in super::super) severity: Names,
    /// What its words for a severity mean, in lower case, before what they mean elsewhere.
    pub(in super::super) severities: &'static [(&'static str, Severity)],
    pub(in super::super) client: Names,
    pub(in super::super) device: Names,
    pub(in super::super) hostname: Names,
    /// What else is shown, with its label.
    pub(in super::super) facts: &'static [(&'static str, Names)],
}

impl Template {
    fn dedup_key(&self, item: &Item<'_>) -> Option<String> {
        let instead = || {
            let parts: Option<Vec<String>> =
                self.instead_of_key.iter().map(|names| item.line(names)).collect();
            parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join("|"))
        };
        item.line(self.key).or_else(instead).map(|key| format!("{}:{key}", self.prefix))
    }

    /// What has become of the problem; without a word, it is there.
    fn action(&self, item: &Item<'_>) -> (Action, Option<String>) {
        let Some(word) = item.line(self.state) else { return (Action::Trigger, None) };
        match action_of(&word) {
            Some(action) => (action, None),
            None => (Action::Trigger, Some(unknown_word("state", &word, "a problem"))),
        }
    }

    fn severity(&self, item: &Item<'_>) -> (Severity, Option<String>) {
        let Some(word) = item.line(self.severity) else { return (UNSAID, None) };
        match severity_of(self.severities, &word) {
            Some(severity) => (severity, None),
            None => (UNSAID, Some(unknown_word("severity", &word, UNSAID.as_str()))),
        }
    }
}

/// What a tool's word for a severity means.
pub(in super::super) fn severity_of(
    severities: &'static [(&'static str, Severity)],
    word: &str,
) -> Option<Severity> {
    let word = word.trim().to_ascii_lowercase();
    let own = severities.iter().find(|(known, _)| *known == word).map(|(_, severity)| *severity);
    own.or_else(|| words::severity_of(&word))
}

impl Tool for Template {
    fn passes_over(&self, alert: &Value) -> Result<Option<String>, Unreadable> {
        let item = Item::of(alert);
        if item.line(self.title).is_some() || item.line(self.key).is_some() {
            Ok(None)
        } else if item.is_unfilled(self.key) || item.is_unfilled(self.title) {
            Ok(Some(format!("a test: {} has not filled in the placeholders", self.name)))
        } else {
            Err(unreadable(self.key.first().unwrap_or(&"body"), "is missing, and so is a title"))
        }
    }

    fn signal(&self, alert: &Value) -> Signal {
        let item = Item::of(alert);
        let (action, action_doubt) = self.action(&item);
        let (severity, severity_doubt) = self.severity(&item);
        let dedup_key = self.dedup_key(&item);
        let titled = item.text(self.title).and_then(|text| title_of(&text));
        let is_untitled = titled.is_none() && action == Action::Trigger;
        let (title, more) = titled.unwrap_or_else(|| {
            let of = dedup_key.as_deref().map(|key| format!(" {key}")).unwrap_or_default();
            (format!("{} alert{of}", self.name), None)
        });
        let hostname = item.line(self.hostname);
        let said = [more, item.text(self.description), Some(item.facts(self.facts))];
        let said = said.into_iter().flatten().filter(|text| text.trim() != title);
        let mut signal = Signal {
            action,
            description: paragraphs(said),
            client: item.line(self.client),
            link: item.link(),
            device: Device { name: item.line(self.device).or_else(|| hostname.clone()), hostname },
            ..Signal::trigger(title.clone(), severity)
        };
        let title_doubt = is_untitled.then(|| "it has no title".to_owned());
        let key_doubt =
            item.is_unfilled(self.key).then(|| "the placeholder of its key is not filled in".to_owned());
        signal.dedup_key = dedup_key;
        for doubt in [title_doubt, key_doubt, severity_doubt, action_doubt].into_iter().flatten() {
            add_doubt(&mut signal, &doubt);
        }
        signal
    }
}
