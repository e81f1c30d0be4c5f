//! A Service Bus trigger's invocation, one message at a time.
//!
//! Invariant: the body is the sender's exact bytes, and what is said about the message was said by the broker. The
//! functions ask for `dataType: binary`, which gives both. A body that comes as text all the same is understood; the
//! host then mixes its properties into the broker's, so that those names are left out here.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::value::{find, inner_text, instant, number, object, text};
use super::{Envelope, InvocationError, unexpected};

/// One delivery of one message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BusMessage {
    /// As sent, whatever it is.
    pub(crate) body: Vec<u8>,
    /// The sender's identity for the message, the same at every delivery; names one message of this subscription.
    pub(crate) message_id: Option<String>,
    /// This delivery's number, from 1; 1 where the broker doesn't say.
    pub(crate) delivery_count: u32,
    pub(crate) content_type: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) correlation_id: Option<String>,
    /// When the broker took the message.
    pub(crate) enqueued_at: Option<DateTime<Utc>>,
    /// The sender's own properties, with their JSON types.
    pub(crate) application_properties: Map<String, Value>,
}

impl BusMessage {
    /// Reads the invocation of the Service Bus trigger whose binding is called `binding`.
    pub(crate) fn decode(body: &[u8], binding: &str) -> Result<Self, InvocationError> {
        let mut envelope = Envelope::open(body)?;
        let written = envelope.take_data(binding)?;
        let body = Body::read(written, binding)?;
        let mut metadata = envelope.metadata;
        body.remove_own_properties(&mut metadata);

        let label = |name| find(&metadata, name).and_then(text);
        Ok(Self {
            body: body.into_bytes(),
            message_id: label("MessageId"),
            delivery_count: find(&metadata, "DeliveryCount").and_then(number).unwrap_or(1),
            content_type: label("ContentType"),
            subject: label("Subject").or_else(|| label("Label")),
            correlation_id: label("CorrelationId"),
            enqueued_at: ["EnqueuedTime", "EnqueuedTimeUtc"]
                .into_iter()
                .find_map(|name| find(&metadata, name).and_then(instant)),
            application_properties: ["ApplicationProperties", "UserProperties"]
                .into_iter()
                .find_map(|name| find(&metadata, name).and_then(object))
                .unwrap_or_default(),
        })
    }
}

/// A message's body in the way it came.
enum Body {
    /// `dataType: binary`: the bytes in base64.
    Bytes(Vec<u8>),
    /// `dataType: string` or none: the text, or what the host made of it.
    Text(String),
}

impl Body {
    fn read(written: Value, binding: &str) -> Result<Self, InvocationError> {
        match written {
            // No base64 starts with a quotation mark, so the two can't be confused.
            Value::String(encoded) => Ok(match inner_text(&encoded) {
                Some(text) => Self::Text(text),
                None => BASE64_STANDARD.decode(&encoded).map_or(Self::Text(encoded), Self::Bytes),
            }),
            Value::Object(_) => Ok(Self::Text(written.to_string())),
            other => Err(unexpected(format!("Data.{binding}"), "the message's body as a text", &other)),
        }
    }

    /// The host copies a JSON text's top-level properties over the broker's of the same name, so that a body could
    /// pose as another message. Nobody knows what the broker said there; it is as if it hadn't.
    fn remove_own_properties(&self, metadata: &mut Map<String, Value>) {
        let Self::Text(text) = self else { return };
        let Ok(properties) = serde_json::from_str::<Map<String, Value>>(text) else { return };
        metadata.retain(|name, _| !properties.keys().any(|property| property.eq_ignore_ascii_case(name)));
    }

    fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Text(text) => text.into_bytes(),
        }
    }
}

#[cfg(test)]
mod tests;
