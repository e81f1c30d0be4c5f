//! The PSA: one ticket for each incident, whatever happens on the way.

use acceptance::psa::Fault;
use acceptance::world::World;
use chrono::TimeDelta;
use serde_json::{Value, json};

super::stories!(
    every_field_of_the_table_is_filed,
    a_psa_that_is_down_does_not_stop_an_acknowledge_and_gets_its_ticket_later,
    a_create_that_worked_and_then_failed_makes_no_second_ticket,
    a_note_that_worked_and_then_failed_is_not_doubled,
    resolved_before_there_is_a_ticket_it_is_made_noted_and_completed_in_order,
    a_refusal_is_shown_and_a_retry_goes_on,
    the_psa_is_not_asked_before_the_time_it_said,
    nothing_is_sent_to_a_ticket_that_is_closed_there,
    a_note_for_a_ticket_that_is_closed_there_goes_to_one_that_follows_it,
    whoever_takes_it_over_has_the_ticket,
    a_ticket_linked_by_hand_gets_later_notes_only,
    notes_before_the_acknowledge_stay_here,
);

async fn acknowledged(world: &mut World) -> String {
    let id = world.incident("Disk full on SRV-1", "critical").await;
    world.mail_to("ben");
    world.work("ben", &id, "acknowledge", Value::Null).await;
    id
}

async fn note(world: &mut World, id: &str, text: &str) {
    world.work("ben", id, "notes", json!({ "text": text })).await;
}

fn notes(world: &World) -> Vec<String> {
    world.psa.tickets()[0].notes.iter().map(|note| note.body.clone()).collect()
}

async fn every_field_of_the_table_is_filed(mut world: World) {
    let id = acknowledged(&mut world).await;
    note(&mut world, &id, "first").await;
    note(&mut world, &id, "second").await;
    world.work("ben", &id, "resolve", json!({ "note": "fixed" })).await;
    let tickets = world.psa.tickets();
    let ticket = &tickets[0];
    assert_eq!((tickets.len(), ticket.title.as_str()), (1, "Disk full on SRV-1"));
    assert_eq!((ticket.source.as_str(), ticket.priority.as_str()), ("On-Call Auto", "P1"));
    assert_eq!(
        (ticket.tenant_id.as_str(), ticket.external_ref.as_str()),
        ("demo", format!("oncall-incident-{id}").as_str())
    );
    assert!(ticket.description.contains("Alert source: Monitoring"), "{}", ticket.description);
    assert_eq!(ticket.raw["assigned_tech"]["email"], "ben@msp.example");
    assert_eq!(ticket.raw["created_date"], "2026-11-20T21:04:05Z");
    assert_eq!(notes(&world), ["[On-Call] Ben Brook: first", "[On-Call] Ben Brook: second"]);
    assert!(ticket.notes.iter().all(|note| note.internal));
    let end = ticket.completion.as_ref().expect("a completed ticket");
    assert_eq!(
        (end.status.as_str(), end.resolved_by.as_deref(), end.resolution_summary.as_deref()),
        ("Completed", Some("Ben Brook"), Some("fixed"))
    );
}

async fn a_psa_that_is_down_does_not_stop_an_acknowledge_and_gets_its_ticket_later(mut world: World) {
    world.psa.misbehave(Fault::Down);
    let id = acknowledged(&mut world).await;
    let incident = world.look(&id).await;
    assert_eq!(
        (incident["status"].as_str(), &incident["psa_ticket_id"]),
        (Some("acknowledged"), &Value::Null)
    );
    assert_eq!(
        (incident["psa"]["state"].as_str(), incident["psa"]["retrying"].as_bool()),
        (Some("failed"), Some(true))
    );
    world.advance(TimeDelta::minutes(10)).await;
    world.psa.misbehave(Fault::None);
    world.advance(TimeDelta::minutes(20)).await;
    assert_eq!(world.psa.tickets().len(), 1);
    assert_eq!(world.look(&id).await["psa"]["state"], "filed");
    let failures = world.timeline(&id).await.iter().filter(|event| *event == "ticket_failed").count();
    assert_eq!(failures, 1, "told once, not at every attempt");
}

async fn a_create_that_worked_and_then_failed_makes_no_second_ticket(mut world: World) {
    world.psa.misbehave_once(Fault::WorksThen500);
    let id = acknowledged(&mut world).await;
    assert_eq!(world.look(&id).await["psa_ticket_id"], Value::Null);
    world.advance(TimeDelta::minutes(5)).await;
    let tickets = world.psa.tickets();
    assert_eq!(tickets.len(), 1);
    assert_eq!(world.look(&id).await["psa_ticket_id"], json!(tickets[0].id));
}

async fn a_note_that_worked_and_then_failed_is_not_doubled(mut world: World) {
    let id = acknowledged(&mut world).await;
    // The look at the ticket goes well, the note after it does not.
    world.psa.misbehave_once(Fault::None);
    world.psa.misbehave_once(Fault::WorksThen500);
    note(&mut world, &id, "once").await;
    note(&mut world, &id, "then").await;
    world.advance(TimeDelta::minutes(5)).await;
    assert_eq!(notes(&world), ["[On-Call] Ben Brook: once", "[On-Call] Ben Brook: then"]);
}

async fn resolved_before_there_is_a_ticket_it_is_made_noted_and_completed_in_order(mut world: World) {
    world.psa.misbehave(Fault::Fails(503));
    let id = acknowledged(&mut world).await;
    note(&mut world, &id, "a").await;
    note(&mut world, &id, "b").await;
    world.work("ben", &id, "resolve", Value::Null).await;
    world.psa.misbehave(Fault::None);
    world.advance(TimeDelta::minutes(30)).await;
    let tickets = world.psa.tickets();
    assert_eq!((tickets.len(), tickets[0].is_closed()), (1, true));
    assert_eq!(notes(&world), ["[On-Call] Ben Brook: a", "[On-Call] Ben Brook: b"]);
}

async fn a_refusal_is_shown_and_a_retry_goes_on(mut world: World) {
    world.psa.misbehave(Fault::Fails(422));
    let id = acknowledged(&mut world).await;
    let asked = world.psa.requests().len();
    world.advance(TimeDelta::hours(2)).await;
    assert_eq!(world.psa.requests().len(), asked, "waiting won't mend a refusal");
    let psa = world.look(&id).await["psa"].clone();
    assert_eq!((psa["state"].as_str(), psa["retrying"].as_bool()), (Some("failed"), Some(false)));
    world.psa.misbehave(Fault::None);
    let retry = world.post("ben", &format!("/api/incidents/{id}/psa-ticket/retry"), Value::Null).await;
    assert_eq!(retry.status, 202);
    assert_eq!(
        (world.psa.tickets().len(), world.look(&id).await["psa"]["state"].as_str()),
        (1, Some("filed"))
    );
}

async fn the_psa_is_not_asked_before_the_time_it_said(mut world: World) {
    world.psa.misbehave(Fault::TooMany { retry_after: std::time::Duration::from_mins(10) });
    acknowledged(&mut world).await;
    let asked = world.psa.requests().len();
    world.psa.misbehave(Fault::None);
    world.advance(TimeDelta::minutes(9)).await;
    assert_eq!(world.psa.requests().len(), asked);
    world.advance(TimeDelta::minutes(2)).await;
    assert_eq!(world.psa.tickets().len(), 1);
}

async fn nothing_is_sent_to_a_ticket_that_is_closed_there(mut world: World) {
    let id = acknowledged(&mut world).await;
    let ticket = world.psa.tickets()[0].id.clone();
    world.psa.close(&ticket);
    world.work("ben", &id, "resolve", Value::Null).await;
    world.advance(TimeDelta::minutes(30)).await;
    let written: Vec<_> =
        world.psa.requests().into_iter().filter(|request| request.method != "GET").collect();
    assert_eq!(written.len(), 1, "only the create: {written:?}");
    assert_eq!(world.look(&id).await["psa"]["state"], "filed");
}

async fn a_note_for_a_ticket_that_is_closed_there_goes_to_one_that_follows_it(mut world: World) {
    let id = acknowledged(&mut world).await;
    let closed = world.psa.tickets()[0].id.clone();
    world.psa.close(&closed);
    note(&mut world, &id, "still burning").await;
    note(&mut world, &id, "and more").await;
    let tickets = world.psa.tickets();
    let bodies: Vec<_> = tickets[1].notes.iter().map(|note| note.body.as_str()).collect();
    assert_eq!(bodies, ["[On-Call] Ben Brook: still burning", "[On-Call] Ben Brook: and more"]);
    assert!(tickets[1].description.contains(&closed), "{}", tickets[1].description);
    assert_eq!(world.look(&id).await["psa_ticket_id"], json!(tickets[1].id));
    world.work("ben", &id, "resolve", Value::Null).await;
    let tickets = world.psa.tickets();
    assert_eq!((tickets.len(), tickets[0].notes.len(), tickets[1].is_closed()), (2, 0, true));
    note(&mut world, &id, "afterwards").await;
    world.advance(TimeDelta::minutes(30)).await;
    let tickets = world.psa.tickets();
    assert_eq!(
        (tickets.len(), tickets[2].notes.len(), tickets[2].is_closed()),
        (3, 1, true),
        "nothing stays open"
    );
}

async fn whoever_takes_it_over_has_the_ticket(mut world: World) {
    let id = acknowledged(&mut world).await;
    world.work("olivia", &id, "escalate", Value::Null).await;
    world.skip_mails();
    world.work("olivia", &id, "acknowledge", Value::Null).await;
    let ticket = world.psa.tickets()[0].clone();
    let owner = ticket.assigned.expect("a technician").email;
    assert_eq!((owner.as_str(), ticket.status.as_str()), ("olivia@msp.example", "In Progress"));
}

async fn a_ticket_linked_by_hand_gets_later_notes_only(mut world: World) {
    let first = acknowledged(&mut world).await;
    let ticket = world.psa.tickets()[0].id.clone();
    world.psa.misbehave(Fault::Fails(422));
    let id = world.incident("Another", "low").await;
    world.mail_to("ben");
    world.work("ben", &id, "acknowledge", Value::Null).await;
    note(&mut world, &id, "early").await;
    world.psa.misbehave(Fault::None);
    let linked = world
        .send(
            "PUT",
            &format!("/api/incidents/{id}/psa-ticket"),
            Some("ben"),
            json!({ "ticket_id": ticket }).to_string(),
        )
        .await;
    assert_eq!(linked.json()["psa_ticket_id"], json!(ticket));
    note(&mut world, &id, "late").await;
    world.advance(TimeDelta::minutes(30)).await;
    assert_eq!(world.psa.tickets().len(), 1, "the refused create is dropped");
    assert_eq!(notes(&world), ["[On-Call] Ben Brook: late"]);
    assert_ne!(first, id);
}

async fn notes_before_the_acknowledge_stay_here(mut world: World) {
    let id = world.incident("Quiet", "high").await;
    world.mail_to("ben");
    note(&mut world, &id, "before").await;
    world.work("ben", &id, "acknowledge", Value::Null).await;
    note(&mut world, &id, "after").await;
    assert_eq!(notes(&world), ["[On-Call] Ben Brook: after"]);
}
