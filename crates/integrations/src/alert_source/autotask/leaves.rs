//! The named values of a callout, wherever they stand: query, form, JSON or XML.
//!
//! Invariant: there are at most so many, each of bounded length, whatever came.

use serde_json::Value;
use url::form_urlencoded;

use crate::alert_source::body::Content;
use crate::alert_source::format::Came;

const MOST_LEAVES: usize = 500;

/// Characters of a value; the names of tickets are shorter.
const LONGEST: usize = 200;

/// How deep a ticket's name may stand in JSON.
const DEEPEST: usize = 8;

/// The parameters that the key comes in.
const KEYS: [&str; 2] = ["key", "token"];

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    /// May be empty.
    pub(super) name: String,
    pub(super) value: String,
}

/// Those of the query, then those of the body.
pub(super) fn leaves(came: &Came<'_>) -> Vec<Leaf> {
    let mut found = Vec::new();
    form(came.received.query, &mut found);
    match &came.body.content {
        Content::Value(value) => json("", value, 0, &mut found),
        Content::Text => text(came.body.raw.trim(), &mut found),
        Content::Nothing => {}
    }
    found
}

fn put(found: &mut Vec<Leaf>, name: &str, value: &str) {
    if found.len() < MOST_LEAVES {
        let cut = |text: &str| text.trim().chars().take(LONGEST).collect();
        found.push(Leaf { name: cut(name), value: cut(value) });
    }
}

fn form(text: &str, found: &mut Vec<Leaf>) {
    for (name, value) in form_urlencoded::parse(text.as_bytes()).take(MOST_LEAVES) {
        if !KEYS.contains(&&*name) {
            put(found, &name, &value);
        }
    }
}

fn json(name: &str, value: &Value, depth: usize, found: &mut Vec<Leaf>) {
    if found.len() >= MOST_LEAVES || depth > DEEPEST {
        return;
    }
    match value {
        Value::String(text) => put(found, name, text),
        Value::Number(number) => put(found, name, &number.to_string()),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| json(name, value, depth + 1, found)),
        Value::Array(values) => values.iter().for_each(|value| json(name, value, depth + 1, found)),
        Value::Null | Value::Bool(_) => put(found, name, ""),
    }
}

fn text(text: &str, found: &mut Vec<Leaf>) {
    if text.starts_with('<') {
        xml(text, found);
    } else if text.contains('=') && !text.contains(char::is_whitespace) {
        form(text, found);
    } else {
        put(found, "", text);
    }
}

/// The elements that have no elements in them. Autotask has documented no form of it, so this reads tags and nothing more.
fn xml(text: &str, found: &mut Vec<Leaf>) {
    let mut rest = text;
    // The element that was opened last, and what has been read in it.
    let mut open: Option<(&str, String)> = None;
    while let Some((before, from)) = rest.split_once('<') {
        if found.len() >= MOST_LEAVES {
            return;
        }
        if let Some((_, value)) = &mut open {
            value.push_str(&unescaped(before));
        }
        rest = if let Some(comment) = from.strip_prefix("!--") {
            after(comment, "-->")
        } else if let Some(data) = from.strip_prefix("![CDATA[") {
            let (data, after) = data.split_once("]]>").unwrap_or((data, ""));
            if let Some((_, value)) = &mut open {
                value.push_str(data);
            }
            after
        } else if from.starts_with(['?', '!']) {
            after(from, ">")
        } else {
            let (tag, after) = from.split_once('>').unwrap_or((from, ""));
            match tag.strip_prefix('/') {
                Some(closed) => {
                    if let Some((name, value)) = open.take()
                        && name == closed.trim()
                    {
                        put(found, local(name), &value);
                    }
                }
                None if tag.ends_with('/') => open = None,
                None => open = Some((tag.split_whitespace().next().unwrap_or_default(), String::new())),
            }
            after
        };
    }
}

fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, after)| after)
}

/// A name without the prefix of its namespace.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn unescaped(text: &str) -> String {
    let known = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    known.into_iter().fold(text.to_owned(), |text, (escaped, meant)| text.replace(escaped, meant))
}
