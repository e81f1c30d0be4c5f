//! The timeline: everything that happened to an incident, with actor and time, in the words of the people who read it.
//!
//! Invariant: entries are only ever added, in the same commit as the change that they tell of.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::id::{IncidentId, NoteId};
use crate::severity::Severity;
use crate::user::ChannelKind;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: Actor,
    /// What.
    pub event: Event,
}

/// What happened. Steps and rounds are counted from 1, as people do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The incident was opened.
    Created {
        /// How bad it was said to be.
        severity: Severity,
    },
    /// A worse alert joined.
    SeverityRaised {
        /// Before.
        from: Severity,
        /// After.
        to: Severity,
    },
    /// A step's people are being told.
    StepNotified {
        /// Which step.
        step: u32,
        /// In which round.
        round: u32,
        /// The people's names, each with the reason they are in it.
        people: Vec<String>,
        /// People of the step who can't be reached, each with why.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unreachable: Vec<String>,
    },
    /// A step reached nobody; the next one is told at once.
    StepEmpty {
        /// Which step.
        step: u32,
        /// In which round.
        round: u32,
        /// Why, one line for each target.
        why: Vec<String>,
    },
    /// The whole policy reaches nobody; the last-resort contact and the admins are told.
    NobodyReached {
        /// The names of those who are told instead; empty when there is nobody at all.
        told: Vec<String>,
    },
    /// Every round is through and nobody acknowledged; the admins are told.
    EscalationExhausted {
        /// The admins' names.
        told: Vec<String>,
    },
    /// A person asked for the next step now.
    EscalatedNow,
    /// A message was handed to the provider.
    PageSent {
        /// To whom.
        user: String,
        /// On which channel.
        channel: ChannelKind,
        /// At which address.
        address: String,
        /// The provider's own reference.
        receipt: String,
    },
    /// A message could not be handed over.
    PageFailed {
        /// To whom.
        user: String,
        /// On which channel.
        channel: ChannelKind,
        /// At which address.
        address: String,
        /// What the provider said.
        reason: String,
        /// No further try is made on this contact method.
        given_up: bool,
    },
    /// Somebody has it.
    Acknowledged,
    /// It is over.
    Resolved {
        /// The closing note.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Whoever had it has it no more.
    Unacknowledged,
    /// A tool had something to say about it.
    Remark {
        /// What it said.
        text: String,
    },
    /// Nobody is paged while a maintenance window is open.
    HeldForMaintenance {
        /// The window's name.
        window: String,
        /// When it closes.
        until: DateTime<Utc>,
    },
    /// The maintenance window is closed, and the problem still stands.
    MaintenanceOver,
    /// The problem comes and goes: its page waits.
    Flapping {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// One of several problems is over.
    ProblemOver {
        /// Which.
        dedup_key: String,
        /// How many still stand.
        left: u32,
    },
    /// The ticket was given to whoever acknowledged.
    TicketTaken {
        /// The PSA's number.
        ticket_id: String,
    },
    /// The ticket was closed in the PSA, so another one follows it.
    TicketFollowed {
        /// The closed one.
        ticket_id: String,
    },
    /// The PSA was making a ticket while another was linked by hand: it may have both now.
    TicketLeftOver {
        /// The one it made; `None`: it hasn't said whether it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ticket_id: Option<String>,
    },
    /// The time spent stands on the ticket as a draft.
    TimeFiled {
        /// Whole minutes.
        minutes: i64,
    },
    /// A technician wrote something down.
    NoteAdded {
        /// The note's identity, also in the PSA.
        note_id: NoteId,
        /// What was written.
        text: String,
    },
    /// The PSA has a ticket for it.
    TicketCreated {
        /// The PSA's number.
        ticket_id: String,
    },
    /// A ticket was linked by hand.
    TicketLinked {
        /// The PSA's number.
        ticket_id: String,
    },
    /// The PSA could not be given something.
    TicketFailed {
        /// What the PSA said.
        reason: String,
        /// It is tried again by itself.
        retrying: bool,
    },
    /// The PSA doesn't take the time that was spent; the ticket itself is as it should be.
    TimeRefused {
        /// What the PSA said.
        reason: String,
    },
    /// The ticket is completed in the PSA.
    TicketCompleted {
        /// The PSA's number.
        ticket_id: String,
        /// It had been closed there before, so nothing was sent.
        already_closed: bool,
    },
}

/// The entries of one commit, as kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineRecord {
    /// Orders and names the record within its incident; the same step makes the same key.
    pub key: String,
    /// Whose timeline.
    pub incident_id: IncidentId,
    /// When.
    pub at: DateTime<Utc>,
    /// In order.
    pub entries: Vec<Entry>,
}
