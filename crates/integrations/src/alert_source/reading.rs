//! From a delivery to what it says: its type's format, the usual names where that one fails, and the source's mapping.
//!
//! Invariants: what is no delivery of its type still pages where it has a title under the usual names, or is no list of
//! fields at all; it is refused only where nothing in it can be told. A refused delivery can be read once its source is
//! mapped.

use std::borrow::Cow;

use app::port::{ReceivedBody, Unreadable};
use domain::source::{AlertSource, SourceType};
use serde_json::Value;

use super::alert::{Alert, add_doubt};
use super::autotask;
use super::body::{Body, Content};
use super::format::{Came, Format, Found, Said};
use super::generic;
use super::many::Listed;
use super::mapping::Overlay;

/// What a delivery to `source` says, whose type has this format.
pub(super) fn read(
    source: &AlertSource,
    format: &dyn Format,
    received: ReceivedBody<'_>,
) -> Result<Said, Unreadable> {
    let came = Came::of(received);
    let whole = match &came.body.content {
        Content::Value(value) => Cow::Borrowed(value),
        Content::Text | Content::Nothing => Cow::Owned(Value::String(came.body.raw.clone())),
    };
    let overlay = Overlay::of(source, &whole);
    let reader = Reader { source_type: source.source_type, format, overlay };
    match reader.overlay.elements() {
        Some(elements) => reader.each(&came, &elements),
        None => reader.one(&came),
    }
}

/// What a sender names a message by each time that it sends it: SNS, PagerDuty and Autotask's webhooks give each message an id
/// of its own.
pub(super) fn redelivery_id(source_type: SourceType, received: ReceivedBody<'_>) -> Option<String> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let id = match source_type {
        SourceType::AwsSns => {
            match Body::read(received).object().and_then(|fields| text(fields.get("MessageId"))) {
                // What is signed comes first: anybody can write a header.
                Some(id) => Some(id),
                None => received.header("x-amz-sns-message-id").map(str::to_owned),
            }
        }
        SourceType::PagerdutyWebhook => {
            let body = Body::read(received);
            text(body.object().and_then(|fields| fields.get("event")).and_then(|event| event.get("id")))
        }
        SourceType::Autotask => autotask::message_id(&Body::read(received)),
        _ => None,
    };
    id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty())
}

struct Reader<'a> {
    source_type: SourceType,
    format: &'a dyn Format,
    overlay: Overlay<'a>,
}

impl Reader<'_> {
    /// A body that is one delivery.
    fn one(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        match self.source_type {
            SourceType::Generic => return Ok(self.concerning(generic::read(&came.body))),
            SourceType::Heartbeat => return self.format.read(came),
            _ => {}
        }
        match self.format.read(came) {
            Ok(Said::Alerts(found)) => {
                let alerts = found.into_iter().map(|found| guessed(found, came.body.doubt.as_deref()));
                Ok(self.concerning(alerts.collect()))
            }
            Ok(said) => Ok(said),
            Err(problem) => self.by_usual_names(came, problem),
        }
    }

    /// A body that isn't what its type sends.
    fn by_usual_names(&self, came: &Came<'_>, problem: Unreadable) -> Result<Said, Unreadable> {
        if self.source_type == SourceType::PagerdutyEvents {
            return Err(problem);
        }
        if came.body.raw.trim().is_empty() {
            return Err(Unreadable { field: "body".to_owned(), problem: "is empty".to_owned() });
        }
        let alerts: Vec<Alert> = self.overlay.lay(generic::read(&came.body)).collect();
        let is_told = match came.body.content {
            Content::Value(_) => alerts.is_empty() || alerts.iter().any(|alert| alert.doubts.title.is_none()),
            // What Autotask sends in XML are fields as well, and says nothing to page about.
            _ => self.source_type != SourceType::Autotask || !came.body.raw.trim_start().starts_with('<'),
        };
        if is_told { Ok(self.listed(self.doubted(alerts, &problem))) } else { Err(problem) }
    }

    fn doubted(&self, mut alerts: Vec<Alert>, problem: &Unreadable) -> Vec<Alert> {
        let label = self.source_type.label();
        for alert in &mut alerts {
            add_doubt(
                &mut alert.signal,
                &format!("this is no {label} delivery ({problem}); it was read by the usual names"),
            );
        }
        alerts
    }

    /// A body in which each of a list is a delivery by itself.
    fn each(&self, whole: &Came<'_>, elements: &[&Value]) -> Result<Said, Unreadable> {
        let mut listed = Listed::default();
        let (mut other, mut unread, mut is_read) = (None, None, false);
        for element in elements {
            let raw = text_of(element);
            let received = ReceivedBody { body: raw.as_bytes(), ..whole.received };
            let came = Came { received, body: body_of(element, &raw, whole) };
            match self.one(&came) {
                Ok(Said::Alerts(found)) => {
                    is_read = true;
                    for found in found {
                        listed.add(found);
                    }
                }
                Ok(said) => {
                    other.get_or_insert(said);
                }
                // The others can't be answered for by one that can't be read; it isn't dropped for them either.
                Err(problem) => {
                    for alert in self.doubted(generic::read(&came.body), &problem) {
                        listed.add(alert.found());
                    }
                    unread.get_or_insert(problem);
                }
            }
        }
        match (unread, other) {
            (Some(problem), None) if !is_read => Err(problem),
            (None, None) if listed.is_empty() => Ok(Said::Nothing("its list of alerts is empty".to_owned())),
            (_, Some(said)) if listed.is_empty() => Ok(said),
            _ => Ok(Said::Alerts(listed.finish(self.overlay.whole))),
        }
    }

    /// What the source's mapping leaves of alerts.
    fn concerning(&self, alerts: Vec<Alert>) -> Said {
        self.listed(self.overlay.lay(alerts))
    }

    fn listed(&self, alerts: impl IntoIterator<Item = Alert>) -> Said {
        let mut listed = Listed::default();
        alerts.into_iter().for_each(|alert| listed.add(alert.found()));
        if listed.is_empty() { ignored() } else { Said::Alerts(listed.finish(self.overlay.whole)) }
    }
}

/// An alert with what had to be guessed of its body, where its format hasn't told that itself.
fn guessed(found: Found, doubt: Option<&str>) -> Alert {
    let mut alert = Alert::from(found);
    if let Some(doubt) = doubt
        && !alert.signal.degraded.as_ref().is_some_and(|told| told.contains(doubt))
    {
        alert.doubts.others.push(doubt.to_owned());
    }
    alert
}

fn ignored() -> Said {
    Said::Nothing("its status is one that this alert source ignores".to_owned())
}

fn text_of(element: &Value) -> String {
    match element {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// An element as a body by itself; what had to be guessed of the whole is in doubt for each.
fn body_of(element: &Value, raw: &str, whole: &Came<'_>) -> Body {
    let content = match element {
        Value::String(_) => Content::Text,
        other => Content::Value(other.clone()),
    };
    Body { content, raw: raw.to_owned(), doubt: whole.body.doubt.clone() }
}

#[cfg(test)]
mod tests;
