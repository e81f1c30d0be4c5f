//! What the RMM tools have in common: an alert is an object with the tool's own names for its fields, often written by
//! a person into a template of the tool.
//!
//! Invariants: a template's placeholder that was not filled in is absent, and where nothing else says what it is about,
//! it is a test; of a list with one alert that can be read, every other one is a problem too.

mod template;

use app::port::Unreadable;
use domain::signal::Signal;
use serde_json::Value;

use super::alert::doubt_beside;
use super::body::Content;
use super::fields::{Fields, name_of, text_of};
use super::format::{Came, Said};
use super::pick::{self, unreadable};
use super::text::{is_web_address, one_line};

pub(super) use template::{Template, severity_of};

/// Names of a field, simplified, the most telling first.
pub(super) type Names = &'static [&'static str];

/// The objects that people put an alert into.
const CONTAINERS: [&str; 2] = ["alert", "data"];

/// The lists in which scripts hand over what they read from a tool's API.
const LISTS: [&str; 2] = ["items", "alerts"];

/// Addresses of an alert at its tool.
const LINK: Names = &["link", "url", "alerturl", "alertlink", "deviceurl", "devicelink"];

/// The fields of one alert.
#[derive(Debug)]
pub(super) struct Item<'a> {
    /// Anything but an object has none.
    fields: Option<Fields<'a>>,
}

impl<'a> Item<'a> {
    /// The fields of an alert.
    pub(super) fn of(alert: &'a Value) -> Self {
        Self { fields: alert.as_object().map(|object| Fields::of(object, &CONTAINERS)) }
    }

    fn values(&self, names: Names) -> impl Iterator<Item = &'a Value> {
        self.fields.iter().flat_map(move |fields| fields.values(names))
    }

    fn texts(&self, names: Names) -> impl Iterator<Item = String> {
        self.values(names).filter_map(text_of)
    }

    /// The first text under `names` that says something.
    pub(super) fn text(&self, names: Names) -> Option<String> {
        self.texts(names).find(|text| !is_placeholder(text))
    }

    /// The same on one line.
    pub(super) fn line(&self, names: Names) -> Option<String> {
        self.text(names).map(|text| one_line(&text)).filter(|text| !text.is_empty())
    }

    /// The first address on the web.
    pub(super) fn address(&self, names: Names) -> Option<String> {
        self.texts(names).find(|text| is_web_address(text))
    }

    /// Where the tool shows the alert.
    pub(super) fn link(&self) -> Option<String> {
        self.address(LINK)
    }

    /// Whether a field says yes.
    pub(super) fn is_true(&self, names: Names) -> bool {
        self.values(names).any(|value| match value {
            Value::Bool(says) => *says,
            Value::String(text) => text.trim().eq_ignore_ascii_case("true"),
            _ => false,
        })
    }

    /// Whether a field holds nothing but a placeholder.
    pub(super) fn is_unfilled(&self, names: Names) -> bool {
        self.texts(names).any(|text| is_placeholder(&text))
    }

    /// The fields that say something, each as a line with its label.
    pub(super) fn facts(&self, facts: &'static [(&'static str, Names)]) -> String {
        let lines = facts.iter().filter_map(|(label, names)| Some(format!("{label}: {}", self.line(names)?)));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// How one tool's alerts are read.
pub(super) trait Tool {
    /// Why nobody is concerned, where that is so. An error names the field without which it is no alert of this tool.
    fn passes_over(&self, alert: &Value) -> Result<Option<String>, Unreadable>;

    /// What an alert says; whatever it lacks.
    fn signal(&self, alert: &Value) -> Signal;
}

/// What a delivery of a tool says: one alert, or a list of them.
pub(super) fn read(tool: &impl Tool, came: &Came<'_>) -> Result<Said, Unreadable> {
    let (mut some, mut over, mut wrong) = (Vec::new(), None, None);
    let mut is_theirs = false;
    for alert in alerts(came)? {
        match tool.passes_over(alert) {
            Ok(None) => {
                is_theirs = true;
                some.push(alert);
            }
            Ok(Some(why)) => over = Some(why),
            Err(error) => {
                wrong.get_or_insert(error);
                some.push(alert);
            }
        }
    }
    match (over, wrong) {
        (None, Some(wrong)) if !is_theirs => return Err(wrong),
        (Some(why), _) if some.is_empty() => return Ok(Said::Nothing(why)),
        _ => {}
    }
    let mut found = pick::each(&some, |alert| tool.signal(alert));
    for (found, doubt) in found.iter_mut().zip(came.body.doubt.iter().cycle()) {
        doubt_beside(&mut found.signal, doubt);
    }
    Ok(Said::Alerts(found))
}

/// The alerts of a body; at least one.
fn alerts<'a>(came: &'a Came<'_>) -> Result<Vec<&'a Value>, Unreadable> {
    let list: Vec<&Value> = match &came.body.content {
        Content::Value(Value::Array(list)) => list.iter().collect(),
        Content::Value(object @ Value::Object(fields)) => {
            let list = fields.iter().find(|(name, _)| LISTS.contains(&name_of(name).as_str()));
            let list = list.and_then(|(_, value)| value.as_array()).filter(|list| !list.is_empty());
            list.map_or_else(|| vec![object], |list| list.iter().collect())
        }
        _ => return Err(unreadable("body", "must be a JSON object")),
    };
    if list.is_empty() || !list.iter().all(|alert| alert.is_object()) {
        return Err(unreadable("body", "must be an alert, or a list of alerts"));
    }
    Ok(list)
}

/// Whether a text is what a tool should have put something in the place of: `[alert_uid]`, `{{alert.id}}`, `${name}`.
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let between = |start: &str, end: &str| text.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    between("[", "]").is_some_and(is_word)
        || [("{{", "}}"), ("${", "}"), ("<<", ">>")]
            .into_iter()
            .any(|(start, end)| between(start, end).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_filled_in_is_told_from_what_was() {
        for text in ["[alert_uid]", "{{alert.id}}", " {{ CustomerName }} ", "${device}", "<<id>>"] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["[WARN] Disk", "[Disk full]", "[]", "{\"a\": 1}", "{{", "$5", "Disk [c]"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
