//! Deliveries in words: how each went, and what became of it.

use std::collections::HashSet;

use ::console::alert_source::{DeliveryRow, DeliveryState};
use domain::alert::Outcome;
use domain::delivery::{Delivery, Verdict};
use domain::id::DeliveryId;

use super::super::answer::sentence;
use super::super::visitor::Visitor;

/// Some deliveries as the page shows them.
pub(super) fn rows(visitor: &Visitor, deliveries: &[Delivery]) -> Vec<DeliveryRow> {
    let is_taken =
        |delivery: &&Delivery| matches!(delivery.verdict, Verdict::Taken { .. }) && !delivery.did_nothing();
    let taken_later: HashSet<&DeliveryId> =
        deliveries.iter().filter(is_taken).filter_map(|delivery| delivery.replay_of.as_ref()).collect();
    let can_manage = visitor.ctx.role.can_manage();
    let row = |delivery: &Delivery| {
        let shown = shown(delivery);
        DeliveryRow {
            id: delivery.id.to_string(),
            at: visitor.local(delivery.received_at),
            is_another_reading: delivery.replay_of.is_some(),
            can_read_again: can_manage && delivery.may_be_replayed() && !taken_later.contains(&delivery.id),
            state: shown.state,
            result: shown.result,
            problem: shown.problem,
            incident_id: shown.incident_id,
        }
    };
    deliveries.iter().map(row).collect()
}

/// What a verdict says.
struct Shown {
    state: DeliveryState,
    result: Option<String>,
    problem: Option<String>,
    incident_id: Option<String>,
}

fn shown(delivery: &Delivery) -> Shown {
    let plain = |state, problem| Shown { state, result: None, problem: Some(problem), incident_id: None };
    match &delivery.verdict {
        Verdict::Taken { outcome, incident_id } => Shown {
            state: DeliveryState::Taken,
            result: Some(result(*outcome, delivery.alerts)),
            problem: None,
            incident_id: incident_id.as_ref().map(ToString::to_string),
        },
        Verdict::Nothing { why } => plain(DeliveryState::Nothing, sentence(why)),
        Verdict::Refused { field, problem } => {
            plain(DeliveryState::Refused, sentence(format!("{field} {problem}").trim()))
        }
        Verdict::Waiting { problem } => {
            plain(DeliveryState::Waiting, sentence(&format!("it is tried again by itself: {problem}")))
        }
    }
}

fn result(outcome: Outcome, alerts: u32) -> String {
    let first = match outcome {
        Outcome::Created => "opened an incident",
        Outcome::Grouped => "joined an incident",
        Outcome::Acknowledged => "acknowledged its incident",
        Outcome::Resolved => "resolved its incident",
        Outcome::Suppressed => "was recorded during maintenance",
        Outcome::Ignored => "needed nothing",
        Outcome::Refused => "had nothing open, and may not open anything",
    };
    if alerts > 1 { format!("{alerts} alerts; the first {first}.") } else { format!("It {first}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_alerts_are_counted_and_the_first_is_told() {
        assert_eq!(result(Outcome::Created, 1), "It opened an incident.");
        assert_eq!(result(Outcome::Grouped, 3), "3 alerts; the first joined an incident.");
    }
}
