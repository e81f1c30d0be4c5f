//! What happens to an incident if nobody does anything.

use std::collections::HashSet;

use ::console::incident::Upcoming;
use app::Error;
use domain::escalation::Escalation;
use domain::id::UserId;
use domain::incident::{Incident, Status};
use domain::policy::{EscalationPolicy, Step, Target, Team};

use super::super::visitor::Visitor;

/// What is due, and whom it would reach as things stand.
pub(super) async fn of(visitor: &Visitor, incident: &Incident) -> Result<Option<Upcoming>, Error> {
    if incident.status != Status::Triggered {
        return Ok(None);
    }
    if incident.escalation.exhausted {
        return Ok(Some(Upcoming::Exhausted));
    }
    let Some(due) = incident.escalation.due_at else { return Ok(None) };
    let policy =
        visitor.app().store.get::<EscalationPolicy>(&visitor.ctx.tenant, incident.policy_id.as_str()).await?;
    let (steps, repeat) = policy.map_or((Vec::new(), 0), |found| (found.value.steps, found.value.repeat));
    let (step, who) = match next(incident.escalation, steps.len(), repeat) {
        Next::Step(index) => (index + 1, people(visitor, &steps[index]).await?),
        Next::Admins => (steps.len() + 1, vec!["no step is left: the admins".to_owned()]),
    };
    let step = u32::try_from(step).unwrap_or(u32::MAX);
    Ok(Some(Upcoming::StepNotified { step, who, at: visitor.local(due) }))
}

/// What comes after the steps that were notified.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// This one, counted from 0.
    Step(usize),
    /// Every round is through.
    Admins,
}

fn next(escalation: Escalation, n_steps: usize, repeat: u32) -> Next {
    let step = escalation.step as usize;
    if step < n_steps {
        Next::Step(step)
    } else if n_steps > 0 && escalation.round < repeat {
        Next::Step(0)
    } else {
        Next::Admins
    }
}

/// The names of those a step would notify now, each once.
async fn people(visitor: &Visitor, step: &Step) -> Result<Vec<String>, Error> {
    let (app, ctx) = (visitor.app(), &visitor.ctx);
    let members = app::tenants::members(app, &ctx.tenant).await?;
    let schedules = app::on_call_now(app, ctx).await?;
    let name_of = |id: &UserId| members.iter().find(|user| user.id == *id).map(|user| user.name.clone());
    let mut names: Vec<String> = Vec::new();
    for target in &step.targets {
        match target {
            Target::User(id) => names.extend(name_of(id)),
            Target::Schedule(id) => {
                let on_call =
                    schedules.iter().filter(|schedule| schedule.id == *id).flat_map(|now| &now.on_call);
                names.extend(on_call.map(|person| person.name.clone()));
            }
            Target::Team(id) => {
                let team = app.store.get::<Team>(&ctx.tenant, id.as_str()).await?;
                names.extend(team.iter().flat_map(|team| &team.value.members).filter_map(name_of));
            }
        }
    }
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    Ok(names)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(round: u32, step: u32) -> Escalation {
        Escalation { round, step, ..Escalation::start(DateTime::UNIX_EPOCH) }
    }

    #[test]
    fn the_steps_come_in_order_then_again_then_the_admins() {
        assert_eq!(next(at(0, 1), 2, 1), Next::Step(1));
        assert_eq!(next(at(0, 2), 2, 1), Next::Step(0));
        assert_eq!(next(at(1, 2), 2, 1), Next::Admins);
    }

    #[test]
    fn a_policy_without_steps_leaves_the_admins() {
        assert_eq!(next(at(0, 0), 0, 3), Next::Admins);
    }
}
