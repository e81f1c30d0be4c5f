//! Explaining: who would be told, when, on what and why, if a service had an incident at an instant.
//!
//! Invariant: nothing here decides who is told. A made-up incident is opened and the planner that pages
//! ([`escalation::advance`]) is called at each of its due times, with whoever [`roster::steps_at`] names then; this only
//! reads what it planned.

mod words;

use chrono::{DateTime, TimeDelta, Utc};

use crate::actor::Actor;
use crate::escalation::{self, Roster};
use crate::id::{IncidentId, TenantId, UserId};
use crate::incident::{Incident, Opening, Origin};
use crate::journal::Journal;
use crate::page::{Page, Purpose};
use crate::roster::{self, Cause, Sources};
use crate::service::Service;
use crate::severity::Severity;
use crate::signal::Signal;
use crate::timeline::Event;
use crate::user::{ChannelKind, User};

/// After how many notifications an explanation stops, since a policy may repeat for ever.
const MOST_NOTIFICATIONS: usize = 200;

/// After how long it stops: a few long delays are for ever, too, and no calendar reaches that far.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Whose service.
    pub tenant: &'a TenantId,
    /// What the incident would be about.
    pub service: &'a Service,
    /// How bad it would be.
    pub severity: Severity,
    /// When it would be opened.
    pub at: DateTime<Utc>,
}

/// Everything that would be sent while nobody answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// By time.
    pub notifications: Vec<Notification>,
    /// How it ends.
    pub end: End,
}

/// One moment in which people are told, or would be if there were any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// When.
    pub at: DateTime<Utc>,
    /// As what.
    pub occasion: Occasion,
    /// Who is told; empty when it reaches nobody and the next step is told at once.
    pub people: Vec<Told>,
    /// Targets that name nobody, and people who can't be told, each with why.
    pub nobody: Vec<String>,
}

/// As what people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// A step's turn; both are counted from 1.
    Step {
        /// Which step.
        step: u32,
        /// In which round.
        round: u32,
    },
    /// The policy reaches nobody.
    NobodyReached,
    /// Every round is through.
    Exhausted,
}

/// A person who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Why they are.
    pub why: Why,
    /// The same in words.
    pub because: String,
    /// What they get, soonest first.
    pub pages: Vec<Planned>,
}

/// Why somebody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The step tells them.
    Step(Cause),
    /// They are the tenant's last resort.
    LastResort,
    /// They are an admin, or the owner.
    Admin,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// When it goes out, the rule's delay included.
    pub at: DateTime<Utc>,
    /// On which channel.
    pub channel: ChannelKind,
    /// To which address there.
    pub address: String,
    /// By which rule.
    pub rule: Rule,
}

/// What decides that a contact method is used, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The person's rule for the urgency, after so many minutes.
    After(i64),
    /// The person has no usable rule for the urgency: every verified contact method at once.
    NoRule,
    /// Rules don't count on this occasion: every verified contact method at once.
    Regardless,
}

/// How it ends while nobody answers; the incident stays triggered in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every round is through.
    Exhausted(DateTime<Utc>),
    /// The policy reached nobody in its last round, and whoever stands in for it was told.
    NobodyReached(DateTime<Utc>),
    /// Nobody at all can be told, not even an admin; it is tried again from this instant on.
    Unheard(DateTime<Utc>),
    /// It goes on from this instant, further than is explained.
    GoesOn(DateTime<Utc>),
}

/// Tells what would happen. `sources` has every user; `fallback` says who is told when the steps don't reach anybody and
/// what can send here (its steps are not looked at).
pub fn explain(question: Question<'_>, sources: &Sources, fallback: &Roster) -> Explanation {
    let mut incident = imagined(question);
    let mut notifications: Vec<Notification> = Vec::new();
    while let Some(at) = incident.escalation.due_at {
        if notifications.len() >= MOST_NOTIFICATIONS || at - question.at > LONGEST {
            return Explanation { notifications, end: End::GoesOn(at) };
        }
        let mut journal = Journal::new(at);
        let roster = Roster { steps: roster::steps_at(sources, at), ..fallback.clone() };
        escalation::advance(&mut incident, &sources.policy, &roster, &mut journal);
        notifications.extend(read(&journal, &incident, sources, &roster));
        let heard = notifications.last().is_some_and(|last| !last.people.is_empty());
        if let (false, Some(again)) = (heard, incident.escalation.due_at) {
            return Explanation { notifications, end: End::Unheard(again) };
        }
    }
    let last = notifications.last().map(|last| (last.occasion, last.at));
    let end = match last {
        Some((Occasion::NobodyReached, at)) => End::NobodyReached(at),
        Some((_, at)) => End::Exhausted(at),
        None => End::Exhausted(question.at),
    };
    Explanation { notifications, end }
}

fn imagined(Question { tenant, service, severity, at }: Question<'_>) -> Incident {
    let opening = Opening {
        id: IncidentId::derived(&["explained"]),
        tenant_id: tenant.clone(),
        number: 0,
        origin: Origin {
            source: "explain".to_owned(),
            source_name: "Explain".to_owned(),
            product: None,
            source_id: None,
        },
        service: (service.id.clone(), service.name.clone(), service.policy_id.clone()),
        client: service.client.clone(),
        auto_resolve_hours: None,
    };
    let signal = Signal::trigger("What would happen", severity);
    Incident::open(opening, &signal, String::new(), Actor::System, &mut Journal::new(at))
}

/// What one call of the planner wrote down. Its pages belong to the one entry that tells people.
fn read(journal: &Journal, incident: &Incident, sources: &Sources, roster: &Roster) -> Vec<Notification> {
    let mut notifications = Vec::new();
    for entry in &journal.entries {
        let (occasion, nobody) = match &entry.event {
            Event::StepNotified { step, round, unreachable, .. } => {
                (Occasion::Step { step: *step, round: *round }, unreachable.clone())
            }
            Event::StepEmpty { step, round, why } => {
                (Occasion::Step { step: *step, round: *round }, why.clone())
            }
            Event::NobodyReached { .. } => (Occasion::NobodyReached, Vec::new()),
            Event::EscalationExhausted { .. } => (Occasion::Exhausted, Vec::new()),
            _ => continue,
        };
        notifications.push(Notification { at: entry.at, occasion, people: Vec::new(), nobody });
    }
    if let Some(last) = notifications.last_mut() {
        let reader = Reader { incident, sources, roster, occasion: last.occasion };
        last.people = reader.people(&journal.pages);
    }
    notifications
}

struct Reader<'a> {
    incident: &'a Incident,
    sources: &'a Sources,
    roster: &'a Roster,
    occasion: Occasion,
}

impl Reader<'_> {
    fn people(&self, pages: &[Page]) -> Vec<Told> {
        let mut people: Vec<Told> = Vec::new();
        for page in pages {
            let Some((user, why)) = self.find(page) else { continue };
            let planned = self.planned(page, user);
            match people.iter_mut().find(|told| told.user_id == page.user_id) {
                Some(told) => told.pages.push(planned),
                None => people.push(Told {
                    user_id: user.id.clone(),
                    name: user.name.clone(),
                    because: why.in_words(self.occasion, |id| self.sources.name_of(id)),
                    why,
                    pages: vec![planned],
                }),
            }
        }
        people
    }

    /// The person of a page, and why the planner chose them.
    fn find(&self, page: &Page) -> Option<(&User, Why)> {
        if let Occasion::Step { step, .. } = self.occasion {
            let index = usize::try_from(step).ok()?.checked_sub(1)?;
            let recipients = &self.roster.steps.get(index)?.recipients;
            let found = recipients.iter().find(|recipient| recipient.user.id == page.user_id)?;
            return Some((&found.user, Why::Step(found.cause.clone())));
        }
        let is_paged = |user: &&User| user.id == page.user_id;
        let last_resort = self.roster.last_resort.as_ref().filter(is_paged);
        match last_resort.filter(|_| page.purpose == Purpose::LastResort) {
            Some(user) => Some((user, Why::LastResort)),
            None => Some((self.roster.admins.iter().find(is_paged)?, Why::Admin)),
        }
    }

    fn planned(&self, page: &Page, user: &User) -> Planned {
        // One that goes out at once is due later only for whoever takes it over.
        let at = if page.is_immediate() { page.created_at } else { page.due_at.unwrap_or(page.created_at) };
        let rule = match self.occasion {
            Occasion::NobodyReached | Occasion::Exhausted => Rule::Regardless,
            Occasion::Step { .. } => {
                if user.has_rule(self.incident.severity.urgency(), &self.roster.sending) {
                    Rule::After((at - page.created_at).num_minutes())
                } else {
                    Rule::NoRule
                }
            }
        };
        Planned { at, channel: page.channel, address: page.address.clone(), rule }
    }
}

#[cfg(test)]
mod tests;
