//! PagerDuty's outbound webhooks, version 3 and the version 2 before it: for those who come from there, and are paged by
//! both for a while.
//!
//! Invariants: an incident is known by PagerDuty's id of it, since its key may be missing and is used again; what happens to
//! an incident and is neither its beginning, its end nor an acknowledgement is a note.

mod v2;

use app::port::{Distrust, ReceivedBody, Unreadable};
use domain::severity::Severity;
use domain::signal::{Action, Signal};
use secrecy::SecretString;
use serde_json::Value;

use super::format::{Came, Format, Found, Said};
use super::pick::{self, UNSAID, address, line, text, unreadable};
use super::signature::{check, signs};
use super::text::{one_line, paragraphs, title_of};
use super::words::severity_of;

/// Signatures of one delivery that are looked at; there are several while a secret is being replaced.
const MOST_SIGNATURES: usize = 10;

/// People who are named one by one.
const MOST_PEOPLE: usize = 20;

/// PagerDuty's outbound webhooks.
pub(super) struct PagerdutyWebhook;

impl Format for PagerdutyWebhook {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        let body = pick::object(came)?;
        match (body.get("event"), body.get("messages")) {
            (Some(event @ Value::Object(_)), _) => read(event),
            (_, Some(Value::Array(messages))) => v2::read(messages),
            _ => Err(unreadable("event", "must be an object")),
        }
    }

    fn authenticate(
        &self,
        secret: Option<&SecretString>,
        received: ReceivedBody<'_>,
    ) -> Result<(), Distrust> {
        let Some(secret) = secret else { return Ok(()) };
        check("X-PagerDuty-Signature", received.header("x-pagerduty-signature"), |header| {
            let signatures = header.split(',').take(MOST_SIGNATURES);
            let signatures = signatures.filter_map(|part| part.trim().strip_prefix("v1="));
            // All of them are looked at, so that the time doesn't tell which one it was.
            signatures.filter(|signature| signs(secret, &[received.body], signature)).count() > 0
        })
    }
}

fn read(event: &Value) -> Result<Said, Unreadable> {
    let Some(kind) = line(event, &["event_type"]) else {
        return Err(unreadable("event.event_type", "is missing"));
    };
    if kind == "pagey.ping" {
        return Ok(Said::Nothing("PagerDuty's test of a webhook".to_owned()));
    }
    let Some(what) = kind.strip_prefix("incident.") else {
        let kind: String = kind.chars().take(60).collect();
        return Ok(Said::Nothing(format!("'{kind}', which is about no incident")));
    };
    let data = event.get("data").unwrap_or(&Value::Null);
    // Notes and what is like them have the incident beside them, the rest is the incident.
    let incident = data.get("incident").filter(|incident| incident.is_object()).unwrap_or(data);
    let action = match what {
        "triggered" | "reopened" => Action::Trigger,
        "unacknowledged" => Action::Unacknowledge,
        "acknowledged" => Action::Acknowledge,
        "resolved" => Action::Resolve,
        _ => Action::Note,
    };
    let Some(mut signal) = signal(incident, action) else {
        return Err(unreadable("event.data.id", "is missing"));
    };
    let by = line(event, &["agent", "summary"]);
    let description = match action {
        Action::Trigger | Action::Unacknowledge => facts(incident),
        _ => happened(what, by, text(data, &["content"]).or_else(|| text(data, &["message"]))),
    };
    signal.description = paragraphs([description]);
    Ok(Said::Alerts(vec![Found { signal, item: event.clone() }]))
}

/// What is said about an incident; `None` without its id.
fn signal(incident: &Value, action: Action) -> Option<Signal> {
    let id = line(incident, &["id"])?;
    let said = line(incident, &["title"]).or_else(|| line(incident, &["summary"]));
    let titled = said.and_then(|text| title_of(&text));
    let (title, _) = titled.or_else(|| title_of(&format!("PagerDuty incident {id}")))?;
    let mut signal = Signal {
        action,
        dedup_key: Some(format!("pagerduty:{id}")),
        ..Signal::trigger(title, severity(incident))
    };
    let addresses = [
        (address(incident, &["html_url"]), "PagerDuty"),
        (address(incident, &["conference_bridge", "conference_url"]), "Conference bridge"),
        (address(incident, &["service", "html_url"]), "Service"),
    ];
    pick::link(&mut signal, addresses);
    Some(signal)
}

/// The incident's priority, where its account has those; else its urgency.
fn severity(incident: &Value) -> Severity {
    let said = ["summary", "name"].into_iter().find_map(|name| line(incident, &["priority", name]));
    let priority = said.and_then(|word| severity_of(&word));
    priority.unwrap_or_else(|| match line(incident, &["urgency"]).as_deref() {
        Some("low") => Severity::Low,
        _ => UNSAID,
    })
}

/// What a technician wants to know of an incident.
fn facts(incident: &Value) -> String {
    let name_of = |field: &str, name: &str| line(incident, &[field, name]);
    let people = ["assignees", "assignments"].into_iter().find_map(|field| people(incident.get(field)?));
    let lines = [
        ("Service", name_of("service", "summary").or_else(|| name_of("service", "name"))),
        ("Escalation policy", name_of("escalation_policy", "summary")),
        ("Assigned to", people),
        ("Conference number", name_of("conference_bridge", "conference_number")),
    ];
    let lines = lines.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", value?)));
    let said =
        text(incident, &["description"]).filter(|text| Some(one_line(text)) != line(incident, &["title"]));
    said.into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

fn people(list: &Value) -> Option<String> {
    let name = |person: &Value| line(person, &["summary"]).or_else(|| line(person, &["assignee", "summary"]));
    let names: Vec<String> = list.as_array()?.iter().take(MOST_PEOPLE).filter_map(name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Such as `Annotated by Jane: rebooted it`.
fn happened(what: &str, by: Option<String>, content: Option<String>) -> String {
    let what: String = what.chars().take(60).map(|c| if matches!(c, '_' | '.') { ' ' } else { c }).collect();
    let mut characters = what.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    let mut said: String = first.chain(characters).collect();
    if let Some(by) = by {
        said = format!("{said} by {by}");
    }
    match content {
        Some(content) => format!("{said}: {content}"),
        None => said,
    }
}

#[cfg(test)]
mod tests;
