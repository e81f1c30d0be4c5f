//! Level: the HTTP step of an automation, with JSON that a person writes.
//!
//! Invariant: an alert is known by `alert_id`, and what has become of it by `event`.

use app::port::Unreadable;
use domain::severity::Severity;

use super::format::{Came, Format, Said};
use super::rmm::{self, Template};

const TEMPLATE: Template = Template {
    name: "Level",
    prefix: "level",
    key: &["alertid"],
    instead_of_key: &[],
    state: &["event", "eventtype", "status", "state", "action"],
    title: &["name", "alertname", "title", "description", "message"],
    description: &["description", "message", "details"],
    severity: &["severity", "priority"],
    // Level's worst is an emergency: what it calls critical is one below.
    severities: &[("critical", Severity::High), ("information", Severity::Low)],
    client: &["client", "customer", "group", "groupname", "organization"],
    device: &["hostname", "devicename", "device"],
    hostname: &["hostname"],
    facts: &[("Device id", &["deviceid"])],
};

/// Level.
pub(super) struct Level;

impl Format for Level {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        rmm::read(&TEMPLATE, came)
    }
}

#[cfg(test)]
mod tests;
