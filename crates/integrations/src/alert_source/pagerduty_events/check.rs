//! What an event must have, and how PagerDuty says that it hasn't.
//!
//! Invariant: nothing is refused that PagerDuty takes; links, images and times, which it doesn't need, are never a
//! reason. Rules and texts: Events API v2 and v1 as their clients meet them.

use app::port::Unreadable;
use domain::signal::Action;
use serde_json::Value;

use super::super::fields::text_of;
use super::super::pick::{line, unreadable};
use super::severity_of;

/// Characters of the longest dedup key.
const LONGEST_KEY: usize = 255;

const MISSING: &str = "is missing or blank";
const NOT_AN_ACTION: &str =
    "is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')";
const NOT_A_SEVERITY: &str =
    "is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')";
const TOO_LONG: &str = "is invalid (must be at most 255 characters long)";

/// Which of the APIs an event is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventsApi {
    /// Alert events, `/v2/enqueue`.
    V2,
    /// Change events, `/v2/change/enqueue`.
    Change,
    /// Version 1, `create_event.json`.
    V1,
}

impl EventsApi {
    const ALL: [Self; 3] = [Self::V2, Self::Change, Self::V1];

    /// The query of a delivery that came to this API's own address. A body alone doesn't tell a change from an alert that
    /// lacks its action.
    pub fn query(self) -> &'static str {
        match self {
            Self::V2 => "events-api=v2",
            Self::Change => "events-api=change",
            Self::V1 => "events-api=v1",
        }
    }

    /// The one that a delivery with this query is for; else the one that the event looks as if it were for.
    pub(super) fn of(event: &Value, query: &str) -> Self {
        let has = |name: &str| event.get(name).is_some_and(|value| !value.is_null());
        let has_severity = event.get("payload").is_some_and(|payload| payload.get("severity").is_some());
        if let Some(said) = Self::ALL.into_iter().find(|api| query.split('&').any(|pair| pair == api.query()))
        {
            said
        } else if has("event_action") || has_severity {
            Self::V2
        } else if ["event_type", "service_key", "incident_key"].into_iter().any(has) {
            Self::V1
        } else if has("payload") {
            Self::Change
        } else {
            Self::V2
        }
    }

    /// The field with the sender's key.
    pub fn key_field(self) -> &'static str {
        match self {
            Self::V2 | Self::Change => "routing_key",
            Self::V1 => "service_key",
        }
    }

    /// The field with the problem's identity; a change has none.
    pub fn dedup_field(self) -> Option<&'static str> {
        match self {
            Self::V2 => Some("dedup_key"),
            Self::V1 => Some("incident_key"),
            Self::Change => None,
        }
    }

    /// The problem's identity, as the event says it.
    pub fn dedup_key(self, event: &Value) -> Option<String> {
        line(event, &[self.dedup_field()?])
    }

    /// What the event wants done, where it says so.
    pub fn action(self, event: &Value) -> Option<Action> {
        match text_of(event.get(self.action_field()?)?)?.to_ascii_lowercase().as_str() {
            "trigger" => Some(Action::Trigger),
            "acknowledge" => Some(Action::Acknowledge),
            "resolve" => Some(Action::Resolve),
            _ => None,
        }
    }

    fn action_field(self) -> Option<&'static str> {
        match self {
            Self::V2 => Some("event_action"),
            Self::V1 => Some("event_type"),
            Self::Change => None,
        }
    }

    /// What is wrong with an event, beside its key: each field by itself. Empty: it can be taken.
    pub fn problems(self, event: &Value) -> Vec<Unreadable> {
        let mut wrong = Vec::new();
        if let Some(field) = self.action_field() {
            wrong.extend(
                required(event, &[field])
                    .or_else(|| self.action(event).is_none().then(|| unreadable(field, NOT_AN_ACTION))),
            );
        }
        let action = self.action(event);
        if let Some(field) = self.dedup_field() {
            match self.dedup_key(event) {
                None if matches!(action, Some(Action::Acknowledge | Action::Resolve)) => {
                    wrong.push(unreadable(field, MISSING));
                }
                Some(key) if key.chars().count() > LONGEST_KEY => wrong.push(unreadable(field, TOO_LONG)),
                _ => {}
            }
        }
        match self {
            Self::V1 if action == Some(Action::Trigger) => wrong.extend(required(event, &["description"])),
            Self::V2 if action == Some(Action::Trigger) || (action.is_none() && has_payload(event)) => {
                wrong.extend(payload_problems(event, &["summary", "source"]));
                wrong.extend(severity_problem(event));
            }
            Self::Change => wrong.extend(payload_problems(event, &["summary"])),
            Self::V1 | Self::V2 => {}
        }
        wrong
    }
}

fn has_payload(event: &Value) -> bool {
    event.get("payload").is_some_and(Value::is_object)
}

fn payload_problems(event: &Value, fields: &[&str]) -> Vec<Unreadable> {
    match event.get("payload") {
        None | Some(Value::Null) => vec![unreadable("payload", MISSING)],
        Some(Value::Object(_)) => {
            fields.iter().filter_map(|field| required(event, &["payload", field])).collect()
        }
        Some(_) => vec![unreadable("payload", "is invalid (must be an object)")],
    }
}

fn severity_problem(event: &Value) -> Option<Unreadable> {
    let path = ["payload", "severity"];
    if !has_payload(event) {
        return None;
    }
    required(event, &path).or_else(|| {
        let is_known = line(event, &path).as_deref().and_then(severity_of).is_some();
        (!is_known).then(|| unreadable("payload.severity", NOT_A_SEVERITY))
    })
}

/// What is wrong with a field that has to hold a text.
fn required(event: &Value, path: &[&str]) -> Option<Unreadable> {
    let problem = match path.iter().try_fold(event, |value, name| value.get(*name)) {
        None | Some(Value::Null) => MISSING,
        Some(Value::String(_)) if line(event, path).is_none() => MISSING,
        Some(Value::String(_) | Value::Number(_)) => return None,
        Some(_) => "is invalid (must be a string)",
    };
    Some(unreadable(&path.join("."), problem))
}
