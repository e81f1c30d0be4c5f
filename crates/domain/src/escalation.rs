//! Escalation: whom to tell next, and when.
//!
//! Invariants: a page can't vanish (a step that reaches nobody is passed at once, a policy that reaches nobody goes to
//! the last resort and the admins, and the timeline says so); one call tells one step's people and no more, however late
//! it comes, so an outage ends with one catch-up page; planning the same position twice plans the same page ids.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventKind;
use crate::incident::{Incident, Status, TransitionError};
use crate::journal::Journal;
use crate::page::{Page, Position, Purpose};
use crate::policy::EscalationPolicy;
use crate::roster::Cause;
use crate::timeline::Event;
use crate::user::{ChannelKind, User};

/// How long until a policy that reached nobody at all, not even an admin, is tried again.
const NOBODY_RETRY: TimeDelta = TimeDelta::minutes(5);

/// The most pages that one step plans, so that it stays one commit together with its incident.
const MOST_PAGES: usize = 60;

/// How far an incident's paging has come. Rounds and steps are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// How often the incident has gone back to triggered.
    pub cycle: u32,
    /// Which run through the policy.
    pub round: u32,
    /// The step to tell next.
    pub step: u32,
    /// When; `None` when nobody more is told by itself.
    pub due_at: Option<DateTime<Utc>>,
    /// Every round is through.
    pub exhausted: bool,
}

impl Escalation {
    /// The first step, now.
    pub fn start(now: DateTime<Utc>) -> Self {
        Self { cycle: 0, round: 0, step: 0, due_at: Some(now), exhausted: false }
    }

    /// Nobody more is told by itself; the position stays.
    pub fn stop(&mut self) {
        self.due_at = None;
    }

    /// From the first step again, at `due_at`: as another cycle, so that its pages are new ones.
    pub(crate) fn start_over(&mut self, due_at: DateTime<Utc>) {
        *self = Self { cycle: self.cycle + 1, ..Self::start(due_at) };
    }

    fn is_past_the_end(self, policy: &EscalationPolicy) -> bool {
        self.exhausted || (self.step as usize >= policy.steps.len() && self.round >= policy.repeat)
    }

    fn position(self) -> Position {
        Position { cycle: self.cycle, round: self.round, step: self.step }
    }
}

/// Who a policy's steps would tell, resolved for one instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// One for each step of the policy, in order.
    pub steps: Vec<StepRoster>,
    /// Who is told when the policy reaches nobody.
    pub last_resort: Option<User>,
    /// Who else is told then, and when every round is through.
    pub admins: Vec<User>,
    /// The channels that can send here.
    pub sending: Vec<ChannelKind>,
}

/// Who one step would tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepRoster {
    /// The people, each once.
    pub recipients: Vec<Recipient>,
    /// Targets that name nobody now, each with why.
    pub nobody: Vec<String>,
}

/// A person a step would tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Who.
    pub user: User,
    /// Why they are in the step.
    pub cause: Cause,
}

impl Recipient {
    /// Why, as the timeline says it: such as `on call in Primary`.
    pub fn because(&self) -> String {
        self.cause.short()
    }
}

/// Tells the next step's people, or, past the last round, says that the escalation is exhausted.
///
/// For a `triggered` incident only; `roster` has one entry for each step of `policy`, resolved for `journal.at`.
pub fn advance(incident: &mut Incident, policy: &EscalationPolicy, roster: &Roster, journal: &mut Journal) {
    let n_steps = u32::try_from(policy.steps.len()).unwrap_or(u32::MAX);
    for _ in 0..n_steps {
        if incident.escalation.step >= n_steps {
            if incident.escalation.round >= policy.repeat {
                return exhaust(incident, roster, journal);
            }
            incident.escalation.round += 1;
            incident.escalation.step = 0;
        }
        let index = incident.escalation.step as usize;
        let empty = StepRoster::default();
        let people = roster.steps.get(index).unwrap_or(&empty);
        let told = tell(incident, people, roster, journal);
        incident.escalation.step += 1;
        if told {
            incident.escalation.due_at = Some(journal.at + policy.steps[index].delay());
            return;
        }
    }
    nobody_reached(incident, policy, roster, journal);
}

/// Whether [`advance`] would find somebody in a step: then it needs neither the last resort nor the admins.
pub fn has_somebody(incident: &Incident, policy: &EscalationPolicy, roster: &Roster) -> bool {
    let urgency = incident.severity.urgency();
    let reaches = |people: &StepRoster| {
        people.recipients.iter().any(|recipient| !recipient.user.reach(urgency, &roster.sending).is_empty())
    };
    let position = incident.escalation;
    let (ahead, again) = (position.step as usize, position.round < policy.repeat);
    !position.is_past_the_end(policy)
        && roster.steps.iter().enumerate().any(|(index, people)| (index >= ahead || again) && reaches(people))
}

/// A person wants the next step told now: also from `acknowledged` (whoever has it needs help, and the incident is
/// triggered again), and also where maintenance holds it. Past the last step the policy starts over.
pub fn escalate_now(
    incident: &mut Incident,
    (policy, roster): (&EscalationPolicy, &Roster),
    by: Actor,
    journal: &mut Journal,
) -> Result<(), TransitionError> {
    match incident.status {
        Status::Triggered => {}
        Status::Acknowledged => {
            incident.status = Status::Triggered;
            incident.acknowledged = None;
            incident.escalation.cycle += 1;
        }
        Status::Resolved => return Err(TransitionError::Resolved),
        Status::Suppressed => return Err(TransitionError::Suppressed),
    }
    incident.held_for = None;
    if incident.escalation.is_past_the_end(policy) {
        incident.escalation.start_over(journal.at);
    }
    journal.write(by, Event::EscalatedNow);
    advance(incident, policy, roster, journal);
    Ok(())
}

/// Every page of a position was refused for good, so nobody heard: the next step is due now; and when these were the last
/// to be told, the policy starts over in a while.
pub fn nobody_heard(incident: &mut Incident, purpose: Purpose, position: Position, now: DateTime<Utc>) {
    let escalation = &mut incident.escalation;
    if incident.status != Status::Triggered || escalation.cycle != position.cycle {
        return;
    }
    let is_next = escalation.round == position.round && escalation.step == position.step + 1;
    match purpose {
        Purpose::Step if is_next => escalation.due_at = escalation.due_at.map(|due| due.min(now)),
        Purpose::Step => {}
        Purpose::LastResort | Purpose::Exhausted => {
            if escalation.due_at.is_none() {
                escalation.start_over(now + NOBODY_RETRY);
            }
        }
    }
}

/// Plans the pages of one step; answers whether it reaches anybody.
fn tell(incident: &Incident, people: &StepRoster, roster: &Roster, journal: &mut Journal) -> bool {
    let urgency = incident.severity.urgency();
    let position = incident.escalation.position();
    let mut told = Vec::new();
    let mut unreachable = people.nobody.clone();
    let mut seen = HashSet::new();
    for recipient in &people.recipients {
        let (user, because) = (&recipient.user, recipient.because());
        if !seen.insert(&user.id) {
            continue;
        }
        let reach = user.reach(urgency, &roster.sending);
        if reach.is_empty() {
            let why = if user.disabled {
                "is disabled"
            } else {
                "has no verified contact method that can send here"
            };
            unreachable.push(format!("{} ({because}) {why}", user.name));
            continue;
        }
        if journal.pages.len() + reach.len() > MOST_PAGES {
            unreachable
                .push(format!("{} ({because}) is not told: a step tells {MOST_PAGES} at most", user.name));
            continue;
        }
        told.push(format!("{} ({because})", user.name));
        journal.pages.extend(reach.iter().map(|r| {
            Page::plan(incident, (Purpose::Step, position), user, &r.method, (journal.at, r.after))
        }));
    }
    let (step, round) = (position.step + 1, position.round + 1);
    let reached = !told.is_empty();
    if reached {
        if journal.events.is_empty() {
            journal.events.push(EventKind::Escalated);
        }
        journal.write(Actor::System, Event::StepNotified { step, round, people: told, unreachable });
    } else {
        if unreachable.is_empty() {
            unreachable.push("the step has no targets".to_owned());
        }
        journal.write(Actor::System, Event::StepEmpty { step, round, why: unreachable });
    }
    reached
}

/// Pages `people` on everything they have, whatever their rules say; answers the names of those it can reach.
fn tell_at_once<'a>(
    incident: &Incident,
    purpose: Purpose,
    people: impl Iterator<Item = &'a User>,
    roster: &Roster,
    journal: &mut Journal,
) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    let position = incident.escalation.position();
    let at_once = (journal.at, TimeDelta::zero());
    for user in people.filter(|user| seen.insert(&user.id)) {
        let methods: Vec<_> = user.usable(&roster.sending).collect();
        if methods.is_empty() || journal.pages.len() + methods.len() > MOST_PAGES {
            continue;
        }
        told.push(user.name.clone());
        let pages = methods
            .into_iter()
            .map(|method| Page::plan(incident, (purpose, position), user, method, at_once));
        journal.pages.extend(pages);
    }
    told
}

fn nobody_reached(
    incident: &mut Incident,
    policy: &EscalationPolicy,
    roster: &Roster,
    journal: &mut Journal,
) {
    let people = roster.last_resort.iter().chain(&roster.admins);
    let told = tell_at_once(incident, Purpose::LastResort, people, roster, journal);
    let escalation = &mut incident.escalation;
    if told.is_empty() {
        // Nobody at all heard of it: keep asking, somebody may come on call.
        escalation.step = 0;
        escalation.due_at = Some(journal.at + NOBODY_RETRY);
    } else if escalation.round < policy.repeat {
        let delay = policy.steps.last().map_or(NOBODY_RETRY, |step| step.delay().max(TimeDelta::minutes(1)));
        escalation.round += 1;
        escalation.step = 0;
        escalation.due_at = Some(journal.at + delay);
    } else {
        escalation.exhausted = true;
        escalation.due_at = None;
    }
    journal.write(Actor::System, Event::NobodyReached { told });
}

fn exhaust(incident: &mut Incident, roster: &Roster, journal: &mut Journal) {
    incident.escalation.exhausted = true;
    incident.escalation.due_at = None;
    let told = tell_at_once(incident, Purpose::Exhausted, roster.admins.iter(), roster, journal);
    journal.write(Actor::System, Event::EscalationExhausted { told });
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
