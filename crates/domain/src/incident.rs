//! Incidents: what people work on. `triggered` → `acknowledged` → `resolved`, or `suppressed`.
//!
//! Invariant: the fields change only through the transitions here and in [`crate::escalation`], each of which
//! journals what happened; `resolved` is final; the acknowledger and the acknowledge time outlive the resolve.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::escalation::Escalation;
use crate::event::EventKind;
use crate::id::{IncidentId, MaintenanceId, NoteId, PolicyId, ServiceId, SourceId, TenantId};
use crate::journal::Journal;
use crate::psa::PsaHome;
use crate::severity::Severity;
use crate::signal::{Detection, Device, Image, Link, Signal};
use crate::ticket::TicketOp;
use crate::timeline::{Event, TimelineRecord};

/// Where an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody has it; escalation runs.
    Triggered,
    /// Somebody has it.
    Acknowledged,
    /// Over, for good.
    Resolved,
    /// Recorded, and nobody is paged.
    Suppressed,
}

impl Status {
    /// All of them, in the order people care.
    pub const ALL: [Self; 4] = [Self::Triggered, Self::Acknowledged, Self::Resolved, Self::Suppressed];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Triggered => "triggered",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
            Self::Suppressed => "suppressed",
        }
    }
}

/// Who did it, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Where an incident came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// `webhook`, `defend`, `rmm`, `security`, `backups` or `manual`.
    pub source: String,
    /// The alert source's name, or who opened it by hand.
    pub source_name: String,
    /// The product that triggered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The alert source; `None` when opened by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_id: Option<SourceId>,
}

/// What people work on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Its identity.
    pub id: IncidentId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// Running number within the tenant.
    pub number: u64,
    /// One line.
    pub title: String,
    /// The rest.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The worst that any of its alerts said.
    pub severity: Severity,
    /// Where it stands.
    pub status: Status,
    /// Where it came from.
    pub origin: Origin,
    /// What it is about.
    pub service_id: ServiceId,
    /// The service's name when it was opened.
    pub service_name: String,
    /// Who is paged for it.
    pub policy_id: PolicyId,
    /// The sender's identity for the problem; empty when opened by hand.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub dedup_key: String,
    /// The customer company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Where to look, at the sender's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Where else to look.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// What the sender shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// The machine it is about.
    #[serde(default)]
    pub device: Device,
    /// What a detection product added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detection: Option<Detection>,
    /// Why its first alert could not be fully understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degraded: Option<String>,
    /// The problems it has gathered that aren't over yet, by dedup key; empty where only its own counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open_problems: Vec<String>,
    /// The maintenance window that keeps it quiet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_for: Option<MaintenanceId>,
    /// Until when maintenance or flapping keeps it quiet, or kept it; `None`: nothing ever did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_until: Option<DateTime<Utc>>,
    /// Hours without an alert after which it is taken for over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_resolve_hours: Option<u16>,
    /// How many alerts it has gathered.
    pub alert_count: u64,
    /// When it was opened; also when its first alert was seen.
    pub created_at: DateTime<Utc>,
    /// When its newest alert was seen.
    pub last_seen_at: DateTime<Utc>,
    /// Who has it, or had it when it was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Act>,
    /// When somebody first had it; stays when it is escalated again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_acknowledged_at: Option<DateTime<Utc>>,
    /// Who ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Act>,
    /// How far the paging has come.
    pub escalation: Escalation,
    /// The PSA's ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub psa_ticket_id: Option<String>,
    /// Where the ticket is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub psa_home: Option<PsaHome>,
    /// The number that people know the ticket by, where that isn't its id; without an id, the ticket is still to be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub psa_ticket_number: Option<String>,
    /// Where the ticket is looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub psa_ticket_url: Option<String>,
    /// How many records its timeline has from changes to it.
    pub timeline_records: u32,
}

/// A step that the incident's state doesn't allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransitionError {
    /// Somebody else has it.
    #[error("the incident is already acknowledged by {0}")]
    AlreadyAcknowledged(String),
    /// It is over; a new problem is a new incident.
    #[error("the incident is resolved, and that is final")]
    Resolved,
    /// Nobody is paged for it, so there is nothing to do this to.
    #[error("the incident is suppressed")]
    Suppressed,
}

/// Whether a step changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It did.
    Yes,
    /// It had been done by the same person before.
    No,
}

/// What an incident is opened with, beside the signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Its identity.
    pub id: IncidentId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The next running number.
    pub number: u64,
    /// Where it came from.
    pub origin: Origin,
    /// The service, its name and its policy.
    pub service: (ServiceId, String, PolicyId),
    /// The client where the signal names none.
    pub client: Option<String>,
    /// The service's.
    pub auto_resolve_hours: Option<u16>,
}

impl Incident {
    /// Opens an incident for `signal`. Nobody is told yet: that is [`crate::escalation::advance`]'s work.
    pub fn open(
        opening: Opening,
        signal: &Signal,
        dedup_key: String,
        by: Actor,
        journal: &mut Journal,
    ) -> Self {
        let at = journal.at;
        let (service_id, service_name, policy_id) = opening.service;
        journal.write(by, Event::Created { severity: signal.severity });
        journal.events.push(EventKind::Created);
        Self {
            id: opening.id,
            tenant_id: opening.tenant_id,
            number: opening.number,
            title: signal.title.clone(),
            description: signal.description.clone(),
            severity: signal.severity,
            status: Status::Triggered,
            origin: opening.origin,
            service_id,
            service_name,
            policy_id,
            dedup_key,
            client: signal.client.clone().or(opening.client),
            link: signal.link.clone(),
            links: signal.links.clone(),
            images: signal.images.clone(),
            device: signal.device.clone(),
            detection: signal.detection.clone(),
            degraded: signal.degraded.clone(),
            open_problems: Vec::new(),
            held_for: None,
            quiet_until: None,
            auto_resolve_hours: opening.auto_resolve_hours,
            alert_count: 1,
            created_at: at,
            last_seen_at: at,
            acknowledged: None,
            first_acknowledged_at: None,
            resolved: None,
            escalation: Escalation::start(at),
            psa_ticket_id: None,
            psa_home: None,
            psa_ticket_number: None,
            psa_ticket_url: None,
            timeline_records: 0,
        }
    }

    /// Triggered or acknowledged: alerts with its dedup key join it.
    pub fn is_open(&self) -> bool {
        matches!(self.status, Status::Triggered | Status::Acknowledged)
    }

    /// When something is to be done about it by itself: the next step, or the end of waiting for another alert.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        [self.escalation.due_at, self.auto_resolve_at()].into_iter().flatten().min()
    }

    /// When it is taken for over, unless another alert comes; `None`: never, or not before somebody was told of it.
    pub fn auto_resolve_at(&self) -> Option<DateTime<Utc>> {
        let hours =
            self.auto_resolve_hours.filter(|_| self.status != Status::Resolved && !self.is_quiet())?;
        let since = self.quiet_until.map_or(self.last_seen_at, |until| until.max(self.last_seen_at));
        // Maintenance may be without end.
        since.checked_add_signed(TimeDelta::hours(hours.into()))
    }

    /// Takes in a repeat: counts it, and raises the severity if it is worse. Nobody is paged again.
    pub fn join(&mut self, signal: &Signal, by: Actor, journal: &mut Journal) {
        self.alert_count += 1;
        self.last_seen_at = self.last_seen_at.max(journal.at);
        if signal.severity > self.severity {
            journal.write(by, Event::SeverityRaised { from: self.severity, to: signal.severity });
            self.severity = signal.severity;
        }
    }

    /// Somebody takes it: the paging stops, the PSA gets its ticket.
    pub fn acknowledge(&mut self, by: Actor, journal: &mut Journal) -> Result<Changed, TransitionError> {
        match self.status {
            Status::Triggered => {}
            Status::Acknowledged => {
                let before = self.acknowledged.as_ref().map(|act| &act.by);
                return if before.is_some_and(|before| before.is_same_as(&by)) {
                    Ok(Changed::No)
                } else {
                    Err(TransitionError::AlreadyAcknowledged(
                        before.map(ToString::to_string).unwrap_or_default(),
                    ))
                };
            }
            Status::Resolved => return Err(TransitionError::Resolved),
            Status::Suppressed => return Err(TransitionError::Suppressed),
        }
        self.end_quiet(journal.at);
        self.status = Status::Acknowledged;
        self.escalation.stop();
        self.held_for = None;
        self.acknowledged = Some(Act { by: by.clone(), at: journal.at });
        self.first_acknowledged_at.get_or_insert(journal.at);
        match (&self.psa_ticket_id, by.user_id()) {
            (None, assignee) => journal.ticket.push(TicketOp::Create { assignee: assignee.cloned() }),
            (Some(_), Some(user)) => {
                journal.ticket.push(TicketOp::Take { assignee: user.clone(), at: journal.at });
            }
            // The PSA's own tool took it there.
            (Some(_), None) => {}
        }
        journal.write(by, Event::Acknowledged);
        journal.events.push(EventKind::Acknowledged);
        Ok(Changed::Yes)
    }

    /// It is over. Allowed from anywhere but `resolved`; asking again for the same is no change.
    pub fn resolve(
        &mut self,
        by: Actor,
        note: Option<String>,
        journal: &mut Journal,
    ) -> Result<Changed, TransitionError> {
        let changed = self.end(by, note.clone(), journal)?;
        if changed == Changed::Yes {
            let spent = self.time_spent(journal.at);
            journal.ticket.extend(self.completion(note, spent));
        }
        Ok(changed)
    }

    /// Ends it; the ticket is not spoken of.
    fn end(
        &mut self,
        by: Actor,
        note: Option<String>,
        journal: &mut Journal,
    ) -> Result<Changed, TransitionError> {
        if self.status == Status::Resolved {
            let before = self.resolved.as_ref().map(|act| &act.by);
            let again = before.is_some_and(|before| before.is_same_as(&by));
            return if again { Ok(Changed::No) } else { Err(TransitionError::Resolved) };
        }
        self.status = Status::Resolved;
        self.escalation.stop();
        self.held_for = None;
        self.open_problems.clear();
        self.resolved = Some(Act { by: by.clone(), at: journal.at });
        journal.write(by, Event::Resolved { note });
        journal.events.push(EventKind::Resolved);
        Ok(Changed::Yes)
    }

    /// Writes a note. Allowed in every state: what was learned afterwards is worth keeping too.
    ///
    /// It goes to the PSA when the incident has been acknowledged, since that is when the ticket begins.
    pub fn add_note(&mut self, note_id: NoteId, text: String, by: Actor, journal: &mut Journal) {
        if self.first_acknowledged_at.is_some() || self.psa_ticket_id.is_some() {
            let (note_id, author, text) = (note_id.clone(), by.to_string(), text.clone());
            journal.ticket.push(TicketOp::Note { note_id, at: journal.at, author, text });
        }
        journal.write(by, Event::NoteAdded { note_id, text });
        journal.events.push(EventKind::NoteAdded);
    }

    /// The journal's entries as the incident's next timeline record; `None` when nothing was written.
    pub fn record(&mut self, journal: &mut Journal) -> Option<TimelineRecord> {
        if journal.entries.is_empty() {
            return None;
        }
        self.timeline_records += 1;
        Some(TimelineRecord {
            key: format!("{:06}", self.timeline_records),
            incident_id: self.id.clone(),
            at: journal.at,
            entries: std::mem::take(&mut journal.entries),
        })
    }
}

mod quiet;
mod ticketed;

pub use quiet::ProblemEnd;

#[cfg(test)]
mod tests;
