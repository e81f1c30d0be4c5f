//! Deliveries that are nothing but names and texts, as commands and scripts send them: JSON, a form, or lines of text.
//!
//! Invariants: case, separators and the tool's prefix of a name don't matter; what is blank or still the tool's own
//! placeholder is absent.

pub(super) mod lines;

use app::port::Unreadable;
use domain::signal::Signal;
use serde_json::{Map, Value};

use super::alert::doubt_beside;
use super::body::Content;
use super::fields::{name_of, text_of};
use super::format::{Came, Found, Said};
use super::pick::{self, UNSAID, unreadable};
use super::text::{description_of, one_line};

/// The texts of an object by their names.
#[derive(Debug)]
pub(super) struct Pairs {
    /// Simplified name and text.
    given: Vec<(String, String)>,
    /// The names whose values the tool left as they stand in the template.
    left: Vec<String>,
}

impl Pairs {
    /// Those of `object`; `prefixes` are in lower case, and the first that a name has is left out of it.
    pub(super) fn of(
        object: &Map<String, Value>,
        prefixes: &[&str],
        is_placeholder: fn(&str) -> bool,
    ) -> Self {
        let (mut given, mut left) = (Vec::new(), Vec::new());
        for (name, value) in object {
            let Some(text) = text_of(value) else { continue };
            let name = simple(name, prefixes);
            if is_placeholder(&text) {
                left.push(name);
            } else {
                given.push((name, text));
            }
        }
        Self { given, left }
    }

    /// The texts under `names`, which are simplified, in their order.
    pub(super) fn texts<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a str> {
        names.iter().flat_map(|name| {
            self.given.iter().filter(move |(known, _)| known == name).map(|(_, text)| text.as_str())
        })
    }

    /// The first of them.
    pub(super) fn text<'a>(&'a self, names: &'a [&str]) -> Option<&'a str> {
        self.texts(names).next()
    }

    /// The same, on one line.
    pub(super) fn line(&self, names: &[&str]) -> Option<String> {
        self.texts(names).map(one_line).find(|line| !line.is_empty())
    }

    /// The same, where it is the address of something on the web.
    pub(super) fn address(&self, names: &[&str]) -> Option<String> {
        self.texts(names).find(|text| super::text::is_web_address(text)).map(str::to_owned)
    }

    /// Whether one of `names` came as it stands in the template.
    pub(super) fn is_left(&self, names: &[&str]) -> bool {
        self.left.iter().any(|left| names.contains(&left.as_str()))
    }
}

/// A name without its prefix, case and separators.
fn simple(name: &str, prefixes: &[&str]) -> String {
    let lower = name.to_lowercase();
    name_of(prefixes.iter().find_map(|prefix| lower.strip_prefix(prefix)).unwrap_or(&lower))
}

/// What one object says.
#[derive(Debug)]
pub(super) enum Told {
    Signal(Box<Signal>),
    /// Nothing that concerns anybody.
    Nothing(String),
}

impl From<Signal> for Told {
    fn from(signal: Signal) -> Self {
        Self::Signal(Box::new(signal))
    }
}

/// What a delivery says that is one object, or a list of them; `from_text` makes the object of a text.
pub(super) fn read(
    came: &Came<'_>,
    from_text: impl FnOnce(&str) -> Option<Value>,
    one: impl Fn(&Value) -> Result<Told, Unreadable>,
) -> Result<Said, Unreadable> {
    let text;
    let value = match &came.body.content {
        Content::Value(value) => value,
        Content::Text => {
            text = from_text(&came.body.raw);
            text.as_ref().ok_or_else(not_fields)?
        }
        Content::Nothing => return Err(not_fields()),
    };
    let mut found = match value {
        Value::Object(_) => match one(value)? {
            Told::Signal(signal) => vec![Found { signal: *signal, item: value.clone() }],
            Told::Nothing(why) => return Ok(Said::Nothing(why)),
        },
        Value::Array(items) if !items.is_empty() => match several(items, one) {
            Ok(found) => found,
            Err(why) => return Ok(Said::Nothing(why)),
        },
        _ => return Err(not_fields()),
    };
    if let Some(doubt) = &came.body.doubt {
        for found in &mut found {
            doubt_beside(&mut found.signal, doubt);
        }
    }
    Ok(Said::Alerts(found))
}

/// The alerts of a list; where none concerns anybody, what the first of them is.
fn several(items: &[Value], one: impl Fn(&Value) -> Result<Told, Unreadable>) -> Result<Vec<Found>, String> {
    let mut nothing = None;
    let mut telling = Vec::new();
    for item in items {
        match one(item) {
            Ok(Told::Nothing(why)) => nothing = nothing.or(Some(why)),
            Ok(Told::Signal(_)) | Err(_) => telling.push(item),
        }
    }
    let found = pick::each(&telling, |item| match one(item) {
        Ok(Told::Signal(signal)) => *signal,
        Ok(Told::Nothing(why)) => unread(item, &why),
        Err(problem) => unread(item, &problem.to_string()),
    });
    if found.is_empty() { Err(nothing.unwrap_or_default()) } else { Ok(found) }
}

/// One of a list that can't be read: its neighbours are no reason to drop it.
fn unread(item: &Value, problem: &str) -> Signal {
    let description = description_of(&item.to_string());
    let degraded = Some(problem.to_owned());
    Signal { description, degraded, ..Signal::trigger("Alert that could not be read", UNSAID) }
}

fn not_fields() -> Unreadable {
    unreadable("body", "must be a JSON object or a form")
}

#[cfg(test)]
pub(super) mod testing;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_found_without_prefix_and_placeholders_are_absent() {
        let object = json!({"NAGIOS_HOSTNAME": "srv", "NAGIOS__HOSTCLIENT": " Contoso\nLtd ", "Host Alias": "$HOSTALIAS$",
            "service": "", "link": "javascript:x", "n": 2});
        let pairs = Pairs::of(object.as_object().unwrap(), &["nagios_"], |text| text.starts_with('$'));
        assert_eq!(pairs.text(&["host", "hostname"]), Some("srv"));
        assert_eq!(pairs.line(&["hostclient"]).as_deref(), Some("Contoso Ltd"));
        assert_eq!((pairs.text(&["hostalias"]), pairs.text(&["service"])), (None, None));
        assert!(pairs.is_left(&["hostalias"]) && !pairs.is_left(&["service"]));
        assert_eq!((pairs.address(&["link"]), pairs.text(&["n"])), (None, Some("2")));
    }
}
