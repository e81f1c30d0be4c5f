//! Any tool: a body's fields under the names that tools and scripts usually give them.
//!
//! Invariant: every body makes at least one signal; what isn't understood is a problem until a person has looked, and
//! says why it wasn't understood.

pub(super) mod names;

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Signal};
use serde_json::{Map, Value};

use super::alert::{Alert, Doubts, add_doubt};
use super::body::{Body, Content};
use super::fields::Fields;
use super::format::{Came, Format, Said};
use super::many::{MOST_READ, Rest};
use super::text::{description_of, is_web_address, one_line, paragraphs, shortened, title_of};
use super::words::action_of;

/// A severity that wasn't said: wakes somebody.
const UNSAID: Severity = Severity::High;

const UNREADABLE: &str = "Alert that could not be read";

/// Whatever a tool or a script sends.
pub(super) struct Generic;

impl Format for Generic {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        Ok(Said::Alerts(read(&came.body).into_iter().map(Alert::found).collect()))
    }
}

/// What a body says by the usual names; at least one alert.
pub(super) fn read(body: &Body) -> Vec<Alert> {
    let Body { content, raw, doubt } = body;
    let mut alerts = match content {
        Content::Value(Value::Array(values)) => from_all(values.clone(), raw),
        Content::Value(Value::Object(object)) => {
            let mut object = object.clone();
            unpack(&mut object);
            match alerts_in(&mut object) {
                Some(alerts) => from_all(alerts, raw),
                None => vec![from_object(object, raw)],
            }
        }
        Content::Value(_) | Content::Nothing => vec![unreadable(raw, None)],
        Content::Text => vec![from_text(raw)],
    };
    for (alert, doubt) in alerts.iter_mut().zip(doubt.iter().cycle()) {
        match content {
            // Two of these may share a first line and be two problems.
            Content::Nothing => add_doubt(&mut alert.signal, doubt),
            _ => alert.doubts.others.push(doubt.clone()),
        }
    }
    alerts
}

fn from_all(values: Vec<Value>, raw: &str) -> Vec<Alert> {
    let mut alerts = Vec::with_capacity(values.len().min(MOST_READ));
    let mut rest = Rest::default();
    for value in values {
        let alert = from_value(value);
        if alerts.len() < MOST_READ {
            alerts.push(alert);
        } else {
            rest.add(&alert.signal);
        }
    }
    if let Some(first) = alerts.first_mut() {
        first.doubts.others.extend(rest.left_out());
    }
    alerts.extend(rest.problem().map(|signal| Alert::sure(signal, Value::Null)));
    if alerts.is_empty() {
        alerts.push(unreadable(raw, Some("the list is empty")));
    }
    alerts
}

fn from_value(value: Value) -> Alert {
    match value {
        Value::Object(mut object) => {
            unpack(&mut object);
            let raw = Value::Object(object.clone()).to_string();
            from_object(object, &raw)
        }
        Value::String(text) if !text.trim().is_empty() => from_text(&text),
        other => unreadable(&other.to_string(), Some("an alert of the list is not an object")),
    }
}

fn from_text(text: &str) -> Alert {
    let Some((title, more)) = title_of(text) else {
        return unreadable(text, Some("the body has no readable text"));
    };
    let mut signal = Signal::trigger(title, UNSAID);
    signal.description = description_of(&more.unwrap_or_default());
    let doubts = Doubts { severity_unsaid: true, ..Doubts::default() };
    Alert { signal, item: Value::String(text.to_owned()), doubts }
}

/// What nothing could be made of, shown as it came.
fn unreadable(raw: &str, doubt: Option<&str>) -> Alert {
    let telling = raw.lines().find(|line| line.chars().any(char::is_alphanumeric));
    let title = telling.and_then(title_of).map_or_else(|| UNREADABLE.to_owned(), |(title, _)| title);
    let mut signal = Signal::trigger(title, UNSAID);
    signal.description = description_of(raw);
    let doubts = Doubts { title: doubt.map(str::to_owned), severity_unsaid: true, ..Doubts::default() };
    Alert { signal, item: Value::String(raw.to_owned()), doubts }
}

fn from_object(object: Map<String, Value>, raw: &str) -> Alert {
    let fields = Fields::of(&object, &names::CONTAINERS);
    let (action, action_doubt) = action(&fields);
    let (severity, severity_doubt) = severity(&fields);
    let dedup_key = fields.text(&names::DEDUP_KEY);
    let device = device(&fields);
    let said = fields.prose(&names::DESCRIPTION);
    let titled = fields.text(&names::TITLE).or_else(|| said.clone()).and_then(|text| title_of(&text));
    let (mut signal, title_doubt) = match titled {
        Some((title, more)) => {
            let mut signal = Signal::trigger(title, UNSAID);
            let described = said.filter(|text| one_line(text) != signal.title);
            signal.description = paragraphs(more.into_iter().chain(described));
            (signal, None)
        }
        None => untitled(action, [dedup_key.as_deref(), device.name.as_deref()], raw),
    };
    signal.action = action;
    signal.severity = severity.unwrap_or(UNSAID);
    signal.dedup_key = dedup_key;
    signal.client = fields.text(&names::CLIENT).map(|text| one_line(&text));
    signal.product = fields.text(&names::PRODUCT).map(|text| one_line(&text));
    signal.link = fields.texts(&names::LINK).find(|link| is_web_address(link));
    signal.device = device;
    let doubts = Doubts {
        title: title_doubt,
        severity: severity_doubt,
        severity_unsaid: severity.is_none(),
        action: action_doubt,
        others: Vec::new(),
    };
    Alert { signal, item: Value::Object(object), doubts }
}

/// A signal that has no title of its own. An acknowledge or resolve needs none; a problem shows its whole body.
fn untitled(action: Action, stand_ins: [Option<&str>; 2], raw: &str) -> (Signal, Option<String>) {
    let title = stand_ins.into_iter().flatten().find_map(title_of).map(|(title, _)| title);
    match (action, title) {
        (Action::Acknowledge | Action::Resolve, Some(title)) => (Signal::trigger(title, UNSAID), None),
        (_, title) => {
            let title = title.unwrap_or_else(|| UNREADABLE.to_owned());
            let mut signal = Signal::trigger(title, UNSAID);
            signal.description = description_of(raw);
            (signal, Some("no title was found under any of the usual names".to_owned()))
        }
    }
}

/// What the sender wants done. The state of the thing beats the name of the event, since tools send the last state
/// again with any event; only an acknowledge is an event about a problem that goes on.
fn action(fields: &Fields<'_>) -> (Action, Option<String>) {
    let first = |names: &[&'static str]| fields.texts(names).find_map(|word| action_of(&word));
    let (state, event) = (first(&names::STATE), first(&names::EVENT));
    match (state, event) {
        (Some(Action::Trigger), Some(Action::Acknowledge)) => (Action::Acknowledge, None),
        (Some(action), _) | (None, Some(action)) => (action, None),
        (None, None) => {
            let said = fields.text(&names::STATE);
            let doubt = said.map(|said| format!("the state '{}' is not known", shortened(&said)));
            (Action::Trigger, doubt)
        }
    }
}

fn severity(fields: &Fields<'_>) -> (Option<Severity>, Option<String>) {
    if let Some(severity) = fields.texts(&names::SEVERITY).find_map(|word| Severity::from_tool_word(&word)) {
        return (Some(severity), None);
    }
    let said = fields.text(&names::SEVERITY);
    let doubt = said.map(|said| format!("the severity '{}' is not known", shortened(&said)));
    (None, doubt)
}

fn device(fields: &Fields<'_>) -> Device {
    let text = |names: &[&'static str]| fields.text(names).map(|text| one_line(&text));
    let hostname = text(&names::HOSTNAME);
    Device { name: text(&names::DEVICE).or_else(|| hostname.clone()), hostname }
}

/// Some tools put a JSON text where an object is meant.
fn unpack(object: &mut Map<String, Value>) {
    for (name, value) in object.iter_mut() {
        if let Value::String(text) = value
            && text.trim_start().starts_with('{')
            && names::CONTAINERS.contains(&super::fields::name_of(name).as_str())
            && let Ok(inner @ Value::Object(_)) = serde_json::from_str(text)
        {
            *value = inner;
        }
    }
}

/// The alerts of an object that is only their envelope: a list in which each has a title of its own.
fn alerts_in(object: &mut Map<String, Value>) -> Option<Vec<Value>> {
    let has_title = |value: &Value| {
        value
            .as_object()
            .is_some_and(|alert| Fields::of(alert, &names::CONTAINERS).text(&names::TITLE).is_some())
    };
    let (_, list) = object.iter_mut().find(|(name, value)| {
        let list = value.as_array().filter(|list| !list.is_empty());
        names::LISTS.contains(&name.as_str()) && list.is_some_and(|list| list.iter().all(has_title))
    })?;
    match list.take() {
        Value::Array(alerts) => Some(alerts),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
