//! N-able N-central: an HTTP notification with a template of the tool's own names.
//!
//! Invariant: the state that a service is in now decides; only where it isn't normal does it matter whether somebody has
//! acknowledged it.

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Link, Signal};
use serde_json::Value;

use super::alert::add_doubt;
use super::format::{Came, Format, Said};
use super::pick::{UNSAID, unknown_word, unreadable};
use super::rmm::{self, Item, Names, Tool};
use super::text::{description_of, one_line};

const KEY: Names = &["activenotificationtriggerid"];
const STATE: Names = &["qualitativenewstate"];
const SERVICE: Names = &["affectedservice"];
const DEVICE: Names = &["devicename"];

const FACTS: &[(&str, Names)] = &[
    ("Measured", &["quantitativenewstate"]),
    ("Before", &["qualitativeoldstate"]),
    ("Task", &["taskident"]),
    ("Address", &["deviceuri"]),
    ("Probe", &["probeuri"]),
    ("Service organization", &["serviceorganizationname"]),
    ("Changed", &["timeofstatechange"]),
    ("Acknowledged by", &["acknowledgementuser"]),
    ("Acknowledged", &["acknowledgementtime"]),
];

/// N-able N-central.
pub(super) struct NCentral;

impl Format for NCentral {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        rmm::read(self, came)
    }
}

impl Tool for NCentral {
    fn passes_over(&self, alert: &Value) -> Result<Option<String>, Unreadable> {
        let item = Item::of(alert);
        if [STATE, KEY, SERVICE].into_iter().any(|names| item.line(names).is_some()) {
            Ok(None)
        } else if [STATE, KEY, SERVICE].into_iter().any(|names| item.is_unfilled(names)) {
            Ok(Some("a test: N-central has not filled in the placeholders".to_owned()))
        } else {
            Err(unreadable("QualitativeNewState", "is missing"))
        }
    }

    fn signal(&self, alert: &Value) -> Signal {
        let item = Item::of(alert);
        let state = item.line(STATE);
        let (action, severity, doubt) = meaning(&item, state.as_deref());
        let device = item.line(DEVICE);
        let mut signal = Signal {
            action,
            description: description_of(&item.facts(FACTS)),
            dedup_key: key(&item),
            client: item.line(&["customername"]),
            link: item.address(&["ncentraluri"]),
            device: Device { name: device.clone(), hostname: None },
            ..Signal::trigger(title(&item, device.as_deref(), state.as_deref()), severity)
        };
        if let Some(href) = item.address(&["remotecontrollink"]) {
            signal.links.push(Link { href, text: Some("Remote control".to_owned()) });
        }
        if let Some(doubt) = doubt {
            add_doubt(&mut signal, &doubt);
        }
        signal
    }
}

/// What has become of it, how bad it is, and what had to be guessed.
fn meaning(item: &Item<'_>, state: Option<&str>) -> (Action, Severity, Option<String>) {
    let is_taken = item.line(&["acknowledgementuser"]).is_some();
    let action = if is_taken { Action::Acknowledge } else { Action::Trigger };
    let Some(state) = state else { return (action, UNSAID, Some("the state is missing".to_owned())) };
    let severity = match super::fields::name_of(state).as_str() {
        // How bad it was is not said any more; of an end, nobody asks.
        "normal" => return (Action::Resolve, Severity::Low, None),
        "failed" | "disconnected" => Severity::Critical,
        "warning" | "stale" | "nodata" => Severity::Medium,
        "misconfigured" => Severity::Low,
        _ => return (action, UNSAID, Some(unknown_word("state", state, UNSAID.as_str()))),
    };
    (action, severity, None)
}

/// The tool's own identity of the problem; where a template leaves it out, what is broken.
fn key(item: &Item<'_>) -> Option<String> {
    let key = item.line(KEY).or_else(|| {
        let task = item.line(&["taskident"]).unwrap_or_default();
        Some(format!("{}|{}|{task}", item.line(DEVICE)?, item.line(SERVICE)?))
    })?;
    Some(format!("ncentral:{key}"))
}

fn title(item: &Item<'_>, device: Option<&str>, state: Option<&str>) -> String {
    let service = item.line(SERVICE).unwrap_or_else(|| "A service".to_owned());
    let on = device.map(|device| format!(" on {device}")).unwrap_or_default();
    one_line(&format!("{service} is {}{on}", state.unwrap_or("in an unknown state")))
}

#[cfg(test)]
mod tests;
