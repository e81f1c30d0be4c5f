//! Pages: each is one line of the page ledger, "this person, on this contact method, for this step", with every
//! attempt and the provider's receipt.
//!
//! Invariant: a page's identity is derived from what it is for, so planning a step twice plans the same pages; and
//! whether it may still go out is asked again, of the incident as it is then, at the moment of sending.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{ContactMethodId, IncidentId, PageId, UserId};
use crate::incident::{Incident, Status};
use crate::retry;
use crate::user::{ChannelKind, ContactMethod, User};

/// How long one sender has for an attempt before another may take the page over.
pub const LEASE: TimeDelta = TimeDelta::seconds(30);

const FIRST_RETRY: TimeDelta = TimeDelta::seconds(10);
const LONGEST_RETRY: TimeDelta = TimeDelta::minutes(2);
const MOST_ATTEMPTS: u32 = 30;

/// Why somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// It is their step.
    Step,
    /// The policy reaches nobody, and they are the last resort or an admin.
    LastResort,
    /// Every round is through without an acknowledgement, and they are an admin.
    Exhausted,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::LastResort => "last_resort",
            Self::Exhausted => "exhausted",
        }
    }
}

/// Where a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageState {
    /// To be sent when due.
    Pending,
    /// The provider has it.
    Sent,
    /// Given up; the user's next contact method was used instead, where there is one.
    Failed,
    /// No longer needed when its time came.
    Cancelled,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When.
    pub at: DateTime<Utc>,
    /// The provider's reference, or what went wrong.
    #[serde(flatten)]
    pub outcome: AttemptOutcome,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// Accepted by the provider, with its own reference.
    Receipt(String),
    /// Not accepted, with the provider's words.
    Failure(String),
}

/// The step a page belongs to: cycle, round and step, all counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// How often the incident has gone back to triggered.
    pub cycle: u32,
    /// Which run through the policy.
    pub round: u32,
    /// Which step of it.
    pub step: u32,
}

/// One line of the page ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Derived from incident, position, purpose, user and contact method.
    pub id: PageId,
    /// What about.
    pub incident_id: IncidentId,
    /// To whom.
    pub user_id: UserId,
    /// Their name then.
    pub user_name: String,
    /// On which of their contact methods.
    pub contact_method_id: ContactMethodId,
    /// On which channel.
    pub channel: ChannelKind,
    /// At which address.
    pub address: String,
    /// Why.
    pub purpose: Purpose,
    /// For which step.
    pub position: Position,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
    /// When it goes out (or is tried again, or may be taken over from a sender that vanished); `None` when it ended.
    pub due_at: Option<DateTime<Utc>>,
    /// Where it stands.
    pub state: PageState,
    /// How often sending was begun, crashes included.
    pub begun: u32,
    /// How each try that ended ended.
    pub attempts: Vec<Attempt>,
}

impl Page {
    /// A page for `user` on `method`, due `after` from `at`.
    ///
    /// One that is due at once is born leased: whoever commits it also sends it, and if they vanish the tick takes
    /// over when the lease ends.
    pub fn plan(
        incident: &Incident,
        (purpose, position): (Purpose, Position),
        user: &User,
        method: &ContactMethod,
        (at, after): (DateTime<Utc>, TimeDelta),
    ) -> Self {
        let at_once = after <= TimeDelta::zero();
        Self {
            id: PageId::derived(&[
                incident.id.as_str(),
                &position.cycle.to_string(),
                &position.round.to_string(),
                &position.step.to_string(),
                purpose.as_str(),
                user.id.as_str(),
                method.id.as_str(),
            ]),
            incident_id: incident.id.clone(),
            user_id: user.id.clone(),
            user_name: user.name.clone(),
            contact_method_id: method.id.clone(),
            channel: method.channel,
            address: method.address.clone(),
            purpose,
            position,
            created_at: at,
            due_at: Some(if at_once { at + LEASE } else { at + after }),
            state: PageState::Pending,
            begun: u32::from(at_once),
            attempts: Vec::new(),
        }
    }

    /// Planned to go out in the moment it was committed.
    pub fn is_immediate(&self) -> bool {
        self.begun > 0
    }

    /// Takes the page for one attempt.
    pub fn begin(&mut self, now: DateTime<Utc>) {
        self.begun += 1;
        self.due_at = Some(now + LEASE);
    }

    /// May it still go out, now that the incident is as it is?
    pub fn is_wanted(&self, incident: &Incident) -> bool {
        incident.status == Status::Triggered && incident.escalation.cycle == self.position.cycle
    }

    /// The provider has it.
    pub fn sent(&mut self, at: DateTime<Utc>, receipt: String) {
        self.attempts.push(Attempt { at, outcome: AttemptOutcome::Receipt(receipt) });
        self.end(PageState::Sent);
    }

    /// It is no longer wanted.
    pub fn cancel(&mut self) {
        self.end(PageState::Cancelled);
    }

    /// An attempt failed; tried again later unless `for_good` or tried too often. Answers whether it is given up.
    pub fn failed(&mut self, at: DateTime<Utc>, reason: String, for_good: bool) -> bool {
        self.attempts.push(Attempt { at, outcome: AttemptOutcome::Failure(reason) });
        let given_up = for_good || self.begun >= MOST_ATTEMPTS;
        if given_up {
            self.end(PageState::Failed);
        } else {
            self.due_at = Some(at + retry::backoff(self.begun, FIRST_RETRY, LONGEST_RETRY));
        }
        given_up
    }

    fn end(&mut self, state: PageState) {
        self.state = state;
        self.due_at = None;
    }
}
