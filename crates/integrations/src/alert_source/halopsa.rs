//! HaloPSA: its tickets as alerts, from a custom integration's runbook (the recommended body, or the whole ticket) and from
//! its own webhooks.
//!
//! Invariant: no body says what has happened, so a ticket is read for how it is: closed ends an incident, anything else
//! is a problem.

mod ticket;

use app::port::Unreadable;
use serde_json::{Map, Value};

use self::ticket::found;
use super::body::Content;
use super::format::{Came, Format, Found, Said};
use super::many::{MOST_READ, Rest};

/// The lists in which webhooks come together.
const LISTS: [&str; 2] = ["events", "webhooks"];

/// A ticket, or several.
pub(super) struct Halopsa;

impl Format for Halopsa {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        let Content::Value(body) = &came.body.content else {
            return not_json(&came.body.raw);
        };
        let tickets = tickets(body);
        let alerts = each(&tickets);
        if !alerts.is_empty() {
            return Ok(Said::Alerts(alerts));
        }
        if has_variable(&came.body.raw) {
            return Ok(unfilled());
        }
        let problem = if tickets.is_empty() { "is missing" } else { "has neither an id nor a summary" };
        Err(Unreadable { field: "ticket".to_owned(), problem: problem.to_owned() })
    }
}

/// The alerts of tickets, as far as they are listed.
fn each(tickets: &[&Map<String, Value>]) -> Vec<Found> {
    let (mut alerts, mut rest) = (Vec::new(), Rest::default());
    for alert in tickets.iter().filter_map(|ticket| found(ticket)) {
        if alerts.len() < MOST_READ {
            alerts.push(alert);
        } else {
            rest.add(&alert.signal);
        }
    }
    rest.told_in(&mut alerts);
    alerts
}

/// The tickets in a body. What stands beside them, such as the action that was the reason, says nothing about them.
fn tickets(body: &Value) -> Vec<&Map<String, Value>> {
    let entries: Vec<&Value> = match body {
        Value::Array(entries) => entries.iter().collect(),
        Value::Object(object) => {
            let list = LISTS.iter().find_map(|name| object.get(*name)?.as_array());
            list.map_or_else(|| vec![body], |entries| entries.iter().collect())
        }
        _ => Vec::new(),
    };
    entries.into_iter().filter_map(ticket_in).collect()
}

/// The ticket of an entry; some bodies are the ticket itself.
fn ticket_in(entry: &Value) -> Option<&Map<String, Value>> {
    let object = entry.as_object()?;
    match object.get("ticket") {
        Some(ticket) => ticket.as_object(),
        None => (object.contains_key("id") && object.contains_key("summary")).then_some(object),
    }
}

fn not_json(raw: &str) -> Result<Said, Unreadable> {
    if has_variable(raw) {
        return Ok(unfilled());
    }
    Err(Unreadable { field: "body".to_owned(), problem: "is not JSON".to_owned() })
}

/// Whether one of HaloPSA's variables, such as `<<ticket^id>>`, was left as it is.
fn has_variable(raw: &str) -> bool {
    raw.split("<<").skip(1).any(|rest| rest.split_once(">>").is_some_and(|(name, _)| is_variable(name)))
}

fn is_variable(name: &str) -> bool {
    let name = name.trim();
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'^')
}

fn unfilled() -> Said {
    Said::Nothing("a test: HaloPSA has not filled in the variables of the body".to_owned())
}

#[cfg(test)]
mod tests;
