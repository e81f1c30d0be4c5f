//! Escalation policies: who is told, in which order, and how long each has.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::id::{PolicyId, ScheduleId, TeamId, UserId};

/// Ordered steps; the whole repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalationPolicy {
    /// Its identity.
    pub id: PolicyId,
    /// What the manager calls it.
    pub name: String,
    /// In order; may be empty, and then it reaches nobody.
    pub steps: Vec<Step>,
    /// How often the steps run again after the first round.
    pub repeat: u32,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Everybody in here is told at once.
    pub targets: Vec<Target>,
    /// How long they have before the next step, in minutes.
    pub delay_minutes: u32,
}

impl Step {
    /// How long this step's people have.
    pub fn delay(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.delay_minutes))
    }
}

/// Whom a step tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Target {
    /// This person.
    User(UserId),
    /// Whoever this schedule has on call at the moment of telling.
    Schedule(ScheduleId),
    /// Everybody of this team.
    Team(TeamId),
}

/// A named set of users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Its identity.
    pub id: TeamId,
    /// What people call it.
    pub name: String,
    /// Who is in it.
    pub members: Vec<UserId>,
}
