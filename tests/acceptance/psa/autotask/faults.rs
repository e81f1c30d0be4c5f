//! Autotask misbehaves: there is one ticket, every note once, and nobody takes what may have been done for undone.

use acceptance::autotask::Fault;
use axum::http::Method;
use serde_json::json;

use super::*;

/// What a call meets, and whether the work was done.
fn faults() -> Vec<(&'static str, Fault, bool)> {
    let fell_over = |text: &str| Fault::Refuses(500, json!({ "errors": [text] }));
    vec![
        ("slow", Fault::Slow(Duration::from_millis(50)), true),
        ("hangs after the work", Fault::WorksThenHangs, true),
        ("500 after the work", Fault::WorksThen500, true),
        ("cut after the work", Fault::WorksThenCuts, true),
        ("cut before the work", Fault::Down, false),
        ("429 with a wait", Fault::TooMany { retry_after: Duration::from_secs(7) }, false),
        ("429 without one", Fault::TooManyForNow, false),
        ("503", Fault::Fails(503), false),
        ("503 with a wait", Fault::FailsFor { status: 503, retry_after: Duration::from_secs(7) }, false),
        ("fell over", fell_over("An exception has been encountered. Error reference 7c9d"), false),
        ("timed out inside", fell_over("Execution Timeout Expired."), false),
    ]
}

#[tokio::test]
async fn one_ticket_is_made_whatever_happens_to_the_call_that_makes_it() {
    for (what, fault, _) in faults() {
        let stand_in = StandIn::start().await;
        let psa = impatient(&stand_in);
        stand_in.misbehave_once_at(Method::POST, "/Tickets", fault);
        let filed = file(&psa, &new_ticket()).await;
        let tickets = stand_in.tickets();
        assert_eq!(tickets.len(), 1, "{what}: {tickets:#?}");
        assert_eq!((&filed.id, filed.number.as_ref()), (&tickets[0].id, Some(&tickets[0].number)), "{what}");
    }
}

#[tokio::test]
async fn what_may_have_been_done_is_never_called_undone() {
    for (what, fault, done) in faults() {
        let stand_in = StandIn::start().await;
        let psa = impatient(&stand_in);
        stand_in.misbehave_once_at(Method::POST, "/Tickets", fault);
        let told = psa.create(&new_ticket()).await;
        assert_eq!(stand_in.tickets().len(), usize::from(done), "{what}");
        match told {
            Ok(_) => {}
            Err(TicketError::Unknown { after, .. }) => {
                assert_eq!(after, (what == "503 with a wait").then(|| TimeDelta::seconds(7)), "{what}");
            }
            Err(TicketError::Unavailable { after, .. }) => {
                assert!(!done, "{what}");
                assert_eq!(after, (what == "429 with a wait").then(|| TimeDelta::seconds(7)), "{what}");
            }
            Err(error) => panic!("{what}: {error:?}"),
        }
    }
}

#[tokio::test]
async fn every_note_is_there_once_and_in_order_whatever_happens_to_one() {
    for (what, fault, _) in faults() {
        let stand_in = StandIn::start().await;
        let psa = impatient(&stand_in);
        let filed = psa.create(&new_ticket()).await.unwrap();
        write(&psa, &filed.id, &note(1)).await;
        stand_in.misbehave_once_at(Method::POST, "/Notes", fault);
        write(&psa, &filed.id, &note(2)).await;
        write(&psa, &filed.id, &note(3)).await;
        let notes = stand_in.tickets().remove(0).notes;
        assert_eq!(notes.len(), 3, "{what}: {notes:#?}");
        for (note, number) in notes.iter().zip(1..) {
            assert!(
                note.description.ends_with(&format!("[oncall:oncall-note_{number}]")),
                "{what}: {note:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_ticket_is_completed_once_and_time_is_filed_once_whatever_happens() {
    for (what, fault, _) in faults() {
        let stand_in = StandIn::start().await;
        let psa = impatient(&stand_in);
        let filed = psa.create(&new_ticket()).await.unwrap();
        stand_in.misbehave_once_at(Method::POST, "/TimeEntries", fault.clone());
        if psa.add_time(&tenant(), &filed.id, &time()).await.is_err() {
            psa.add_time(&tenant(), &filed.id, &time()).await.unwrap();
        }
        stand_in.misbehave_once_at(Method::PATCH, "/Tickets", fault);
        if psa.complete(&tenant(), &filed.id, &end()).await.is_err()
            && !psa.read(&tenant(), &filed.id).await.unwrap().closed
        {
            psa.complete(&tenant(), &filed.id, &end()).await.unwrap();
        }
        let ticket = stand_in.tickets().remove(0);
        assert_eq!((ticket.time.len(), ticket.status.as_str()), (1, "Complete"), "{what}");
        assert_eq!(ticket.resolution.unwrap().matches("restarted").count(), 1, "{what}");
    }
}

#[tokio::test]
async fn a_look_up_that_fails_before_the_ticket_makes_none_and_one_after_it_costs_only_the_number() {
    let looks = [
        (Method::GET, "/zoneInformation"),
        (Method::GET, "/Tickets/entityInformation/fields"),
        (Method::POST, "/Companies/query"),
        (Method::POST, "/Resources/query"),
        (Method::POST, "/ResourceServiceDeskRoles/query"),
    ];
    for (method, path) in looks {
        for fault in [Fault::TooManyForNow, Fault::WorksThen500, Fault::Down, Fault::Fails(503)] {
            let stand_in = StandIn::start().await;
            let psa = adapter(&stand_in);
            stand_in.misbehave_once_at(method.clone(), path, fault);
            let told = psa.create(&new_ticket()).await;
            assert!(matches!(told, Err(TicketError::Unavailable { .. })), "{path}: {told:?}");
            assert!(stand_in.tickets().is_empty(), "{path}");
            psa.create(&new_ticket()).await.unwrap();
        }
    }
    let stand_in = StandIn::start().await;
    stand_in.misbehave_once_at(Method::GET, "/Tickets/128926", Fault::Fails(503));
    let filed = adapter(&stand_in).create(&new_ticket()).await.unwrap();
    assert_eq!((filed.id.as_str(), filed.number), ("128926", None));
    assert!(filed.url.is_some());
}

#[tokio::test]
async fn an_autotask_that_is_down_is_unavailable_and_comes_back() {
    let stand_in = StandIn::start().await;
    let psa = adapter(&stand_in);
    psa.create(&new_ticket()).await.unwrap();
    stand_in.misbehave(Fault::Down);
    // What was sent on a connection that had been cut unnoticed may have arrived; a look costs nothing.
    let told = psa.read(&tenant(), "128926").await;
    assert!(matches!(told, Err(TicketError::Unavailable { .. })), "{told:?}");
    let second = NewTicket { external_ref: format!("{REF}-2"), ..new_ticket() };
    for told in [psa.create(&second).await.map(drop), psa.complete(&tenant(), "128926", &end()).await] {
        assert!(matches!(told, Err(TicketError::Unavailable { .. })), "{told:?}");
    }
    stand_in.misbehave(Fault::None);
    psa.create(&second).await.unwrap();
    assert_eq!(stand_in.tickets().len(), 2);
}

#[tokio::test]
async fn what_autotask_refuses_is_told_in_its_words_and_sent_once() {
    let stand_in = StandIn::start().await;
    let psa = adapter(&stand_in);
    let words = json!({ "errors": ["Required fields are missing: issueType."] });
    stand_in.misbehave_once_at(Method::POST, "/Tickets", Fault::Refuses(500, words));
    let told = psa.create(&new_ticket()).await;
    let text = "Autotask answered 500: Required fields are missing: issueType.";
    assert_eq!(told, Err(TicketError::Refused(text.into())));
    let sent = stand_in.requests().into_iter().filter(|request| request.path == "Tickets").count();
    assert_eq!(sent, 1);
}
