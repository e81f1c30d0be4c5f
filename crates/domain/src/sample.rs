//! People, a policy and an incident for the tests of the rules.
//!
//! Everybody has one verified mail address and no rules; times are minutes from the opening of the incident.

use chrono::{DateTime, TimeDelta, Utc};

use crate::actor::Actor;
use crate::escalation::{Recipient, Roster, StepRoster};
use crate::id::{
    ContactMethodId, IncidentId, LayerId, NoteId, OverrideId, PolicyId, ScheduleId, ServiceId, SourceId,
    UserId,
};
use crate::incident::{Incident, Opening, Origin};
use crate::journal::Journal;
use crate::policy::{EscalationPolicy, Step};
use crate::roster::{Cause, Rota};
use crate::schedule::{
    Counting, Coverage, Duty, Layer, LayerMode, Override, OverrideKind, OverrideState, Rotation,
    RotationUnit, Schedule, Turns,
};
use crate::severity::Severity;
use crate::signal::Signal;
use crate::timeline::Event;
use crate::user::{ChannelKind, ContactMethod, Role, ShiftNotices, User};

pub(crate) fn minute(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
}

pub(crate) fn journal(at_minute: i64) -> Journal {
    Journal::new(minute(at_minute))
}

pub(crate) fn method(of: &str, channel: ChannelKind) -> ContactMethod {
    ContactMethod {
        id: ContactMethodId::derived(&[of, channel.as_str()]),
        channel,
        address: format!("{of}@{}.example", channel.as_str()).to_lowercase(),
        verified: true,
    }
}

pub(crate) fn person(name: &str) -> User {
    User {
        id: UserId::derived(&[name]),
        subject: name.to_lowercase(),
        name: name.to_owned(),
        email: format!("{}@msp.example", name.to_lowercase()),
        role: Role::Member,
        disabled: false,
        contact_methods: vec![method(name, ChannelKind::Email)],
        rules: Vec::new(),
        shift_notices: ShiftNotices::default(),
    }
}

/// Somebody with an address that nobody has shown to be theirs.
pub(crate) fn unreachable(name: &str) -> User {
    let mut user = person(name);
    user.contact_methods[0].verified = false;
    user
}

pub(crate) fn actor(name: &str) -> Actor {
    let user = person(name);
    Actor::User { id: user.id, name: user.name }
}

pub(crate) fn tool() -> Actor {
    Actor::Source { name: "RMM".to_owned() }
}

pub(crate) fn note(text: &str) -> NoteId {
    NoteId::derived(&[text])
}

/// Steps with these delays in minutes; whom they tell, the roster says.
pub(crate) fn policy(delays: &[u32], repeat: u32) -> EscalationPolicy {
    let steps = delays.iter().map(|delay| Step { targets: Vec::new(), delay_minutes: *delay }).collect();
    EscalationPolicy { id: PolicyId::derived(&["nights"]), name: "Nights".to_owned(), steps, repeat }
}

pub(crate) fn step(people: &[User]) -> StepRoster {
    let named = |user: &User| Recipient { user: user.clone(), cause: Cause::Named };
    StepRoster { recipients: people.iter().map(named).collect(), nobody: Vec::new() }
}

/// These people in the steps, Lou as the last resort, Ada and Eve as admins; mail and text messages can be sent.
pub(crate) fn roster(steps: &[&[&str]]) -> Roster {
    let people = |names: &&[&str]| step(&names.iter().map(|name| person(name)).collect::<Vec<_>>());
    Roster {
        steps: steps.iter().map(people).collect(),
        last_resort: Some(person("Lou")),
        admins: vec![person("Ada"), person("Eve")],
        sending: vec![ChannelKind::Email, ChannelKind::Sms],
    }
}

/// These people take turns of a day each from minute 0 on, at midnight UTC, in the one layer `Daily`.
pub(crate) fn rota(name: &str, people: &[&str]) -> Rota {
    let duty = Duty::Turns(Turns {
        rotation: Rotation { every: 1, unit: RotationUnit::Days },
        anchor: minute(0).naive_utc(),
        participants: people.iter().map(|name| Some(person(name).id)).collect(),
        changes: Vec::new(),
        counting: Counting::Clock,
    });
    let layer = Layer {
        id: LayerId::derived(&[name, "daily"]),
        name: "Daily".to_owned(),
        duty,
        starts: None,
        ends: None,
        restrictions: Vec::new(),
    };
    let schedule = Schedule {
        id: ScheduleId::derived(&[name]),
        name: name.to_owned(),
        zone: chrono_tz::UTC,
        mode: LayerMode::Union,
        layers: vec![layer],
        coverage: Coverage::Always,
        owner: None,
        former: Vec::new(),
    };
    Rota { schedule, overrides: Vec::new() }
}

/// An approved override, made by Ada, from one minute to another.
pub(crate) fn override_of(rota: &Rota, kind: OverrideKind, (from, to): (i64, i64)) -> Override {
    Override {
        id: OverrideId::derived(&[rota.schedule.id.as_str(), kind.as_str(), &from.to_string()]),
        schedule_id: rota.schedule.id.clone(),
        kind,
        starts: minute(from),
        ends: minute(to),
        state: OverrideState::Approved,
        reason: None,
        made_by: actor("Ada"),
        made_at: minute(from),
        decided_by: None,
    }
}

pub(crate) fn opening() -> Opening {
    Opening {
        id: IncidentId::derived(&["disk"]),
        tenant_id: "org-1".parse().unwrap(),
        number: 7,
        origin: Origin {
            source: "webhook".to_owned(),
            source_name: "Nagios at Acme".to_owned(),
            product: Some("Nagios".to_owned()),
            source_id: Some(SourceId::derived(&["nagios"])),
        },
        service: (ServiceId::derived(&["servers"]), "Servers".to_owned(), PolicyId::derived(&["nights"])),
        client: None,
        auto_resolve_hours: None,
    }
}

/// Opened in minute 0, nobody told yet.
pub(crate) fn incident() -> Incident {
    let signal = Signal::trigger("Disk full", Severity::High);
    Incident::open(opening(), &signal, "disk-1".to_owned(), tool(), &mut journal(0))
}

/// What the journal has for the timeline, without times and doers.
pub(crate) fn events(journal: &Journal) -> Vec<&Event> {
    journal.entries.iter().map(|entry| &entry.event).collect()
}

/// Whom the journal pages, in order.
pub(crate) fn paged(journal: &Journal) -> Vec<&str> {
    journal.pages.iter().map(|page| page.user_name.as_str()).collect()
}
