//! Teams: what makes one valid, and what stands in the way of taking one away.
//!
//! Invariant: a tenant's teams are told apart by their names, whatever the case of their letters.

use std::collections::HashSet;

use crate::id::{TeamId, UserId};
use crate::input::{self, Wrong};
use crate::policy::{EscalationPolicy, Target, Team};
use crate::schedule::Schedule;

/// The most members of one team.
const MOST_MEMBERS: usize = 500;

impl Team {
    /// What is wrong with it among `others`, which may hold the team itself as it was; `exists` says whether there is such a
    /// user.
    pub fn problems<'a>(
        &self,
        others: impl IntoIterator<Item = &'a Self>,
        exists: impl Fn(&UserId) -> bool,
    ) -> Vec<Wrong> {
        let mut wrong: Vec<Wrong> = input::name("name", &self.name).into_iter().collect();
        let folded = self.name.to_lowercase();
        let mut others = others.into_iter().filter(|other| other.id != self.id);
        if let Some(other) = others.find(|other| other.name.to_lowercase() == folded) {
            wrong.push(Wrong::new("name", format!("is the name of another team ({})", other.id)));
        }
        if self.members.len() > MOST_MEMBERS {
            wrong.push(Wrong::new("member_ids", format!("must not be more than {MOST_MEMBERS}")));
        }
        let mut seen = HashSet::new();
        for (index, member) in self.members.iter().enumerate() {
            let field = format!("member_ids[{index}]");
            if !exists(member) {
                wrong.push(Wrong::unknown(field, "user", member));
            } else if !seen.insert(member) {
                wrong.push(Wrong::new(field, "is in the list already"));
            }
        }
        wrong
    }
}

/// Whatever needs a team, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses {
    /// Escalation policies with a step that tells it.
    pub policies: Vec<String>,
    /// Schedules that it owns.
    pub schedules: Vec<String>,
}

impl Uses {
    /// Looks a team up among everything of its tenant that could need it.
    pub fn of(team: &TeamId, policies: &[EscalationPolicy], schedules: &[Schedule]) -> Self {
        let target = Target::Team(team.clone());
        let tells =
            |policy: &&EscalationPolicy| policy.steps.iter().any(|step| step.targets.contains(&target));
        let owned = schedules.iter().filter(|schedule| schedule.owner.as_ref() == Some(team));
        Self {
            policies: policies.iter().filter(tells).map(|policy| policy.name.clone()).collect(),
            schedules: owned.map(|schedule| schedule.name.clone()).collect(),
        }
    }

    /// The same in words; `None` when nothing needs it.
    pub fn in_words(&self) -> Option<String> {
        let parts =
            [("escalation policies tell it", &self.policies), ("schedules are owned by it", &self.schedules)];
        let told = parts.iter().filter(|(_, names)| !names.is_empty());
        let told: Vec<String> = told.map(|(how, names)| format!("{how}: {}", names.join(", "))).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Step;
    use crate::sample;

    fn user(name: &str) -> UserId {
        UserId::derived(&[name])
    }

    fn team(name: &str, members: &[&str]) -> Team {
        Team {
            id: TeamId::derived(&[name]),
            name: name.to_owned(),
            members: members.iter().map(|name| user(name)).collect(),
        }
    }

    fn wrong(team: &Team, others: &[Team]) -> Vec<String> {
        let exists = |id: &UserId| *id != user("nobody");
        team.problems(others, exists).into_iter().map(|wrong| wrong.field).collect()
    }

    #[test]
    fn every_mistake_is_named() {
        assert_eq!(
            wrong(&team("", &["ann", "nobody", "ann"]), &[]),
            ["name", "member_ids[1]", "member_ids[2]"]
        );
        assert_eq!(wrong(&team(&"x".repeat(201), &[]), &[]), ["name"]);
        assert_eq!(wrong(&team("two\nlines", &[]), &[]), ["name"]);
        assert_eq!(wrong(&team(&"x".repeat(200), &["ann"]), &[]), [""; 0]);
    }

    #[test]
    fn a_name_is_taken_once_but_a_team_may_keep_its_own() {
        let nights = team("Nights", &[]);
        let mut other = team("Other", &[]);
        other.name = "NIGHTS".to_owned();
        assert_eq!(wrong(&other, std::slice::from_ref(&nights)), ["name"]);
        assert_eq!(wrong(&nights, std::slice::from_ref(&nights)), [""; 0]);
    }

    #[test]
    fn what_needs_a_team_is_named() {
        let nights = team("Nights", &[]).id;
        let mut policy = sample::policy(&[5], 0);
        assert_eq!(Uses::of(&nights, std::slice::from_ref(&policy), &[]).in_words(), None);
        policy.steps.push(Step { targets: vec![Target::Team(nights.clone())], delay_minutes: 5 });
        let uses = Uses::of(&nights, std::slice::from_ref(&policy), &[]);
        assert_eq!(uses.in_words().as_deref(), Some("escalation policies tell it: Nights"));
    }
}
