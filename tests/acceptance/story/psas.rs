//! A tenant's own PSA, whichever it is: set up, checked, and told everything exactly once, however it misbehaves.

mod belonging;
mod both_ways;
mod checking;
mod halopsa_in;
mod in_doubt;
mod leaving;
mod mended;
mod office;
mod once_more;
mod settings;

use acceptance::fault::Fault;
use acceptance::world::World;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

use self::office::{Deed, Office};

super::stories!(
    a_ticket_is_made_noted_and_completed_in_halopsa,
    a_ticket_is_made_noted_and_completed_in_autotask,
    whatever_halopsa_does_there_is_one_ticket_with_every_note_once_and_in_order,
    whatever_autotask_does_there_is_one_ticket_with_every_note_once_and_in_order,
    a_psa_that_makes_the_ticket_long_after_we_hung_up_has_one_all_the_same,
    a_create_that_came_to_nothing_is_made_again_when_that_is_sure,
    a_technician_whom_the_psa_does_not_know_is_named_and_the_ticket_is_made,
    a_token_that_expires_costs_nothing,
    time_is_filed_once_and_as_a_draft_where_it_is_wanted,
);

async fn acknowledged(world: &mut World) -> String {
    let alert =
        json!({ "title": "Disk full", "severity": "critical", "dedup_key": "disk", "client": "Contoso Ltd" });
    let id = world.alert(alert).await["incident_id"].as_str().expect("an id").to_owned();
    world.skip_mails();
    world.work("ben", &id, "acknowledge", Value::Null).await;
    id
}

async fn note(world: &mut World, id: &str, text: &str) {
    world.work("ben", id, "notes", json!({ "text": text })).await;
}

/// The whole life of an incident, with time to catch up at its end.
async fn live(world: &mut World, office: &Office) -> String {
    let id = acknowledged(world).await;
    note(world, &id, "first").await;
    note(world, &id, "second").await;
    world.work("ben", &id, "resolve", json!({ "note": "replaced the disk" })).await;
    world.advance(TimeDelta::minutes(6)).await;
    // Whatever held it up, the next tries come within the hour.
    for _ in 0..4 {
        world.sleep_through(TimeDelta::minutes(20));
        world.tick().await;
    }
    let incident = world.look(&id).await;
    let tickets = office.tickets();
    assert_eq!(tickets.len(), 1, "one ticket: {tickets:#?}");
    assert_eq!(incident["psa_ticket_id"], json!(tickets[0].id), "the incident shows the truth");
    assert_eq!(incident["psa"]["state"], "filed", "{}", incident["psa"]);
    let order: Vec<Option<usize>> = ["first", "second"]
        .iter()
        .map(|text| tickets[0].notes.iter().position(|note| note.contains(text)))
        .collect();
    assert!(order[0].is_some() && order[0] < order[1], "in order: {:?}", tickets[0].notes);
    for text in ["first", "second"] {
        let times = tickets[0].notes.iter().filter(|note| note.contains(text)).count();
        assert_eq!(times, 1, "{text}: {:?}", tickets[0].notes);
    }
    assert!(tickets[0].closed && tickets[0].ending.contains("replaced the disk"), "{:?}", tickets[0]);
    id
}

async fn a_ticket_is_made_noted_and_completed_in_halopsa(mut world: World) {
    let office = Office::halopsa(&mut world, json!({})).await;
    live(&mut world, &office).await;
    let ticket = &office.tickets()[0];
    assert_eq!((ticket.client.as_str(), ticket.priority.as_str()), ("12", "Critical"), "{ticket:?}");
    assert!(ticket.text.contains("Alert source: Monitoring") && ticket.private, "{ticket:?}");
}

async fn a_ticket_is_made_noted_and_completed_in_autotask(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    live(&mut world, &office).await;
    let ticket = &office.tickets()[0];
    assert_eq!((ticket.client.as_str(), ticket.priority.as_str()), ("175", "Critical"), "{ticket:?}");
    assert!(ticket.text.contains("Alert source: Monitoring") && ticket.private, "{ticket:?}");
}

/// Every way of misbehaving, at every deed.
fn faults() -> Vec<Fault> {
    vec![
        Fault::Slow(Duration::from_millis(50)),
        Fault::WorksThen500,
        Fault::WorksThenCuts,
        Fault::Fails(503),
        Fault::TooMany { retry_after: Duration::from_mins(3) },
        Fault::TooManyForNow,
    ]
}

async fn misbehaving(world: &mut World, office: &Office) {
    for deed in [Deed::Create, Deed::Note, Deed::Complete] {
        for fault in faults() {
            office.misbehave(deed, fault.clone());
            live(world, office).await;
            office.empty();
        }
    }
}

async fn whatever_halopsa_does_there_is_one_ticket_with_every_note_once_and_in_order(mut world: World) {
    let office = Office::halopsa(&mut world, json!({})).await;
    misbehaving(&mut world, &office).await;
}

async fn whatever_autotask_does_there_is_one_ticket_with_every_note_once_and_in_order(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    misbehaving(&mut world, &office).await;
}

async fn a_psa_that_makes_the_ticket_long_after_we_hung_up_has_one_all_the_same(mut world: World) {
    for office in
        [Office::halopsa(&mut world, json!({})).await, Office::autotask(&mut world, json!({})).await]
    {
        office.connect(&mut world, json!({})).await;
        let goes_on = Arc::new(Notify::new());
        office.misbehave(Deed::Create, Fault::CutsThenWorks(Arc::clone(&goes_on)));
        let id = acknowledged(&mut world).await;
        // Whoever presses retry has it looked for, and not made again.
        let retried = world.post("ben", &format!("/api/incidents/{id}/psa-ticket/retry"), Value::Null).await;
        assert!(retried.status.is_success(), "{}", retried.text);
        world.advance(TimeDelta::minutes(2)).await;
        assert_eq!(office.tickets().len(), 0, "it is still at it");
        goes_on.notify_one();
        office.wait_for_a_ticket().await;
        for _ in 0..4 {
            world.advance(TimeDelta::minutes(5)).await;
        }
        assert_eq!(office.tickets().len(), 1);
        assert_eq!(world.look(&id).await["psa_ticket_id"], json!(office.tickets()[0].id));
        world.work("ben", &id, "resolve", Value::Null).await;
        office.empty();
    }
}

async fn a_create_that_came_to_nothing_is_made_again_when_that_is_sure(mut world: World) {
    let office = Office::halopsa(&mut world, json!({})).await;
    office.misbehave(Deed::Create, Fault::CutsThenWorks(Arc::new(Notify::new())));
    let id = acknowledged(&mut world).await;
    world.advance(TimeDelta::minutes(3)).await;
    assert_eq!(office.tickets().len(), 0);
    assert_eq!(world.look(&id).await["psa"]["state"], "failed");
    world.advance(TimeDelta::minutes(5)).await;
    assert_eq!(world.look(&id).await["psa_ticket_id"], json!(office.tickets()[0].id));
}

async fn a_technician_whom_the_psa_does_not_know_is_named_and_the_ticket_is_made(mut world: World) {
    for office in
        [Office::halopsa(&mut world, json!({})).await, Office::autotask(&mut world, json!({})).await]
    {
        office.dismiss_everybody();
        office.connect(&mut world, json!({})).await;
        let id = live(&mut world, &office).await;
        let ticket = &office.tickets()[0];
        let named =
            ticket.text.contains("Ben Brook") || ticket.notes.iter().any(|note| note.contains("Ben Brook"));
        assert!(ticket.owner.is_empty() && named, "{id}: {ticket:?}");
        // The admins heard of it.
        world.skip_mails();
    }
}

async fn a_token_that_expires_costs_nothing(mut world: World) {
    let office = Office::halopsa(&mut world, json!({})).await;
    let id = acknowledged(&mut world).await;
    office.expire_tokens();
    note(&mut world, &id, "after the token").await;
    let tickets = office.tickets();
    assert_eq!((tickets.len(), tickets[0].notes.len()), (1, 1), "{tickets:?}");
    assert_eq!(world.look(&id).await["psa"]["state"], "filed");
}

async fn time_is_filed_once_and_as_a_draft_where_it_is_wanted(mut world: World) {
    for office in
        [Office::halopsa(&mut world, json!({})).await, Office::autotask(&mut world, json!({})).await]
    {
        office.connect(&mut world, json!({ "time_entries": true })).await;
        let id = acknowledged(&mut world).await;
        world.sleep_through(TimeDelta::minutes(30));
        office.misbehave(Deed::Complete, Fault::WorksThen500);
        world.work("ben", &id, "resolve", json!({ "note": "done" })).await;
        world.advance(TimeDelta::minutes(10)).await;
        let ticket = &office.tickets()[0];
        assert_eq!((ticket.times.as_slice(), ticket.closed), ([0.5].as_slice(), true), "{ticket:?}");
        let told = world.timeline(&id).await;
        assert!(told.contains(&"time_filed".to_owned()), "{told:?}");
    }
}
