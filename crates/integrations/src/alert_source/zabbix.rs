//! Zabbix: our own media type and stock ones that are alike, all flat maps of macros to texts; and the older ways, a
//! script with subject and message.
//!
//! Invariants: `zabbix:<event id>` is one problem from its first message to its last; a macro that Zabbix left as it
//! stands (`{EVENT.UPDATE.ACTION}`) is absent; no key or log of messages is handed on to a mapping.

mod event;
mod message;
mod severity;
mod stock;
mod tags;

use app::port::Unreadable;
use serde_json::Value;

use super::fields::name_of;
use super::format::{Came, Format, Said};
use super::pairs::{self, Pairs, Told};
use super::pick::unreadable;

/// Zabbix.
pub(super) struct Zabbix;

/// Whom Zabbix sends to is our key, and its log of messages names the keys of others.
const SECRET: [&str; 5] = ["alertsendto", "sendto", "eschistory", "routingkey", "httpproxy"];

impl Format for Zabbix {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        let mut said = pairs::read(came, |_| None, one)?;
        if let Said::Alerts(found) = &mut said {
            for item in found.iter_mut().filter_map(|found| found.item.as_object_mut()) {
                item.retain(|name, _| !SECRET.contains(&name_of(name).as_str()));
            }
        }
        Ok(said)
    }
}

fn one(value: &Value) -> Result<Told, Unreadable> {
    let object = value.as_object().ok_or_else(|| unreadable("body", "must be a JSON object or a form"))?;
    let pairs = Pairs::of(object, &[], is_placeholder);
    let has = |name: &str| pairs.text(&[name]).is_some();
    let has_event = has("eventid") || has("eventvalue");
    if !has_event && (has("eventaction") || has("dedupkey")) {
        return stock::enqueue(&pairs, value);
    }
    if !has_event && (has("alertuid") || pairs.is_left(&["alertuid"])) {
        return stock::formatted(&pairs);
    }
    event::read(&pairs, value)
}

/// `{EVENT.ID}`, `{EVENT.TAGS.client}`, `{$ZABBIX.URL}`, `{{ITEM.VALUE}.regsub("…")}`; or what Zabbix writes for what it doesn't know.
fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let Some(name) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) else {
        return text == "*UNKNOWN*";
    };
    let is_word = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let first = name.split('.').next().unwrap_or_default();
    name.starts_with(['$', '#', '{', '?']) || (!first.is_empty() && first.chars().all(is_word))
}

#[cfg(test)]
mod tests;
