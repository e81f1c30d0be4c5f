//! The subject and the message of an alert, as Zabbix's own templates word them.

use domain::severity::Severity;

use super::severity;
use crate::alert_source::text::one_line;

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Problem,
    Resolved,
    Updated,
}

/// What subject and message say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) kind: Option<Kind>,
    /// The problem's name.
    pub(super) name: Option<String>,
    /// The problem's event id.
    pub(super) id: Option<String>,
    pub(super) host: Option<String>,
    pub(super) severity: Option<Severity>,
    /// Who did what, of an update.
    pub(super) done: Option<String>,
    /// Whether it says that the problem is over.
    pub(super) is_over: bool,
}

/// The most lines that are looked at.
const MOST: usize = 400;

impl Message {
    pub(super) fn read(subject: Option<&str>, message: Option<&str>) -> Self {
        let subject = subject.map(one_line).filter(|subject| !subject.is_empty());
        let mut said = Self::default();
        if let Some(subject) = subject {
            let (kind, name) = subject_of(&subject);
            (said.kind, said.name) = (kind, Some(name.to_owned()).filter(|name| !name.is_empty()));
        }
        for (at, line) in message.unwrap_or_default().lines().take(MOST).enumerate() {
            said.take_in(line.trim(), at == 0);
        }
        said
    }

    fn take_in(&mut self, line: &str, is_first: bool) {
        let value = |label: &str| after(line, label).map(one_line).filter(|value| !value.is_empty());
        if is_first {
            if after(line, "Problem has been resolved").is_some() {
                self.kind = self.kind.or(Some(Kind::Resolved));
            } else if after(line, "Problem started").is_some() {
                self.kind = self.kind.or(Some(Kind::Problem));
            }
            self.done = line.split_once(" problem at ").map(|(done, _)| one_line(done));
        }
        if let Some(id) = value("Original problem ID:").filter(|id| !super::is_placeholder(id)) {
            self.id.get_or_insert(id);
        } else if let Some(name) = value("Problem name:") {
            self.name.get_or_insert(name);
        } else if let Some(host) = value("Host:") {
            self.host.get_or_insert(host);
        } else if let Some(severity) = value("Severity:").as_deref().and_then(severity::of) {
            self.severity.get_or_insert(severity);
        } else if let Some(status) = value("Current problem status is") {
            self.is_over |= after(&status, "RESOLVED").is_some() || after(&status, "OK").is_some();
        }
    }
}

/// The kind in a subject (`Resolved in 42s: Disk full`), and the subject without it.
fn subject_of(subject: &str) -> (Option<Kind>, &str) {
    let kinds = [
        ("Problem", Kind::Problem),
        ("Resolved", Kind::Resolved),
        ("Updated problem", Kind::Updated),
        ("Recovery", Kind::Resolved),
        ("OK", Kind::Resolved),
    ];
    let Some((head, rest)) = subject.split_once(':') else { return (None, subject) };
    for (word, kind) in kinds {
        let is_it =
            after(head, word).is_some_and(|rest| rest.trim().is_empty() || after(rest, " in ").is_some());
        if is_it {
            return (Some(kind), rest.trim());
        }
    }
    (None, subject)
}

/// What stands after `start`, in any case.
fn after<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let is_it = text.get(..start.len())?.eq_ignore_ascii_case(start);
    if is_it { text.get(start.len()..) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_of_the_stock_templates_say_what_kind_of_message_it_is() {
        for (subject, kind, name) in [
            ("Problem: Disk: C full", Some(Kind::Problem), "Disk: C full"),
            ("Resolved in 1d 2h 42s: Disk full", Some(Kind::Resolved), "Disk full"),
            ("RESOLVED: Disk full", Some(Kind::Resolved), "Disk full"),
            ("Updated problem in 17s: Disk full", Some(Kind::Updated), "Disk full"),
            ("Problems everywhere: help", None, "Problems everywhere: help"),
            ("Disk full", None, "Disk full"),
        ] {
            assert_eq!(subject_of(subject), (kind, name), "{subject}");
        }
    }

    #[test]
    fn a_message_names_the_original_problem() {
        let text = "Problem has been resolved at 21:44:47\r\nHost: DB 01\r\nSeverity: High\r\nOriginal problem ID: 25";
        let said = Message::read(None, Some(text));
        assert_eq!((said.kind, said.id.as_deref()), (Some(Kind::Resolved), Some("25")));
        assert_eq!((said.host.as_deref(), said.severity), (Some("DB 01"), Some(Severity::High)));
        let update =
            "Sam closed problem at 21:46.\nbye\n\nCurrent problem status is RESOLVED, acknowledged: Yes.";
        let said = Message::read(Some("Updated problem: x"), Some(update));
        assert_eq!((said.done.as_deref(), said.is_over), (Some("Sam closed"), true));
    }
}
