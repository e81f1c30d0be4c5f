//! Tactical RMM: a URL action with JSON that a person writes, one for the failure and one for its end.
//!
//! Invariant: an alert is known by `alert_id`, and what has become of it by `event`.

use app::port::Unreadable;
use domain::severity::Severity;

use super::format::{Came, Format, Said};
use super::rmm::{self, Template};

const TEMPLATE: Template = Template {
    name: "Tactical RMM",
    prefix: "trmm",
    key: &["alertid"],
    instead_of_key: &[],
    state: &["event", "eventtype", "action", "status", "state"],
    title: &["message", "title", "name"],
    description: &["description", "details", "output", "stdout"],
    severity: &["severity", "alertseverity"],
    severities: &[("info", Severity::Low)],
    client: &["client", "clientname", "customer", "clientid"],
    device: &["hostname", "agentname", "agent", "device"],
    hostname: &["hostname"],
    facts: &[
        ("Site", &["site", "sitename", "siteid"]),
        ("Check", &["check", "checkname"]),
        ("Agent id", &["agentid"]),
        ("Time there", &["alerttime"]),
    ],
};

/// Tactical RMM.
pub(super) struct TacticalRmm;

impl Format for TacticalRmm {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        rmm::read(&TEMPLATE, came)
    }
}

#[cfg(test)]
mod tests;
