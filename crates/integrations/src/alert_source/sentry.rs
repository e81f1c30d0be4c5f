//! Sentry: what its integrations send, told apart by a header, and what its older plugin sends.
//!
//! Invariants: an issue is one problem whatever is sent about it, so that resolving it ends what its alert began; only a
//! metric alert says by itself that it is over.

mod facts;

use app::port::{Distrust, ReceivedBody, Unreadable};
use domain::severity::Severity;
use domain::signal::{Action, Signal};
use secrecy::SecretString;
use serde_json::Value;

use super::alert::add_doubt;
use super::format::{Came, Format, Found, Said};
use super::pick::{self, UNSAID, address, line, text, unreadable};
use super::signature::{check, signs};
use super::text::{paragraphs, title_of};
use super::words::action_of;

/// Sentry.
pub(super) struct Sentry;

impl Format for Sentry {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        let body = pick::object(came)?;
        let header =
            came.received.header("sentry-hook-resource").map(|name| name.trim().to_ascii_lowercase());
        let resource = header.as_deref().or_else(|| guessed(body));
        let signal = match resource {
            Some("metric_alert") => metric_alert(body),
            Some("event_alert" | "issue_alert") => event(body, "event"),
            Some("error") => event(body, "error"),
            Some("issue") => issue(body),
            Some("comment") => comment(body),
            Some("installation") => {
                return Ok(Said::Nothing("an installation of the integration, or the end of one".to_owned()));
            }
            Some(_) => Err(unreadable("Sentry-Hook-Resource", "is none of those that are known")),
            None => plugin(body),
        }?;
        Ok(Said::Alerts(vec![Found { signal, item: body.clone() }]))
    }

    fn authenticate(
        &self,
        secret: Option<&SecretString>,
        received: ReceivedBody<'_>,
    ) -> Result<(), Distrust> {
        let Some(secret) = secret else { return Ok(()) };
        check("Sentry-Hook-Signature", received.header("sentry-hook-signature"), |signature| {
            signs(secret, &[received.body], signature)
        })
    }
}

/// What a delivery is about, where a proxy took its header away.
fn guessed(body: &Value) -> Option<&'static str> {
    let kinds = [
        ("metric_alert", "metric_alert"),
        ("event", "event_alert"),
        ("error", "error"),
        ("comment", "comment"),
        ("issue", "issue"),
        ("installation", "installation"),
    ];
    let data = body.get("data")?;
    kinds.into_iter().find(|(field, _)| data.get(field).is_some()).map(|(_, kind)| kind)
}

fn issue_key(id: &str) -> String {
    format!("sentry:issue:{id}")
}

/// A rule over a number, such as errors in ten minutes.
fn metric_alert(body: &Value) -> Result<Signal, Unreadable> {
    let data = body.get("data").unwrap_or(&Value::Null);
    let Some(id) = line(data, &["metric_alert", "id"]) else {
        return Err(unreadable("data.metric_alert.id", "is missing"));
    };
    let names: [&[&str]; 3] =
        [&["metric_alert", "title"], &["metric_alert", "alert_rule", "name"], &["description_title"]];
    let titled = names.into_iter().find_map(|path| title_of(&text(data, path)?));
    let (title, _) = titled.unwrap_or_else(|| (format!("Sentry metric alert {id}"), None));
    let word = line(body, &["action"]).unwrap_or_default().to_lowercase();
    let (action, severity) = match word.as_str() {
        "critical" => (Some(Action::Trigger), Severity::Critical),
        "warning" => (Some(Action::Trigger), Severity::Medium),
        "resolved" => (Some(Action::Resolve), UNSAID),
        other => (action_of(other), UNSAID),
    };
    let projects = facts::names(data.get("metric_alert").and_then(|alert| alert.get("projects")));
    let said = [
        text(data, &["description_text"]),
        line(data, &["metric_alert", "alert_rule", "environment"]).map(|name| format!("Environment: {name}")),
        projects.map(|names| format!("Projects: {names}")),
    ];
    let mut signal = Signal {
        action: action.unwrap_or(Action::Trigger),
        description: paragraphs(said.into_iter().flatten()),
        dedup_key: Some(format!("sentry:metric_alert:{id}")),
        link: address(data, &["web_url"]),
        ..Signal::trigger(title, severity)
    };
    if action.is_none() {
        add_doubt(&mut signal, &pick::unknown_word("action", &word, "a problem"));
    }
    Ok(signal)
}

/// An event of an issue: one that a rule reports, or any error.
fn event(body: &Value, field: &str) -> Result<Signal, Unreadable> {
    let Some(event) = body.get("data").and_then(|data| data.get(field)).filter(|event| event.is_object())
    else {
        return Err(unreadable(&format!("data.{field}"), "must be an object"));
    };
    let key = match facts::issue_of(event) {
        Some(id) => issue_key(&id),
        None => match line(event, &["event_id"]) {
            Some(id) => format!("sentry:event:{id}"),
            None => return Err(unreadable(&format!("data.{field}.issue_id"), "is missing")),
        },
    };
    let rules: [&[&str]; 2] = [&["data", "triggered_rule"], &["data", "issue_alert", "title"]];
    let rule = rules.into_iter().find_map(|path| line(body, path));
    let mut signal = facts::signal(event, key);
    signal.description = paragraphs([
        facts::description(event),
        rule.map_or_else(String::new, |rule| format!("Rule: {rule}")),
    ]);
    signal.link = address(event, &["web_url"]);
    Ok(signal)
}

fn issue(body: &Value) -> Result<Signal, Unreadable> {
    let issue = body.get("data").and_then(|data| data.get("issue")).unwrap_or(&Value::Null);
    let Some(id) = line(issue, &["id"]) else {
        return Err(unreadable("data.issue.id", "is missing"));
    };
    let word = line(body, &["action"]).unwrap_or_default().to_lowercase();
    let is_resolved = line(issue, &["status"]).is_some_and(|status| status == "resolved");
    let action = match word.as_str() {
        "created" | "unresolved" if is_resolved => Some(Action::Resolve),
        "created" | "unresolved" => Some(Action::Trigger),
        "resolved" => Some(Action::Resolve),
        "assigned" | "archived" | "ignored" => Some(Action::Note),
        _ => None,
    };
    let mut signal = facts::signal(issue, issue_key(&id));
    signal.action = action.unwrap_or(Action::Trigger);
    if action.is_none() {
        add_doubt(&mut signal, &pick::unknown_word("action", &word, "a problem"));
    }
    signal.link = address(issue, &["web_url"]).or_else(|| address(issue, &["permalink"]));
    signal.description = match signal.action {
        Action::Trigger => paragraphs([facts::description(issue)]),
        _ => paragraphs([facts::done(&word, line(body, &["actor", "name"]))]),
    };
    Ok(signal)
}

fn comment(body: &Value) -> Result<Signal, Unreadable> {
    let Some(id) = line(body, &["data", "issue_id"]) else {
        return Err(unreadable("data.issue_id", "is missing"));
    };
    let said = text(body, &["data", "comment"]).unwrap_or_default();
    let by = line(body, &["actor", "name"]).map_or_else(String::new, |name| format!(" by {name}"));
    Ok(Signal {
        action: Action::Note,
        description: paragraphs([said]),
        dedup_key: Some(issue_key(&id)),
        ..Signal::trigger(format!("Comment{by} on Sentry issue {id}"), Severity::Info)
    })
}

/// What the older plugin sends: an issue that a rule reports; never signed, never over.
fn plugin(body: &Value) -> Result<Signal, Unreadable> {
    let Some(id) = line(body, &["id"]) else { return Err(unreadable("id", "is missing")) };
    let Some(event) = body.get("event").filter(|event| event.is_object()) else {
        return Err(unreadable("event", "must be an object"));
    };
    let mut signal = facts::signal(event, issue_key(&id));
    if facts::level(event).is_none() {
        signal.severity = facts::level(body).unwrap_or(UNSAID);
    }
    let project = line(body, &["project_name"]).map(|name| format!("Project: {name}"));
    let rules = facts::names(body.get("triggering_rules")).map(|names| format!("Rule: {names}"));
    let said =
        [text(body, &["message"]), line(body, &["culprit"]), Some(facts::description(event)), project, rules];
    signal.description = paragraphs(said.into_iter().flatten());
    signal.link = address(body, &["url"]);
    Ok(signal)
}

#[cfg(test)]
mod tests;
