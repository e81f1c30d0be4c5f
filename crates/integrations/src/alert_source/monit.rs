//! Monit: a program of an `exec` action sends its environment, as a form, as JSON or line by line.
//!
//! Invariant: all that Monit tells of one service of one host is one problem, `monit:<host>;<service>`.

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Signal};
use serde_json::Value;

use super::alert::add_doubt;
use super::format::{Came, Format, Said};
use super::pairs::{self, Pairs, Told, lines};
use super::pick::{UNSAID, unreadable};
use super::text::{LONGEST_TITLE, paragraphs};

/// Monit.
pub(super) struct Monit;

const PREFIXES: [&str; 1] = ["monit_"];

const KNOWN: [&str; 9] = [
    "host",
    "service",
    "event",
    "description",
    "date",
    "programstatus",
    "processpid",
    "processmemory",
    "processcpupercent",
];

/// What else the environment says, and what people call it.
const FACTS: [(&str, &str); 5] = [
    ("programstatus", "Exit status"),
    ("processpid", "Process"),
    ("processmemory", "Memory"),
    ("processchildren", "Children"),
    ("processcpupercent", "CPU"),
];

impl Format for Monit {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        pairs::read(came, |text| lines::fields(text, &PREFIXES, &[&KNOWN]), one)
    }
}

fn one(value: &Value) -> Result<Told, Unreadable> {
    let object = value.as_object().ok_or_else(|| unreadable("body", "must be a JSON object or a form"))?;
    let pairs = Pairs::of(object, &PREFIXES, is_placeholder);
    let service =
        pairs.line(&["service", "servicename"]).ok_or_else(|| unreadable("MONIT_SERVICE", "is missing"))?;
    let host = pairs.line(&["host", "hostname"]);
    let event = pairs.line(&["event", "status", "state"]);
    let description = pairs.text(&["description", "message"]);
    if event.is_none() && description.is_none() {
        return Err(unreadable("MONIT_EVENT", "is missing"));
    }
    let name = match &host {
        Some(host) if *host != service => format!("{service} on {host}"),
        _ => service.clone(),
    };
    let title = match (&event, description) {
        (Some(event), _) => format!("{name}: {event}"),
        (None, Some(text)) => format!("{name}: {}", super::text::one_line(text)),
        (None, None) => name,
    };
    let facts: Vec<String> = FACTS
        .iter()
        .filter_map(|(field, label)| Some(format!("{label}: {}", pairs.line(&[*field])?)))
        .collect();
    let mut signal = Signal {
        action: event.as_deref().map_or(Action::Trigger, action),
        description: paragraphs([description.unwrap_or_default().to_owned(), facts.join("\n")]),
        dedup_key: Some(match &host {
            Some(host) => format!("monit:{host};{service}"),
            None => format!("monit:{service}"),
        }),
        client: pairs.line(&["client", "customer", "company"]),
        link: pairs.address(&["link", "url"]),
        device: Device { name: host.clone(), hostname: host },
        ..Signal::trigger(
            title.chars().take(LONGEST_TITLE).collect::<String>(),
            severity(description.or(event.as_deref()).unwrap_or_default()),
        )
    };
    if event.is_none() {
        add_doubt(&mut signal, "MONIT_EVENT is missing and was taken for a problem");
    }
    Ok(Told::from(signal))
}

/// What an event's name says. A test fails in many words and succeeds in a few; whatever isn't one of those is a problem.
fn action(event: &str) -> Action {
    let event = event.to_lowercase();
    let ends = |words: &[&str]| words.iter().any(|word| event.ends_with(word));
    // What has changed is no better for not changing once more, and Monit's own starts and stops are no problem.
    if ends(&["not changed", "doesn't match", "action done"]) || event.starts_with("monit instance ") {
        return Action::Note;
    }
    let is_over = ends(&["succeeded", " ok", "recovery", "recovered", "is running", "link up"])
        || ["exists", "exist", "ok", "up", "success", "resolved"].contains(&event.as_str());
    if is_over { Action::Resolve } else { Action::Trigger }
}

/// A certificate that will expire can wait for days; all else is a thing that doesn't work.
fn severity(text: &str) -> Severity {
    let text = text.to_lowercase();
    let will_expire = ["will expire", "expires in", "days left"].iter().any(|words| text.contains(words));
    if text.contains("certificate") && will_expire { Severity::Low } else { UNSAID }
}

/// `$MONIT_HOST`, which no shell has filled in.
fn is_placeholder(text: &str) -> bool {
    let name = text.trim().trim_matches('"').strip_prefix('$').unwrap_or_default();
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    name.starts_with("MONIT_") && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests;
