//! The queue's order, its waits and its doubts; the fields of a new ticket.

use super::*;
use crate::actor::Actor;
use crate::psa::PsaHome;
use crate::sample::{actor, incident, journal, minute, note, person};
use crate::severity::Severity;
use crate::signal::{Detection, Technique};

fn create() -> TicketOp {
    TicketOp::Create { assignee: None }
}

fn noted(text: &str) -> TicketOp {
    TicketOp::Note { note_id: note(text), at: minute(1), author: "Ann".to_owned(), text: text.to_owned() }
}

fn complete() -> TicketOp {
    TicketOp::Complete { at: minute(2), by: "Ann".to_owned(), note: None, spent: None }
}

fn queue(ops: impl IntoIterator<Item = TicketOp>) -> TicketQueue {
    let mut queue = TicketQueue::new(&incident());
    ops.into_iter().for_each(|op| queue.push(op, minute(1)));
    queue
}

fn queue_with_ticket() -> TicketQueue {
    let mut incident = incident();
    incident.set_ticket(
        Filed::bare("T-1".to_owned()),
        Some(PsaHome::of_somebody("theone")),
        Actor::System,
        &mut journal(0),
    );
    TicketQueue::new(&incident)
}

fn seconds(from: DateTime<Utc>, due_at: Option<DateTime<Utc>>) -> i64 {
    (due_at.unwrap() - from).num_seconds()
}

#[test]
fn what_is_pushed_stands_in_order_and_is_due_at_once() {
    let queue = queue([create(), noted("a"), noted("b"), complete()]);
    assert_eq!(queue.ops, [create(), noted("a"), noted("b"), complete()]);
    assert_eq!((queue.due_at, queue.begun, queue.is_in_doubt()), (Some(minute(1)), 0, false));
}

#[test]
fn create_stands_in_the_queue_at_most_once() {
    assert_eq!(queue([create(), noted("a"), create(), create()]).ops, [create(), noted("a")]);
}

#[test]
fn a_ticket_that_exists_is_not_created_again() {
    let mut queue = queue_with_ticket();
    queue.push(create(), minute(1));
    assert_eq!((queue.ops.len(), queue.due_at), (0, None));
    queue.push(noted("a"), minute(1));
    assert_eq!(queue.ops, [noted("a")]);
}

#[test]
fn notes_and_completion_without_a_ticket_to_come_are_dropped() {
    let queue = queue([noted("a"), complete()]);
    assert_eq!((queue.ops.len(), queue.due_at), (0, None));
}

#[test]
fn the_heads_go_out_one_after_the_other() {
    let mut queue = queue([create(), noted("a"), complete()]);
    for rest in [vec![noted("a"), complete()], vec![complete()], vec![]] {
        queue.begin(minute(3));
        assert_eq!(queue.due_at, Some(minute(3) + LEASE));
        assert!(!queue.is_in_doubt());
        queue.done(minute(4));
        assert_eq!(queue.ops, rest);
        assert_eq!(queue.due_at, (!rest.is_empty()).then_some(minute(4)));
    }
}

#[test]
fn pushing_does_not_break_into_a_lease() {
    let mut queue = queue([create()]);
    queue.begin(minute(3));
    queue.push(noted("a"), minute(3));
    assert_eq!((queue.due_at, queue.begun), (Some(minute(3) + LEASE), 1));
}

#[test]
fn whoever_takes_over_after_a_crash_is_in_doubt_until_the_head_is_done() {
    let mut queue = queue([create(), noted("a")]);
    queue.begin(minute(3));
    let taken_over = queue.due_at.unwrap();
    queue.begin(taken_over);
    assert!(queue.is_in_doubt());
    assert_eq!(queue.due_at, Some(taken_over + LEASE));
    queue.done(minute(6));
    queue.begin(minute(6));
    assert!(!queue.is_in_doubt(), "the next one was never sent before");
}

#[test]
fn waits_between_tries_grow_to_a_quarter_of_an_hour() {
    let mut queue = queue([create()]);
    let waits: Vec<_> = (0..9)
        .map(|_| {
            queue.begin(minute(3));
            queue.retry_later(minute(3), "down".to_owned(), None);
            seconds(minute(3), queue.due_at)
        })
        .collect();
    let expected = [10, 20, 40, 80, 160, 320, 640, 900, 900];
    for (wait, least) in waits.into_iter().zip(expected) {
        assert!((least..=least * 6 / 5).contains(&wait), "{wait}, not {least}");
    }
    assert_eq!(queue.problem.as_deref(), Some("down"));
    assert_eq!(queue.ops, [create()]);
}

#[test]
fn what_was_sent_without_an_answer_may_be_under_way_for_minutes_whoever_presses_retry() {
    let mut queue = queue([create()]);
    queue.begin(minute(1));
    assert!(!queue.may_be_under_way(minute(1)), "nobody has sent it before");
    queue.doubt_from(minute(1));
    queue.retry_later(minute(1), "no answer".to_owned(), None);
    queue.retry_now(minute(1));
    queue.begin(minute(1));
    assert!(queue.may_be_under_way(minute(4)));
    assert!(!queue.may_be_under_way(minute(1) + DOUBT));
    queue.done(minute(6));
    assert_eq!(queue.doubt_until, None);
}

#[test]
fn what_a_crash_has_left_may_be_under_way_since_the_lease() {
    let mut queue = queue([create()]);
    queue.begin(minute(1));
    queue.begin(minute(1) + LEASE);
    assert!(queue.may_be_under_way(minute(1) + LEASE));
    assert!(!queue.may_be_under_way(minute(1) + LEASE + DOUBT));
}

#[test]
fn the_psas_own_wish_counts_where_it_is_longer() {
    for (asked, wait) in [(None, 10), (Some(5), 10), (Some(120), 120), (Some(3_600), 3_600)] {
        let mut queue = queue([create()]);
        queue.begin(minute(3));
        queue.retry_later(minute(3), "slow down".to_owned(), asked.map(TimeDelta::seconds));
        assert_eq!(seconds(minute(3), queue.due_at), wait, "{asked:?}");
    }
}

#[test]
fn a_retry_that_works_begins_the_waits_anew() {
    let mut queue = queue([create(), noted("a")]);
    for _ in 0..4 {
        queue.begin(minute(3));
        queue.retry_later(minute(3), "down".to_owned(), None);
    }
    queue.begin(minute(9));
    queue.done(minute(9));
    assert_eq!((queue.problem.as_deref(), queue.due_at), (None, Some(minute(9))));
    queue.begin(minute(9));
    queue.retry_later(minute(9), "down".to_owned(), None);
    assert_eq!(seconds(minute(9), queue.due_at), 10);
}

#[test]
fn a_parked_queue_waits_for_a_person_whatever_is_pushed() {
    let mut queue = queue([create()]);
    queue.begin(minute(3));
    queue.park("no such company".to_owned());
    queue.push(noted("a"), minute(4));
    assert_eq!((queue.due_at, queue.problem.as_deref()), (None, Some("no such company")));
    queue.retry_now(minute(5));
    assert_eq!(queue.due_at, Some(minute(5)));
    assert_eq!(queue.ops, [create(), noted("a")]);
    queue.begin(minute(5));
    assert!(queue.is_in_doubt(), "a refused create may have worked all the same: it is looked for");
}

#[test]
fn retrying_an_empty_queue_makes_nothing_due() {
    let mut queue = queue([]);
    queue.retry_now(minute(5));
    assert_eq!(queue.due_at, None);
}

#[test]
fn linking_a_ticket_sends_nothing_of_what_waited() {
    let mut queue = queue([create(), noted("a"), complete()]);
    queue.begin(minute(3));
    queue.park("no such company".to_owned());
    queue.link("T-9".to_owned(), None);
    let linked = TicketQueue { ticket_id: Some("T-9".to_owned()), ..TicketQueue::new(&incident()) };
    assert_eq!(queue, linked);
    queue.push(noted("b"), minute(6));
    assert_eq!((queue.ops.len(), queue.due_at), (1, Some(minute(6))));
}

#[test]
fn a_new_ticket_says_what_the_field_table_asks_for() {
    let mut incident = incident();
    incident.description = "98 % of 500 GB".to_owned();
    incident.client = Some("Acme".to_owned());
    let ticket = NewTicket::of(&incident, Some(&person("Ann")), 0);
    assert_eq!(
        ticket,
        NewTicket {
            tenant_id: "org-1".parse().unwrap(),
            title: "Disk full".to_owned(),
            description: "98 % of 500 GB\n\nAlert source: Nagios at Acme\nTriggering product: Nagios"
                .to_owned(),
            priority: "P2",
            severity: incident.severity,
            number: incident.number,
            client: Some("Acme".to_owned()),
            assignee: Some(Technician {
                user_id: actor("Ann").user_id().unwrap().clone(),
                email: "ann@msp.example".to_owned(),
                name: "Ann".to_owned(),
            }),
            created_at: minute(0),
            external_ref: format!("oncall-incident-{}", incident.id),
        }
    );
}

#[test]
fn a_detection_brings_device_technique_and_advice() {
    let mut incident = incident();
    incident.origin.product = None;
    incident.device.name = Some("FRONT-DESK".to_owned());
    incident.device.hostname = Some("pc-17.acme.example".to_owned());
    incident.detection = Some(Detection {
        detection_type: Some("credential_access".to_owned()),
        mitre_technique: Some(Technique { id: "T1003".to_owned(), name: "OS Credential Dumping".to_owned() }),
        recommended_action: Some("Isolate the device".to_owned()),
    });
    let description = NewTicket::of(&incident, None, 0).description;
    let lines: Vec<_> = description.lines().collect();
    assert_eq!(
        lines,
        [
            "Alert source: Nagios at Acme",
            "Device: FRONT-DESK (pc-17.acme.example)",
            "Detection: credential_access",
            "MITRE: T1003 OS Credential Dumping",
            "Recommended action: Isolate the device",
        ]
    );
}

#[test]
fn a_device_is_named_by_what_is_known_of_it() {
    for (name, hostname, line) in [
        (None, None, None),
        (Some("pc"), None, Some("Device: pc")),
        (None, Some("host"), Some("Device: host")),
        (Some("pc"), Some("pc"), Some("Device: pc")),
    ] {
        let mut incident = incident();
        incident.device.name = name.map(str::to_owned);
        incident.device.hostname = hostname.map(str::to_owned);
        let description = NewTicket::of(&incident, None, 0).description;
        assert_eq!(description.lines().find(|line| line.starts_with("Device")), line);
    }
}

#[test]
fn a_technique_without_a_name_is_told_by_its_id() {
    let mut incident = incident();
    let mitre_technique = Some(Technique { id: "T1003".to_owned(), name: String::new() });
    incident.detection = Some(Detection { mitre_technique, ..Detection::default() });
    assert!(NewTicket::of(&incident, None, 0).description.ends_with("\nMITRE: T1003"));
}

#[test]
fn the_priority_is_that_of_the_incidents_severity_now() {
    let priorities = Severity::ALL.map(|severity| {
        let mut incident = incident();
        incident.severity = severity;
        NewTicket::of(&incident, None, 0).priority
    });
    assert_eq!(priorities, ["P1", "P2", "P3", "P4", "P4"]);
}

#[test]
fn every_attempt_for_one_incident_or_note_has_the_same_key() {
    let (mut incident, other) = (incident(), crate::id::IncidentId::derived(&["other"]));
    let first = NewTicket::of(&incident, None, 0).external_ref;
    incident.title = "Disk full again".to_owned();
    assert_eq!(NewTicket::of(&incident, Some(&person("Bob")), 0).external_ref, first);
    assert_ne!(external_ref(&other, 0), first);
    assert_ne!(note_ref(&note("a")), note_ref(&note("b")));
}

#[test]
fn a_retry_leaves_alone_what_somebody_is_at() {
    let mut queue = TicketQueue::new(&incident());
    queue.push(TicketOp::Create { assignee: None }, minute(0));
    queue.begin(minute(0));
    queue.retry_now(minute(1));
    assert_eq!(queue.due_at, Some(minute(0) + LEASE), "still whose it was");
    queue.retry_now(minute(0) + LEASE);
    assert_eq!(queue.due_at, Some(minute(0) + LEASE));
    queue.retry_later(minute(2), "busy".to_owned(), None);
    queue.retry_now(minute(2));
    assert_eq!(queue.due_at, Some(minute(2)));
}

#[test]
fn a_ticket_that_is_linked_while_another_may_be_made_remembers_that_one() {
    let create = TicketOp::Create { assignee: None };
    let mut queue = TicketQueue::new(&incident());
    queue.push(create, minute(0));
    assert_eq!(queue.making(), None, "nothing was sent yet");
    queue.begin(minute(0));
    let key = external_ref(&queue.incident_id, 0);
    assert_eq!(queue.making().as_ref(), Some(&key));
    let mut refused = queue.clone();
    refused.park("no such queue".to_owned());
    refused.link("T-9".to_owned(), None);
    assert_eq!(refused.abandoned, None, "a refusal makes none");
    queue.link("T-9".to_owned(), None);
    assert_eq!((queue.making(), queue.abandoned), (None, Some(key)));
}

#[test]
fn an_end_is_added_once_and_only_where_a_ticket_is_made() {
    let end = || {
        let (by, at) = ("Ann".to_owned(), minute(9));
        Some(TicketOp::Complete { at, by, note: None, spent: None })
    };
    let mut queue = TicketQueue::new(&incident());
    queue.completes(end());
    assert!(queue.ops.is_empty(), "{queue:?}");
    queue.push(TicketOp::Create { assignee: None }, minute(0));
    queue.completes(None);
    assert_eq!(queue.ops.len(), 1, "it isn't over");
    queue.completes(end());
    queue.completes(end());
    assert_eq!(queue.ops.len(), 2);
}

#[test]
fn only_what_waits_for_a_person_is_parked() {
    let mut queue = TicketQueue::new(&incident());
    assert!(!queue.is_parked(), "there is nothing to do");
    queue.push(TicketOp::Create { assignee: None }, minute(0));
    queue.begin(minute(0));
    assert!(!queue.is_parked());
    queue.park("no such queue".to_owned());
    assert!(queue.is_parked());
    queue.retry_now(minute(5));
    assert!(!queue.is_parked());
}
