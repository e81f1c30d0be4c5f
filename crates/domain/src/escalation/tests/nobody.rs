//! Steps and policies that reach nobody: passed at once, and never in silence.

use super::*;

fn empty(step: u32, round: u32, why: &[&str]) -> Event {
    Event::StepEmpty { step, round, why: why.iter().map(|&line| line.to_owned()).collect() }
}

fn nobody(told: &[&str]) -> Event {
    Event::NobodyReached { told: told.iter().map(|&name| name.to_owned()).collect() }
}

const NO_TARGETS: &[&str] = &["the step has no targets"];

#[test]
fn an_empty_step_is_passed_at_once_and_the_timeline_says_why() {
    let (mut incident, policy) = (incident(), policy(&[5, 5, 5, 10], 0));
    let mut roster = roster(&[&[], &[], &[], &["Dee"]]);
    roster.steps[0].nobody.push("Primary has nobody on call".to_owned());
    roster.steps[1] = step(&[unreachable("Bob")]);
    let journal = advanced(&mut incident, &policy, &roster, 0);
    let bob = "Bob (named in the step) has no verified contact method that can send here";
    assert_eq!(
        events(&journal),
        [
            &empty(1, 1, &["Primary has nobody on call"]),
            &empty(2, 1, &[bob]),
            &empty(3, 1, NO_TARGETS),
            &notified(4, 1, &["Dee"]),
        ]
    );
    assert_eq!(paged(&journal), ["Dee"]);
    assert_eq!(incident.escalation.due_at, Some(minute(10)));
}

#[test]
fn people_of_a_step_who_cannot_be_reached_are_named_beside_those_who_can() {
    let mut roster = roster(&[&[]]);
    roster.steps[0] = step(&[unreachable("Ann"), person("Bob")]);
    roster.steps[0].nobody.push("Backup has nobody on call".to_owned());
    let journal = advanced(&mut incident(), &policy(&[5], 0), &roster, 0);
    assert_eq!(paged(&journal), ["Bob"]);
    let Event::StepNotified { people, unreachable, .. } = events(&journal)[0] else {
        panic!("{:?}", journal.entries)
    };
    assert_eq!(people.len(), 1);
    let ann = "Ann (named in the step) has no verified contact method that can send here";
    assert_eq!(unreachable, &["Backup has nobody on call", ann]);
}

#[test]
fn a_channel_that_cannot_send_here_reaches_nobody() {
    let sending = vec![ChannelKind::Sms];
    let roster = Roster { sending, admins: Vec::new(), ..roster(&[&["Ann"]]) };
    let journal = advanced(&mut incident(), &policy(&[5], 0), &roster, 0);
    assert!(journal.pages.is_empty());
    assert!(matches!(events(&journal)[..], [Event::StepEmpty { .. }, Event::NobodyReached { .. }]));
}

#[test]
fn empty_steps_at_the_end_of_the_last_round_exhaust_it_in_the_same_call() {
    let (mut incident, policy, roster) = (incident(), policy(&[5, 5, 5], 0), roster(&[&["Ann"], &[], &[]]));
    advanced(&mut incident, &policy, &roster, 0);
    let journal = advanced(&mut incident, &policy, &roster, 5);
    let told = vec!["Ada".to_owned(), "Eve".to_owned()];
    let expected = [&empty(2, 1, NO_TARGETS), &empty(3, 1, NO_TARGETS), &Event::EscalationExhausted { told }];
    assert_eq!(events(&journal), expected);
}

#[test]
fn empty_steps_at_the_end_of_a_round_lead_into_the_next_in_the_same_call() {
    let (mut incident, policy, roster) = (incident(), policy(&[5, 5], 1), roster(&[&["Ann"], &[]]));
    advanced(&mut incident, &policy, &roster, 0);
    let journal = advanced(&mut incident, &policy, &roster, 5);
    assert_eq!(events(&journal), [&empty(2, 1, NO_TARGETS), &notified(1, 2, &["Ann"])]);
}

#[test]
fn a_policy_that_reaches_nobody_goes_to_the_last_resort_and_the_admins_at_once() {
    let (mut incident, policy, roster) = (incident(), policy(&[5, 10], 1), roster(&[&[], &[]]));
    let journal = advanced(&mut incident, &policy, &roster, 0);
    assert_eq!(paged(&journal), ["Lou", "Ada", "Eve"]);
    assert!(journal.pages.iter().all(|page| page.purpose == Purpose::LastResort && page.is_immediate()));
    let told = nobody(&["Lou", "Ada", "Eve"]);
    assert_eq!(events(&journal), [&empty(1, 1, NO_TARGETS), &empty(2, 1, NO_TARGETS), &told]);
    assert_eq!(
        incident.escalation.due_at,
        Some(minute(10)),
        "the next round comes after the last step's delay"
    );
    let journal = advanced(&mut incident, &policy, &roster, 10);
    assert_eq!(paged(&journal), ["Lou", "Ada", "Eve"]);
    assert_eq!((incident.escalation.due_at, incident.escalation.exhausted), (None, true));
}

#[test]
fn a_policy_without_steps_reaches_nobody() {
    let mut incident = incident();
    let journal = advanced(&mut incident, &policy(&[], 0), &roster(&[]), 0);
    assert_eq!(paged(&journal), ["Lou", "Ada", "Eve"]);
    assert_eq!(events(&journal), [&nobody(&["Lou", "Ada", "Eve"])]);
    assert!(incident.escalation.exhausted);
}

#[test]
fn a_policy_without_steps_repeats_too() {
    let mut incident = incident();
    let calls = whole_night(&mut incident, &policy(&[], 2), &roster(&[]));
    let minutes: Vec<_> = calls.iter().map(|(at_minute, people)| (*at_minute, people.len())).collect();
    assert_eq!(minutes, [(0, 3), (5, 3), (10, 3)]);
}

#[test]
fn the_last_resort_has_a_minute_at_least_before_it_is_told_again() {
    let mut incident = incident();
    let calls = whole_night(&mut incident, &policy(&[0], 1), &roster(&[&[]]));
    assert_eq!(calls.iter().map(|(at_minute, _)| *at_minute).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn a_last_resort_who_is_an_admin_too_is_paged_once() {
    let roster = Roster { last_resort: Some(person("Eve")), ..roster(&[&[]]) };
    let journal = advanced(&mut incident(), &policy(&[5], 0), &roster, 0);
    assert_eq!(paged(&journal), ["Eve", "Ada"]);
}

#[test]
fn the_last_resort_and_the_admins_are_paged_on_everything_whatever_their_rules_say() {
    let mut lou = person("Lou");
    lou.contact_methods.push(method("Lou", ChannelKind::Sms));
    lou.contact_methods.push(method("Lou", ChannelKind::Voice));
    let mail = lou.contact_methods[0].id.clone();
    lou.rules = [30, 45]
        .map(|after_minutes| NotificationRule {
            urgency: Urgency::High,
            contact_method_id: mail.clone(),
            after_minutes,
        })
        .to_vec();
    let roster =
        Roster { last_resort: Some(lou.clone()), admins: vec![lou, unreachable("Ada")], ..roster(&[&[]]) };
    let channels = |journal: &Journal| {
        journal.pages.iter().map(|page| (page.channel, page.is_immediate())).collect::<Vec<_>>()
    };
    let everything = [(ChannelKind::Email, true), (ChannelKind::Sms, true)];
    let journal = advanced(&mut incident(), &policy(&[5], 0), &roster, 0);
    assert_eq!(channels(&journal), everything, "there is nothing that could send a voice call");
    assert_eq!(events(&journal)[1], &nobody(&["Lou"]));
    let (mut incident, roster) = (incident(), Roster { steps: vec![step(&[person("Ann")])], ..roster });
    advanced(&mut incident, &policy(&[5], 0), &roster, 0);
    assert_eq!(channels(&advanced(&mut incident, &policy(&[5], 0), &roster, 5)), everything);
}

#[test]
fn where_there_is_nobody_at_all_it_is_tried_again_every_five_minutes() {
    let (mut incident, policy) = (incident(), policy(&[1, 1], 0));
    let alone = Roster { last_resort: None, admins: vec![unreachable("Ada")], ..roster(&[&[], &[]]) };
    for at_minute in [0, 5, 10, 15] {
        assert_eq!(incident.escalation.due_at, Some(minute(at_minute)));
        let journal = advanced(&mut incident, &policy, &alone, at_minute);
        assert!(journal.pages.is_empty());
        assert_eq!(events(&journal)[2], &nobody(&[]));
        assert!(!incident.escalation.exhausted);
    }
    let journal = advanced(&mut incident, &policy, &roster(&[&[], &["Bob"]]), 20);
    assert_eq!(paged(&journal), ["Bob"], "somebody came on call");
}
