//! Life-cycle events for the bus: CloudEvents 1.0, in structured JSON form.
//!
//! Invariant: an event's id is derived from the incident and the step that made it, so that publishing it twice is
//! recognised as one event by (source, id).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::incident::{Act, Incident};

/// What happened to the incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EventKind {
    /// It was opened.
    #[serde(rename = "incident.created")]
    Created,
    /// Somebody took it.
    #[serde(rename = "incident.acknowledged")]
    Acknowledged,
    /// It is over.
    #[serde(rename = "incident.resolved")]
    Resolved,
    /// A further step was told.
    #[serde(rename = "incident.escalated")]
    Escalated,
    /// A note was written.
    #[serde(rename = "incident.note_added")]
    NoteAdded,
}

impl EventKind {
    /// The event's `type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "incident.created",
            Self::Acknowledged => "incident.acknowledged",
            Self::Resolved => "incident.resolved",
            Self::Escalated => "incident.escalated",
            Self::NoteAdded => "incident.note_added",
        }
    }
}

/// A cloud event whose data is the incident at that moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CloudEvent {
    /// Always `1.0`.
    pub specversion: String,
    /// `<incident id>:<what>:<timeline record>`.
    pub id: String,
    /// Always `/theone/oncall`.
    pub source: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// `incident/<incident id>`.
    pub subject: String,
    /// When.
    pub time: DateTime<Utc>,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// The Hub's organization id.
    pub tenantid: String,
    /// The incident.
    pub data: EventData,
}

/// The incident as other products see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the incident's own, under the names the API gives them")]
pub struct EventData {
    pub incident_id: String,
    pub number: u64,
    pub tenant_id: String,
    pub title: String,
    pub severity: String,
    pub status: String,
    pub source: String,
    pub service_id: String,
    pub dedup_key: Option<String>,
    pub client: Option<String>,
    pub created_at: DateTime<Utc>,
    pub acknowledged_at: Option<DateTime<Utc>>,
    pub acknowledged_by: Option<Person>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub resolved_by: Option<Person>,
    pub psa_ticket_id: Option<String>,
    pub url: String,
}

/// Who did it, as other products see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Our user id; `None` when it was a tool.
    pub user_id: Option<String>,
    /// The name at that time.
    pub name: String,
}

impl From<&Act> for Person {
    fn from(act: &Act) -> Self {
        Self { user_id: act.by.user_id().map(ToString::to_string), name: act.by.to_string() }
    }
}

impl CloudEvent {
    /// The event for what was just done to `incident`; `url` is its page in the console.
    ///
    /// Called after the incident counted the timeline record that tells of it, since the id carries that count.
    pub fn of(kind: EventKind, incident: &Incident, at: DateTime<Utc>, url: String) -> Self {
        Self {
            specversion: "1.0".to_owned(),
            id: format!("{}:{}:{}", incident.id, kind.as_str(), incident.timeline_records),
            source: "/theone/oncall".to_owned(),
            kind,
            subject: format!("incident/{}", incident.id),
            time: at,
            datacontenttype: "application/json".to_owned(),
            tenantid: incident.tenant_id.to_string(),
            data: EventData {
                incident_id: incident.id.to_string(),
                number: incident.number,
                tenant_id: incident.tenant_id.to_string(),
                title: incident.title.clone(),
                severity: incident.severity.to_string(),
                status: incident.status.as_str().to_owned(),
                source: incident.origin.source.clone(),
                service_id: incident.service_id.to_string(),
                dedup_key: Some(incident.dedup_key.clone()).filter(|key| !key.is_empty()),
                client: incident.client.clone(),
                created_at: incident.created_at,
                acknowledged_at: incident.first_acknowledged_at,
                acknowledged_by: incident.acknowledged.as_ref().map(Person::from),
                resolved_at: incident.resolved.as_ref().map(|act| act.at),
                resolved_by: incident.resolved.as_ref().map(Person::from),
                psa_ticket_id: incident.psa_ticket_id.clone(),
                url,
            },
        }
    }
}

/// An event waiting to be published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutgoingEvent {
    /// What to publish.
    pub event: CloudEvent,
    /// How often publishing was begun.
    pub begun: u32,
    /// When it is tried (again), or taken over from a publisher that vanished.
    pub due_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sample::{actor, incident, journal, minute, note, tool};

    fn event(kind: EventKind, incident: &Incident) -> serde_json::Value {
        let url = "https://oncall.example/app/incidents/1".to_owned();
        serde_json::to_value(CloudEvent::of(kind, incident, minute(2), url)).unwrap()
    }

    #[test]
    fn an_event_is_a_cloud_event_in_structured_json() {
        let (mut incident, mut journal) = (incident(), journal(2));
        incident.acknowledge(actor("Ann"), &mut journal).unwrap();
        incident.record(&mut journal).unwrap();
        let event = event(EventKind::Acknowledged, &incident);
        assert_eq!(event["specversion"], "1.0");
        assert_eq!(event["id"], format!("{}:incident.acknowledged:1", incident.id));
        assert_eq!(event["source"], "/theone/oncall");
        assert_eq!(event["type"], "incident.acknowledged");
        assert_eq!(event["subject"], format!("incident/{}", incident.id));
        assert_eq!(
            (&event["datacontenttype"], &event["tenantid"]),
            (&json!("application/json"), &json!("org-1"))
        );
        let data = &event["data"];
        assert_eq!((&data["severity"], &data["status"]), (&json!("high"), &json!("acknowledged")));
        assert_eq!((&data["dedup_key"], &data["number"]), (&json!("disk-1"), &json!(7)));
        let by = json!({ "user_id": actor("Ann").user_id(), "name": "Ann" });
        assert_eq!((&data["acknowledged_by"], &data["resolved_by"]), (&by, &json!(null)));
        assert_eq!(data["acknowledged_at"], json!(minute(2)));
    }

    #[test]
    fn a_tool_has_a_name_and_no_user_id() {
        let mut incident = incident();
        incident.resolve(tool(), None, &mut journal(2)).unwrap();
        let event = event(EventKind::Resolved, &incident);
        assert_eq!(event["data"]["resolved_by"], json!({ "user_id": null, "name": "RMM" }));
    }

    #[test]
    fn an_incident_opened_by_hand_has_no_dedup_key() {
        let incident = Incident { dedup_key: String::new(), ..incident() };
        assert_eq!(event(EventKind::Created, &incident)["data"]["dedup_key"], json!(null));
    }

    #[test]
    fn the_type_is_the_word_that_is_published() {
        for kind in [
            EventKind::Created,
            EventKind::Acknowledged,
            EventKind::Resolved,
            EventKind::Escalated,
            EventKind::NoteAdded,
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    #[test]
    fn one_step_published_twice_is_one_event_and_two_steps_are_two() {
        let (mut incident, mut journal) = (incident(), journal(2));
        let mut ids = Vec::new();
        for text in ["one", "two"] {
            incident.add_note(note(text), text.to_owned(), actor("Ann"), &mut journal);
            incident.record(&mut journal).unwrap();
            let [first, second] = [0, 1].map(|_| event(EventKind::NoteAdded, &incident)["id"].clone());
            assert_eq!(first, second);
            ids.push(first);
        }
        assert_ne!(ids[0], ids[1]);
    }
}
