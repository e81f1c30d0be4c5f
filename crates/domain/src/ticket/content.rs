//! What a ticket says: one that we make, and one that we read.
//!
//! Invariant: our keys for tickets, notes and times are the same for every attempt, and tell the incident.

use chrono::{DateTime, Utc};

use crate::id::{IncidentId, NoteId, TenantId, UserId};
use crate::incident::Incident;
use crate::severity::Severity;
use crate::ticket::Filed;
use crate::user::User;

/// A new ticket, in the PSA-independent terms of the product's field table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTicket {
    /// Whose it is; also the ticket's company, by organization id.
    pub tenant_id: TenantId,
    /// The incident's title.
    pub title: String,
    /// The incident's description, where it came from, and what a detection product added.
    pub description: String,
    /// `P1` to `P4`.
    pub priority: &'static str,
    /// What the priority was made of, for a PSA that has other words for it.
    pub severity: Severity,
    /// The incident's running number.
    pub number: u64,
    /// The customer company, where known.
    pub client: Option<String>,
    /// Who acknowledged.
    pub assignee: Option<Technician>,
    /// The incident's creation time.
    pub created_at: DateTime<Utc>,
    /// Our key for the ticket: the same for every attempt.
    pub external_ref: String,
}

/// What a status means by the settings of the tenant's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has begun.
    New,
    /// Somebody works on it.
    Working,
    /// It is over.
    Closed,
}

/// What a ticket says that somebody else made or changed in the PSA.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketFacts {
    /// The PSA's id of it.
    pub id: String,
    /// The number that people know it by.
    pub number: Option<String>,
    /// One line.
    pub title: String,
    /// The rest.
    pub description: String,
    /// Its status, as the PSA's people call it.
    pub status: String,
    /// What the settings say that the status means; `None`: nothing.
    pub stage: Option<Stage>,
    /// Its priority, as the PSA's people call it.
    pub priority: String,
    /// The customer company.
    pub client: Option<String>,
    /// Where people look at it.
    pub url: Option<String>,
    /// Our own key of it, where it was made by us.
    pub external_ref: Option<String>,
    /// When the PSA last saw anything happen to it, as the PSA writes that; `None`: it doesn't say.
    pub touched: Option<String>,
}

impl From<TicketFacts> for Filed {
    fn from(facts: TicketFacts) -> Self {
        Self { id: facts.id, number: facts.number, url: facts.url }
    }
}

/// A technician, as a PSA can find them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Technician {
    /// Our id.
    pub user_id: UserId,
    /// Their mail address at the Hub.
    pub email: String,
    /// Their name.
    pub name: String,
}

impl From<&User> for Technician {
    fn from(user: &User) -> Self {
        Self { user_id: user.id.clone(), email: user.email.clone(), name: user.name.clone() }
    }
}

/// What our keys for tickets start with, in any PSA.
const REF_PREFIX: &str = "oncall-incident-";

/// Our key for an incident's ticket in any PSA; for one that follows closed ones, another for each.
pub fn external_ref(incident: &IncidentId, followed: u32) -> String {
    match followed {
        0 => format!("{REF_PREFIX}{incident}"),
        n => format!("{REF_PREFIX}{incident}-{}", n + 1),
    }
}

/// The incident that a key of ours, or a text with one in it, is about.
pub fn incident_in(text: &str) -> Option<IncidentId> {
    let (_, rest) = text.split_once(REF_PREFIX)?;
    let body = rest.strip_prefix("inc_")?;
    let end = body.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(body.len());
    format!("inc_{}", &body[..end]).parse().ok()
}

/// Our key for the time spent on an incident in any PSA.
pub fn time_ref(incident: &IncidentId) -> String {
    format!("oncall-time-{incident}")
}

/// Our key for a note in any PSA.
pub fn note_ref(note: &NoteId) -> String {
    format!("oncall-{note}")
}

impl NewTicket {
    /// The ticket for `incident`.
    pub fn of(incident: &Incident, assignee: Option<&User>, followed: u32) -> Self {
        Self {
            tenant_id: incident.tenant_id.clone(),
            title: incident.title.clone(),
            description: description(incident, followed),
            priority: incident.severity.psa_priority(),
            client: incident.client.clone(),
            assignee: assignee.map(Technician::from),
            created_at: incident.created_at,
            external_ref: external_ref(&incident.id, followed),
            severity: incident.severity,
            number: incident.number,
        }
    }
}

fn description(incident: &Incident, followed: u32) -> String {
    let mut lines = vec![format!("Alert source: {}", incident.origin.source_name)];
    if let Some(before) = incident.psa_ticket_id.as_ref().filter(|_| followed > 0) {
        lines.push(format!("Follows ticket {before}, which took no more while this went on"));
    }
    if let Some(product) = &incident.origin.product {
        lines.push(format!("Triggering product: {product}"));
    }
    match (&incident.device.name, &incident.device.hostname) {
        (Some(name), Some(host)) if name != host => lines.push(format!("Device: {name} ({host})")),
        (Some(name), _) | (None, Some(name)) => lines.push(format!("Device: {name}")),
        (None, None) => {}
    }
    if let Some(detection) = &incident.detection {
        if let Some(kind) = &detection.detection_type {
            lines.push(format!("Detection: {kind}"));
        }
        if let Some(mitre) = &detection.mitre_technique {
            lines.push(format!("MITRE: {} {}", mitre.id, mitre.name).trim_end().to_owned());
        }
        if let Some(advice) = &detection.recommended_action {
            lines.push(format!("Recommended action: {advice}"));
        }
    }
    let facts = lines.join("\n");
    if incident.description.is_empty() { facts } else { format!("{}\n\n{facts}", incident.description) }
}
