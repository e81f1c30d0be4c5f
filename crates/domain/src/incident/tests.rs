//! What may be done to an incident in which state, and what is journalled for it.

use std::collections::BTreeMap;

use super::*;
use crate::escalation;
use crate::psa::PsaHome;
use crate::sample::{actor, events, incident, journal, minute, note, opening, policy, roster, tool};
use crate::signal::Technique;
use crate::ticket::{Filed, Spent};

fn in_status(status: Status) -> Incident {
    let mut incident = incident();
    match status {
        Status::Triggered => {}
        Status::Acknowledged => {
            incident.acknowledge(actor("Ann"), &mut journal(1)).unwrap();
        }
        Status::Resolved => {
            incident.acknowledge(actor("Ann"), &mut journal(1)).unwrap();
            incident.resolve(actor("Ann"), None, &mut journal(2)).unwrap();
        }
        Status::Suppressed => {
            incident.status = Status::Suppressed;
            incident.escalation.stop();
        }
    }
    incident
}

#[test]
fn an_incident_opens_triggered_with_its_first_step_due() {
    let signal = Signal {
        description: "98 % of 500 GB".to_owned(),
        client: Some("Acme".to_owned()),
        link: Some("https://nagios.example/7".to_owned()),
        degraded: Some("no severity".to_owned()),
        detection: Some(Detection {
            mitre_technique: Some(Technique { id: "T1486".to_owned(), name: String::new() }),
            ..Detection::default()
        }),
        ..Signal::trigger("Disk full", Severity::Critical)
    };
    let mut journal = journal(3);
    let incident = Incident::open(opening(), &signal, "disk-1".to_owned(), tool(), &mut journal);
    assert_eq!((incident.status, incident.number, incident.alert_count), (Status::Triggered, 7, 1));
    assert_eq!((incident.created_at, incident.last_seen_at), (minute(3), minute(3)));
    assert_eq!(incident.escalation.due_at, Some(minute(3)));
    assert_eq!(
        (&incident.title, &incident.description, incident.severity, &incident.client, &incident.link),
        (&signal.title, &signal.description, signal.severity, &signal.client, &signal.link)
    );
    assert_eq!((&incident.detection, &incident.degraded), (&signal.detection, &signal.degraded));
    assert_eq!(events(&journal), [&Event::Created { severity: Severity::Critical }]);
    assert_eq!((journal.entries[0].actor.clone(), journal.entries[0].at), (tool(), minute(3)));
    assert_eq!(journal.events, [EventKind::Created]);
    assert!(journal.pages.is_empty() && journal.ticket.is_empty());
}

#[test]
fn the_services_client_stands_in_where_the_signal_names_none() {
    let client_of = |signal: &Signal| {
        let opening = Opening { client: Some("Acme".to_owned()), ..opening() };
        Incident::open(opening, signal, String::new(), tool(), &mut journal(0)).client
    };
    let mut signal = Signal::trigger("Disk full", Severity::High);
    assert_eq!(client_of(&signal).as_deref(), Some("Acme"));
    signal.client = Some("Bistro".to_owned());
    assert_eq!(client_of(&signal).as_deref(), Some("Bistro"));
}

#[test]
fn every_transition_is_allowed_or_refused_as_the_table_says() {
    type Step = fn(&mut Incident, &mut Journal) -> Result<Changed, TransitionError>;
    let acknowledge: Step = |incident, journal| incident.acknowledge(actor("Bob"), journal);
    let resolve: Step = |incident, journal| incident.resolve(actor("Bob"), None, journal);
    let taken = || TransitionError::AlreadyAcknowledged("Ann".to_owned());
    let table = [
        (Status::Triggered, acknowledge, Ok(Status::Acknowledged)),
        (Status::Triggered, resolve, Ok(Status::Resolved)),
        (Status::Acknowledged, acknowledge, Err(taken())),
        (Status::Acknowledged, resolve, Ok(Status::Resolved)),
        (Status::Resolved, acknowledge, Err(TransitionError::Resolved)),
        (Status::Resolved, resolve, Err(TransitionError::Resolved)),
        (Status::Suppressed, acknowledge, Err(TransitionError::Suppressed)),
        (Status::Suppressed, resolve, Ok(Status::Resolved)),
    ];
    for (from, step, expected) in table {
        let (before, mut journal) = (in_status(from), journal(9));
        let mut incident = before.clone();
        let told = step(&mut incident, &mut journal);
        assert_eq!(told.clone().map(|_| incident.status), expected, "{from:?}");
        if told.is_err() {
            assert_eq!((incident, journal), (before, Journal::new(minute(9))), "{from:?}: nothing changed");
        } else {
            assert_eq!(incident.escalation.due_at, None, "{from:?}: nobody more is told");
        }
    }
}

#[test]
fn open_means_that_somebody_works_on_it_or_should() {
    let open: BTreeMap<_, _> =
        Status::ALL.into_iter().map(|status| (status.as_str(), in_status(status).is_open())).collect();
    let expected = [("triggered", true), ("acknowledged", true), ("resolved", false), ("suppressed", false)];
    assert_eq!(open, BTreeMap::from(expected));
}

#[test]
fn acknowledging_stops_the_paging_and_asks_for_a_ticket() {
    let (mut incident, mut journal) = (incident(), journal(4));
    assert_eq!(incident.acknowledge(actor("Ann"), &mut journal), Ok(Changed::Yes));
    assert_eq!(incident.acknowledged, Some(Act { by: actor("Ann"), at: minute(4) }));
    assert_eq!(incident.first_acknowledged_at, Some(minute(4)));
    assert_eq!(incident.assignee(), actor("Ann").user_id());
    assert_eq!(events(&journal), [&Event::Acknowledged]);
    assert_eq!(journal.events, [EventKind::Acknowledged]);
    assert_eq!(journal.ticket, [TicketOp::Create { assignee: actor("Ann").user_id().cloned() }]);
}

#[test]
fn acknowledging_again_is_no_change_also_under_a_new_name() {
    let mut incident = in_status(Status::Acknowledged);
    let before = incident.clone();
    let renamed = match actor("Ann") {
        Actor::User { id, .. } => Actor::User { id, name: "Ann Smith".to_owned() },
        other => other,
    };
    for by in [actor("Ann"), renamed] {
        let mut journal = journal(5);
        assert_eq!(incident.acknowledge(by, &mut journal), Ok(Changed::No));
        assert_eq!((&incident, journal), (&before, Journal::new(minute(5))));
    }
}

#[test]
fn a_tool_that_acknowledges_leaves_nobody_assigned() {
    let (mut incident, mut journal) = (incident(), journal(4));
    incident.acknowledge(tool(), &mut journal).unwrap();
    assert_eq!(incident.assignee(), None);
    assert_eq!(journal.ticket, [TicketOp::Create { assignee: None }]);
    assert_eq!(
        incident.acknowledge(actor("Ann"), &mut journal),
        Err(TransitionError::AlreadyAcknowledged("RMM".to_owned()))
    );
}

#[test]
fn an_incident_with_a_ticket_gets_no_second_one_and_whoever_takes_it_has_the_first() {
    let (mut incident, mut journal) = (incident(), journal(4));
    incident.set_ticket(
        Filed::bare("T-1".to_owned()),
        Some(PsaHome::of_somebody("theone")),
        actor("Ann"),
        &mut journal,
    );
    incident.acknowledge(actor("Ann"), &mut journal).unwrap();
    let assignee = actor("Ann").user_id().unwrap().clone();
    assert_eq!(journal.ticket, [TicketOp::Take { assignee, at: journal.at }]);
}

#[test]
fn resolving_is_final_and_keeps_who_had_it() {
    let mut incident = in_status(Status::Acknowledged);
    let mut journal = journal(8);
    assert_eq!(incident.resolve(actor("Bob"), Some("Cleaned up".to_owned()), &mut journal), Ok(Changed::Yes));
    assert_eq!(incident.resolved, Some(Act { by: actor("Bob"), at: minute(8) }));
    assert_eq!(incident.acknowledged, Some(Act { by: actor("Ann"), at: minute(1) }));
    assert_eq!(incident.first_acknowledged_at, Some(minute(1)));
    assert_eq!(events(&journal), [&Event::Resolved { note: Some("Cleaned up".to_owned()) }]);
    assert_eq!(journal.events, [EventKind::Resolved]);
    let spent = actor("Ann").user_id().cloned().map(|user| Spent { user, from: minute(1), to: minute(8) });
    let note = Some("Cleaned up".to_owned());
    let complete = TicketOp::Complete { at: minute(8), by: "Bob".to_owned(), note, spent };
    assert_eq!(journal.ticket, [complete]);
}

#[test]
fn resolving_again_is_no_change_and_keeps_the_first_note() {
    let mut incident = in_status(Status::Resolved);
    let (before, mut journal) = (incident.clone(), journal(9));
    let again = incident.resolve(actor("Ann"), Some("Another note".to_owned()), &mut journal);
    assert_eq!((again, incident, journal), (Ok(Changed::No), before, Journal::new(minute(9))));
}

#[test]
fn repeats_are_counted_and_page_nobody() {
    let mut incident = incident();
    let mut journal = journal(2);
    for _ in 0..3 {
        incident.join(&Signal::trigger("Disk full", Severity::High), tool(), &mut journal);
    }
    assert_eq!((incident.alert_count, incident.last_seen_at), (4, minute(2)));
    assert_eq!(incident.created_at, minute(0));
    assert_eq!(incident.escalation, Escalation::start(minute(0)));
    assert_eq!(journal, Journal::new(minute(2)));
}

#[test]
fn a_repeat_that_comes_late_does_not_turn_the_last_seen_time_back() {
    let mut incident = incident();
    incident.join(&Signal::trigger("Disk full", Severity::High), tool(), &mut journal(5));
    incident.join(&Signal::trigger("Disk full", Severity::High), tool(), &mut journal(3));
    assert_eq!(incident.last_seen_at, minute(5));
}

#[test]
fn a_worse_repeat_raises_the_severity_and_a_milder_one_does_not_lower_it() {
    for status in [Status::Triggered, Status::Acknowledged] {
        let mut incident = in_status(status);
        let due_at = incident.escalation.due_at;
        let mut journal = journal(2);
        for severity in [Severity::Critical, Severity::Low] {
            incident.join(&Signal::trigger("Disk full", severity), tool(), &mut journal);
        }
        assert_eq!(incident.severity, Severity::Critical);
        let raised = Event::SeverityRaised { from: Severity::High, to: Severity::Critical };
        assert_eq!(events(&journal), [&raised]);
        assert_eq!((incident.status, incident.escalation.due_at), (status, due_at));
        assert!(journal.pages.is_empty() && journal.events.is_empty() && journal.ticket.is_empty());
    }
}

#[test]
fn notes_are_written_in_every_state_and_go_to_the_psa_once_acknowledged() {
    for (status, to_psa) in [
        (Status::Triggered, false),
        (Status::Suppressed, false),
        (Status::Acknowledged, true),
        (Status::Resolved, true),
    ] {
        let (mut incident, mut journal) = (in_status(status), journal(6));
        incident.add_note(note("a"), "Rebooted".to_owned(), actor("Bob"), &mut journal);
        assert_eq!(events(&journal), [&Event::NoteAdded { note_id: note("a"), text: "Rebooted".to_owned() }]);
        assert_eq!(journal.events, [EventKind::NoteAdded]);
        let op = TicketOp::Note {
            note_id: note("a"),
            at: minute(6),
            author: "Bob".to_owned(),
            text: "Rebooted".to_owned(),
        };
        assert_eq!(journal.ticket, if to_psa { vec![op] } else { Vec::new() }, "{status:?}");
    }
}

#[test]
fn notes_go_to_a_ticket_that_was_linked_before_anybody_acknowledged() {
    let (mut incident, mut journal) = (incident(), journal(6));
    incident.set_ticket(
        Filed::bare("T-1".to_owned()),
        Some(PsaHome::of_somebody("theone")),
        actor("Ann"),
        &mut journal,
    );
    incident.add_note(note("a"), "Rebooted".to_owned(), actor("Ann"), &mut journal);
    assert_eq!(journal.ticket.len(), 1);
}

#[test]
fn notes_still_go_to_the_psa_after_whoever_had_it_asked_for_help() {
    let (mut incident, mut journal) = (in_status(Status::Acknowledged), journal(6));
    let plan = (&policy(&[5], 0), &roster(&[&["Bob"]]));
    escalation::escalate_now(&mut incident, plan, actor("Ann"), &mut journal).unwrap();
    incident.add_note(note("a"), "Rebooted".to_owned(), actor("Ann"), &mut journal);
    assert_eq!((incident.assignee(), journal.ticket.len()), (None, 1));
}

#[test]
fn the_timeline_tells_a_ticket_made_from_one_linked_by_hand() {
    for (by, event) in [
        (Actor::System, Event::TicketCreated { ticket_id: "T-1".to_owned() }),
        (actor("Ann"), Event::TicketLinked { ticket_id: "T-1".to_owned() }),
    ] {
        let (mut incident, mut journal) = (incident(), journal(6));
        incident.set_ticket(
            Filed::bare("T-1".to_owned()),
            Some(PsaHome::of_somebody("theone")),
            by,
            &mut journal,
        );
        assert_eq!(incident.psa_ticket_id.as_deref(), Some("T-1"));
        assert_eq!(events(&journal), [&event]);
    }
}

#[test]
fn records_are_numbered_in_order_and_only_where_something_was_written() {
    let (mut incident, mut journal) = (incident(), journal(6));
    assert_eq!(incident.record(&mut journal), None);
    let keys: Vec<_> = ["one", "two"]
        .into_iter()
        .map(|text| {
            incident.add_note(note(text), text.to_owned(), actor("Ann"), &mut journal);
            let record = incident.record(&mut journal).unwrap();
            assert_eq!((record.entries.len(), journal.entries.len()), (1, 0));
            record.key
        })
        .collect();
    assert_eq!(keys, ["000001", "000002"]);
}
