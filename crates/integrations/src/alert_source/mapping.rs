//! A source's mapping, laid over what its format found.
//!
//! Invariants: a path or a template that finds nothing leaves what the format found; one that can't be read is told
//! with every alert and stops none; what a mapping says that a status means, nothing else says any more. The work for one alert is bounded by the size of the delivery.

mod path;
mod paths;
mod template;

use std::collections::BTreeMap;

use domain::input::Wrong;
use domain::severity::Severity;
use domain::signal::{Action, WhenNoneOpen};
use domain::source::{AlertSource, Mapping};
use serde_json::Value;

use super::alert::Alert;
use super::fields::Fields;
use super::generic::names;
use super::text::{is_web_address, one_line, shortened};
use super::words::action_of;

use self::path::Path;
use self::paths::Paths;
use self::template::Templates;

/// Where a status may stand, beside where one usually does.
const STATUS_IDS: [&str; 1] = ["statusid"];

/// What is wrong with the paths and templates of a source's settings.
pub(super) fn problems(source: &AlertSource) -> Vec<Wrong> {
    let (_, mut wrong) = Paths::of(source);
    wrong.extend(template::problems(&source.mapping));
    wrong
}

/// A source's mapping and its grouping's path, and the delivery that they are laid over.
pub(super) struct Overlay<'a> {
    mapping: &'a Mapping,
    paths: Paths,
    templates: Option<Templates<'a>>,
    pub(super) whole: &'a Value,
    broken: Vec<Wrong>,
}

impl<'a> Overlay<'a> {
    /// For one delivery, `whole`.
    pub(super) fn of(source: &'a AlertSource, whole: &'a Value) -> Self {
        let (paths, broken) = Paths::of(source);
        let templates = Templates::of(&source.mapping, whole);
        Self { mapping: &source.mapping, paths, templates, whole, broken }
    }

    /// The elements of the delivery that are alerts by themselves; `None` where it is one by itself.
    pub(super) fn elements(&self) -> Option<Vec<&'a Value>> {
        let nodes = self.paths.each.as_ref()?.nodes(self.whole);
        match nodes.as_slice() {
            [] => None,
            [Value::Array(elements)] => Some(elements.iter().collect()),
            _ => Some(nodes),
        }
    }

    /// The alerts that concern anybody, as the mapping has them.
    pub(super) fn lay(&self, alerts: Vec<Alert>) -> impl Iterator<Item = Alert> {
        let has_nothing = self.mapping.is_empty() && self.paths.group.is_none() && self.broken.is_empty();
        let is_alone = alerts.len() == 1;
        alerts
            .into_iter()
            .filter_map(move |alert| if has_nothing { Some(alert) } else { self.laid(alert, is_alone) })
    }

    fn laid(&self, mut alert: Alert, is_alone: bool) -> Option<Alert> {
        let item = match std::mem::take(&mut alert.item) {
            // It stands for several, which the mapping isn't about.
            Value::Null if !is_alone => return Some(alert),
            Value::Null => self.whole.clone(),
            item => item,
        };
        if !self.lay_status(&mut alert, &item) {
            return None;
        }
        self.lay_severity(&mut alert, &item);
        self.lay_texts(&mut alert, &item, is_alone);
        if let Some(templates) = &self.templates {
            templates.fill(&mut alert, &item);
        }
        for wrong in &self.broken {
            alert.doubts.others.push(wrong.to_string());
        }
        alert.item = item;
        Some(alert)
    }

    fn text(&self, path: Option<&Path>, item: &Value) -> Option<String> {
        let path = path?;
        path.text(item).or_else(|| path.line_in_whole(self.whole))
    }

    /// The words at `path`, or without one those under the usual names.
    fn words(&self, path: Option<&Path>, item: &Value, usual: &[&[&'static str]]) -> Vec<String> {
        match path {
            Some(_) => self.text(path, item).into_iter().collect(),
            None => item.as_object().map_or_else(Vec::new, |object| {
                let fields = Fields::of(object, &names::CONTAINERS);
                usual.iter().flat_map(|names| fields.texts(names)).collect()
            }),
        }
    }

    /// Says whether the alert concerns anybody.
    fn lay_status(&self, alert: &mut Alert, item: &Value) -> bool {
        let path = self.paths.status.as_ref();
        if path.is_none() && self.mapping.statuses.is_empty() {
            return true;
        }
        let words = self.words(path, item, &[&names::STATE, &STATUS_IDS, &names::EVENT]);
        if let Some(meaning) = words.iter().find_map(|word| meaning_of(word, &self.mapping.statuses)) {
            return meaning.action().inspect(|action| act(alert, *action)).is_some();
        }
        if let Some(word) = path.and(words.first()) {
            match action_of(word) {
                Some(action) => act(alert, action),
                None => alert.doubts.action = Some(unknown("state", word)),
            }
        }
        true
    }

    fn lay_severity(&self, alert: &mut Alert, item: &Value) {
        let path = self.paths.severity.as_ref();
        let words = self.words(path, item, &[&names::SEVERITY]);
        let mapped = words.iter().find_map(|word| meaning_of(word, &self.mapping.severities));
        let known = mapped.or_else(|| path.and_then(|_| Severity::from_tool_word(words.first()?)));
        let is_unsaid = path.is_some() || alert.doubts.severity_unsaid;
        if let Some(severity) = known.or(self.mapping.default_severity.filter(|_| is_unsaid)) {
            alert.signal.severity = severity;
        }
        if known.is_some() {
            alert.doubts.severity = None;
        } else if let (Some(_), Some(word)) = (path, words.first()) {
            alert.doubts.severity = Some(unknown("severity", word));
        }
    }

    fn lay_texts(&self, alert: &mut Alert, item: &Value, is_alone: bool) {
        let Paths { dedup_key, client, device, link, group, each, .. } = &self.paths;
        let line = |path: &Option<Path>| self.text(path.as_ref(), item).map(|text| one_line(&text));
        let signal = &mut alert.signal;
        // A key of the whole delivery would make one problem of all its alerts, and another of one that comes alone.
        let is_one = is_alone && each.is_none() && !is_list(self.whole);
        let key = dedup_key
            .as_ref()
            .and_then(|path| path.text(item).or_else(|| is_one.then(|| path.text(self.whole)).flatten()));
        replace(&mut signal.dedup_key, key);
        replace(&mut signal.client, line(client));
        replace(&mut signal.device.name, line(device));
        replace(&mut signal.link, line(link).filter(|link| is_web_address(link)));
        replace(&mut signal.group, line(group));
    }
}

/// Whether a delivery is one that may hold several alerts, however many it holds this time.
fn is_list(whole: &Value) -> bool {
    let holds = |name: &str| whole.get(name).is_some_and(Value::is_array);
    whole.is_array() || names::LISTS.into_iter().chain(["messages", "webhooks"]).any(holds)
}

fn replace(place: &mut Option<String>, found: Option<String>) {
    if found.is_some() {
        *place = found;
    }
}

/// A status that is mapped decides afresh what is done when nothing is open; only a ticket that somebody has in hand
/// may still open an incident.
fn act(alert: &mut Alert, action: Action) {
    let signal = &mut alert.signal;
    if signal.action != action {
        let opens = signal.when_none_open == Some(WhenNoneOpen::Open);
        signal.when_none_open = (action == Action::Acknowledge && opens).then_some(WhenNoneOpen::Open);
    }
    signal.action = action;
    if let Some(ticket) = &mut signal.ticket {
        ticket.status = None;
    }
    alert.doubts.action = None;
}

fn unknown(what: &str, word: &str) -> String {
    format!("the {what} '{}' is not known", shortened(word))
}

/// What a word means by a table, in any case.
fn meaning_of<T: Copy>(word: &str, meanings: &BTreeMap<String, T>) -> Option<T> {
    let simple = |text: &str| text.trim().to_lowercase();
    let word = simple(word);
    meanings.iter().find(|(known, _)| simple(known) == word).map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests;
