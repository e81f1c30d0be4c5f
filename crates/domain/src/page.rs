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

/// The longest that one attempt takes; whoever has less of the lease left takes the page anew before sending.
const LONGEST_ATTEMPT: TimeDelta = TimeDelta::seconds(25);

/// How many attempts the ledger keeps of a page; of a longer outage, the newest.
const KEPT_ATTEMPTS: usize = 50;

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
        incident.status == Status::Triggered
            && incident.held_for.is_none()
            && incident.escalation.cycle == self.position.cycle
    }

    /// The provider has it.
    pub fn sent(&mut self, at: DateTime<Utc>, receipt: String) {
        self.keep(Attempt { at, outcome: AttemptOutcome::Receipt(receipt) });
        self.end(PageState::Sent);
    }

    /// It is no longer wanted.
    pub fn cancel(&mut self) {
        self.end(PageState::Cancelled);
    }

    /// An attempt failed. Tried again, however long it takes, as long as the page is wanted; unless it failed `for_good`.
    pub fn failed(&mut self, at: DateTime<Utc>, reason: String, for_good: bool) {
        self.keep(Attempt { at, outcome: AttemptOutcome::Failure(reason) });
        if for_good {
            self.end(PageState::Failed);
        } else {
            self.due_at = Some(at + retry::backoff(self.begun, FIRST_RETRY, LONGEST_RETRY));
        }
    }

    /// Whether it still is whose it was born as, with time enough for an attempt.
    pub fn is_held_since_birth(&self, now: DateTime<Utc>) -> bool {
        self.begun == 1 && self.due_at.is_some_and(|until| until - now >= LONGEST_ATTEMPT)
    }

    /// Whether `other` tells the same person the same on the same contact method, later: then this one needn't go out
    /// any more, and an outage ends with one page and not with one for each step that was missed.
    pub fn is_superseded_by(&self, other: &Self) -> bool {
        other.id != self.id
            && other.user_id == self.user_id
            && other.contact_method_id == self.contact_method_id
            && other.created_at > self.created_at
            && matches!(other.state, PageState::Pending | PageState::Sent)
    }

    fn keep(&mut self, attempt: Attempt) {
        if self.attempts.len() >= KEPT_ATTEMPTS {
            self.attempts.remove(0);
        }
        self.attempts.push(attempt);
    }

    fn end(&mut self, state: PageState) {
        self.state = state;
        self.due_at = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{actor, incident, journal, method, minute, person};

    const FIRST: Position = Position { cycle: 0, round: 0, step: 0 };

    fn page_in(after: TimeDelta) -> Page {
        let ann = person("Ann");
        Page::plan(&incident(), (Purpose::Step, FIRST), &ann, &ann.contact_methods[0], (minute(0), after))
    }

    #[test]
    fn a_page_due_at_once_is_born_leased_and_a_later_one_is_not() {
        let at_once = page_in(TimeDelta::zero());
        assert_eq!((at_once.is_immediate(), at_once.due_at), (true, Some(minute(0) + LEASE)));
        let later = page_in(TimeDelta::minutes(5));
        assert_eq!((later.is_immediate(), later.due_at), (false, Some(minute(5))));
    }

    #[test]
    fn a_page_is_named_by_what_it_is_for_and_not_by_when() {
        let (incident, ann) = (incident(), person("Ann"));
        let other = Incident { id: IncidentId::derived(&["other"]), ..incident.clone() };
        let texts = method("Ann", ChannelKind::Sms);
        let mail = &ann.contact_methods[0];
        let later = (minute(9), TimeDelta::minutes(5));
        let plan = |incident: &Incident, purpose, position, user: &User, method: &ContactMethod| {
            Page::plan(incident, (purpose, position), user, method, later).id
        };
        let first = page_in(TimeDelta::zero()).id;
        assert_eq!(plan(&incident, Purpose::Step, FIRST, &ann, mail), first);
        let others = [
            plan(&other, Purpose::Step, FIRST, &ann, mail),
            plan(&incident, Purpose::Exhausted, FIRST, &ann, mail),
            plan(&incident, Purpose::Step, Position { cycle: 1, ..FIRST }, &ann, mail),
            plan(&incident, Purpose::Step, Position { round: 1, ..FIRST }, &ann, mail),
            plan(&incident, Purpose::Step, Position { step: 1, ..FIRST }, &ann, mail),
            plan(&incident, Purpose::Step, FIRST, &person("Bob"), mail),
            plan(&incident, Purpose::Step, FIRST, &ann, &texts),
        ];
        assert!(!others.contains(&first));
    }

    #[test]
    fn a_page_is_wanted_while_its_cycle_of_the_incident_is_triggered() {
        let (mut incident, page) = (incident(), page_in(TimeDelta::zero()));
        assert!(page.is_wanted(&incident));
        incident.escalation.cycle = 1;
        assert!(!page.is_wanted(&incident), "it has been answered, and triggered again");
        incident.escalation.cycle = 0;
        incident.acknowledge(actor("Ann"), &mut journal(1)).unwrap();
        assert!(!page.is_wanted(&incident));
        incident.status = Status::Suppressed;
        assert!(!page.is_wanted(&incident));
    }

    #[test]
    fn waits_between_tries_grow_to_two_minutes_and_a_wanted_page_is_never_given_up() {
        let mut page = page_in(TimeDelta::zero());
        let mut waits = Vec::new();
        for _ in 0..2_000 {
            page.failed(minute(1), "busy".to_owned(), false);
            waits.push((page.due_at.unwrap() - minute(1)).num_seconds());
            page.begin(minute(1));
            assert_eq!(page.due_at, Some(minute(1) + LEASE));
        }
        assert_eq!((&waits[..6], waits[1_999]), (&[10, 20, 40, 80, 120, 120][..], 120));
        assert_eq!((page.state, page.attempts.len()), (PageState::Pending, KEPT_ATTEMPTS));
    }

    #[test]
    fn what_waiting_will_not_mend_is_given_up_at_once() {
        let mut page = page_in(TimeDelta::zero());
        page.failed(minute(1), "no such mailbox".to_owned(), true);
        assert_eq!((page.state, page.due_at), (PageState::Failed, None));
    }

    #[test]
    fn a_page_born_held_is_held_while_there_is_time_for_an_attempt() {
        let mut page = page_in(TimeDelta::zero());
        let born = page.created_at;
        assert!(page.is_held_since_birth(born + TimeDelta::seconds(5)));
        assert!(!page.is_held_since_birth(born + TimeDelta::seconds(6)));
        page.begin(born);
        assert!(!page.is_held_since_birth(born), "taken anew by somebody");
        assert!(!page_in(TimeDelta::minutes(5)).is_held_since_birth(born));
    }

    #[test]
    fn a_younger_page_to_the_same_address_stands_for_the_older_one() {
        let old = page_in(TimeDelta::zero());
        let young = Page { id: PageId::derived(&["young"]), created_at: minute(9), ..old.clone() };
        assert!(old.is_superseded_by(&young) && !young.is_superseded_by(&old) && !old.is_superseded_by(&old));
        for useless in [
            Page { state: PageState::Failed, ..young.clone() },
            Page { user_id: UserId::derived(&["else"]), ..young.clone() },
            Page { contact_method_id: ContactMethodId::derived(&["else"]), ..young },
        ] {
            assert!(!old.is_superseded_by(&useless));
        }
    }

    #[test]
    fn what_has_ended_is_never_due_again() {
        let (mut sent, mut cancelled) = (page_in(TimeDelta::zero()), page_in(TimeDelta::minutes(5)));
        sent.sent(minute(1), "250 ok".to_owned());
        let receipt = AttemptOutcome::Receipt("250 ok".to_owned());
        assert_eq!((sent.state, sent.due_at), (PageState::Sent, None));
        assert_eq!(sent.attempts, [Attempt { at: minute(1), outcome: receipt }]);
        cancelled.cancel();
        assert_eq!((cancelled.state, cancelled.due_at), (PageState::Cancelled, None));
    }
}
