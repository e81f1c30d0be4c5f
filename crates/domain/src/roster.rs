//! Who a policy would tell at an instant: the one resolver that pages and explains.
//!
//! Invariants: a schedule is resolved for the instant of telling; nobody is left out in silence, since a target that
//! names nobody says why; what could not be loaded is as good as gone and stops nobody else from being told.

mod cause;

use std::collections::HashMap;

use chrono::{DateTime, Utc};

pub use cause::{By, Cause};

use crate::escalation::{Recipient, StepRoster};
use crate::id::{ScheduleId, TeamId, UserId};
use crate::policy::{EscalationPolicy, Step, Target, Team};
use crate::schedule::{Override, Schedule};
use crate::user::User;

/// A schedule and the overrides that change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rota {
    /// The schedule.
    pub schedule: Schedule,
    /// At least those that end after the earliest instant asked about.
    pub overrides: Vec<Override>,
}

/// A policy and whatever its steps name, as far as it is there and could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// The policy.
    pub policy: EscalationPolicy,
    /// The schedules in its steps.
    pub rotas: HashMap<ScheduleId, Rota>,
    /// The teams in its steps.
    pub teams: HashMap<TeamId, Team>,
    /// At least everybody who is named at the instants asked about.
    pub users: HashMap<UserId, User>,
}

/// Whom one step names, before anybody has looked whether they exist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepNames {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Person(UserId, Cause),
    Nobody(String),
}

impl Sources {
    /// What somebody is called; the id where the user is gone.
    pub fn name_of(&self, id: &UserId) -> String {
        self.users.get(id).map_or_else(|| id.to_string(), |user| user.name.clone())
    }
}

/// Who each step of the policy would tell at an instant.
pub fn steps_at(sources: &Sources, at: DateTime<Utc>) -> Vec<StepRoster> {
    let named = named_at(sources, at);
    named.into_iter().map(|names| names.found_in(&sources.users)).collect()
}

/// Whom each step of the policy names at an instant; looks at no user, so that only those named need be loaded.
pub fn named_at(sources: &Sources, at: DateTime<Utc>) -> Vec<StepNames> {
    sources.policy.steps.iter().map(|step| names_of(step, sources, at)).collect()
}

impl StepNames {
    /// Everybody named; who is named twice, twice.
    pub fn people(&self) -> impl Iterator<Item = &UserId> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Person(id, _) => Some(id),
            Entry::Nobody(_) => None,
        })
    }

    /// The step's people, each once and for the first reason that names them.
    pub fn found_in(self, users: &HashMap<UserId, User>) -> StepRoster {
        let mut roster = StepRoster::default();
        for entry in self.entries {
            match entry {
                Entry::Nobody(why) => roster.nobody.push(why),
                Entry::Person(id, _) if roster.recipients.iter().any(|known| known.user.id == id) => {}
                Entry::Person(id, cause) => match users.get(&id) {
                    Some(user) => roster.recipients.push(Recipient { user: user.clone(), cause }),
                    None => roster.nobody.push(format!("the user {id} does not exist or can't be read")),
                },
            }
        }
        roster
    }
}

/// Who is told when a policy reaches nobody: the last resort and the admins; the latter also when every round is through.
pub fn fallback(users: &[User], last_resort: Option<&UserId>) -> (Option<User>, Vec<User>) {
    let last_resort = last_resort.and_then(|id| users.iter().find(|user| user.id == *id).cloned());
    let admins = admins(users).cloned().collect();
    (last_resort, admins)
}

/// Who is told what only an admin can mend: whoever may manage, and has not left.
pub fn admins(users: &[User]) -> impl Iterator<Item = &User> {
    users.iter().filter(|user| user.role.can_manage() && !user.disabled)
}

fn names_of(step: &Step, sources: &Sources, at: DateTime<Utc>) -> StepNames {
    let mut names = StepNames::default();
    for target in &step.targets {
        match target {
            Target::User(id) => names.add(id, Cause::Named),
            Target::Schedule(id) => match sources.rotas.get(id) {
                Some(rota) => names.add_on_call(rota, at),
                None => names.add_nobody(format!("the schedule {id} does not exist or can't be read")),
            },
            Target::Team(id) => match sources.teams.get(id) {
                Some(team) => names.add_members(team),
                None => names.add_nobody(format!("the team {id} does not exist or can't be read")),
            },
        }
    }
    names
}

impl StepNames {
    fn add(&mut self, id: &UserId, cause: Cause) {
        self.entries.push(Entry::Person(id.clone(), cause));
    }

    fn add_nobody(&mut self, why: String) {
        self.entries.push(Entry::Nobody(why));
    }

    fn add_on_call(&mut self, rota: &Rota, at: DateTime<Utc>) {
        let Rota { schedule, overrides } = rota;
        let on_call = schedule.on_call_at(overrides, at);
        if on_call.is_empty() {
            self.add_nobody(format!("{} has nobody on call", schedule.name));
        }
        for person in on_call {
            let by = By::of(schedule, overrides, &person.reason);
            let (schedule_id, schedule) = (schedule.id.clone(), schedule.name.clone());
            self.add(&person.user, Cause::OnCall { schedule_id, schedule, by });
        }
    }

    fn add_members(&mut self, team: &Team) {
        if team.members.is_empty() {
            self.add_nobody(format!("the team {} has no members", team.name));
        }
        for member in &team.members {
            self.add(member, Cause::Member { team_id: team.id.clone(), team: team.name.clone() });
        }
    }
}

#[cfg(test)]
mod tests;
