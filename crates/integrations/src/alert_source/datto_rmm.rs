//! Datto RMM: the webhook of a monitor, with one template for the problem and another for its end.
//!
//! Invariant: problem and recovery are known by `alert_uid`; a template without it by device and monitor.

use app::port::Unreadable;
use domain::severity::Severity;

use super::format::{Came, Format, Said};
use super::rmm::{self, Template};

const TEMPLATE: Template = Template {
    name: "Datto RMM",
    prefix: "datto",
    key: &["alertuid"],
    instead_of_key: &[&["devicehostname", "hostname", "deviceid"], &["alerttype"]],
    state: &["status", "alertstatus", "state", "alertstate", "event", "action"],
    title: &["alertmessage", "alertmessageen", "message", "title", "alerttype"],
    description: &["description", "details"],
    severity: &["alertpriority", "priority", "severity"],
    severities: &[("information", Severity::Low)],
    client: &["sitename", "client", "customer"],
    device: &["devicehostname", "devicename", "hostname", "device"],
    hostname: &["devicehostname", "hostname"],
    facts: &[
        ("Monitor", &["alerttype"]),
        ("Category", &["alertcategory"]),
        ("Device", &["devicedescription"]),
        ("Address", &["deviceip"]),
        ("System", &["deviceos"]),
        ("Last user", &["lastuser"]),
        ("Device id", &["deviceid"]),
    ],
};

/// Datto RMM.
pub(super) struct DattoRmm;

impl Format for DattoRmm {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        rmm::read(&TEMPLATE, came)
    }
}

#[cfg(test)]
mod tests;
