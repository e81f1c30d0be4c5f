//! `NinjaOne`: one delivery for each activity that a webhook is subscribed to.
//!
//! Invariant: only conditions are problems. A condition is known by the series that its trigger and its reset share.

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Signal};
use serde_json::Value;

use super::alert::add_doubt;
use super::fields::{name_of, text_of};
use super::format::{Came, Format, Said};
use super::pick::{UNSAID, address, line, text, unknown_word, unreadable};
use super::rmm::{self, Tool, severity_of};
use super::text::{one_line, paragraphs, title_of};

/// The severity of a condition that has none is one of its own.
const SEVERITIES: &[(&str, Severity)] = &[("none", Severity::Low)];

/// How many parameters of a condition are shown.
const MOST_PARAMETERS: usize = 50;

/// `NinjaOne`.
pub(super) struct Ninjaone;

impl Format for Ninjaone {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        rmm::read(self, came)
    }
}

impl Tool for Ninjaone {
    fn passes_over(&self, activity: &Value) -> Result<Option<String>, Unreadable> {
        match line(activity, &["activityType"]) {
            Some(kind) if name_of(&kind) != "condition" => {
                let kind: String = kind.chars().take(60).collect();
                Ok(Some(format!("an activity of the type {kind}, which is no condition")))
            }
            _ if status(activity).is_none() => Err(unreadable("statusCode", "is missing")),
            _ => Ok(None),
        }
    }

    fn signal(&self, activity: &Value) -> Signal {
        let (action, action_doubt) = action(activity);
        let (severity, severity_doubt) = severity(activity);
        let names = ["subject", "message", "sourceName"];
        let titled = names.into_iter().find_map(|name| title_of(&text(activity, &[name])?));
        let (title, more) = titled.unwrap_or_else(|| ("NinjaOne condition".to_owned(), None));
        let said = [more, text(activity, &["message"]), parameters(activity), Some(facts(activity))];
        let said = said.into_iter().flatten().filter(|text| text.trim() != title);
        let mut signal = Signal {
            action,
            description: paragraphs(said),
            dedup_key: key(activity),
            client: client(activity),
            link: ["link", "url"].into_iter().find_map(|name| address(activity, &[name])),
            device: device(activity),
            ..Signal::trigger(title.clone(), severity)
        };
        for doubt in [severity_doubt, action_doubt].into_iter().flatten() {
            add_doubt(&mut signal, &doubt);
        }
        signal
    }
}

fn status(activity: &Value) -> Option<String> {
    line(activity, &["statusCode"]).or_else(|| line(activity, &["status"]))
}

fn action(activity: &Value) -> (Action, Option<String>) {
    let Some(status) = status(activity) else {
        return (Action::Trigger, Some("the statusCode is missing".to_owned()));
    };
    match name_of(&status).as_str() {
        "triggered" => (Action::Trigger, None),
        "reset" => (Action::Resolve, None),
        "acknowledged" => (Action::Acknowledge, None),
        _ => (Action::Trigger, Some(unknown_word("statusCode", &status, "a problem"))),
    }
}

/// The severity; the priority only where there is no severity.
fn severity(activity: &Value) -> (Severity, Option<String>) {
    let words: Vec<String> =
        ["severity", "priority"].iter().filter_map(|name| line(activity, &[name])).collect();
    if let Some(severity) = words.iter().find_map(|word| severity_of(SEVERITIES, word)) {
        return (severity, None);
    }
    let doubt = words.first().map(|word| unknown_word("severity", word, UNSAID.as_str()));
    (UNSAID, doubt)
}

/// The series; where there is none, the device and the condition that is set for it.
fn key(activity: &Value) -> Option<String> {
    let key = line(activity, &["seriesUid"]).or_else(|| {
        let device = line(activity, &["deviceId"]).or_else(|| line(activity, &["device", "id"]))?;
        Some(format!("{device}:{}", line(activity, &["sourceConfigUid"])?))
    })?;
    Some(format!("ninja:{key}"))
}

/// The organization's name, where the webhook is set to send it; else its number.
fn client(activity: &Value) -> Option<String> {
    let paths: [&[&str]; 6] = [
        &["organization", "name"],
        &["device", "organization", "name"],
        &["device", "references", "organization", "name"],
        &["organizationName"],
        &["organizationId"],
        &["device", "organizationId"],
    ];
    paths.into_iter().find_map(|path| line(activity, path))
}

fn device(activity: &Value) -> Device {
    let first = |names: [&str; 3]| names.into_iter().find_map(|name| line(activity, &["device", name]));
    Device {
        name: first(["displayName", "systemName", "dnsName"]),
        hostname: first(["systemName", "dnsName", "netbiosName"]),
    }
}

/// What the condition measured.
fn parameters(activity: &Value) -> Option<String> {
    let parameters = activity.get("data")?.get("message")?.get("params")?.as_object()?;
    let lines = parameters.iter().take(MOST_PARAMETERS).filter_map(|(name, value)| {
        let said = text_of(value).map(|text| one_line(&text))?;
        Some(format!("{}: {said}", one_line(name)))
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

fn facts(activity: &Value) -> String {
    let facts: [(&str, &[&str]); 4] = [
        ("Condition", &["sourceName"]),
        ("Priority", &["priority"]),
        ("Kind of device", &["device", "nodeClass"]),
        ("Device id", &["deviceId"]),
    ];
    let lines =
        facts.into_iter().filter_map(|(label, path)| Some(format!("{label}: {}", line(activity, path)?)));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
