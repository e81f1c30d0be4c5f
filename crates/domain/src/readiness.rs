//! Readiness: whether everybody who comes on call soon can be reached, and wants to be.
//!
//! Invariants: who is on call is read off the same shifts as everywhere; whether somebody can be paged is asked of the same
//! rules that page them; it changes nothing, it only says what a person should do about it.

mod check;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

pub use check::{About, Check, Level};

use crate::id::{ScheduleId, UserId};
use crate::roster::Rota;
use crate::schedule::Span;
use crate::time_off::TimeOff;
use crate::user::{ChannelKind, User};

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The schedules, in the order to tell them.
    pub rotas: &'a [Rota],
    /// Everybody of the tenant.
    pub users: &'a HashMap<UserId, User>,
    /// Time off and holidays that are not over when the window starts.
    pub time_off: &'a [TimeOff],
    /// The channels that can send here.
    pub sending: &'a [ChannelKind],
    /// The PSA, where there is one.
    pub psa: Option<&'a Psa>,
    /// The time looked at.
    pub window: Span,
}

/// A PSA, and whom it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Psa {
    /// Its name.
    pub name: String,
    /// Everybody to whom it can assign a ticket.
    pub recognizes: HashSet<UserId>,
}

/// How ready a tenant is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// Nobody has a problem, and there is no gap. Warnings don't count.
    pub ready: bool,
    /// Everybody on call in the window, by when they first are.
    pub people: Vec<PersonReadiness>,
    /// When nobody is on call although somebody should be.
    pub gaps: Vec<Stint>,
}

/// How ready somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonReadiness {
    /// Who.
    pub user_id: UserId,
    /// Their name; the id where the user is gone.
    pub name: String,
    /// Where they are on call, by start.
    pub stints: Vec<Stint>,
    /// What was looked at, in a fixed order.
    pub checks: Vec<Check>,
}

/// A part of the window, in one schedule. Of a person: from the start of their first shift to the end of their last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stint {
    /// Which schedule.
    pub schedule_id: ScheduleId,
    /// Its name.
    pub schedule: String,
    /// The first instant; the window's, if it began before.
    pub starts: DateTime<Utc>,
    /// The first instant after it; the window's, if it goes on.
    pub ends: DateTime<Utc>,
}

impl PersonReadiness {
    /// The worst that any check says.
    pub fn level(&self) -> Level {
        self.checks.iter().map(|check| check.level).max().unwrap_or_default()
    }
}

/// Somebody's shifts in one schedule.
#[derive(Debug)]
pub(crate) struct Turnout<'a> {
    pub(crate) rota: &'a Rota,
    pub(crate) shifts: Vec<Span>,
}

/// Looks at everybody who is on call in the window.
pub fn readiness(question: Question<'_>) -> Readiness {
    let Span { starts, ends } = question.window;
    let mut turnouts: HashMap<UserId, Vec<Turnout<'_>>> = HashMap::new();
    let mut gaps = Vec::new();
    for rota in question.rotas {
        for shift in rota.schedule.shifts(&rota.overrides, starts, ends) {
            let of_person = turnouts.entry(shift.user).or_default();
            let span = Span { starts: shift.starts, ends: shift.ends };
            match of_person.last_mut().filter(|last| last.rota.schedule.id == rota.schedule.id) {
                Some(last) => last.shifts.push(span),
                None => of_person.push(Turnout { rota, shifts: vec![span] }),
            }
        }
        let empty = rota.schedule.gaps(&rota.overrides, starts, ends);
        gaps.extend(empty.into_iter().map(|gap| stint(rota, gap)));
    }
    let mut people: Vec<_> =
        turnouts.into_iter().map(|(user_id, turnouts)| person(user_id, &turnouts, &question)).collect();
    people.sort_by(|one, other| order(one).cmp(&order(other)));
    gaps.sort_by_key(|gap| gap.starts);
    let ready = gaps.is_empty() && people.iter().all(|person| person.level() < Level::Problem);
    Readiness { ready, people, gaps }
}

fn person(user_id: UserId, turnouts: &[Turnout<'_>], question: &Question<'_>) -> PersonReadiness {
    let user = question.users.get(&user_id);
    let mut stints: Vec<Stint> = turnouts.iter().filter_map(whole).collect();
    stints.sort_by_key(|stint| stint.starts);
    PersonReadiness {
        name: user.map_or_else(|| user_id.to_string(), |user| user.name.clone()),
        checks: check::all((&user_id, user), turnouts, question),
        stints,
        user_id,
    }
}

fn order(person: &PersonReadiness) -> (Option<DateTime<Utc>>, &str, &UserId) {
    (person.stints.first().map(|stint| stint.starts), &person.name, &person.user_id)
}

fn whole(turnout: &Turnout<'_>) -> Option<Stint> {
    let starts = turnout.shifts.iter().map(|shift| shift.starts).min()?;
    let ends = turnout.shifts.iter().map(|shift| shift.ends).max()?;
    Some(stint(turnout.rota, Span { starts, ends }))
}

fn stint(rota: &Rota, span: Span) -> Stint {
    Stint {
        schedule_id: rota.schedule.id.clone(),
        schedule: rota.schedule.name.clone(),
        starts: span.starts,
        ends: span.ends,
    }
}

#[cfg(test)]
mod tests;
