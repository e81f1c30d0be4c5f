//! Icinga Notifications: an incident, the object it is about, and the event that changed it.
//!
//! Invariant: the incident's severity beats the event's name; `ok` ends it.

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Signal};
use serde_json::Value;

use crate::alert_source::alert::add_doubt;
use crate::alert_source::pairs::Told;
use crate::alert_source::pick::{self, UNSAID, address, line, text, unknown_word, unreadable};
use crate::alert_source::text::{LONGEST_TITLE, paragraphs};

/// Whether a body is one of these; a notification command has no such objects.
pub(super) fn is_one(value: &Value) -> bool {
    value.get("incident").is_some_and(Value::is_object)
}

/// How bad it is.
enum Level {
    Over,
    Bad(Severity),
}

/// What an incident's change says.
pub(super) fn read(value: &Value) -> Result<Told, Unreadable> {
    let id = line(value, &["incident", "id"]).ok_or_else(|| unreadable("incident.id", "is missing"))?;
    let said = line(value, &["incident", "severity"]);
    let level = said.as_deref().and_then(level);
    let kind = line(value, &["event", "type"]).unwrap_or_default();
    let severity = match &level {
        Some(Level::Bad(severity)) => *severity,
        Some(Level::Over) => Severity::Info,
        None => UNSAID,
    };
    let (host, name) = about(value);
    let name = name.unwrap_or_else(|| format!("Incident {id}"));
    let title = match &said {
        Some(said) => format!("{name} is {}", word(said)),
        None => name,
    };
    let mut signal = Signal {
        action: if matches!(level, Some(Level::Over)) { Action::Resolve } else { action(&kind) },
        description: description(value, &kind),
        dedup_key: Some(format!("icinga-incident:{id}")),
        client: ["client", "customer", "company"].into_iter().find_map(|name| {
            line(value, &["object", "tags", name]).or(line(value, &["object", "extra_tags", name]))
        }),
        device: Device { name: host.clone(), hostname: host },
        ..Signal::trigger(title.chars().take(LONGEST_TITLE).collect::<String>(), severity)
    };
    let addresses =
        [(address(value, &["incident", "url"]), "Incident"), (address(value, &["object", "url"]), "Object")];
    pick::link(&mut signal, addresses);
    if let (Some(said), None) = (said, level) {
        add_doubt(&mut signal, &unknown_word("severity", &said, UNSAID.as_str()));
    }
    Ok(Told::from(signal))
}

/// The host, and what people call the object: by its tags, else by its name, `host!service`.
fn about(value: &Value) -> (Option<String>, Option<String>) {
    let name = line(value, &["object", "name"]);
    let (first, second) = match name.as_deref().and_then(|name| name.split_once('!')) {
        Some((host, service)) => (Some(host.to_owned()), Some(service.to_owned())),
        None => (name, None),
    };
    let host = line(value, &["object", "tags", "host"]).or(first);
    let service = line(value, &["object", "tags", "service"]).or(second);
    let name = match (&host, service) {
        (Some(host), Some(service)) => Some(format!("{service} on {host}")),
        (_, service) => service.or_else(|| host.clone()),
    };
    (host, name)
}

fn description(value: &Value, kind: &str) -> String {
    let happened = Some(kind).filter(|kind| !kind.is_empty() && *kind != "state").map(|kind| {
        let by = line(value, &["event", "username"]).map(|user| format!(" by {user}")).unwrap_or_default();
        format!("Event: {kind}{by}")
    });
    paragraphs(happened.into_iter().chain(text(value, &["event", "message"])))
}

fn level(word: &str) -> Option<Level> {
    Some(Level::Bad(match word.to_ascii_lowercase().as_str() {
        "ok" => return Some(Level::Over),
        "emerg" | "emergency" | "alert" | "crit" | "critical" => Severity::Critical,
        "err" | "error" => Severity::High,
        "warning" | "warn" => Severity::Medium,
        "notice" => Severity::Low,
        "info" | "debug" => Severity::Info,
        _ => return None,
    }))
}

/// The word for a severity in a title.
fn word(severity: &str) -> String {
    match severity.to_ascii_lowercase().as_str() {
        "crit" => "CRITICAL".to_owned(),
        "err" => "ERROR".to_owned(),
        "emerg" => "EMERGENCY".to_owned(),
        other => other.to_ascii_uppercase(),
    }
}

/// What an event of an incident that isn't over does.
fn action(kind: &str) -> Action {
    match kind {
        "acknowledgement-set" => Action::Acknowledge,
        "acknowledgement-cleared" => Action::Unacknowledge,
        "custom" | "downtime-start" | "flapping-start" | "mute" => Action::Note,
        _ => Action::Trigger,
    }
}
