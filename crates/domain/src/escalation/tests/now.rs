//! A person asks for the next step now.

use super::*;

fn escalated(incident: &mut Incident, policy: &EscalationPolicy, roster: &Roster, at_minute: i64) -> Journal {
    let mut journal = journal(at_minute);
    escalate_now(incident, (policy, roster), actor("Bob"), &mut journal).unwrap();
    assert_eq!(journal.entries[0].actor, actor("Bob"));
    assert_eq!(journal.entries[0].event, Event::EscalatedNow);
    journal
}

#[test]
fn from_triggered_the_next_step_is_told_before_its_time() {
    let (mut incident, policy, roster) = (incident(), policy(&[30, 10], 0), roster(&[&["Ann"], &["Bob"]]));
    advanced(&mut incident, &policy, &roster, 0);
    let journal = escalated(&mut incident, &policy, &roster, 2);
    assert_eq!(paged(&journal), ["Bob"]);
    assert_eq!(journal.events, [EventKind::Escalated]);
    assert_eq!(incident.escalation.due_at, Some(minute(12)));
    assert_eq!(incident.escalation.cycle, 0, "the pages of the step before are still wanted");
}

#[test]
fn past_the_last_step_the_policy_starts_over() {
    let (mut incident, policy, roster) = (incident(), policy(&[30], 0), roster(&[&["Ann"]]));
    let before = advanced(&mut incident, &policy, &roster, 0);
    let journal = escalated(&mut incident, &policy, &roster, 2);
    assert_eq!(paged(&journal), ["Ann"]);
    assert_ne!(journal.pages[0].id, before.pages[0].id);
    assert!(!incident.escalation.exhausted);
}

#[test]
fn when_every_page_of_a_step_is_refused_the_next_one_is_due() {
    let (mut incident, policy, roster) = (incident(), policy(&[30, 10], 0), roster(&[&["Ann"], &["Bob"]]));
    let position = advanced(&mut incident, &policy, &roster, 0).pages[0].position;
    nobody_heard(&mut incident, Purpose::Step, position, minute(1));
    assert_eq!(incident.escalation.due_at, Some(minute(1)));
    advanced(&mut incident, &policy, &roster, 1);
    nobody_heard(&mut incident, Purpose::Step, position, minute(2));
    assert_eq!(incident.escalation.due_at, Some(minute(11)), "that step is past");
}

#[test]
fn when_the_last_to_be_told_are_refused_the_policy_starts_over_in_a_while() {
    let (mut incident, policy, roster) = (incident(), policy(&[30], 0), roster(&[&["Ann"]]));
    advanced(&mut incident, &policy, &roster, 0);
    let position = advanced(&mut incident, &policy, &roster, 30).pages[0].position;
    assert_eq!(incident.escalation.due_at, None);
    nobody_heard(&mut incident, Purpose::Exhausted, position, minute(31));
    assert_eq!(incident.escalation.due_at, Some(minute(36)));
    assert_eq!(paged(&advanced(&mut incident, &policy, &roster, 36)), ["Ann"]);
}

#[test]
fn from_acknowledged_it_is_triggered_again_and_goes_on_with_the_next_step() {
    let (mut incident, policy, roster) = (incident(), policy(&[30, 10], 0), roster(&[&["Ann"], &["Bob"]]));
    let before = advanced(&mut incident, &policy, &roster, 0);
    incident.acknowledge(actor("Ann"), &mut journal(1)).unwrap();
    let journal = escalated(&mut incident, &policy, &roster, 4);
    assert_eq!(incident.status, Status::Triggered);
    assert_eq!((&incident.acknowledged, incident.first_acknowledged_at), (&None, Some(minute(1))));
    assert_eq!(paged(&journal), ["Bob"]);
    assert_eq!(incident.escalation.due_at, Some(minute(14)));
    assert!(journal.pages.iter().all(|page| page.is_wanted(&incident)));
    assert!(!before.pages.iter().any(|page| page.is_wanted(&incident)), "those had been answered");
}

#[test]
fn whoever_takes_it_next_gets_it_and_the_first_time_stays() {
    let (mut incident, policy, roster) = (incident(), policy(&[30, 10], 0), roster(&[&["Ann"], &["Bob"]]));
    advanced(&mut incident, &policy, &roster, 0);
    incident.acknowledge(actor("Ann"), &mut journal(1)).unwrap();
    escalated(&mut incident, &policy, &roster, 4);
    incident.acknowledge(actor("Bob"), &mut journal(6)).unwrap();
    assert_eq!(incident.assignee(), Some(&person("Bob").id));
    assert_eq!(incident.first_acknowledged_at, Some(minute(1)));
    assert_eq!(incident.escalation.due_at, None);
}

#[test]
fn after_exhaustion_the_policy_starts_over_with_pages_of_its_own() {
    for acknowledged in [false, true] {
        let (mut incident, policy, roster) = (incident(), policy(&[5, 5], 0), roster(&[&["Ann"], &["Bob"]]));
        let first = advanced(&mut incident, &policy, &roster, 0);
        whole_night(&mut incident, &policy, &roster);
        assert!(incident.escalation.exhausted);
        if acknowledged {
            incident.acknowledge(actor("Ann"), &mut journal(50)).unwrap();
        }
        let again = escalated(&mut incident, &policy, &roster, 60);
        assert_eq!((paged(&again), incident.status), (vec!["Ann"], Status::Triggered));
        assert_ne!(again.pages[0].id, first.pages[0].id);
        assert!(again.pages[0].is_wanted(&incident) && !first.pages[0].is_wanted(&incident));
        assert_eq!((incident.escalation.due_at, incident.escalation.exhausted), (Some(minute(65)), false));
        assert_eq!(whole_night(&mut incident, &policy, &roster).len(), 2, "Bob, then the admins");
    }
}

#[test]
fn what_is_over_or_silenced_is_not_escalated() {
    for (status, refusal) in
        [(Status::Resolved, TransitionError::Resolved), (Status::Suppressed, TransitionError::Suppressed)]
    {
        let mut incident = incident();
        incident.status = status;
        let (before, mut journal) = (incident.clone(), journal(3));
        let plan = (&policy(&[5], 0), &roster(&[&["Ann"]]));
        let told = escalate_now(&mut incident, plan, actor("Bob"), &mut journal);
        assert_eq!((told, incident, journal), (Err(refusal), before, Journal::new(minute(3))));
    }
}

#[test]
fn where_nobody_is_left_the_last_resort_hears_of_it() {
    let (mut incident, policy, roster) = (incident(), policy(&[5, 5], 1), roster(&[&[], &[]]));
    let journal = escalated(&mut incident, &policy, &roster, 2);
    assert_eq!(paged(&journal), ["Lou", "Ada", "Eve"]);
}
