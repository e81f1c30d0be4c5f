//! Time off and holidays: when somebody, or everybody, is not supposed to work.
//!
//! Invariant: it changes nobody's turn. Whoever is on call during their own time off is told about, so that people decide;
//! software that silently took somebody off call would make the gap it is meant to prevent.

mod when;

pub use when::When;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::id::{ScheduleId, TimeOffId, UserId};
use crate::input::{self, Wrong};
use crate::roster::Rota;
use crate::schedule::Span;
use crate::tour::tours;
use crate::user::Role;

/// A stretch of time off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeOff {
    /// Which one.
    pub id: TimeOffId,
    /// Whose; `None` is a holiday of the whole tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Such as `Vacation` or `Thanksgiving`.
    pub name: String,
    /// The first instant.
    pub starts: DateTime<Utc>,
    /// The first instant after it.
    pub ends: DateTime<Utc>,
    /// Who entered it.
    pub made_by: Actor,
    /// When.
    pub made_at: DateTime<Utc>,
}

/// A stretch in which somebody is on call during their own time off. A finding; nothing is refused for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCallWhileOff {
    /// In which schedule.
    pub schedule_id: ScheduleId,
    /// Its name.
    pub schedule: String,
    /// When, within the time off.
    pub span: Span,
}

/// Whether `user` may enter or remove time off of `whose`, where `None` is a holiday: one's own, and a manager anybody's.
pub fn may_keep(whose: Option<&UserId>, user: &UserId, role: Role) -> bool {
    role.can_manage() || (role.can_respond() && whose == Some(user))
}

/// What is wrong with the name of a time off.
pub fn name_problem(name: &str) -> Option<Wrong> {
    input::name("name", name)
}

/// Where somebody is on call within a stretch of time, by start; what is one after another in a schedule is one.
pub fn on_call_while_off(rotas: &[Rota], user: &UserId, off: Span) -> Vec<OnCallWhileOff> {
    let mut found = Vec::new();
    for Rota { schedule, overrides } in rotas {
        let shifts = schedule.shifts(overrides, off.starts, off.ends);
        found.extend(tours(&shifts).iter().filter(|tour| tour.user == user).map(|tour| OnCallWhileOff {
            schedule_id: schedule.id.clone(),
            schedule: schedule.name.clone(),
            span: tour.span,
        }));
    }
    found.sort_by(|a, b| (a.span, &a.schedule).cmp(&(b.span, &b.schedule)));
    found
}
