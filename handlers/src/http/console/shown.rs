//! The domain's values as pages show them: words, and instants in the tenant's zone.

use ::console::{Candidate, Candidates, IncidentState};
use chrono::{DateTime, FixedOffset, Utc};
use domain::incident::{Incident, Status};
use domain::severity::Severity;
use domain::tenant::Tenant;
use domain::user::{ChannelKind, Role, User};

/// An instant in the tenant's zone, with the offset of that day.
pub(super) fn local(home: &Tenant, at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.with_timezone(&home.zone).fixed_offset()
}

pub(super) fn severity(severity: Severity) -> ::console::Severity {
    match severity {
        Severity::Critical => ::console::Severity::Critical,
        Severity::High => ::console::Severity::High,
        Severity::Medium => ::console::Severity::Medium,
        Severity::Low => ::console::Severity::Low,
        Severity::Info => ::console::Severity::Info,
    }
}

pub(super) fn state(status: Status) -> IncidentState {
    match status {
        Status::Triggered => IncidentState::Triggered,
        Status::Acknowledged => IncidentState::Acknowledged,
        Status::Resolved => IncidentState::Resolved,
        Status::Suppressed => IncidentState::Suppressed,
    }
}

/// The names of those who have an incident, or had it when it was resolved.
pub(super) fn held_by(incident: &Incident) -> Vec<String> {
    incident.acknowledged.iter().map(|act| act.by.to_string()).collect()
}

pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Member => "member",
        Role::Admin => "admin",
        Role::Owner => "owner",
    }
}

pub(super) fn channel(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Email => "Email",
        ChannelKind::Sms => "SMS",
        ChannelKind::Voice => "Call",
        ChannelKind::Push => "Push message",
        ChannelKind::Slack => "Slack message",
        ChannelKind::Teams => "Teams message",
    }
}

/// People to choose from, in their order: those who take part in the schedule first.
pub(super) fn candidates<'a>(
    people: impl IntoIterator<Item = &'a User>,
    takes_part: impl Fn(&User) -> bool,
) -> Candidates {
    let mut candidates = Candidates::default();
    for user in people {
        let group = if takes_part(user) { &mut candidates.on_schedule } else { &mut candidates.others };
        let name = if user.disabled { format!("{} (disabled)", user.name) } else { user.name.clone() };
        group.push(Candidate { id: user.id.to_string(), name });
    }
    candidates
}
