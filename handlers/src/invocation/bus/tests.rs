//! The envelopes that the host sends for a message, and some that it should not.

use serde_json::json;

use super::*;

const SENT: &str =
    r#"{"incident_id":"inc_01HZX3","severity":2,"ack":false,"team":{"id":"sre"},"labels":["db"]}"#;

fn decode(envelope: &Value) -> Result<BusMessage, String> {
    BusMessage::decode(envelope.to_string().as_bytes(), "message").map_err(|error| error.to_string())
}

/// What the broker says about every message, in the host's encoding.
fn metadata() -> Value {
    json!({
        "MessageReceiver": {},
        "MessageActions": {},
        "Client": {
            "FullyQualifiedNamespace": "oncall-prod.servicebus.windows.net",
            "IsClosed": false,
            "TransportType": 0,
            "Identifier": "oncall-prod.servicebus.windows.net-7f0c1d5e-1111-4b7e-9a53-0c5f1e2d3c4b",
        },
        "DeliveryCount": "3",
        "LockToken": r#""4e773554-f6b7-4ea2-b07d-4c5fd5aba741""#,
        "ExpiresAtUtc": "2026-05-15T10:00:03",
        "EnqueuedTimeUtc": "2026-05-01T10:00:03",
        "EnqueuedTime": "2026-05-01T10:00:03+00:00",
        "MessageId": r#""evt-01HZX3""#,
        "ContentType": r#""application/json""#,
        "SequenceNumber": "8123",
        "Subject": r#""incident.opened""#,
        "Label": r#""incident.opened""#,
        "CorrelationId": r#""inc_01HZX3""#,
        "ApplicationProperties": {"tenant": "acme", "attempt": 3, "urgent": true},
        "UserProperties": {"tenant": "acme", "attempt": 3, "urgent": true},
        "sys": {"MethodName": "bus-rmm", "UtcNow": "2026-05-01T10:00:03.640002Z"},
    })
}

fn binary(bytes: &[u8], metadata: &Value) -> Value {
    json!({"Data": {"message": BASE64_STANDARD.encode(bytes)}, "Metadata": metadata})
}

fn string(text: &str, metadata: &Value) -> Value {
    json!({"Data": {"message": json!(text).to_string()}, "Metadata": metadata})
}

fn as_sent(body: &str) -> BusMessage {
    BusMessage {
        body: body.into(),
        message_id: Some("evt-01HZX3".into()),
        delivery_count: 3,
        content_type: Some("application/json".into()),
        subject: Some("incident.opened".into()),
        correlation_id: Some("inc_01HZX3".into()),
        enqueued_at: Some("2026-05-01T10:00:03Z".parse().unwrap()),
        application_properties: json!({"tenant": "acme", "attempt": 3, "urgent": true})
            .as_object()
            .unwrap()
            .clone(),
    }
}

#[test]
fn a_binary_message_is_read_whole() {
    assert_eq!(decode(&binary(SENT.as_bytes(), &metadata())), Ok(as_sent(SENT)));
}

#[test]
fn binary_bodies_keep_every_byte() {
    let every_byte: Vec<u8> = (0..=255).collect();
    for sent in [&every_byte[..], b"", b"null", b"\"quoted\"", b"plain", b"{\"DeliveryCount\":99}"] {
        let read = decode(&binary(sent, &metadata())).unwrap();
        assert_eq!(read.body, sent);
        assert_eq!(read.delivery_count, 3);
    }
}

#[test]
fn a_text_message_is_read_like_a_binary_one() {
    let mut polluted = metadata();
    for (name, value) in [
        ("incident_id", json!(r#""inc_01HZX3""#)),
        ("severity", json!(r#""2""#)),
        ("ack", json!(r#""False""#)),
        ("team", json!({"id": "sre"})),
    ] {
        polluted[name] = value;
    }
    assert_eq!(decode(&string(SENT, &polluted)), Ok(as_sent(SENT)));

    let plain = "plain text, not JSON \"quoted\"\nline2";
    assert_eq!(decode(&string(plain, &metadata())), Ok(as_sent(plain)));
}

#[test]
fn a_text_body_cannot_pose_as_another_message() {
    let body = r#"{"messageId":"somebody-elses","deliverycount":"often","subject":"forged"}"#;
    let mut polluted = metadata();
    polluted["MessageId"] = json!(r#""somebody-elses""#);
    polluted["DeliveryCount"] = json!(r#""often""#);
    polluted["Subject"] = json!(r#""forged""#);

    let read = decode(&string(body, &polluted)).unwrap();
    assert_eq!(read.message_id, None);
    assert_eq!(read.delivery_count, 1);
    // The broker's older name for the same thing was not overwritten.
    assert_eq!(read.subject.as_deref(), Some("incident.opened"));
    assert_eq!(read.correlation_id.as_deref(), Some("inc_01HZX3"));
}

#[test]
fn bodies_in_other_encodings_are_understood() {
    for (data, body) in [
        (json!({"a": 1}), r#"{"a":1}"#),
        (json!("not base64, not quoted"), "not base64, not quoted"),
        (json!(r#"{"a":1}"#), r#"{"a":1}"#),
        (json!(r#""""#), ""),
    ] {
        let read = decode(&json!({"data": {"Message": data}})).unwrap();
        assert_eq!(String::from_utf8(read.body).unwrap(), body, "{data}");
    }
}

#[test]
fn what_the_broker_leaves_out_is_absent() {
    let bare = BusMessage {
        body: SENT.into(),
        message_id: None,
        delivery_count: 1,
        content_type: None,
        subject: None,
        correlation_id: None,
        enqueued_at: None,
        application_properties: Map::new(),
    };
    for labels in [
        json!({}),
        json!(null),
        json!({"MessageId": null, "Subject": null, "ApplicationProperties": null}),
        json!({"MessageId": {}, "DeliveryCount": "often", "EnqueuedTime": "05/01/2026 10:00:00"}),
    ] {
        assert_eq!(decode(&binary(SENT.as_bytes(), &labels)).as_ref(), Ok(&bare), "{labels}");
    }
    assert_eq!(decode(&json!({"Data": {"message": BASE64_STANDARD.encode(SENT)}})), Ok(bare));
}

#[test]
fn the_names_and_encodings_of_other_host_versions_are_read() {
    let labels = json!({
        "messageid": r#""m-1""#,
        "Label": r#""older name""#,
        "EnqueuedTimeUtc": r#""2026-05-01T10:00:03.64""#,
        "UserProperties": r#"{"tenant":"acme"}"#,
    });
    let read = decode(&binary(b"x", &labels)).unwrap();
    assert_eq!(read.message_id.as_deref(), Some("m-1"));
    assert_eq!(read.subject.as_deref(), Some("older name"));
    assert_eq!(read.enqueued_at, Some("2026-05-01T10:00:03.640Z".parse().unwrap()));
    assert_eq!(read.application_properties.get("tenant"), Some(&json!("acme")));
}

#[test]
fn what_cannot_be_read_is_named() {
    for (envelope, complaint) in [
        (json!({"Metadata": {}}), "the invocation has no Data"),
        (json!({"Data": {"timer": {}}}), "the invocation has no Data.message"),
        (json!({"Data": {"message": null}}), "the invocation has no Data.message"),
        (
            json!({"Data": {"message": 7}}),
            "the invocation's Data.message is a number, expected the message's body as a text",
        ),
        (
            json!({"Data": {"message": ["a"]}}),
            "the invocation's Data.message is an array, expected the message's body as a text",
        ),
    ] {
        assert_eq!(decode(&envelope), Err(complaint.to_owned()), "{envelope}");
    }
    let cut_off = BusMessage::decode(br#"{"Data": {"mess"#, "message").unwrap_err().to_string();
    assert!(cut_off.starts_with("the invocation is not JSON: EOF"), "{cut_off}");
}
