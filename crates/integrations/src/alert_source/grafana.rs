//! Grafana: its alerting (version 1 of the webhook), its older alerting (to version 8), and what it calls a formatted
//! webhook.
//!
//! Invariants: what Grafana's test button sends pages nobody; a rule without data is another problem than the rule
//! firing, as it is for Grafana.

mod legacy;

use app::port::{Distrust, ReceivedBody, Unreadable};
use domain::severity::Severity;
use domain::signal::{Image, Signal};
use secrecy::SecretString;
use serde_json::Value;

use super::alert::add_doubt;
use super::alertmanager::{self, annotation, label, said_severity};
use super::format::{Came, Format, Found, Said};
use super::pick::{self, UNSAID, address, line, text, unreadable};
use super::signature::{check, signs};
use super::text::{paragraphs, title_of};
use super::words::action_of;

const SIGNATURE: &str = "x-grafana-alerting-signature";

/// Headers of a delivery that are tried as its timestamp: people choose the name themselves.
const MOST_TIMESTAMPS: usize = 4;

/// Grafana.
pub(super) struct Grafana;

impl Format for Grafana {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        let body = pick::object(came)?;
        if body.get("alerts").is_some() {
            unified(body)
        } else if legacy::is_legacy(body) {
            Ok(legacy::read(body))
        } else if text(body, &["alert_uid"]).is_some() {
            Ok(Said::Alerts(vec![formatted(body)]))
        } else {
            Err(unreadable("alerts", "is missing, and there is no 'ruleId' or 'alert_uid' either"))
        }
    }

    fn authenticate(
        &self,
        secret: Option<&SecretString>,
        received: ReceivedBody<'_>,
    ) -> Result<(), Distrust> {
        let Some(secret) = secret else { return Ok(()) };
        check("X-Grafana-Alerting-Signature", received.header(SIGNATURE), |signature| {
            signs(secret, &[received.body], signature)
                || timestamps(received)
                    .any(|time| signs(secret, &[time.as_bytes(), b":", received.body], signature))
        })
    }
}

/// What may be the time that was signed with the body.
fn timestamps(received: ReceivedBody<'_>) -> impl Iterator<Item = &str> {
    let named = received.headers.iter().filter(|(name, _)| name.contains("timestamp"));
    named.map(|(_, value)| value.as_str()).take(MOST_TIMESTAMPS)
}

fn unified(group: &Value) -> Result<Said, Unreadable> {
    let real: Vec<&Value> = alertmanager::alerts(group)?.iter().filter(|alert| !is_test(alert)).collect();
    if real.is_empty() {
        return Ok(Said::Nothing("Grafana's test of a contact point".to_owned()));
    }
    Ok(Said::Alerts(alertmanager::each(&real, group, signal)))
}

fn is_test(alert: &Value) -> bool {
    let is = |name, value: &str| label(alert, &[name]).is_some_and(|text| text == value);
    is("alertname", "TestAlert") && is("instance", "Grafana")
}

/// One alert of a group.
fn signal(alert: &Value, group: &Value) -> Signal {
    let mut signal = alertmanager::signal(alert, group);
    let missing = match label(alert, &["alertname"]).as_deref() {
        Some("DatasourceNoData") => Some("no data"),
        Some("DatasourceError") => Some("the query failed"),
        _ => None,
    };
    let mut said = vec![signal.description.clone()];
    if let Some(what) = missing {
        // The rule's own summary speaks of values that there aren't.
        if let Some(rule) = label(alert, &["rulename"]) {
            let summary = std::mem::replace(&mut signal.title, format!("{rule}: {what}"));
            said.insert(0, summary);
        }
        signal.severity = said_severity(alert).unwrap_or(Severity::Medium);
    }
    let reason = annotation(alert, &["grafanastatereason"]).map(|reason| format!("Reason: {reason}"));
    let values = text(alert, &["valueString"]).map(|values| format!("Values: {values}"));
    said.extend(reason.into_iter().chain(values));
    signal.description = paragraphs(said);
    signal
}

/// The formatted webhook of Grafana's own on-call product.
fn formatted(body: &Value) -> Found {
    let uid = line(body, &["alert_uid"]);
    let message = text(body, &["message"]);
    let said = [text(body, &["title"]), message.clone(), uid.clone()];
    let titled = said.into_iter().flatten().find_map(|text| title_of(&text));
    let (title, more) = titled.unwrap_or_else(|| ("Alert without a title".to_owned(), None));
    let link = address(body, &["link_to_upstream_details"]);
    let image = address(body, &["image_url"]).map(|src| Image { src, href: link.clone(), alt: None });
    let mut signal = Signal {
        description: paragraphs(more.into_iter().chain(message)),
        dedup_key: uid,
        link,
        images: image.into_iter().collect(),
        ..Signal::trigger(title, UNSAID)
    };
    if let Some(state) = text(body, &["state"]) {
        match action_of(&state) {
            Some(action) => signal.action = action,
            None => add_doubt(&mut signal, &pick::unknown_word("state", &state, "a problem")),
        }
    }
    Found { signal, item: body.clone() }
}

#[cfg(test)]
mod tests;
