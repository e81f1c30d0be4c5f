//! Atera: the alert as its API shows it, handed over by a script or an automation, since Atera itself calls nobody.
//!
//! Invariant: an alert that is archived is over, whatever else it says.

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Signal};
use serde_json::Value;

use super::format::{Came, Format, Said};
use super::rmm::{self, Item, Template, Tool};

const TEMPLATE: Template = Template {
    name: "Atera",
    prefix: "atera",
    key: &["alertid"],
    instead_of_key: &[],
    state: &["status", "alertstatus", "state", "event", "action"],
    title: &["title", "alertmessage", "message"],
    description: &["alertmessage", "message", "description"],
    severity: &["severity", "alertseverity"],
    severities: &[("information", Severity::Low)],
    client: &["customername", "client", "customer"],
    device: &["devicename", "machinename", "agentname", "device"],
    hostname: &["machinename", "hostname"],
    facts: &[
        ("Category", &["alertcategoryid", "alertcategory"]),
        ("Source", &["source"]),
        ("Raised", &["created"]),
        ("Threshold", &["thresholdvalue1"]),
        ("Device GUID", &["deviceguid"]),
    ],
};

/// Atera.
pub(super) struct Atera;

impl Format for Atera {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        rmm::read(self, came)
    }
}

impl Tool for Atera {
    fn passes_over(&self, alert: &Value) -> Result<Option<String>, Unreadable> {
        TEMPLATE.passes_over(alert)
    }

    fn signal(&self, alert: &Value) -> Signal {
        let mut signal = TEMPLATE.signal(alert);
        if Item::of(alert).is_true(&["archived"]) {
            signal.action = Action::Resolve;
        }
        signal
    }
}

#[cfg(test)]
mod tests;
