//! Any tool: a body's fields under the names that tools and scripts usually give them.
//!
//! Invariant: every body makes at least one signal; what isn't understood is a problem until a person has looked, and
//! says why it wasn't understood.

mod names;

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Signal};
use serde_json::{Map, Value};
use url::Url;

use super::body::{Body, Content};
use super::fields::Fields;
use super::format::{Came, Format, Found, Said};
use super::text::{description_of, one_line, paragraphs, title_of};
use super::words::action_of;

/// How many alerts of one delivery are read one by one.
const MOST_SIGNALS: usize = 100;

/// How many of the others are looked at for what they say.
const MOST_LOOKED_AT: usize = 1_000;

/// A severity that wasn't said: wakes somebody.
const UNSAID: Severity = Severity::High;

const UNREADABLE: &str = "Alert that could not be read";

/// Whatever a tool or a script sends.
pub(super) struct Generic;

impl Format for Generic {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        let found = read(&came.body).into_iter().map(|signal| Found { signal, item: Value::Null });
        Ok(Said::Alerts(found.collect()))
    }
}

/// What a body says by the usual names; at least one signal.
pub(super) fn read(body: &Body) -> Vec<Signal> {
    let Body { content, raw, doubt } = body;
    let mut signals = match content {
        Content::Value(Value::Array(values)) => from_all(values.clone(), raw),
        Content::Value(Value::Object(object)) => {
            let mut object = object.clone();
            unpack(&mut object);
            match alerts_in(&mut object) {
                Some(alerts) => from_all(alerts, raw),
                None => vec![from_object(&object, raw)],
            }
        }
        Content::Value(_) | Content::Nothing => vec![unreadable(raw)],
        Content::Text => vec![from_text(raw)],
    };
    for (signal, doubt) in signals.iter_mut().zip(doubt.iter().cycle()) {
        add_doubt(signal, doubt);
    }
    signals
}

fn from_all(mut values: Vec<Value>, raw: &str) -> Vec<Signal> {
    let rest = values.split_off(values.len().min(MOST_SIGNALS));
    let mut signals: Vec<Signal> = values.into_iter().map(from_value).collect();
    if !rest.is_empty() {
        signals.push(from_rest(rest));
    }
    if signals.is_empty() {
        let mut signal = unreadable(raw);
        add_doubt(&mut signal, "the list is empty");
        signals.push(signal);
    }
    signals
}

fn from_value(value: Value) -> Signal {
    match value {
        Value::Object(mut object) => {
            unpack(&mut object);
            let raw = Value::Object(object.clone()).to_string();
            from_object(&object, &raw)
        }
        Value::String(text) if !text.trim().is_empty() => from_text(&text),
        other => {
            let mut signal = unreadable(&other.to_string());
            add_doubt(&mut signal, "an alert of the list is not an object");
            signal
        }
    }
}

/// One problem for all alerts that are too many to be read one by one, as bad as the worst of them that is looked at.
fn from_rest(rest: Vec<Value>) -> Signal {
    let count = rest.len();
    let looked_at: Vec<Signal> = rest.into_iter().take(MOST_LOOKED_AT).map(from_value).collect();
    let unseen = (count > MOST_LOOKED_AT).then_some(UNSAID);
    let severity = looked_at.iter().map(|signal| signal.severity).chain(unseen).max().unwrap_or(UNSAID);
    let mut signal = Signal::trigger(format!("{count} more alerts in one delivery"), severity);
    let titles: Vec<String> = looked_at.into_iter().map(|signal| signal.title).collect();
    signal.description = description_of(&titles.join("\n"));
    add_doubt(
        &mut signal,
        &format!("only the first {MOST_SIGNALS} alerts of the delivery were read one by one"),
    );
    signal
}

fn from_text(text: &str) -> Signal {
    let Some((title, more)) = title_of(text) else {
        let mut signal = unreadable(text);
        add_doubt(&mut signal, "the body has no readable text");
        return signal;
    };
    let mut signal = Signal::trigger(title, UNSAID);
    signal.description = description_of(&more.unwrap_or_default());
    signal
}

/// What nothing could be made of, shown as it came.
fn unreadable(raw: &str) -> Signal {
    let telling = raw.lines().find(|line| line.chars().any(char::is_alphanumeric));
    let title = telling.and_then(title_of).map_or_else(|| UNREADABLE.to_owned(), |(title, _)| title);
    let mut signal = Signal::trigger(title, UNSAID);
    signal.description = description_of(raw);
    signal
}

fn from_object(object: &Map<String, Value>, raw: &str) -> Signal {
    let fields = Fields::of(object, &names::CONTAINERS);
    let (action, action_doubt) = action(&fields);
    let (severity, severity_doubt) = severity(&fields);
    let dedup_key = fields.text(&names::DEDUP_KEY);
    let device = device(&fields);
    let said = fields.prose(&names::DESCRIPTION);
    let titled = fields.text(&names::TITLE).or_else(|| said.clone()).and_then(|text| title_of(&text));
    let (mut signal, title_doubt) = match titled {
        Some((title, more)) => {
            let mut signal = Signal::trigger(title, severity);
            let described = said.filter(|text| one_line(text) != signal.title);
            signal.description = paragraphs(more.into_iter().chain(described));
            (signal, None)
        }
        None => untitled(action, severity, [dedup_key.as_deref(), device.name.as_deref()], raw),
    };
    signal.action = action;
    signal.dedup_key = dedup_key;
    signal.client = fields.text(&names::CLIENT).map(|text| one_line(&text));
    signal.product = fields.text(&names::PRODUCT).map(|text| one_line(&text));
    signal.link = fields.texts(&names::LINK).find(|link| is_web_address(link));
    signal.device = device;
    for doubt in [title_doubt, severity_doubt, action_doubt].into_iter().flatten() {
        add_doubt(&mut signal, &doubt);
    }
    signal
}

/// A signal that has no title of its own. An acknowledge or resolve needs none; a problem shows its whole body.
fn untitled(
    action: Action,
    severity: Severity,
    stand_ins: [Option<&str>; 2],
    raw: &str,
) -> (Signal, Option<String>) {
    let title = stand_ins.into_iter().flatten().find_map(title_of).map(|(title, _)| title);
    match (action, title) {
        (Action::Acknowledge | Action::Resolve, Some(title)) => (Signal::trigger(title, severity), None),
        (_, title) => {
            let title = title.unwrap_or_else(|| UNREADABLE.to_owned());
            let mut signal = Signal::trigger(title, severity);
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

fn severity(fields: &Fields<'_>) -> (Severity, Option<String>) {
    if let Some(severity) = fields.texts(&names::SEVERITY).find_map(|word| Severity::from_tool_word(&word)) {
        return (severity, None);
    }
    let said = fields.text(&names::SEVERITY);
    let doubt = said
        .map(|said| format!("the severity '{}' is not known and was taken for {UNSAID}", shortened(&said)));
    (UNSAID, doubt)
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

/// Anything else in a link would run in the reader's browser.
fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn shortened(text: &str) -> String {
    one_line(text).chars().take(60).collect()
}

fn add_doubt(signal: &mut Signal, doubt: &str) {
    signal.degraded = Some(match signal.degraded.take() {
        Some(before) => format!("{before}; {doubt}"),
        None => doubt.to_owned(),
    });
}

#[cfg(test)]
mod tests;
