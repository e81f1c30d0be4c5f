//! The body of a trigger's invocation: `{"Data":…,"Metadata":…}`, encoded value by value as the host does it.
//!
//! Strings are JSON inside a JSON string, numbers are text, objects stay objects, bytes are base64 once. All times are
//! one fixed night: a handler that takes its clock from here is wrong, and is found out.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

/// A Service Bus message as the broker hands it out, once.
#[derive(Debug, Clone, PartialEq)]
pub struct BusDelivery {
    /// The exact bytes.
    pub body: Vec<u8>,
    /// What tells a redelivery from a new message.
    pub message_id: String,
    /// Also known as the label.
    pub subject: Option<String>,
    /// Of the body, a media type.
    pub content_type: Option<String>,
    /// What the message is about, in the sender's words.
    pub correlation_id: Option<String>,
    /// The sender's own properties.
    pub application_properties: Map<String, Value>,
    /// From 1.
    pub delivery_count: u32,
}

impl BusDelivery {
    /// A message's first delivery.
    pub fn new(message_id: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            message_id: message_id.to_owned(),
            subject: None,
            content_type: None,
            correlation_id: None,
            application_properties: Map::new(),
            delivery_count: 1,
        }
    }

    /// The first delivery of a JSON message.
    pub fn json(message_id: &str, body: &Value) -> Self {
        let content_type = Some("application/json".to_owned());
        Self { content_type, ..Self::new(message_id, body.to_string()) }
    }
}

/// A timer's firing.
#[derive(Debug)]
pub(super) struct Firing<'a> {
    pub(super) function: &'a str,
    pub(super) binding: &'a str,
    /// Whether the host remembers when the timer fired: not for one that fires more often than once a minute.
    pub(super) monitored: bool,
    /// `maxRetryCount`, where function.json has a retry.
    pub(super) retries: Option<i64>,
}

impl Firing<'_> {
    pub(super) fn envelope(&self) -> Value {
        let status = json!({
            "Last": "2026-05-01T10:00:00.0031234+00:00",
            "Next": "2026-05-01T10:01:00+00:00",
            "LastUpdated": "2026-05-01T10:00:00.0031234+00:00",
        });
        let timer = json!({
            "Schedule": { "AdjustForDST": true },
            "ScheduleStatus": self.monitored.then_some(status),
            "IsPastDue": false,
        });
        let mut metadata = Map::from_iter([("sys".to_owned(), sys(self.function))]);
        if let Some(retries) = self.retries {
            let context = json!({
                "RetryCount": 0, "MaxRetryCount": retries, "Exception": null, "Instance": null, "State": {},
            });
            metadata.insert("RetryContext".to_owned(), context);
        }
        json!({ "Data": { self.binding: timer }, "Metadata": metadata })
    }
}

/// A message's invocation; `binary` as `dataType` in function.json says.
pub(super) fn of_message(function: &str, binding: &str, binary: bool, message: &BusDelivery) -> Value {
    let mut metadata = metadata(function, message);
    let data = if binary {
        json!(STANDARD.encode(&message.body))
    } else {
        if let Ok(Value::Object(body)) = serde_json::from_slice(&message.body) {
            pollute(&mut metadata, body);
        }
        quoted(&String::from_utf8_lossy(&message.body))
    };
    json!({ "Data": { binding: data }, "Metadata": metadata })
}

fn metadata(function: &str, message: &BusDelivery) -> Map<String, Value> {
    let namespace = "oncall-test.servicebus.windows.net";
    let mut metadata = Map::from_iter([
        ("DeliveryCount".to_owned(), json!(message.delivery_count.to_string())),
        ("LockToken".to_owned(), quoted(&super::guid())),
        ("ExpiresAtUtc".to_owned(), json!("2026-05-15T10:00:03")),
        ("ExpiresAt".to_owned(), json!("2026-05-15T10:00:03+00:00")),
        ("EnqueuedTimeUtc".to_owned(), json!("2026-05-01T10:00:03")),
        ("EnqueuedTime".to_owned(), json!("2026-05-01T10:00:03+00:00")),
        ("MessageId".to_owned(), quoted(&message.message_id)),
        ("SequenceNumber".to_owned(), json!("8123")),
        ("ApplicationProperties".to_owned(), json!(message.application_properties)),
        ("UserProperties".to_owned(), json!(message.application_properties)),
        ("sys".to_owned(), sys(function)),
    ]);
    let client = json!({
        "FullyQualifiedNamespace": namespace, "IsClosed": false, "TransportType": 0,
        "Identifier": format!("{namespace}-{}", super::guid()),
    });
    metadata.insert("Client".to_owned(), client);
    for useless in ["MessageReceiver", "MessageSession", "MessageActions", "SessionActions", "ReceiveActions"]
    {
        metadata.insert(useless.to_owned(), json!({}));
    }
    for (name, value) in [
        ("Subject", &message.subject),
        ("Label", &message.subject),
        ("ContentType", &message.content_type),
        ("CorrelationId", &message.correlation_id),
    ] {
        if let Some(value) = value {
            metadata.insert(name.to_owned(), quoted(value));
        }
    }
    metadata
}

/// The top-level properties of a JSON body go over whatever has their name.
fn pollute(metadata: &mut Map<String, Value>, body: Map<String, Value>) {
    for (name, value) in body {
        let value = match value {
            Value::Null | Value::Array(_) => continue,
            Value::Object(_) => value,
            Value::Bool(flag) => quoted(if flag { "True" } else { "False" }),
            Value::Number(number) => quoted(&number.to_string()),
            Value::String(text) => quoted(&date_mangled(&text)),
        };
        let taken = metadata.keys().find(|key| key.eq_ignore_ascii_case(&name)).cloned();
        metadata.insert(taken.unwrap_or(name), value);
    }
}

/// What looks like a time is read as one, and written as an American would.
fn date_mangled(text: &str) -> String {
    match DateTime::parse_from_rfc3339(text) {
        Ok(time) => time.with_timezone(&Utc).format("%m/%d/%Y %H:%M:%S").to_string(),
        Err(_) => text.to_owned(),
    }
}

fn sys(function: &str) -> Value {
    json!({ "MethodName": function, "UtcNow": "2026-05-01T10:01:00.012345Z", "RandGuid": super::guid() })
}

fn quoted(text: &str) -> Value {
    Value::String(Value::String(text.to_owned()).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incident() -> BusDelivery {
        let body = r#"{"severity":2,"ack":false,"team":{"id":"sre"},"labels":["db"],"messageId":"mine",
                       "opened_at":"2026-05-01T10:00:00Z","none":null}"#;
        BusDelivery { subject: Some("incident.opened".into()), ..BusDelivery::new("evt-1", body) }
    }

    #[test]
    fn a_binary_message_is_base64_once_and_its_body_stays_out_of_the_metadata() {
        let envelope = of_message("bus-rmm", "message", true, &incident());
        let data = STANDARD.decode(envelope["Data"]["message"].as_str().unwrap()).unwrap();
        assert_eq!(data, incident().body);
        let metadata = &envelope["Metadata"];
        assert_eq!(metadata["MessageId"], "\"evt-1\"");
        assert_eq!(
            (&metadata["DeliveryCount"], &metadata["Label"]),
            (&json!("1"), &json!("\"incident.opened\""))
        );
        assert_eq!(metadata["sys"]["MethodName"], "bus-rmm");
        assert_eq!((metadata.get("severity"), metadata.get("CorrelationId")), (None, None));
    }

    #[test]
    fn a_text_message_is_quoted_twice_and_its_body_goes_over_the_metadata() {
        let envelope = of_message("bus-rmm", "message", false, &incident());
        let once: String = serde_json::from_str(envelope["Data"]["message"].as_str().unwrap()).unwrap();
        assert_eq!(once.as_bytes(), incident().body);
        let metadata = &envelope["Metadata"];
        assert_eq!((&metadata["MessageId"], metadata.get("messageId")), (&json!("\"mine\""), None));
        assert_eq!((&metadata["severity"], &metadata["ack"]), (&json!("\"2\""), &json!("\"False\"")));
        assert_eq!(metadata["opened_at"], "\"05/01/2026 10:00:00\"");
        assert_eq!(metadata["team"], json!({ "id": "sre" }));
        assert_eq!((metadata.get("labels"), metadata.get("none")), (None, None));
    }

    #[test]
    fn text_that_is_no_json_is_passed_as_it_is() {
        let envelope = of_message("bus-rmm", "message", false, &BusDelivery::new("m", "say \"hi\""));
        assert_eq!(envelope["Data"]["message"], r#""say \"hi\"""#);
    }

    #[test]
    fn a_timers_status_is_there_only_where_the_host_keeps_one() {
        let firing =
            |monitored| Firing { function: "tick", binding: "timer", monitored, retries: None }.envelope();
        assert!(firing(false)["Data"]["timer"]["ScheduleStatus"].is_null());
        assert!(firing(true)["Data"]["timer"]["ScheduleStatus"]["Last"].is_string());
        assert_eq!(firing(false)["Metadata"].as_object().unwrap().len(), 1);
        let retried = Firing { function: "tick", binding: "timer", monitored: false, retries: Some(2) };
        assert_eq!(retried.envelope()["Metadata"]["RetryContext"]["MaxRetryCount"], 2);
    }
}
