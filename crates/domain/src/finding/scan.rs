//! The scan: everything that is wrong in a window.
//!
//! Invariant: spans of one matter that touch are one sighting, so that a person who can't be reached for a week is told of
//! once and not for every turn.

use std::collections::{BTreeMap, HashMap};

use chrono_tz::Tz;

use super::{Matter, Sighting, Silence};
use crate::id::{ScheduleId, TeamId, UserId};
use crate::policy::{EscalationPolicy, Step, Target, Team};
use crate::roster::Rota;
use crate::schedule::{Schedule, Span, both, without};
use crate::time_off::TimeOff;
use crate::user::{ChannelKind, User};

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Every schedule, with the overrides that end after the window's start.
    pub rotas: &'a [Rota],
    /// Everybody.
    pub users: &'a HashMap<UserId, User>,
    /// Every team.
    pub teams: &'a HashMap<TeamId, Team>,
    /// Every escalation policy.
    pub policies: &'a [EscalationPolicy],
    /// Time off that ends after the window's start.
    pub time_off: &'a [TimeOff],
    /// The channels that can send here.
    pub sending: &'a [ChannelKind],
    /// The zone for what belongs to no schedule.
    pub zone: Tz,
    /// The time looked at.
    pub window: Span,
}

/// A schedule in the window.
struct Seen<'a> {
    schedule: &'a Schedule,
    /// When somebody should be on call.
    required: Vec<Span>,
    /// When nobody is although somebody should be.
    gaps: Vec<Span>,
    /// When each person is on call.
    people: BTreeMap<&'a UserId, Vec<Span>>,
}

/// Everything that is wrong, by start.
pub fn find(question: &Question<'_>) -> Vec<Sighting> {
    let shifts: Vec<_> = question
        .rotas
        .iter()
        .map(|rota| rota.schedule.shifts(&rota.overrides, question.window.starts, question.window.ends))
        .collect();
    let seen: BTreeMap<&ScheduleId, Seen<'_>> = question
        .rotas
        .iter()
        .zip(&shifts)
        .map(|(Rota { schedule, overrides }, shifts)| {
            let Span { starts, ends } = question.window;
            let mut people: BTreeMap<&UserId, Vec<Span>> = BTreeMap::new();
            for shift in shifts {
                let span = Span { starts: shift.starts, ends: shift.ends };
                people.entry(&shift.user).or_default().push(span);
            }
            let people = people.into_iter().map(|(user, spans)| (user, joined(spans))).collect();
            let (required, gaps) = (schedule.required(starts, ends), schedule.gaps(overrides, starts, ends));
            (&schedule.id, Seen { schedule, required, gaps, people })
        })
        .collect();
    let mut found = Vec::new();
    for seen in seen.values() {
        question.look_at(seen, &mut found);
    }
    for policy in question.policies {
        question.look_at_policy(policy, &seen, &mut found);
    }
    found.sort_by_cached_key(|sighting| (sighting.span.starts, sighting.matter.key()));
    found
}

impl Question<'_> {
    fn look_at(&self, seen: &Seen<'_>, found: &mut Vec<Sighting>) {
        let schedule = seen.schedule;
        let (schedule_id, name) = (&schedule.id, &schedule.name);
        let mut see = |matter: Matter, spans: &[Span]| {
            let sighting = |span: &Span| Sighting {
                matter: matter.clone(),
                span: *span,
                zone: schedule.zone,
                owner: schedule.owner.clone(),
            };
            found.extend(spans.iter().map(sighting));
        };
        see(Matter::Gap { schedule_id: schedule_id.clone(), schedule: name.clone() }, &seen.gaps);
        for (user_id, spans) in &seen.people {
            let user = self.users.get(user_id).map_or_else(|| user_id.to_string(), |user| user.name.clone());
            let (schedule_id, schedule, user_id) = (schedule_id.clone(), name.clone(), (*user_id).clone());
            if let Some(why) = self.silence(&user_id) {
                let (schedule_id, schedule, user_id) =
                    (schedule_id.clone(), schedule.clone(), user_id.clone());
                see(Matter::Unreachable { schedule_id, schedule, user_id, user: user.clone(), why }, spans);
            }
            let own = self.time_off.iter().filter(|off| off.user_id.as_ref() == Some(&user_id));
            let off = joined(own.map(|off| Span { starts: off.starts, ends: off.ends }).collect());
            see(Matter::TimeOff { schedule_id, schedule, user_id, user }, &both(spans, &off));
        }
    }

    fn look_at_policy(
        &self,
        policy: &EscalationPolicy,
        seen: &BTreeMap<&ScheduleId, Seen<'_>>,
        found: &mut Vec<Sighting>,
    ) {
        let no_steps = [Step { targets: Vec::new(), delay_minutes: 0 }];
        let steps = if policy.steps.is_empty() { &no_steps[..] } else { &policy.steps };
        for (number, step) in (1..).zip(steps) {
            let zone = step.targets.iter().find_map(|target| match target {
                Target::Schedule(id) => seen.get(id).map(|seen| seen.schedule.zone),
                Target::User(_) | Target::Team(_) => None,
            });
            let (policy_id, policy) = (policy.id.clone(), policy.name.clone());
            let matter = Matter::EmptyStep { policy_id, policy, step: number };
            found.extend(self.empty(step, seen).into_iter().map(|span| Sighting {
                matter: matter.clone(),
                span,
                zone: zone.unwrap_or(self.zone),
                owner: None,
            }));
        }
    }

    /// When a step reaches nobody. Where its schedules need nobody, a step of nothing but schedules is meant to be empty.
    fn empty(&self, step: &Step, seen: &BTreeMap<&ScheduleId, Seen<'_>>) -> Vec<Span> {
        let mut reached = Vec::new();
        let mut required = Vec::new();
        let mut by_design = !step.targets.is_empty();
        for target in &step.targets {
            match target {
                Target::User(id) if self.reaches(id) => return Vec::new(),
                Target::Team(id) if self.reaches_team(id) => return Vec::new(),
                Target::User(_) | Target::Team(_) => by_design = false,
                Target::Schedule(id) => match seen.get(id) {
                    Some(seen) => {
                        let people = seen.people.iter().filter(|(user, _)| self.reaches(user));
                        reached.extend(people.flat_map(|(_, spans)| spans));
                        required.extend(&seen.required);
                    }
                    None => by_design = false,
                },
            }
        }
        let empty = without(self.window.starts, self.window.ends, joined(reached));
        if by_design { both(&empty, &joined(required)) } else { empty }
    }

    fn reaches_team(&self, id: &TeamId) -> bool {
        self.teams.get(id).is_some_and(|team| team.members.iter().any(|member| self.reaches(member)))
    }

    fn reaches(&self, id: &UserId) -> bool {
        self.silence(id).is_none()
    }

    /// Why nothing reaches somebody; `None` when something does.
    fn silence(&self, id: &UserId) -> Option<Silence> {
        match self.users.get(id) {
            None => Some(Silence::Gone),
            Some(user) if user.disabled => Some(Silence::Disabled),
            Some(user) if user.usable(self.sending).next().is_none() => Some(Silence::NoContactMethod),
            Some(_) => None,
        }
    }
}

/// The same time in order, as few spans.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if last.ends >= span.starts => last.ends = last.ends.max(span.ends),
            _ => joined.push(span),
        }
    }
    joined
}
