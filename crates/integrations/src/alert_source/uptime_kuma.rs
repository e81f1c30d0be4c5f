//! Uptime Kuma: JSON, JSON in a form's field, or JSON in a query's parameters.
//!
//! Invariant: a monitor that is only being looked at again, or is in maintenance, neither opens nor ends anything.

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Signal};
use serde_json::Value;

use super::format::{Came, Format, Found, Said};
use super::pick::{UNSAID, add_doubt, address, line, object, text, unreadable};
use super::text::{one_line, paragraphs, title_of};

/// Names of the tag that says whose monitor it is.
const CLIENT_TAGS: [&str; 4] = ["client", "customer", "company", "kunde"];

/// How many tags are looked at.
const MOST_TAGS: usize = 50;

/// Uptime Kuma.
pub(super) struct UptimeKuma;

impl Format for UptimeKuma {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        let body = object(came)?;
        let (heartbeat, monitor) = (part(body, "heartbeat"), part(body, "monitor"));
        let message = text(body, &["msg"]);
        if heartbeat.is_none() && monitor.is_none() {
            let message = message.ok_or_else(|| unreadable("heartbeat", "is missing"))?;
            return Ok(notice(&message, body));
        }
        let (heartbeat, monitor) = (heartbeat.unwrap_or_default(), monitor.unwrap_or_default());
        let message = message.unwrap_or_default();
        let (action, doubt) = match status(&heartbeat, &message) {
            Some(Status::Down) => (Action::Trigger, None),
            Some(Status::Up) => (Action::Resolve, None),
            Some(Status::Pending) => {
                return Ok(Said::Nothing("a monitor that is being looked at once more".to_owned()));
            }
            Some(Status::Maintenance) => return Ok(Said::Nothing("a monitor in maintenance".to_owned())),
            None => (Action::Trigger, Some("the heartbeat's status is not known and was taken for down")),
        };
        let mut signal = Signal {
            action,
            description: paragraphs([
                text(&heartbeat, &["msg"]).unwrap_or_else(|| message.clone()),
                text(&monitor, &["description"]).unwrap_or_default(),
                line(&monitor, &["pathName"]).unwrap_or_default(),
            ]),
            dedup_key: line(&monitor, &["id"])
                .or_else(|| line(&heartbeat, &["monitorID"]))
                .map(|id| format!("uptimekuma:{id}")),
            client: client(&monitor),
            link: address(&monitor, &["url"]),
            device: Device { name: None, hostname: line(&monitor, &["hostname"]) },
            ..Signal::trigger(title(&monitor, &message), UNSAID)
        };
        if let Some(doubt) = doubt {
            add_doubt(&mut signal, doubt);
        }
        Ok(Said::Alerts(vec![Found { signal, item: unpacked(body, heartbeat, monitor) }]))
    }
}

/// How a monitor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Down,
    Up,
    Pending,
    Maintenance,
}

/// The heartbeat's status; where it has none, what the message says in brackets.
fn status(heartbeat: &Value, message: &str) -> Option<Status> {
    let says = |word: &str| message.contains(&format!(" {word}]")) || message.contains(&format!("[{word}]"));
    match line(heartbeat, &["status"]).as_deref() {
        Some("0") => Some(Status::Down),
        Some("1") => Some(Status::Up),
        Some("2") => Some(Status::Pending),
        Some("3") => Some(Status::Maintenance),
        None if says("Down") => Some(Status::Down),
        None if says("Up") => Some(Status::Up),
        _ => None,
    }
}

/// What comes without a monitor: a test, a certificate or a domain that runs out, or news.
fn notice(message: &str, body: &Value) -> Said {
    let Some((title, more)) = title_of(message) else {
        return Said::Nothing("a message without a text".to_owned());
    };
    if title.ends_with("Testing") {
        return Said::Nothing("a test of Uptime Kuma".to_owned());
    }
    let mut signal = Signal::trigger(title, Severity::Info);
    signal.description = more.unwrap_or_default();
    if let Some((what, _)) = message.split_once(" will expire in ") {
        signal.severity = Severity::Low;
        // The days that are left change; what they are left for doesn't.
        signal.dedup_key = Some(format!("uptimekuma:expiry:{}", one_line(what)));
    }
    Said::Alerts(vec![Found { signal, item: body.clone() }])
}

fn title(monitor: &Value, message: &str) -> String {
    let name = line(monitor, &["name"]).or_else(|| line(monitor, &["pathName"]));
    name.or_else(|| title_of(message).map(|(title, _)| title)).unwrap_or_else(|| "Uptime Kuma".to_owned())
}

fn client(monitor: &Value) -> Option<String> {
    let tags = monitor.get("tags").and_then(Value::as_array).into_iter().flatten().take(MOST_TAGS);
    let is_client = |tag: &&Value| {
        line(tag, &["name"]).is_some_and(|name| CLIENT_TAGS.contains(&name.to_lowercase().as_str()))
    };
    tags.filter(is_client).find_map(|tag| line(tag, &["value"]))
}

/// An object of the body, which is a text where it came in a query.
fn part(body: &Value, name: &str) -> Option<Value> {
    match body.get(name)? {
        object @ Value::Object(_) => Some(object.clone()),
        Value::String(text) => serde_json::from_str(text).ok().filter(Value::is_object),
        _ => None,
    }
}

/// The body with its parts as objects, so that a mapping's paths are the same in whichever way it comes.
fn unpacked(body: &Value, heartbeat: Value, monitor: Value) -> Value {
    let mut item = body.clone();
    if let Value::Object(fields) = &mut item {
        for (name, part) in [("heartbeat", heartbeat), ("monitor", monitor)] {
            fields.insert(name.to_owned(), part);
        }
    }
    item
}

#[cfg(test)]
mod tests;
