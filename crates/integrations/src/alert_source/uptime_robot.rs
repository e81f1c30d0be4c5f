//! UptimeRobot: a query, a form or JSON of its variables.
//!
//! Invariant: a variable that UptimeRobot left as it is (`*monitorID*`) is absent.

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Signal};
use serde_json::Value;

use super::format::{Came, Format, Found, Said};
use super::pick::{UNSAID, add_doubt, is_address, line, object, text, unknown_word, unreadable};
use super::text::paragraphs;

/// UptimeRobot.
pub(super) struct UptimeRobot;

impl Format for UptimeRobot {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        let body = object(came)?;
        let id = given(body, "monitorID");
        let name = given(body, "monitorFriendlyName").or_else(|| given(body, "monitorURL"));
        let kind = given(body, "alertType").or_else(|| given(body, "alertTypeFriendlyName"));
        if id.is_none() && name.is_none() && kind.is_none() {
            let is_test =
                ["monitorID", "monitorFriendlyName", "alertType"].iter().any(|name| is_left(body, name));
            return if is_test {
                Ok(Said::Nothing("a test of UptimeRobot".to_owned()))
            } else {
                Err(unreadable("monitorID", "is missing"))
            };
        }
        let (alert, doubt) = alert(body, kind.as_deref());
        let details = given(body, "alertDetails");
        let about = name.or_else(|| id.as_ref().map(|id| format!("Monitor {id}")));
        let title = match (about, &details) {
            (Some(about), Some(details)) if alert.suffix == ":ssl" => format!("{about}: {details}"),
            (Some(about), _) => about,
            (None, Some(details)) => details.clone(),
            (None, None) => "UptimeRobot".to_owned(),
        };
        let lasted = given(body, "alertFriendlyDuration").map(|time| format!("Lasted: {time}"));
        let left = given(body, "sslExpiryDaysLeft").map(|days| format!("Days left: {days}"));
        let url = given(body, "monitorURL");
        let link = url.clone().filter(|url| is_address(url));
        let mut signal = Signal {
            action: alert.action,
            description: paragraphs([details, lasted, left].into_iter().flatten()),
            dedup_key: id.map(|id| format!("uptimerobot:{id}{}", alert.suffix)),
            device: Device { name: None, hostname: url.filter(|_| link.is_none()) },
            link,
            client: ["client", "customer", "company"].into_iter().find_map(|name| given(body, name)),
            ..Signal::trigger(title, alert.severity)
        };
        if let Some(doubt) = doubt {
            add_doubt(&mut signal, &doubt);
        }
        Ok(Said::Alerts(vec![Found { signal, item: body.clone() }]))
    }
}

struct Alert {
    action: Action,
    severity: Severity,
    /// What the key of this kind of alert ends with.
    suffix: &'static str,
}

/// What kind of alert it is, and what of that is a guess. Down and up are about the same problem; what runs out is another.
fn alert(body: &Value, kind: Option<&str>) -> (Alert, Option<String>) {
    let down = Alert { action: Action::Trigger, severity: UNSAID, suffix: "" };
    let friendly = given(body, "alertTypeFriendlyName").unwrap_or_default().to_lowercase();
    let kind_or_friendly = match kind.map(str::to_lowercase) {
        Some(kind) if ["1", "2", "3"].contains(&kind.as_str()) => kind,
        _ => friendly,
    };
    match (kind_or_friendly.as_str(), kind) {
        ("1" | "down", _) => (down, None),
        ("2" | "up", _) => (Alert { action: Action::Resolve, ..down }, None),
        (word, _) if word == "3" || word.contains("ssl") => {
            (Alert { severity: Severity::Low, suffix: ":ssl", ..down }, None)
        }
        (_, Some(kind)) => (down, Some(unknown_word("alert type", kind, "down"))),
        (_, None) => (down, Some("the alert has no type and was taken for down".to_owned())),
    }
}

/// A variable's value.
fn given(body: &Value, name: &str) -> Option<String> {
    line(body, &[name]).filter(|text| !is_placeholder(text))
}

/// Whether a variable came as it stands in the template.
fn is_left(body: &Value, name: &str) -> bool {
    text(body, &[name]).is_some_and(|text| is_placeholder(&text))
}

fn is_placeholder(text: &str) -> bool {
    let name = text.strip_prefix('*').and_then(|text| text.strip_suffix('*'));
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests;
