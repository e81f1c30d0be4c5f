//! Azure Monitor, common alert schema.
//!
//! Invariant: an alert that Azure never resolves by itself (service and resource health) has a key that lasts from its
//! first stage to its last, so that the last one ends it.

mod context;

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Signal};
use serde_json::Value;

use self::context::{Health, details, health};
use super::format::{Came, Format, Found, Said};
use super::pick::{UNSAID, add_doubt, line, link, object, text, unknown_word, unreadable};
use super::text::paragraphs;

/// The subscription of the alerts that the portal's button for tests sends.
const TEST_SUBSCRIPTION: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/";

const PORTAL: &str = "https://portal.azure.com/#resource";

/// Azure Monitor.
pub(super) struct AzureMonitor;

impl Format for AzureMonitor {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        let body = object(came)?;
        let data = body.get("data").filter(|data| data.is_object());
        let data = data.ok_or_else(|| unreadable("data", "is missing"))?;
        let essentials = data.get("essentials").filter(|essentials| essentials.is_object());
        let essentials = essentials.ok_or_else(|| {
            unreadable("data.essentials", "is missing: the action group has to send the common alert schema")
        })?;
        let id = line(essentials, &["alertId"]);
        if id.as_deref().is_some_and(|id| id.starts_with(TEST_SUBSCRIPTION)) {
            return Ok(Said::Nothing("a test of Azure Monitor".to_owned()));
        }
        let rule = line(essentials, &["alertRule"]);
        if id.is_none() && rule.is_none() {
            return Err(unreadable("data.essentials.alertId", "is missing"));
        }
        let health = health(data, essentials);
        let (action, action_doubt) = action(essentials, health.as_ref());
        let (severity, severity_doubt) = severity(essentials);
        let title = match (rule, health.as_ref().and_then(|health| health.title.clone())) {
            (Some(rule), Some(title)) if rule != title => format!("{rule}: {title}"),
            (rule, title) => rule.or(title).unwrap_or_else(|| "Azure Monitor alert".to_owned()),
        };
        let mut signal = Signal {
            action,
            description: paragraphs([
                text(essentials, &["description"]).unwrap_or_default(),
                details(data, health.as_ref()),
            ]),
            dedup_key: health.and_then(|health| health.key).or_else(|| id.clone()),
            client: client(data),
            device: Device { name: resource(essentials), hostname: None },
            ..Signal::trigger(title, severity)
        };
        let portal =
            |id: Option<String>| id.filter(|id| id.starts_with('/')).map(|id| format!("{PORTAL}{id}"));
        let links = [
            (line(essentials, &["investigationLink"]), "Investigation"),
            (portal(id), "Alert"),
            (portal(target(essentials)), "Resource"),
        ];
        link(&mut signal, links);
        for doubt in [action_doubt, severity_doubt].into_iter().flatten() {
            add_doubt(&mut signal, &doubt);
        }
        Ok(Said::Alerts(vec![Found { signal, item: body.clone() }]))
    }
}

/// What is to be done: what the health says, where it is about one; else the condition.
fn action(essentials: &Value, health: Option<&Health>) -> (Action, Option<String>) {
    let condition = line(essentials, &["monitorCondition"]);
    match (condition.as_deref().map(str::to_lowercase).as_deref(), health.and_then(|health| health.action)) {
        (Some("resolved"), _) => (Action::Resolve, None),
        (_, Some(action)) => (action, None),
        (Some("fired"), None) => (Action::Trigger, None),
        (_, None) => {
            let said = condition.unwrap_or_default();
            (Action::Trigger, Some(unknown_word("condition", &said, "Fired")))
        }
    }
}

fn severity(essentials: &Value) -> (Severity, Option<String>) {
    let said = line(essentials, &["severity"]);
    let known = match said.as_deref().map(str::to_lowercase).as_deref() {
        Some("sev0") => Some(Severity::Critical),
        Some("sev1") => Some(Severity::High),
        Some("sev2") => Some(Severity::Medium),
        Some("sev3" | "sev4") => Some(Severity::Low),
        _ => None,
    };
    match (known, said) {
        (Some(severity), _) => (severity, None),
        (None, None) => (UNSAID, None),
        (None, Some(said)) => (UNSAID, Some(unknown_word("severity", &said, UNSAID.as_str()))),
    }
}

/// Whose it is, where the rule says so in a property of its own.
fn client(data: &Value) -> Option<String> {
    let names = ["client", "Client", "customer", "Customer", "company", "Company"];
    names.into_iter().find_map(|name| line(data, &["customProperties", name]))
}

/// The id of what the alert is about.
fn target(essentials: &Value) -> Option<String> {
    line(essentials.get("alertTargetIDs")?.get(0)?, &[])
}

/// The name of what the alert is about; a whole subscription has none.
fn resource(essentials: &Value) -> Option<String> {
    let item = essentials.get("configurationItems").and_then(|items| line(items.get(0)?, &[]));
    item.or_else(|| {
        let target = target(essentials)?;
        let name = target.to_lowercase().contains("/providers/").then(|| target.rsplit('/').next())??;
        Some(name.to_owned()).filter(|name| !name.is_empty())
    })
}

#[cfg(test)]
mod tests;
