//! What is held, what ends that, and which problems keep an incident open.

use super::*;
use crate::escalation;
use crate::id::MaintenanceId;
use crate::sample::{actor, events, incident, journal, minute, paged, policy, roster, tool};
use crate::severity::Severity;
use crate::signal::Signal;

fn window() -> MaintenanceWindow {
    MaintenanceWindow {
        id: MaintenanceId::derived(&["patching"]),
        name: "Patching".to_owned(),
        starts: minute(0),
        ends: Some(minute(60)),
        weekly: None,
        services: Vec::new(),
        clients: Vec::new(),
        due_at: None,
    }
}

/// Its paging ran when the window opened.
fn held() -> Incident {
    let mut incident = incident();
    escalation::advance(&mut incident, &policy(&[5, 5], 1), &roster(&[&["Ann"], &["Bob"]]), &mut journal(0));
    incident.hold(&window(), minute(60), &mut journal(2));
    incident
}

fn suppressed() -> Incident {
    let mut incident = incident();
    incident.suppress(&window(), minute(60), &mut journal(0));
    incident
}

fn grouped(keys: &[&str]) -> Incident {
    let mut incident = incident();
    let own = incident.dedup_key.clone();
    assert!(incident.gather(&own));
    assert!(keys.iter().all(|key| incident.gather(key)));
    incident
}

#[test]
fn what_is_held_is_due_when_the_window_ends_and_its_paging_starts_over() {
    for (mut incident, status) in [(held(), Status::Triggered), (suppressed(), Status::Suppressed)] {
        assert_eq!((incident.status, incident.is_held()), (status, true));
        assert_eq!(incident.escalation.due_at, Some(minute(60)));
        let mut journal = journal(60);
        incident.release(&mut journal);
        assert_eq!((incident.status, incident.is_held()), (Status::Triggered, false));
        escalation::advance(&mut incident, &policy(&[5, 5], 1), &roster(&[&["Ann"], &["Bob"]]), &mut journal);
        assert_eq!(paged(&journal), ["Ann"]);
        assert!(journal.pages.iter().all(|page| page.is_wanted(&incident)));
    }
}

#[test]
fn whoever_takes_a_held_incident_has_it_and_the_window_lets_it_alone() {
    let mut incident = held();
    incident.acknowledge(actor("Ann"), &mut journal(10)).unwrap();
    assert_eq!((&incident.held_for, incident.escalation.due_at), (&None, None));
    let before = incident.clone();
    let mut journal = journal(60);
    incident.hold(&window(), minute(60), &mut journal);
    incident.release(&mut journal);
    assert_eq!((incident, journal), (before, Journal::new(minute(60))));
}

#[test]
fn one_that_is_given_back_is_not_held_any_more() {
    let mut incident = held();
    incident.acknowledge(actor("Ann"), &mut journal(10)).unwrap();
    // As one that was kept before taking it ended that.
    incident.held_for = Some(window().id);
    incident.unacknowledge(tool(), &mut journal(12)).unwrap();
    assert_eq!((&incident.held_for, incident.escalation.due_at), (&None, Some(minute(12))));
}

#[test]
fn one_that_somebody_has_and_that_was_kept_as_held_is_let_go_without_a_word() {
    let mut incident = held();
    incident.acknowledge(actor("Ann"), &mut journal(10)).unwrap();
    incident.held_for = Some(window().id);
    let mut journal = journal(60);
    incident.release(&mut journal);
    assert_eq!((&incident.held_for, incident.status), (&None, Status::Acknowledged));
    assert_eq!((incident.escalation.due_at, journal), (None, Journal::new(minute(60))));
}

#[test]
fn who_asks_for_the_next_step_gets_it_and_the_steps_after_it() {
    let mut incident = held();
    let (policy, roster) = (policy(&[5, 5], 1), roster(&[&["Ann"], &["Bob"]]));
    let mut journal = journal(10);
    escalation::escalate_now(&mut incident, (&policy, &roster), actor("Ann"), &mut journal).unwrap();
    assert_eq!(paged(&journal), ["Bob"]);
    assert!(journal.pages.iter().all(|page| page.is_wanted(&incident)));
    assert_eq!((&incident.held_for, incident.escalation.due_at), (&None, Some(minute(15))));
}

#[test]
fn what_is_over_is_not_held() {
    let mut incident = incident();
    incident.resolve(actor("Ann"), None, &mut journal(1)).unwrap();
    let (before, mut journal) = (incident.clone(), journal(2));
    incident.hold(&window(), minute(60), &mut journal);
    assert_eq!((incident, journal), (before, Journal::new(minute(2))));
}

#[test]
fn a_worse_alert_raises_the_severity_of_what_is_held_and_pages_nobody() {
    for (mut incident, status) in [(held(), Status::Triggered), (suppressed(), Status::Suppressed)] {
        incident.severity = Severity::Low;
        let mut journal = journal(30);
        incident.join(&Signal::trigger("Disk full", Severity::Critical), tool(), &mut journal);
        assert_eq!((incident.severity, incident.status), (Severity::Critical, status));
        assert!(journal.pages.is_empty() && incident.is_held());
        assert_eq!(incident.escalation.due_at, Some(minute(60)), "it is told when the window ends");
    }
}

#[test]
fn without_alerts_it_is_taken_for_over_whoever_has_it() {
    let mut told = incident();
    escalation::advance(&mut told, &policy(&[5, 5], 1), &roster(&[&["Ann"], &["Bob"]]), &mut journal(0));
    let mut acknowledged = told.clone();
    acknowledged.acknowledge(actor("Ann"), &mut journal(1)).unwrap();
    for mut incident in [told, acknowledged] {
        incident.auto_resolve_hours = Some(2);
        incident.join(&Signal::trigger("Disk full", Severity::High), tool(), &mut journal(30));
        assert_eq!(incident.auto_resolve_at(), Some(minute(150)));
        assert!(incident.due_at() <= Some(minute(150)));
        incident.auto_resolve(&mut journal(150));
        assert_eq!((incident.status, incident.due_at()), (Status::Resolved, None));
    }
}

#[test]
fn what_maintenance_keeps_quiet_is_not_taken_for_over_before_it_was_told() {
    for mut incident in [held(), suppressed()] {
        incident.auto_resolve_hours = Some(2);
        assert_eq!((incident.auto_resolve_at(), incident.due_at()), (None, Some(minute(60))));
        incident.release(&mut journal(50));
        assert_eq!(incident.auto_resolve_at(), None, "its page is still to come");
        let (policy, roster) = (policy(&[5, 5], 1), roster(&[&["Ann"], &["Bob"]]));
        escalation::advance(&mut incident, &policy, &roster, &mut journal(50));
        assert_eq!(incident.auto_resolve_at(), Some(minute(170)), "an early end counts");
        incident.join(&Signal::trigger("Disk full", Severity::High), tool(), &mut journal(55));
        assert_eq!(incident.auto_resolve_at(), Some(minute(175)), "the later of both");
    }
}

#[test]
fn whoever_takes_a_held_incident_does_not_lose_it_to_the_hours_of_the_window() {
    let mut taken = held();
    taken.auto_resolve_hours = Some(2);
    taken.acknowledge(actor("Ann"), &mut journal(200)).unwrap();
    assert_eq!(taken.auto_resolve_at(), Some(minute(320)));
}

#[test]
fn a_window_without_end_is_no_hour_to_count_from() {
    let mut incident = held();
    incident.auto_resolve_hours = Some(2);
    incident.hold(&window(), DateTime::<Utc>::MAX_UTC, &mut journal(3));
    let (policy, roster) = (policy(&[5, 5], 1), roster(&[&["Ann"], &["Bob"]]));
    escalation::escalate_now(&mut incident, (&policy, &roster), actor("Ann"), &mut journal(4)).unwrap();
    assert_eq!(incident.auto_resolve_at(), None);
}

#[test]
fn a_first_page_that_waits_comes_before_the_hours_without_an_alert() {
    let mut incident = incident();
    incident.auto_resolve_hours = Some(1);
    incident.pause(minute(60), &mut journal(0));
    assert_eq!((incident.auto_resolve_at(), incident.due_at()), (None, Some(minute(60))));
    incident.end_quiet(minute(75));
    escalation::advance(&mut incident, &policy(&[5, 5], 1), &roster(&[&["Ann"], &["Bob"]]), &mut journal(75));
    assert_eq!(incident.auto_resolve_at(), Some(minute(135)));
    incident.end_quiet(minute(80));
    assert_eq!(incident.auto_resolve_at(), Some(minute(135)), "told once");
}

#[test]
fn the_own_problem_that_comes_back_keeps_the_incident_open() {
    let mut incident = grouped(&["b"]);
    let own = incident.dedup_key.clone();
    assert_eq!(incident.problem_over(&own, tool(), &mut journal(1)), ProblemEnd::OthersStand);
    assert!(incident.gather(&own), "it stands again");
    assert_eq!(incident.problem_over("b", tool(), &mut journal(2)), ProblemEnd::OthersStand);
    assert_eq!(incident.open_problems, [own.as_str()]);
    assert_eq!(incident.problem_over(&own, tool(), &mut journal(3)), ProblemEnd::AllOver);
}

#[test]
fn each_problem_is_followed_once_and_no_more_than_can_be() {
    let mut incident = grouped(&["b", "b"]);
    assert_eq!(incident.open_problems.len(), 2);
    for number in 2..MOST_PROBLEMS {
        assert!(incident.gather(&format!("more-{number}")));
    }
    assert!(!incident.gather("one too many"));
    assert!(incident.gather("b"), "it is among them");
    assert_eq!(incident.open_problems.len(), MOST_PROBLEMS);
}

#[test]
fn a_problem_that_is_not_followed_ends_nothing_while_others_stand() {
    let mut incident = grouped(&["b"]);
    let mut journal = journal(1);
    assert_eq!(incident.problem_over("c", tool(), &mut journal), ProblemEnd::OthersStand);
    assert!(events(&journal).is_empty());
}
