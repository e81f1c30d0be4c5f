//! Nights, told step by step.

mod nobody;
mod now;

use super::*;
use crate::id::TeamId;
use crate::sample::{
    actor, events, incident, journal, method, minute, paged, person, policy, roster, step, tool, unreachable,
};
use crate::severity::{Severity, Urgency};
use crate::signal::Signal;
use crate::user::NotificationRule;

fn advanced(incident: &mut Incident, policy: &EscalationPolicy, roster: &Roster, at_minute: i64) -> Journal {
    let mut journal = journal(at_minute);
    advance(incident, policy, roster, &mut journal);
    journal
}

/// Calls [`advance`] whenever something is due, until nothing is: minute, and who was paged.
fn whole_night(
    incident: &mut Incident,
    policy: &EscalationPolicy,
    roster: &Roster,
) -> Vec<(i64, Vec<String>)> {
    let mut calls = Vec::new();
    while let Some(due_at) = incident.escalation.due_at {
        let at_minute = (due_at - minute(0)).num_minutes();
        let journal = advanced(incident, policy, roster, at_minute);
        calls.push((at_minute, paged(&journal).into_iter().map(str::to_owned).collect()));
        assert!(calls.len() < 100, "it never ends: {calls:?}");
    }
    calls
}

fn notified(step: u32, round: u32, people: &[&str]) -> Event {
    let people = people.iter().map(|name| format!("{name} (named in the step)")).collect();
    Event::StepNotified { step, round, people, unreachable: Vec::new() }
}

#[test]
fn the_first_step_is_told_at_once() {
    let mut incident = incident();
    let journal = advanced(&mut incident, &policy(&[5, 10], 0), &roster(&[&["Ann", "Bob"], &["Cid"]]), 0);
    assert_eq!(paged(&journal), ["Ann", "Bob"]);
    assert_eq!(events(&journal), [&notified(1, 1, &["Ann", "Bob"])]);
    assert!(journal.pages.iter().all(|page| page.purpose == Purpose::Step && page.is_immediate()));
    assert_eq!(incident.escalation.due_at, Some(minute(5)));
    assert_eq!(incident.status, Status::Triggered);
}

#[test]
fn each_step_has_its_own_delay_and_the_policy_repeats() {
    let (mut incident, policy) = (incident(), policy(&[5, 10], 2));
    let roster = roster(&[&["Ann"], &["Bob"]]);
    let calls = whole_night(&mut incident, &policy, &roster);
    let told: Vec<_> = calls.iter().map(|(at, people)| (*at, people.join(" "))).collect();
    let expected =
        [(0, "Ann"), (5, "Bob"), (15, "Ann"), (20, "Bob"), (30, "Ann"), (35, "Bob"), (45, "Ada Eve")];
    assert_eq!(told, expected.map(|(at, people)| (at, people.to_owned())));
}

#[test]
fn after_the_last_round_the_admins_are_told_and_it_stays_triggered() {
    let (mut incident, policy, roster) = (incident(), policy(&[5], 0), roster(&[&["Ann"]]));
    advanced(&mut incident, &policy, &roster, 0);
    let journal = advanced(&mut incident, &policy, &roster, 5);
    let told = vec!["Ada".to_owned(), "Eve".to_owned()];
    assert_eq!(events(&journal), [&Event::EscalationExhausted { told }]);
    assert!(journal.pages.iter().all(|page| page.purpose == Purpose::Exhausted && page.is_immediate()));
    assert_eq!((incident.escalation.due_at, incident.escalation.exhausted), (None, true));
    assert_eq!(incident.status, Status::Triggered);
}

#[test]
fn exhaustion_is_written_down_also_where_there_is_no_admin() {
    let (mut incident, policy) = (incident(), policy(&[5], 0));
    let roster = Roster { admins: Vec::new(), ..roster(&[&["Ann"]]) };
    advanced(&mut incident, &policy, &roster, 0);
    let journal = advanced(&mut incident, &policy, &roster, 5);
    assert_eq!(events(&journal), [&Event::EscalationExhausted { told: Vec::new() }]);
    assert!(incident.escalation.exhausted);
}

#[test]
fn a_late_call_tells_one_step_and_counts_its_delay_from_then() {
    let (mut incident, policy) = (incident(), policy(&[5, 10, 15], 3));
    let roster = roster(&[&["Ann"], &["Bob"], &["Cid"]]);
    advanced(&mut incident, &policy, &roster, 0);
    let journal = advanced(&mut incident, &policy, &roster, 480);
    assert_eq!(paged(&journal), ["Bob"]);
    assert_eq!(incident.escalation.due_at, Some(minute(490)));
}

#[test]
fn a_step_without_delay_is_followed_by_the_next_call_not_by_the_same() {
    let (mut incident, policy) = (incident(), policy(&[0, 5], 0));
    let journal = advanced(&mut incident, &policy, &roster(&[&["Ann"], &["Bob"]]), 3);
    assert_eq!(paged(&journal), ["Ann"]);
    assert_eq!(incident.escalation.due_at, Some(minute(3)));
}

#[test]
fn planning_the_same_position_twice_plans_the_same_pages() {
    let ids = |at_minute| {
        let journal = advanced(&mut incident(), &policy(&[5], 1), &roster(&[&["Ann", "Bob"]]), at_minute);
        journal.pages.into_iter().map(|page| page.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(0), ids(7));
}

#[test]
fn a_person_twice_in_a_step_is_paged_once_on_each_contact_method() {
    let mut ann = person("Ann");
    ann.contact_methods.push(method("Ann", ChannelKind::Sms));
    let mut roster = roster(&[&[]]);
    roster.steps[0] = step(&[ann.clone(), person("Bob"), ann]);
    roster.steps[0].recipients[2].cause =
        Cause::Member { team_id: TeamId::derived(&["night"]), team: "Night team".to_owned() };
    let journal = advanced(&mut incident(), &policy(&[5], 0), &roster, 0);
    let told: Vec<_> = journal.pages.iter().map(|page| (&*page.user_name, page.channel)).collect();
    assert_eq!(told, [("Ann", ChannelKind::Email), ("Ann", ChannelKind::Sms), ("Bob", ChannelKind::Email)]);
    assert_eq!(events(&journal), [&notified(1, 1, &["Ann", "Bob"])]);
}

#[test]
fn the_rules_of_the_severitys_urgency_say_when_each_method_is_used() {
    let mut ann = person("Ann");
    ann.contact_methods.push(method("Ann", ChannelKind::Sms));
    let rule = |index: usize, urgency, after_minutes| NotificationRule {
        urgency,
        contact_method_id: ann.contact_methods[index].id.clone(),
        after_minutes,
    };
    // Mail twice: a step has one page for each contact method, and its commit would fail on a second.
    let rules = [(1, Urgency::High, 2), (0, Urgency::High, 0), (0, Urgency::High, 3), (0, Urgency::Low, 30)];
    ann.rules = rules.map(|(index, urgency, after)| rule(index, urgency, after)).to_vec();
    let mut roster = roster(&[&[]]);
    roster.steps[0] = step(&[ann]);
    let planned = |severity| {
        let mut incident = incident();
        incident.severity = severity;
        let pages = advanced(&mut incident, &policy(&[5], 0), &roster, 0).pages;
        pages.into_iter().map(|page| (page.channel, page.is_immediate(), page.due_at)).collect::<Vec<_>>()
    };
    let leased = Some(minute(0) + crate::page::LEASE);
    let high = [(ChannelKind::Email, true, leased), (ChannelKind::Sms, false, Some(minute(2)))];
    assert_eq!(planned(Severity::Critical), high);
    assert_eq!(planned(Severity::Medium), [(ChannelKind::Email, false, Some(minute(30)))]);
}

#[test]
fn only_a_step_after_the_opening_is_an_event_of_its_own() {
    let (mut journal, policy) = (journal(0), policy(&[5, 5], 0));
    let roster = roster(&[&["Ann"], &["Bob"]]);
    let signal = Signal::trigger("Disk full", Severity::High);
    let mut incident =
        Incident::open(crate::sample::opening(), &signal, "disk-1".to_owned(), tool(), &mut journal);
    advance(&mut incident, &policy, &roster, &mut journal);
    assert_eq!(journal.events, [EventKind::Created]);
    assert_eq!(advanced(&mut incident, &policy, &roster, 5).events, [EventKind::Escalated]);
    assert_eq!(advanced(&mut incident, &policy, &roster, 10).events, []);
}

#[test]
fn a_policy_that_was_shortened_meanwhile_goes_on_with_its_next_round() {
    let mut incident = incident();
    let long = roster(&[&["Ann"], &["Bob"], &["Cid"]]);
    advanced(&mut incident, &policy(&[5, 5, 5], 1), &long, 0);
    advanced(&mut incident, &policy(&[5, 5, 5], 1), &long, 5);
    let journal = advanced(&mut incident, &policy(&[5], 1), &roster(&[&["Ann"]]), 10);
    assert_eq!(events(&journal), [&notified(1, 2, &["Ann"])]);
    advanced(&mut incident, &policy(&[5], 1), &roster(&[&["Ann"]]), 15);
    assert!(incident.escalation.exhausted);
}

#[test]
fn a_step_stays_one_commit_however_many_people_are_in_it() {
    let crowd: Vec<_> = (0..MOST_PAGES + 2).map(|number| person(&format!("P{number}"))).collect();
    let mut roster = Roster { steps: vec![step(&crowd)], ..roster(&[]) };
    let journal = advanced(&mut incident(), &policy(&[5], 0), &roster, 0);
    assert_eq!(journal.pages.len(), MOST_PAGES);
    let Event::StepNotified { people, unreachable, .. } = events(&journal)[0] else {
        panic!("{:?}", journal.entries)
    };
    assert_eq!((people.len(), unreachable.len()), (MOST_PAGES, 2), "who is left out is named");
    roster = Roster { steps: vec![step(&[])], admins: crowd, ..roster };
    let journal = advanced(&mut incident(), &policy(&[5], 0), &roster, 0);
    assert_eq!((journal.pages.len(), paged(&journal)[0]), (MOST_PAGES, "Lou"));
}
