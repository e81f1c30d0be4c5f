//! The envelope that SNS puts around a message.
//!
//! Invariant: whatever calls itself one of SNS's messages is an envelope, however it is broken, so that leaving something
//! out never turns a message that has to be signed into one that needn't be.

use serde_json::{Map, Value};

use crate::alert_source::body::{Body, Content};

/// What kind of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Notification,
    SubscriptionConfirmation,
    UnsubscribeConfirmation,
}

/// The envelope.
#[derive(Debug)]
pub(super) struct Envelope<'a> {
    pub(super) kind: Kind,
    fields: &'a Map<String, Value>,
}

impl<'a> Envelope<'a> {
    /// The envelope that a body is; `None` for a message without one.
    pub(super) fn of(body: &'a Body) -> Option<Self> {
        let Content::Value(Value::Object(fields)) = &body.content else { return None };
        let kind = match fields.get("Type").and_then(Value::as_str)?.trim() {
            "Notification" => Kind::Notification,
            "SubscriptionConfirmation" => Kind::SubscriptionConfirmation,
            "UnsubscribeConfirmation" => Kind::UnsubscribeConfirmation,
            _ => return None,
        };
        Some(Self { kind, fields })
    }

    /// A field, exactly as it was sent.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.fields.get(name).and_then(Value::as_str)
    }

    /// The envelope as JSON.
    pub(super) fn whole(&self) -> Value {
        Value::Object(self.fields.clone())
    }

    /// What SNS signs: name and value of some fields by the order of their names, each on a line. The error is the name of
    /// one that is missing.
    pub(super) fn to_sign(&self) -> Result<String, &'static str> {
        let names: &[&'static str] = match self.kind {
            Kind::Notification => &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
            Kind::SubscriptionConfirmation | Kind::UnsubscribeConfirmation => {
                &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
            }
        };
        let mut lines = String::new();
        for name in names {
            match self.text(name) {
                Some(value) => lines.extend([*name, "\n", value, "\n"]),
                None if *name == "Subject" => {}
                None => return Err(name),
            }
        }
        Ok(lines)
    }
}
