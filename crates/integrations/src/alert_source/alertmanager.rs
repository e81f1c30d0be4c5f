//! Prometheus Alertmanager, webhook version 4; and the alerts of Grafana, which are made alike.
//!
//! Invariant: each alert of a group is a problem of its own, known by its fingerprint. The group's own status says
//! `firing` as long as any of its alerts does, so it counts only for an alert that has none.

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Image, Signal};
use serde_json::Value;

use super::alert::{add_doubt, doubt_beside};
use super::fields::{Fields, text_of};
use super::format::{Came, Format, Found, Said};
use super::pick::{self, UNSAID, address, line, text, unreadable};
use super::text::{description_of, one_line, paragraphs, title_of};
use super::words::{action_of, severity_of};

const CLIENT: [&str; 9] = [
    "client",
    "customer",
    "company",
    "tenant",
    "clientname",
    "customername",
    "companyname",
    "organization",
    "organisation",
];

/// Without `device`, which is a disk or a network card in what Prometheus measures.
const DEVICE: [&str; 5] = ["instance", "host", "hostname", "nodename", "node"];

const HOSTNAME: [&str; 3] = ["hostname", "host", "nodename"];

/// Alerts that always fire, so that their silence can be noticed.
const HEARTBEATS: [&str; 2] = ["watchdog", "deadmansswitch"];

const NAMELESS: &str = "Alert without a name";

/// Prometheus Alertmanager.
pub(super) struct Alertmanager;

impl Format for Alertmanager {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        let group = pick::object(came)?;
        let problems: Vec<&Value> = alerts(group)?.iter().filter(|alert| !is_heartbeat(alert)).collect();
        if problems.is_empty() {
            let why = "a watchdog, which always fires: a heartbeat source notices when it doesn't";
            return Ok(Said::Nothing(why.to_owned()));
        }
        Ok(Said::Alerts(each(&problems, group, signal)))
    }
}

/// The alerts of a group; at least one.
pub(super) fn alerts(group: &Value) -> Result<&[Value], Unreadable> {
    match group.get("alerts").and_then(Value::as_array) {
        Some(alerts) if !alerts.is_empty() => Ok(alerts),
        _ => Err(unreadable("alerts", "must be a list with at least one alert")),
    }
}

/// A signal for each of a group's alerts, of which `read` reads one.
pub(super) fn each(alerts: &[&Value], group: &Value, read: fn(&Value, &Value) -> Signal) -> Vec<Found> {
    let mut found = pick::each(alerts, |alert| read(alert, group));
    let left_out = text(group, &["truncatedAlerts"]).filter(|count| count != "0");
    if let (Some(count), Some(first)) = (left_out, found.first_mut()) {
        let count: String = one_line(&count).chars().take(20).collect();
        doubt_beside(&mut first.signal, &format!("the sender left out {count} more alerts of the group"));
    }
    found
}

/// One alert of a group.
pub(super) fn signal(alert: &Value, group: &Value) -> Signal {
    let (action, action_doubt) = action(alert, group);
    let (severity, severity_doubt) = severity(alert);
    let (title, more) = titled(alert).unwrap_or_else(|| (NAMELESS.to_owned(), None));
    let note = |names| annotation(alert, names);
    let said = [more, note(&["description"]), note(&["message"]), labels(alert)];
    let mut signal = Signal {
        action,
        description: paragraphs(said.into_iter().flatten()),
        dedup_key: fingerprint(alert),
        client: label(alert, &CLIENT),
        device: device(alert),
        images: images(alert),
        ..Signal::trigger(title, severity)
    };
    link(&mut signal, alert, group);
    let nameless = (signal.title == NAMELESS).then(|| "the alert has no name".to_owned());
    for doubt in [nameless, action_doubt, severity_doubt].into_iter().flatten() {
        add_doubt(&mut signal, &doubt);
    }
    signal
}

/// The value of the first of these labels that an alert has.
pub(super) fn label(alert: &Value, names: &[&'static str]) -> Option<String> {
    let labels = Fields::of(alert.get("labels")?.as_object()?, &[]);
    labels.text(names).map(|text| one_line(&text)).filter(|text| !text.is_empty())
}

/// The first of these annotations that an alert has.
pub(super) fn annotation(alert: &Value, names: &[&'static str]) -> Option<String> {
    Fields::of(alert.get("annotations")?.as_object()?, &[]).text(names)
}

/// The severity that an alert's labels say.
pub(super) fn said_severity(alert: &Value) -> Option<Severity> {
    let labels = Fields::of(alert.get("labels")?.as_object()?, &[]);
    labels.texts(&["severity", "priority"]).find_map(|word| severity_of(&word))
}

fn is_heartbeat(alert: &Value) -> bool {
    let name = label(alert, &["alertname"]).unwrap_or_default().to_lowercase();
    HEARTBEATS.contains(&name.as_str())
}

fn action(alert: &Value, group: &Value) -> (Action, Option<String>) {
    match text(alert, &["status"]).or_else(|| text(group, &["status"])) {
        None => (Action::Trigger, Some("the alert has no status".to_owned())),
        Some(word) => match action_of(&word) {
            Some(action) => (action, None),
            None => (Action::Trigger, Some(pick::unknown_word("status", &word, "a problem"))),
        },
    }
}

fn severity(alert: &Value) -> (Severity, Option<String>) {
    if let Some(severity) = said_severity(alert) {
        return (severity, None);
    }
    let said = label(alert, &["severity", "priority"]);
    (UNSAID, said.map(|word| pick::unknown_word("severity", &word, UNSAID.as_str())))
}

/// The title, and the whole of what it is the first line of.
fn titled(alert: &Value) -> Option<(String, Option<String>)> {
    let said = annotation(alert, &["summary", "title"]);
    let named = || {
        let name = label(alert, &["alertname"])?;
        Some(match label(alert, &["instance"]) {
            Some(instance) => format!("{name} on {instance}"),
            None => name,
        })
    };
    said.and_then(|text| title_of(&text)).or_else(|| title_of(&named()?))
}

/// The sender's hash of the labels; for those before it had one, the labels themselves.
fn fingerprint(alert: &Value) -> Option<String> {
    line(alert, &["fingerprint"]).or_else(|| {
        let labels = alert.get("labels")?.as_object()?;
        let mut pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.sort_unstable();
        (!pairs.is_empty()).then(|| format!("{{{}}}", pairs.join(",")))
    })
}

fn labels(alert: &Value) -> Option<String> {
    let labels = alert.get("labels")?.as_object()?;
    let lines = labels.iter().filter_map(|(name, value)| Some(format!("{name}: {}", text_of(value)?)));
    Some(description_of(&lines.collect::<Vec<_>>().join("\n")))
}

fn device(alert: &Value) -> Device {
    let name = label(alert, &DEVICE);
    let hostname = label(alert, &HOSTNAME).or_else(|| name.as_deref().and_then(host_of));
    Device { name, hostname }
}

/// The host of `srv01:9100`. What is probed from outside has a web address there, and no host name.
fn host_of(instance: &str) -> Option<String> {
    if instance.contains(['/', ' ']) {
        return None;
    }
    let host = match instance.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => instance,
    };
    let host = host.trim_matches(['[', ']']);
    (!host.is_empty()).then(|| host.to_owned())
}

fn link(signal: &mut Signal, alert: &Value, group: &Value) {
    let own = |name| address(alert, &[name]);
    let noted = |names| annotation(alert, names);
    let addresses = [
        (own("generatorURL"), "Rule"),
        (noted(&["runbookurl", "runbook"]), "Runbook"),
        (own("dashboardURL"), "Dashboard"),
        (own("panelURL"), "Panel"),
        (noted(&["dashboardurl", "dashboard"]), "Dashboard"),
        (own("silenceURL"), "Silence"),
        (address(group, &["externalURL"]), "All alerts"),
    ];
    pick::link(signal, addresses);
}

fn images(alert: &Value) -> Vec<Image> {
    let image = |src| Image { src, href: address(alert, &["panelURL"]), alt: None };
    address(alert, &["imageURL"]).map(image).into_iter().collect()
}

#[cfg(test)]
mod tests;
