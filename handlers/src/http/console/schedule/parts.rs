//! The parts of a schedule as its page shows them: names instead of ids, instants by the clock where the schedule is.

use ::console::schedule::{Change, Gap, LayerAlone, OverrideRow, Person, Shift, Standing, Turn};
use app::schedules::{self, OverrideInView, ScheduleView, ShiftInView};
use chrono::{DateTime, FixedOffset, Utc};
use domain::id::UserId;
use domain::schedule::{OverrideKind, OverrideState, Span, UpcomingTurn};

use super::super::visitor::Visitor;

/// What the parts are taken from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) visitor: &'a Visitor,
    pub(super) view: &'a ScheduleView,
}

impl Parts<'_> {
    /// An instant in the schedule's zone, with the offset of that day.
    pub(super) fn local(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        at.with_timezone(&self.view.schedule.zone).fixed_offset()
    }

    pub(super) fn layer(&self, layer: &schedules::LayerAlone) -> LayerAlone {
        LayerAlone {
            name: layer.name.clone(),
            shifts: layer.shifts.iter().map(|shift| self.shift(shift)).collect(),
            turns: layer.turns.iter().map(|turn| self.turn(turn)).collect(),
        }
    }

    pub(super) fn shift(&self, shift: &ShiftInView) -> Shift {
        Shift {
            person: Person { id: shift.user_id.to_string(), name: shift.name.clone() },
            is_viewer: shift.user_id == self.visitor.ctx.user_id,
            starts: self.local(shift.span.starts),
            ends: self.local(shift.span.ends),
            why: shift.why.clone(),
        }
    }

    pub(super) fn gap(&self, gap: Span) -> Gap {
        Gap { starts: self.local(gap.starts), ends: self.local(gap.ends) }
    }

    fn turn(&self, turn: &UpcomingTurn) -> Turn {
        Turn {
            number: turn.number,
            name: turn.user.as_ref().map(|user| self.view.name_of(user)),
            starts: self.local(turn.starts),
            ends: self.local(turn.ends),
        }
    }

    pub(super) fn override_row(&self, shown: &OverrideInView) -> OverrideRow {
        let value = &shown.value;
        let person = |id: &UserId| Person { id: id.to_string(), name: self.view.name_of(id) };
        let is_now = value.starts <= self.visitor.ctx.now && self.visitor.ctx.now < value.ends;
        OverrideRow {
            id: value.id.to_string(),
            change: match &value.kind {
                OverrideKind::Replace { original, by } => {
                    Change::Replace { original: person(original), by: person(by) }
                }
                OverrideKind::Add { user } => Change::Add { user: person(user) },
                OverrideKind::Remove { user } => Change::Remove { user: person(user) },
                OverrideKind::Cover { original } => Change::Cover { original: person(original) },
            },
            starts: self.local(value.starts),
            ends: self.local(value.ends),
            standing: match value.state {
                OverrideState::Approved if is_now => Standing::Active,
                OverrideState::Approved => Standing::Approved,
                OverrideState::Pending | OverrideState::Rejected => Standing::Pending,
            },
            reason: value.reason.clone(),
            made_by: value.made_by.to_string(),
            may_accept: shown.may_accept,
            may_approve: shown.may_approve,
            may_reject: shown.may_reject,
            may_withdraw: shown.may_withdraw,
        }
    }
}
