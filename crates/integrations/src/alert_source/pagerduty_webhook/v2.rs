//! Version 2 of PagerDuty's outbound webhooks: several messages in a delivery, never signed.

use app::port::Unreadable;
use domain::signal::{Action, Signal};
use serde_json::Value;

use super::{facts, happened, signal};
use crate::alert_source::alert::add_doubt;
use crate::alert_source::format::Said;
use crate::alert_source::pick::{self, UNSAID, line, text, unreadable};
use crate::alert_source::text::paragraphs;

/// Log entries that are looked at for what somebody wrote.
const MOST_ENTRIES: usize = 20;

pub(super) fn read(messages: &[Value]) -> Result<Said, Unreadable> {
    if messages.is_empty() {
        return Err(unreadable("messages", "must be a list with at least one message"));
    }
    if !messages.iter().any(|message| line(message, &["incident", "id"]).is_some()) {
        return Err(unreadable("messages[].incident.id", "is missing"));
    }
    let messages: Vec<&Value> = messages.iter().collect();
    Ok(Said::Alerts(pick::each(&messages, one)))
}

fn one(message: &Value) -> Signal {
    let event = line(message, &["event"]).unwrap_or_default();
    let what = event.strip_prefix("incident.").unwrap_or(&event);
    let action = match what {
        "trigger" => Action::Trigger,
        "unacknowledge" => Action::Unacknowledge,
        "acknowledge" => Action::Acknowledge,
        "resolve" => Action::Resolve,
        _ => Action::Note,
    };
    let incident = message.get("incident").unwrap_or(&Value::Null);
    let Some(mut signal) = signal(incident, action) else {
        let mut signal = Signal::trigger("PagerDuty message without an incident", UNSAID);
        signal.description = paragraphs([message.to_string()]);
        add_doubt(&mut signal, "a message says no incident.id");
        return signal;
    };
    let description = match action {
        Action::Trigger | Action::Unacknowledge => facts(incident),
        _ => {
            let (by, content) = logged(message);
            happened(what, by, content)
        }
    };
    signal.description = paragraphs([description]);
    signal
}

/// Who did it, and what they wrote.
fn logged(message: &Value) -> (Option<String>, Option<String>) {
    let entries =
        || message.get("log_entries").and_then(Value::as_array).into_iter().flatten().take(MOST_ENTRIES);
    let by = entries().find_map(|entry| line(entry, &["agent", "summary"]));
    let content = entries().find_map(|entry| {
        text(entry, &["channel", "summary"]).or_else(|| text(entry, &["channel", "content"]))
    });
    (by, content)
}
