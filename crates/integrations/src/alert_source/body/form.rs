//! Form fields, told from text that was only labelled as such: `curl -d 'Disk full'` calls everything a form.

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::json_in;
use crate::alert_source::fields::name_of;

/// One of these is in every form that is an alert.
const TELLING: [&str; 19] = [
    "title",
    "summary",
    "subject",
    "message",
    "name",
    "alert",
    "text",
    "description",
    "details",
    "severity",
    "priority",
    "status",
    "state",
    "action",
    "dedup",
    "dedupkey",
    "payload",
    "data",
    "host",
];

/// The parameters that the key comes in.
const KEYS: [&str; 2] = ["key", "token"];

/// The fields in `text`. Without blanks it is what forms really look like; with blanks it has to have a telling field.
pub(super) fn fields(text: &str, says_form: bool) -> Option<Value> {
    let text = text.trim();
    if text.starts_with("%7B")
        || text.starts_with("%7b")
        || text.starts_with("%5B")
        || text.starts_with("%5b")
    {
        let (name, value) = form_urlencoded::parse(text.as_bytes()).next()?;
        return json_in(&if value.is_empty() { name.into_owned() } else { format!("{name}={value}") });
    }
    if !text.split('=').next().is_some_and(|name| name.len() < text.len() && is_name(name)) {
        return None;
    }
    let fields = parse(text);
    let telling = fields.keys().any(|name| TELLING.contains(&name_of(name).as_str()));
    let encoded = says_form && !text.contains(char::is_whitespace);
    (telling || encoded).then(|| unpacked(fields))
}

/// The fields of a query string, and it without the key; `None` when there is nothing in it beside the key.
pub(super) fn query(query: &str) -> Option<(Value, String)> {
    let mut fields = parse(query);
    fields.retain(|name, _| !KEYS.contains(&name.as_str()));
    if fields.is_empty() {
        return None;
    }
    let pairs = query.split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !KEYS.contains(&name)
    });
    let raw = pairs.collect::<Vec<_>>().join("&");
    Some((unpacked(fields), raw))
}

/// A form's fields; of several with one name the first that says anything.
fn parse(text: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        put(&mut fields, &name, value.into_owned());
    }
    fields
}

pub(super) fn put(fields: &mut Map<String, Value>, name: &str, value: String) {
    let known = fields.get(name).and_then(Value::as_str).is_some_and(|before| !before.trim().is_empty());
    if !known {
        fields.insert(name.to_owned(), Value::String(value));
    }
}

/// Some tools send JSON in the one field of a form.
pub(super) fn unpacked(fields: Map<String, Value>) -> Value {
    let only = if fields.len() == 1 { fields.values().next().and_then(Value::as_str) } else { None };
    only.and_then(json_in).unwrap_or(Value::Object(fields))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.[]%".contains(&b))
}
