//! `/api/incidents`: the shapes that its operations share.

pub(super) mod create;
pub(super) mod list;
pub(super) mod read;
pub(super) mod ticket;
pub(super) mod work;

use chrono::{DateTime, Utc};
use domain::incident::{Act, Incident};
use domain::signal::Detection;
use serde::Serialize;
use utoipa::ToSchema;

/// An incident.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IncidentBody {
    /// Such as `inc_01J…`.
    id: String,
    /// Running number within the tenant.
    number: u64,
    title: String,
    description: String,
    /// `critical`, `high`, `medium`, `low` or `info`: the worst that any of its alerts said.
    severity: &'static str,
    /// `triggered`, `acknowledged`, `resolved` or `suppressed`.
    status: &'static str,
    /// Where it came from: `webhook`, `defend`, `rmm`, `security`, `backups` or `manual`.
    source: String,
    /// The alert source's name, or who opened it.
    source_name: String,
    /// The product that triggered it.
    product: Option<String>,
    service_id: String,
    service_name: String,
    client: Option<String>,
    device_name: Option<String>,
    hostname: Option<String>,
    #[serde(flatten)]
    detection: DetectionBody,
    link: Option<String>,
    dedup_key: Option<String>,
    /// Why its first alert could not be fully understood; the raw body is with the alert.
    warning: Option<String>,
    /// How many alerts it gathered.
    alert_count: u64,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    /// When somebody first had it.
    acknowledged_at: Option<DateTime<Utc>>,
    /// Who has it.
    acknowledged_by: Option<PersonBody>,
    resolved_at: Option<DateTime<Utc>>,
    resolved_by: Option<PersonBody>,
    escalation: EscalationBody,
    /// The PSA's number of its ticket.
    psa_ticket_id: Option<String>,
}

/// What a detection product added.
#[derive(Debug, Serialize, ToSchema)]
struct DetectionBody {
    detection_type: Option<String>,
    mitre_technique: Option<TechniqueBody>,
    recommended_action: Option<String>,
}

/// A MITRE ATT&CK technique.
#[derive(Debug, Serialize, ToSchema)]
struct TechniqueBody {
    id: String,
    name: String,
}

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonBody {
    /// `null` when it was a tool.
    user_id: Option<String>,
    name: String,
}

/// How far the paging has come.
#[derive(Debug, Serialize, ToSchema)]
struct EscalationBody {
    /// The step that is told next, from 1.
    next_step: u32,
    /// In which round, from 1.
    round: u32,
    /// When; `null` when nobody more is told by itself.
    next_at: Option<DateTime<Utc>>,
    /// Every round is through.
    exhausted: bool,
}

impl From<&Act> for PersonBody {
    fn from(act: &Act) -> Self {
        Self { user_id: act.by.user_id().map(ToString::to_string), name: act.by.to_string() }
    }
}

impl From<Option<Detection>> for DetectionBody {
    fn from(detection: Option<Detection>) -> Self {
        let detection = detection.unwrap_or_default();
        Self {
            detection_type: detection.detection_type,
            mitre_technique: detection
                .mitre_technique
                .map(|mitre| TechniqueBody { id: mitre.id, name: mitre.name }),
            recommended_action: detection.recommended_action,
        }
    }
}

impl From<Incident> for IncidentBody {
    fn from(incident: Incident) -> Self {
        Self {
            acknowledged_by: incident.acknowledged.as_ref().map(PersonBody::from),
            resolved_at: incident.resolved.as_ref().map(|act| act.at),
            resolved_by: incident.resolved.as_ref().map(PersonBody::from),
            id: incident.id.to_string(),
            number: incident.number,
            title: incident.title,
            description: incident.description,
            severity: incident.severity.as_str(),
            status: incident.status.as_str(),
            source: incident.origin.source,
            source_name: incident.origin.source_name,
            product: incident.origin.product,
            service_id: incident.service_id.to_string(),
            service_name: incident.service_name,
            client: incident.client,
            device_name: incident.device.name,
            hostname: incident.device.hostname,
            detection: incident.detection.into(),
            link: incident.link,
            dedup_key: Some(incident.dedup_key).filter(|key| !key.is_empty()),
            warning: incident.degraded,
            alert_count: incident.alert_count,
            created_at: incident.created_at,
            last_seen_at: incident.last_seen_at,
            acknowledged_at: incident.first_acknowledged_at,
            escalation: EscalationBody {
                next_step: incident.escalation.step + 1,
                round: incident.escalation.round + 1,
                next_at: incident.escalation.due_at,
                exhausted: incident.escalation.exhausted,
            },
            psa_ticket_id: incident.psa_ticket_id,
        }
    }
}

/// A required text: trimmed, not empty, not endless.
pub(super) fn required(field: &str, text: &str, longest: usize) -> Result<String, app::Error> {
    let text = text.trim();
    if text.is_empty() {
        return Err(app::Error::invalid(field, "must not be empty"));
    }
    if text.chars().count() > longest {
        return Err(app::Error::invalid(field, format!("must not be longer than {longest} characters")));
    }
    Ok(text.to_owned())
}
