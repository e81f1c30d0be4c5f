//! Grafana's alerting up to version 8: one rule in a delivery, known by its number.

use domain::severity::Severity;
use domain::signal::{Action, Image, Signal};
use serde_json::Value;

use crate::alert_source::alert::add_doubt;
use crate::alert_source::format::{Found, Said};
use crate::alert_source::pick::{self, UNSAID, address, line, text};
use crate::alert_source::text::{description_of, paragraphs, title_of};
use crate::alert_source::words::{action_of, severity_of};

/// What the test button of that time calls its rule, and how its message begins.
const TEST: (&str, &str) = ("Test notification", "Someone is testing the alert notification");

/// Measurements that are shown.
const MOST_MATCHES: usize = 20;

pub(super) fn is_legacy(body: &Value) -> bool {
    ["ruleId", "ruleName", "ruleUrl"].into_iter().any(|name| text(body, &[name]).is_some())
}

pub(super) fn read(body: &Value) -> Said {
    let message = text(body, &["message"]).unwrap_or_default();
    let name = line(body, &["ruleName"]);
    if name.as_deref() == Some(TEST.0) && message.starts_with(TEST.1) {
        return Said::Nothing("Grafana's test of a notification channel".to_owned());
    }
    let state = text(body, &["state"]).unwrap_or_default().to_lowercase();
    let (action, severity) = match state.as_str() {
        "alerting" => (Some(Action::Trigger), None),
        "ok" => (Some(Action::Resolve), None),
        "no_data" => (Some(Action::Trigger), Some(Severity::Medium)),
        "paused" | "pending" => return Said::Nothing(format!("a rule whose state is {state}")),
        other => (action_of(other), None),
    };
    let title = name.or_else(|| line(body, &["title"]).map(without_state));
    let (title, _) =
        title.and_then(|text| title_of(&text)).unwrap_or_else(|| ("Alert without a name".into(), None));
    let rule = line(body, &["ruleId"]).unwrap_or_else(|| title.clone());
    let labels = Labels(body);
    let mut signal = Signal {
        action: action.unwrap_or(Action::Trigger),
        description: paragraphs([message, matches(body)]),
        dedup_key: Some(format!("grafana-legacy:{rule}")),
        client: labels.find(&["client", "customer", "company", "tenant"]),
        ..Signal::trigger(title, labels.severity().or(severity).unwrap_or(UNSAID))
    };
    signal.device.name = labels.find(&["instance", "host", "hostname"]);
    signal.link = address(body, &["ruleUrl"]);
    let image = address(body, &["imageUrl"]).map(|src| Image { src, href: signal.link.clone(), alt: None });
    signal.images.extend(image);
    if action.is_none() {
        add_doubt(&mut signal, &pick::unknown_word("state", &state, "a problem"));
    }
    Said::Alerts(vec![Found { signal, item: body.clone() }])
}

/// `[Alerting] CPU alert` is about `CPU alert` whatever its state.
fn without_state(title: String) -> String {
    match title.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
        Some((_, rest)) if !rest.trim().is_empty() => rest.trim().to_owned(),
        _ => title,
    }
}

fn measured(body: &Value) -> impl Iterator<Item = &Value> {
    body.get("evalMatches").and_then(Value::as_array).into_iter().flatten().take(MOST_MATCHES)
}

fn matches(body: &Value) -> String {
    let lines = measured(body)
        .filter_map(|found| Some(format!("{}: {}", line(found, &["metric"])?, found.get("value")?)));
    description_of(&lines.collect::<Vec<_>>().join("\n"))
}

/// The rule's own labels, and those of what was measured.
struct Labels<'a>(&'a Value);

impl Labels<'_> {
    fn find(&self, names: &[&str]) -> Option<String> {
        let all = || std::iter::once(self.0).chain(measured(self.0));
        names.iter().find_map(|name| all().find_map(|of| line(of, &["tags", name])))
    }

    fn severity(&self) -> Option<Severity> {
        self.find(&["severity", "priority"]).and_then(|word| severity_of(&word))
    }
}
