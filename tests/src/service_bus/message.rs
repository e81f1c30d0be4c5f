//! A message as it came over the wire.

use axum::http::{HeaderMap, header};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::functions_host::BusDelivery;

/// The headers of HTTP itself; any other is a property of the message.
const HTTPS_OWN: [&str; 9] = [
    "accept",
    "accept-encoding",
    "authorization",
    "brokerproperties",
    "connection",
    "content-length",
    "content-type",
    "host",
    "user-agent",
];

/// The longest id of a message or a session.
const LONGEST_ID: usize = 128;

/// A message that the topic keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// What tells it from others.
    pub message_id: String,
    /// Whose order it is in.
    pub session_id: Option<String>,
    /// Also known as the label.
    pub subject: Option<String>,
    /// What the message is about, in the sender's words.
    pub correlation_id: Option<String>,
    /// Of the body, a media type.
    pub content_type: Option<String>,
    /// The sender's own properties, under the lower-case names that the wire makes of them.
    pub application_properties: Map<String, Value>,
    /// The exact bytes.
    pub body: Vec<u8>,
}

/// The header that has what the bus itself looks at; names that On-Call doesn't send aren't known.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct BrokerProperties {
    message_id: String,
    session_id: Option<String>,
    label: Option<String>,
    correlation_id: Option<String>,
}

impl Message {
    /// The message of a request, or what is wrong with it.
    pub(super) fn read(headers: &HeaderMap, body: Vec<u8>) -> Result<Self, String> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let broker = text("brokerproperties").ok_or("no BrokerProperties")?;
        let broker: BrokerProperties = serde_json::from_str(broker).map_err(|error| error.to_string())?;
        let longest = broker.message_id.len().max(broker.session_id.as_deref().map_or(0, str::len));
        if broker.message_id.is_empty() || longest > LONGEST_ID {
            return Err("an id is empty or too long".to_owned());
        }
        Ok(Self {
            message_id: broker.message_id,
            session_id: broker.session_id,
            subject: broker.label,
            correlation_id: broker.correlation_id,
            content_type: text(header::CONTENT_TYPE.as_str()).map(str::to_owned),
            application_properties: properties(headers)?,
            body,
        })
    }

    /// The body, which is JSON.
    ///
    /// # Panics
    /// When it isn't.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a body of JSON")
    }

    /// Its first delivery to a subscriber, as the Functions host makes it.
    pub fn delivery(&self) -> BusDelivery {
        BusDelivery {
            subject: self.subject.clone(),
            content_type: self.content_type.clone(),
            correlation_id: self.correlation_id.clone(),
            application_properties: self.application_properties.clone(),
            ..BusDelivery::new(&self.message_id, self.body.clone())
        }
    }
}

/// Each a header with a scalar of JSON; text is in quotes.
fn properties(headers: &HeaderMap) -> Result<Map<String, Value>, String> {
    let mut properties = Map::new();
    for (name, value) in headers.iter().filter(|(name, _)| !HTTPS_OWN.contains(&name.as_str())) {
        let value: Value = serde_json::from_slice(value.as_bytes())
            .map_err(|_| format!("the property {name} is neither text in quotes nor a number"))?;
        if value.is_object() || value.is_array() || value.is_null() {
            return Err(format!("the property {name} is no scalar"));
        }
        properties.insert(name.as_str().to_owned(), value);
    }
    Ok(properties)
}
