//! What happens to a ticket: it is taken, noted on, completed, and time is filed.

use acceptance::autotask::Fault;
use axum::http::Method;
use serde_json::json;

use super::*;

#[tokio::test]
async fn notes_are_internal_in_order_and_known_by_their_marks() {
    let stand_in = StandIn::start().await;
    let psa = adapter(&stand_in);
    let filed = psa.create(&new_ticket()).await.unwrap();
    for number in 1..=3 {
        psa.add_note(&tenant(), &filed.id, &note(number)).await.unwrap();
    }
    let notes = stand_in.tickets().remove(0).notes;
    let first = "Sam Tech, 2026-11-20 21:05 UTC:\nstep 1\n\n[oncall:oncall-note_1]";
    assert_eq!((notes[0].title.as_str(), notes[0].description.as_str()), ("[On-Call] Sam Tech", first));
    for (note, number) in notes.iter().zip(1..) {
        assert!(note.description.contains(&format!("step {number}")), "{note:?}");
        assert_eq!((note.publish.as_str(), note.note_type.as_str()), ("Internal Project Team", "Task Notes"));
        assert_eq!(note.creator, None);
    }
    let read = psa.read(&tenant(), &filed.id).await.unwrap();
    assert_eq!(read.note_refs, ["oncall-note_1", "oncall-note_2", "oncall-note_3"]);
    assert!(!read.closed);
}

#[tokio::test]
async fn a_note_is_the_technicians_where_that_is_allowed_and_else_says_whose_it_is() {
    let stand_in = StandIn::start().await;
    let by_name = AutotaskSettings { impersonate: true, ..settings(&stand_in) };
    let psa = open(&by_name, &mapping(), Timeouts::default());
    let filed = psa.create(&new_ticket()).await.unwrap();
    psa.add_note(&tenant(), &filed.id, &note(1)).await.unwrap();
    psa.add_note(&tenant(), &filed.id, &TicketNote { author: "Nobody Known".into(), ..note(2) })
        .await
        .unwrap();
    stand_in.without_impersonation();
    psa.add_note(&tenant(), &filed.id, &note(3)).await.unwrap();
    let notes = stand_in.tickets().remove(0).notes;
    let creators: Vec<Option<i64>> = notes.iter().map(|note| note.creator).collect();
    assert_eq!(creators, [Some(SAM), None, None]);
}

#[tokio::test]
async fn a_ticket_is_taken_once_and_worked_on_even_by_somebody_autotask_does_not_know() {
    let stand_in = StandIn::start().await;
    let psa = adapter(&stand_in);
    let filed = psa.create(&NewTicket { assignee: None, ..new_ticket() }).await.unwrap();
    psa.take(&tenant(), &filed.id, &technician("kim@msp.test", "Kim New")).await.unwrap();
    let ticket = stand_in.tickets().remove(0);
    assert_eq!((ticket.status.as_str(), ticket.assigned), ("In Progress", None));
    for _ in 0..2 {
        psa.take(&tenant(), &filed.id, &sam()).await.unwrap();
    }
    let ticket = stand_in.tickets().remove(0);
    assert_eq!((ticket.assigned, ticket.role), (Some(SAM), Some(ENGINEER)));
    let patches = stand_in.requests().into_iter().filter(|request| request.method == "PATCH").count();
    assert_eq!(patches, 2, "the same again changes nothing");
}

#[tokio::test]
async fn a_completed_ticket_says_how_it_ended_and_keeps_everything_else_by_either_way_of_changing_it() {
    for has_patch in [true, false] {
        let stand_in = StandIn::start().await;
        if !has_patch {
            stand_in.without_patch();
        }
        let psa = adapter(&stand_in);
        let filed = psa.create(&new_ticket()).await.unwrap();
        psa.complete(&tenant(), &filed.id, &end()).await.unwrap();
        let ticket = stand_in.tickets().remove(0);
        assert_eq!(ticket.status, "Complete", "{has_patch}");
        let said = "Resolved in On-Call by Sam Tech at 2026-11-20 21:44 UTC\nrestarted";
        assert_eq!(ticket.resolution.as_deref(), Some(said));
        assert_eq!((ticket.external_id.as_str(), ticket.assigned, ticket.company), (REF, Some(SAM), 175));
        assert_eq!(ticket.raw["dueDateTime"], json!("2026-11-21T21:04:05Z"));
        assert!(psa.read(&tenant(), &filed.id).await.unwrap().closed);
    }
}

#[tokio::test]
async fn a_ticket_that_is_over_is_told_nothing_more() {
    for how in ["Complete", "Denied", "merged"] {
        let stand_in = StandIn::start().await;
        let psa = adapter(&stand_in);
        let filed = psa.create(&new_ticket()).await.unwrap();
        match how {
            "merged" => stand_in.merge(&filed.id),
            status => stand_in.set_status(&filed.id, status),
        }
        assert!(psa.read(&tenant(), &filed.id).await.unwrap().closed, "{how}");
        let before = stand_in.tickets().remove(0).raw;
        assert_eq!(psa.complete(&tenant(), &filed.id, &end()).await, Err(TicketError::Closed), "{how}");
        assert_eq!(psa.take(&tenant(), &filed.id, &sam()).await, Err(TicketError::Closed), "{how}");
        assert_eq!(stand_in.tickets().remove(0).raw, before);
    }
}

#[tokio::test]
async fn a_note_that_a_closed_ticket_does_not_take_is_told_apart_from_a_wrong_one() {
    let stand_in = StandIn::start().await;
    let psa = adapter(&stand_in);
    let filed = psa.create(&new_ticket()).await.unwrap();
    stand_in.close(&filed.id);
    psa.add_note(&tenant(), &filed.id, &note(1)).await.unwrap();
    stand_in.lock_closed_tickets();
    assert_eq!(psa.add_note(&tenant(), &filed.id, &note(2)).await, Err(TicketError::Closed));
    assert_eq!(psa.add_note(&tenant(), "999", &note(2)).await, Err(TicketError::NotFound));
}

#[tokio::test]
async fn time_is_filed_once_off_the_invoice_and_by_the_technician() {
    let stand_in = StandIn::start().await;
    let psa = adapter(&stand_in);
    let filed = psa.create(&new_ticket()).await.unwrap();
    for _ in 0..2 {
        psa.add_time(&tenant(), &filed.id, &time()).await.unwrap();
    }
    let entries = stand_in.tickets().remove(0).time;
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((&entry["resourceID"], &entry["roleID"]), (&json!(SAM), &json!(ENGINEER)));
    assert_eq!((&entry["hoursWorked"], &entry["showOnInvoice"]), (&json!(0.67), &json!(false)));
    assert_eq!(entry["startDateTime"], json!("2026-11-20T21:04:05Z"));
    assert_eq!(entry["endDateTime"], json!("2026-11-20T21:44:05Z"));
    let nobodys = TimeSpent { technician: technician("kim@msp.test", "Kim New"), ..time() };
    let nobodys = TimeSpent { external_ref: "oncall-time-2".into(), ..nobodys };
    let told = psa.add_time(&tenant(), &filed.id, &nobodys).await;
    assert!(matches!(&told, Err(TicketError::Refused(text)) if text.contains("Kim New")), "{told:?}");
}

#[tokio::test]
async fn time_that_autotask_does_not_take_is_refused_and_not_tried_for_ever() {
    let said = |text: &str| json!({ "errors": [text] });
    for (status, body) in [
        (403, said("The security level does not allow time entries")),
        (404, said("There is no such entity.")),
        (409, said("conflict")),
        (500, said("Time entries can't be added: the ticket is closed.")),
        (500, said("No matching records found for the billing code.")),
    ] {
        let stand_in = StandIn::start().await;
        let psa = adapter(&stand_in);
        let filed = psa.create(&new_ticket()).await.unwrap();
        psa.complete(&tenant(), &filed.id, &end()).await.unwrap();
        stand_in.misbehave_once_at(Method::POST, "/TimeEntries", Fault::Refuses(status, body.clone()));
        let told = psa.add_time(&tenant(), &filed.id, &time()).await;
        assert!(matches!(told, Err(TicketError::Refused(_))), "{body}: {told:?}");
        psa.add_time(&tenant(), &filed.id, &time()).await.unwrap();
        assert_eq!(stand_in.tickets()[0].time.len(), 1, "a completed ticket takes time");
    }
}
