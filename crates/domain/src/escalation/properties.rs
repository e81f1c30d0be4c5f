//! What holds for any policy and any people, however often they change in the middle of the night.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::id::PageId;
use crate::sample::{actor, incident, journal, method, minute, person, policy, step, unreachable};
use crate::severity::{Severity, Urgency};
use crate::user::NotificationRule;

/// More calls than any night of these sizes may need.
const MOST_CALLS: usize = 60;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 300,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(11),
        ..ProptestConfig::default()
    }
}

/// The person of this name: reachable, on rules, unreachable or disabled.
fn as_drawn(name: &'static str) -> impl Strategy<Value = User> {
    let on_rules = move |after: Vec<u32>| {
        let mut user = person(name);
        user.contact_methods.push(method(name, ChannelKind::Sms));
        let rule = |(index, after_minutes): (usize, u32)| NotificationRule {
            urgency: Urgency::High,
            contact_method_id: user.contact_methods[index % 2].id.clone(),
            after_minutes,
        };
        user.rules = after.into_iter().enumerate().map(rule).collect();
        user
    };
    prop_oneof![
        2 => Just(person(name)),
        2 => Just(unreachable(name)),
        1 => Just(User { disabled: true, ..person(name) }),
        2 => prop::collection::vec(0..9_u32, 0..5).prop_map(on_rules),
    ]
}

fn policies() -> impl Strategy<Value = EscalationPolicy> {
    let delays = prop::sample::select(vec![0, 1, 5, 30, u32::MAX]);
    (prop::collection::vec(delays, 0..5), 0..4_u32).prop_map(|(delays, repeat)| policy(&delays, repeat))
}

/// Who is there at one call, for a policy of `steps` steps.
fn rosters(steps: usize) -> impl Strategy<Value = Roster> {
    let everybody = ["Ann", "Bob", "Cid", "Dee"].map(as_drawn);
    let some = |most| prop::collection::vec(0..4_usize, 0..=most);
    let steps = prop::collection::vec(some(3), steps);
    let sending = prop::sample::subsequence(vec![ChannelKind::Email, ChannelKind::Sms], 0..=2);
    (everybody, steps, prop::option::of(0..4_usize), some(2), sending).prop_map(
        |(everybody, steps, last_resort, admins, sending)| {
            let named =
                |who: &Vec<usize>| who.iter().map(|&index| everybody[index].clone()).collect::<Vec<_>>();
            Roster {
                steps: steps.iter().map(|who| step(&named(who))).collect(),
                last_resort: last_resort.map(|index| everybody[index].clone()),
                admins: named(&admins),
                sending,
            }
        },
    )
}

/// A policy, and for each call who is there and how late it comes, in minutes.
fn nights() -> impl Strategy<Value = (EscalationPolicy, Vec<(Roster, i64)>)> {
    policies().prop_flat_map(|policy| {
        let calls = prop::collection::vec((rosters(policy.steps.len()), 0..90_i64), 1..8);
        (Just(policy), calls)
    })
}

/// A triggered incident somewhere in the middle of a policy.
fn positions() -> impl Strategy<Value = Incident> {
    let severity = prop::sample::select(Severity::ALL.to_vec());
    (0..3_u32, 0..5_u32, 0..6_u32, severity).prop_map(|(cycle, round, step, severity)| {
        let mut incident = incident();
        incident.severity = severity;
        incident.escalation = Escalation { cycle, round, step, ..incident.escalation };
        incident
    })
}

fn purposes(journal: &Journal) -> BTreeSet<&'static str> {
    let name = |page: &Page| match page.purpose {
        Purpose::Step => "step",
        Purpose::LastResort => "last resort",
        Purpose::Exhausted => "exhausted",
    };
    journal.pages.iter().map(name).collect()
}

fn says_where_it_went(journal: &Journal) -> bool {
    let last = journal.entries.last().map(|entry| &entry.event);
    matches!(
        last,
        Some(Event::StepNotified { .. } | Event::NobodyReached { .. } | Event::EscalationExhausted { .. })
    )
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_night_ends_and_pages_nobody_twice_for_one_thing((policy, calls) in nights()) {
        let mut incident = incident();
        let mut seen: BTreeSet<PageId> = BTreeSet::new();
        let (mut now, mut telling) = (minute(0), 0);
        for (roster, late) in calls.iter().cycle().take(MOST_CALLS) {
            now = incident.escalation.due_at.unwrap().max(now) + TimeDelta::minutes(*late);
            let mut journal = Journal::new(now);
            advance(&mut incident, &policy, roster, &mut journal);
            for page in &journal.pages {
                prop_assert!(seen.insert(page.id.clone()), "planned twice: {page:?}");
                prop_assert!(page.is_wanted(&incident));
                prop_assert!(page.due_at.is_some_and(|due_at| due_at > now));
            }
            prop_assert!(purposes(&journal).len() <= 1, "{:?}", journal.pages);
            prop_assert!(says_where_it_went(&journal), "{:?}", journal.entries);
            telling += usize::from(!journal.pages.is_empty());
            let escalation = incident.escalation;
            prop_assert_eq!(escalation.exhausted, escalation.due_at.is_none());
            prop_assert!(escalation.due_at.is_none_or(|due_at| due_at >= now));
            if escalation.exhausted {
                break;
            }
        }
        let rounds = policy.repeat as usize + 1;
        prop_assert!(telling <= policy.steps.len().max(1) * rounds + 1, "{telling} calls told somebody");
    }

    #[test]
    fn with_anybody_to_tell_it_is_exhausted_in_bounded_calls((policy, calls) in nights()) {
        let (mut incident, roster) = (incident(), &calls[0].0);
        let bound = policy.steps.len().max(1) * (policy.repeat as usize + 1) + 1;
        for _ in 0..bound {
            let Some(due_at) = incident.escalation.due_at else { break };
            advance(&mut incident, &policy, roster, &mut Journal::new(due_at));
        }
        let mut others = roster.last_resort.iter().chain(&roster.admins);
        let anybody = has_somebody(&self::incident(), &policy, roster)
            || others.any(|user| user.usable(&roster.sending).next().is_some());
        prop_assert_eq!(incident.escalation.exhausted, anybody);
        prop_assert_eq!(incident.escalation.due_at.is_none(), anybody);
    }

    #[test]
    fn the_last_resort_is_asked_for_exactly_when_no_step_has_anybody(
        (policy, calls) in nights(),
        incident in positions(),
    ) {
        let (mut after, roster, mut journal) = (incident.clone(), &calls[0].0, journal(0));
        let somebody = has_somebody(&incident, &policy, roster);
        advance(&mut after, &policy, roster, &mut journal);
        let purposes = purposes(&journal);
        if somebody {
            prop_assert_eq!(purposes, BTreeSet::from(["step"]));
        } else {
            prop_assert!(!purposes.contains("step"), "{:?}", journal.pages);
        }
    }

    #[test]
    fn escalating_now_never_misses_somebody_wherever_the_incident_stands(
        (policy, calls) in nights(),
        mut incident in positions(),
        (exhausted, acknowledged) in any::<(bool, bool)>(),
    ) {
        incident.escalation.exhausted = exhausted;
        if acknowledged {
            incident.acknowledge(actor("Ann"), &mut journal(0)).unwrap();
        }
        let (roster, mut journal) = (&calls[0].0, journal(1));
        let somebody = has_somebody(&incident, &policy, roster);
        escalate_now(&mut incident, (&policy, roster), actor("Bob"), &mut journal).unwrap();
        // Past the end the policy starts over, and then it may well find somebody.
        prop_assert!(purposes(&journal).contains("step") || !somebody);
        prop_assert!(journal.pages.iter().all(|page| page.is_wanted(&incident)));
        prop_assert_eq!(incident.status, Status::Triggered);
    }

    #[test]
    fn once_somebody_has_it_or_it_is_over_no_page_is_wanted((policy, calls) in nights(), resolve in any::<bool>()) {
        let mut incident = incident();
        let mut pages = Vec::new();
        for (roster, late) in &calls {
            let Some(due_at) = incident.escalation.due_at else { break };
            let mut journal = Journal::new(due_at + TimeDelta::minutes(*late));
            advance(&mut incident, &policy, roster, &mut journal);
            pages.append(&mut journal.pages);
        }
        if resolve {
            incident.resolve(actor("Ann"), None, &mut journal(0)).unwrap();
        } else {
            incident.acknowledge(actor("Ann"), &mut journal(0)).unwrap();
        }
        prop_assert_eq!(incident.escalation.due_at, None);
        prop_assert!(!pages.iter().any(|page| page.is_wanted(&incident)));
    }
}
