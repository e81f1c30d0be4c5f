//! An event as a message of the bus.
//!
//! Invariant: a function of the event alone, so that the same event is always the same message.

use domain::event::CloudEvent;
use serde_json::Value;

/// CloudEvents 1.0, structured mode: the whole event is the body.
const CONTENT_TYPE: &str = "application/cloudevents+json";

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// The event's id: what a topic with duplicate detection knows it by.
    pub(super) id: String,
    /// The tenant: a subscription that requires sessions hands a tenant's events to one receiver at a time, in the order
    /// in which the bus took them.
    pub(super) session: String,
    /// The event's type; also called the label.
    pub(super) subject: String,
    /// The incident.
    pub(super) correlation: String,
    pub(super) content_type: &'static str,
    /// For the filters of subscriptions. Over HTTP a name arrives in lower case, whatever it was.
    pub(super) properties: Vec<(&'static str, String)>,
    pub(super) body: String,
}

impl Message {
    pub(super) fn of(event: &CloudEvent) -> Result<Self, serde_json::Error> {
        let (kind, data) = (event.kind.as_str(), &event.data);
        Ok(Self {
            id: event.id.clone(),
            session: event.tenantid.clone(),
            subject: kind.to_owned(),
            correlation: data.incident_id.clone(),
            content_type: CONTENT_TYPE,
            properties: vec![
                ("type", kind.to_owned()),
                ("tenantid", event.tenantid.clone()),
                ("severity", data.severity.clone()),
                ("status", data.status.clone()),
                ("serviceid", data.service_id.clone()),
            ],
            body: serde_json::to_string(event)?,
        })
    }
}

/// A property's value on the wire: what isn't in quotes would be taken for a number.
pub(super) fn quoted(value: &str) -> String {
    Value::from(value).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event() -> CloudEvent {
        serde_json::from_value(json!({
            "specversion": "1.0", "id": "inc_1:incident.resolved:4", "source": "/theone/oncall",
            "type": "incident.resolved", "subject": "incident/inc_1", "time": "2026-11-20T21:04:05Z",
            "datacontenttype": "application/json", "tenantid": "org-1",
            "data": {
                "incident_id": "inc_1", "number": 7, "tenant_id": "org-1", "title": "CPU \"über\" 98 %",
                "severity": "high", "status": "resolved", "source": "rmm", "service_id": "svc_1", "dedup_key": null,
                "client": null, "created_at": "2026-11-20T21:00:00Z", "acknowledged_at": null,
                "acknowledged_by": null, "resolved_at": "2026-11-20T21:04:05Z",
                "resolved_by": { "user_id": null, "name": "RMM" }, "psa_ticket_id": null,
                "url": "https://oncall.example/app/incidents/inc_1",
            },
        }))
        .expect("an event")
    }

    #[test]
    fn an_event_is_a_message_with_what_filters_and_sessions_want() {
        let message = Message::of(&event()).expect("a message");
        assert_eq!((message.id.as_str(), message.session.as_str()), ("inc_1:incident.resolved:4", "org-1"));
        assert_eq!((message.subject.as_str(), message.correlation.as_str()), ("incident.resolved", "inc_1"));
        let properties: Vec<_> =
            message.properties.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(
            properties,
            [
                ("type", "incident.resolved"),
                ("tenantid", "org-1"),
                ("severity", "high"),
                ("status", "resolved"),
                ("serviceid", "svc_1")
            ]
        );
        assert_eq!(serde_json::from_str::<CloudEvent>(&message.body).expect("an event"), event());
    }

    #[test]
    fn the_names_of_properties_are_lower_case_as_the_wire_makes_them() {
        let message = Message::of(&event()).expect("a message");
        assert!(message.properties.iter().all(|(name, _)| name.bytes().all(|b| b.is_ascii_lowercase())));
    }

    #[test]
    fn the_longest_ids_fit_the_bus() {
        // Message and session ids have 128 characters at most; ours are an incident's id, a word and a count; a tenant's id.
        let longest_word = "incident.acknowledged".len();
        assert!(4 + 64 + 1 + longest_word + 1 + u64::MAX.to_string().len() <= 128);
    }

    #[test]
    fn a_property_is_quoted() {
        assert_eq!((quoted("high"), quoted("a\"b")), ("\"high\"".to_owned(), "\"a\\\"b\"".to_owned()));
    }
}
