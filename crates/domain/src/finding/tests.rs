//! What a scan finds. Ann and Ben take turns of a day each at noon UTC; the window is ten days from the midnight of minute 0.

mod report;
mod telling;

use std::collections::HashMap;

use chrono::NaiveTime;

use super::*;
use crate::actor::Actor;
use crate::id::{LayerId, TimeOffId};
use crate::policy::{EscalationPolicy, Step, Target, Team};
use crate::roster::Rota;
use crate::sample::{minute, person, policy, unreachable};
use crate::schedule::{
    Counting, Coverage, Duty, Layer, LayerMode, Override, OverrideState, Rotation, RotationUnit, Schedule,
    Turns, Window,
};
use crate::time_off::TimeOff;
use crate::user::{ChannelKind, User};

/// A small tenant.
struct Tenant {
    rotas: Vec<Rota>,
    users: HashMap<UserId, User>,
    teams: HashMap<TeamId, Team>,
    policies: Vec<EscalationPolicy>,
    time_off: Vec<TimeOff>,
}

impl Tenant {
    /// With nothing wrong.
    fn sound() -> Self {
        Self {
            rotas: vec![Rota { schedule: rota(), overrides: Vec::new() }],
            users: ["Ann", "Ben", "Olivia"]
                .map(person)
                .into_iter()
                .map(|user| (user.id.clone(), user))
                .collect(),
            teams: HashMap::new(),
            policies: Vec::new(),
            time_off: Vec::new(),
        }
    }

    fn question(&self) -> Question<'_> {
        Question {
            rotas: &self.rotas,
            users: &self.users,
            teams: &self.teams,
            policies: &self.policies,
            time_off: &self.time_off,
            sending: &[ChannelKind::Email],
            zone: chrono_tz::UTC,
            window: hours(0, 240),
        }
    }

    /// What is found: kind, whose or which step, and from which hour to which.
    fn found(&self) -> Vec<(&'static str, String, i64, i64)> {
        let found = find(&self.question()).into_iter();
        found
            .map(|Sighting { matter, span, .. }| {
                let whose = match &matter {
                    Matter::Gap { schedule, .. } => schedule.clone(),
                    Matter::Unreachable { user, .. } | Matter::TimeOff { user, .. } => user.clone(),
                    Matter::EmptyStep { step, .. } => step.to_string(),
                };
                let hour = |at: DateTime<Utc>| (at - minute(0)).num_hours();
                (matter.kind(), whose, hour(span.starts), hour(span.ends))
            })
            .collect()
    }

    fn user(&mut self, user: User) {
        self.users.insert(user.id.clone(), user);
    }

    fn change(&mut self, kind: OverrideKind, span: Span) {
        let schedule_id = self.rotas[0].schedule.id.clone();
        let change = Override {
            id: crate::id::OverrideId::derived(&[&format!("{kind:?} {span:?}")]),
            schedule_id,
            kind,
            starts: span.starts,
            ends: span.ends,
            state: OverrideState::Approved,
            reason: None,
            made_by: Actor::System,
            made_at: minute(0),
            decided_by: None,
        };
        self.rotas[0].overrides.push(change);
    }

    fn nobody_in(&mut self, span: Span) {
        for name in ["Ann", "Ben"] {
            self.change(OverrideKind::Remove { user: person(name).id }, span);
        }
    }

    fn steps(&mut self, steps: Vec<Vec<Target>>) {
        let steps = steps.into_iter().map(|targets| Step { targets, delay_minutes: 5 }).collect();
        self.policies = vec![EscalationPolicy { steps, ..policy(&[], 0) }];
    }
}

fn hours(from: i64, to: i64) -> Span {
    Span { starts: minute(60 * from), ends: minute(60 * to) }
}

fn rota() -> Schedule {
    let turns = Turns {
        rotation: Rotation { every: 1, unit: RotationUnit::Days },
        anchor: (minute(0) - TimeDelta::hours(12)).naive_utc(),
        participants: ["Ann", "Ben"].map(|name| Some(person(name).id)).to_vec(),
        changes: Vec::new(),
        counting: Counting::Clock,
    };
    Schedule {
        id: ScheduleId::derived(&["primary"]),
        name: "Primary".to_owned(),
        zone: chrono_tz::UTC,
        mode: LayerMode::Union,
        layers: vec![Layer {
            id: LayerId::derived(&["daily"]),
            name: "Daily".to_owned(),
            duty: Duty::Turns(turns),
            starts: None,
            ends: None,
            restrictions: Vec::new(),
        }],
        coverage: Coverage::Always,
        owner: None,
        former: Vec::new(),
    }
}

fn primary() -> Target {
    Target::Schedule(rota().id)
}

/// Every day from one hour to another.
fn daily(from: u32, to: u32) -> Window {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    Window { days: Vec::new(), from: time(from), to: time(to) }
}

fn off(user: Option<&str>, span: Span) -> TimeOff {
    TimeOff {
        id: TimeOffId::derived(&["off"]),
        user_id: user.map(|name| person(name).id),
        name: "Vacation".to_owned(),
        starts: span.starts,
        ends: span.ends,
        made_by: Actor::System,
        made_at: minute(0),
    }
}

#[test]
fn where_nothing_is_wrong_nothing_is_found() {
    let mut tenant = Tenant::sound();
    tenant.steps(vec![vec![primary()], vec![Target::User(person("Olivia").id)]]);
    assert_eq!(tenant.found(), []);
}

#[test]
fn a_schedule_with_nobody_is_a_gap_inside_what_it_requires() {
    let mut tenant = Tenant::sound();
    tenant.nobody_in(hours(20, 30));
    assert_eq!(tenant.found(), [("gap", "Primary".to_owned(), 20, 30)]);
    tenant.rotas[0].schedule.coverage = Coverage::Windows(vec![daily(22, 6)]);
    assert_eq!(tenant.found(), [("gap", "Primary".to_owned(), 22, 30)]);
    tenant.rotas[0].schedule.coverage = Coverage::Never;
    assert_eq!(tenant.found(), []);
}

#[test]
fn whoever_cannot_be_reached_is_found_for_every_turn_of_theirs() {
    for (wrong, why) in [
        (unreachable("Ben"), Silence::NoContactMethod),
        (User { disabled: true, ..person("Ben") }, Silence::Disabled),
    ] {
        let mut tenant = Tenant::sound();
        tenant.user(wrong);
        let found = tenant.found();
        assert_eq!(found.len(), 5, "{found:?}");
        assert_eq!(found[0], ("unreachable", "Ben".to_owned(), 12, 36));
        let first = find(&tenant.question()).remove(0).matter;
        assert!(matches!(first, Matter::Unreachable { why: told, .. } if told == why), "{first:?}");
    }
}

#[test]
fn somebody_who_is_gone_is_named_by_their_id_and_turns_in_a_row_are_one_finding() {
    let mut tenant = Tenant::sound();
    tenant.users.remove(&person("Ann").id);
    let ann = person("Ann").id;
    tenant.change(OverrideKind::Replace { original: person("Ben").id, by: ann.clone() }, hours(0, 240));
    assert_eq!(tenant.found(), [("unreachable", ann.to_string(), 0, 240)]);
}

#[test]
fn a_shift_in_ones_own_time_off_is_found_and_a_holiday_of_all_is_not() {
    let mut tenant = Tenant::sound();
    tenant.time_off =
        vec![off(Some("Ben"), hours(20, 40)), off(None, hours(0, 100)), off(Some("Olivia"), hours(0, 100))];
    assert_eq!(tenant.found(), [("time_off", "Ben".to_owned(), 20, 36)]);
    tenant.time_off.push(off(Some("Ben"), hours(30, 50)));
    assert_eq!(tenant.found(), [("time_off", "Ben".to_owned(), 20, 36)], "overlapping ones are one");
}

#[test]
fn a_step_without_targets_is_always_empty_and_so_is_a_policy_without_steps() {
    let mut tenant = Tenant::sound();
    tenant.steps(vec![vec![primary()], Vec::new()]);
    assert_eq!(tenant.found(), [("empty_step", "2".to_owned(), 0, 240)]);
    tenant.steps(Vec::new());
    assert_eq!(tenant.found(), [("empty_step", "1".to_owned(), 0, 240)]);
}

#[test]
fn a_step_of_a_schedule_is_empty_while_the_schedule_has_nobody_who_can_be_reached() {
    let mut tenant = Tenant::sound();
    tenant.steps(vec![vec![primary()]]);
    tenant.user(unreachable("Ben"));
    tenant.change(OverrideKind::Remove { user: person("Ann").id }, hours(36, 40));
    let steps: Vec<_> = tenant.found().into_iter().filter(|found| found.0 == "empty_step").collect();
    assert_eq!(steps[..2], [("empty_step", "1".to_owned(), 12, 40), ("empty_step", "1".to_owned(), 60, 84)]);
}

#[test]
fn a_step_of_schedules_may_be_empty_where_they_need_nobody() {
    let mut tenant = Tenant::sound();
    tenant.nobody_in(hours(0, 48));
    tenant.rotas[0].schedule.coverage = Coverage::Windows(vec![daily(22, 6)]);
    tenant.steps(vec![vec![primary()]]);
    let steps = |tenant: &Tenant| -> Vec<_> {
        let found = tenant.found().into_iter();
        found.filter(|found| found.0 == "empty_step").map(|found| (found.2, found.3)).collect()
    };
    assert_eq!(steps(&tenant), [(0, 6), (22, 30), (46, 48)]);
    tenant.user(unreachable("Olivia"));
    tenant.steps(vec![vec![primary(), Target::User(person("Olivia").id)]]);
    assert_eq!(steps(&tenant), [(0, 48)], "Olivia was meant to be reached at all times");
    tenant.steps(vec![vec![primary(), Target::Schedule(ScheduleId::derived(&["gone"]))]]);
    assert_eq!(steps(&tenant), [(0, 48)], "of one that is gone nobody knows what it needed");
}

#[test]
fn one_target_that_is_reached_fills_a_step() {
    let mut tenant = Tenant::sound();
    tenant.nobody_in(hours(0, 48));
    tenant.rotas[0].schedule.coverage = Coverage::Never;
    let crew = Team {
        id: TeamId::derived(&["crew"]),
        name: "Crew".to_owned(),
        members: vec![person("Zoe").id, person("Olivia").id],
    };
    let team = Target::Team(crew.id.clone());
    tenant.teams.insert(crew.id.clone(), crew);
    tenant.steps(vec![vec![Target::User(person("Zoe").id), team.clone()], vec![primary(), team]]);
    assert_eq!(tenant.found(), []);
    tenant.user(User { disabled: true, ..person("Olivia") });
    assert_eq!(
        tenant.found(),
        [("empty_step", "1".to_owned(), 0, 240), ("empty_step", "2".to_owned(), 0, 48)]
    );
}
