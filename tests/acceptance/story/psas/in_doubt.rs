//! What isn't known while it happens: tickets that can't be read yet, notes that may be there already, tickets that are being
//! made while somebody links another, and what the PSA says twice.

use std::sync::Arc;

use acceptance::fault::Fault;
use acceptance::world::{Door, World};
use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::both_ways::{autotask, call_out};
use super::office::{Deed, Office};
use super::{acknowledged, note};

super::super::stories!(
    a_callout_that_comes_twice_acknowledges_nothing_until_something_has_happened_to_the_ticket,
    a_ticket_that_is_read_after_it_has_paged_acknowledges_nothing_by_what_it_said_all_along,
    whoever_acknowledges_before_the_ticket_could_be_read_takes_it_and_makes_no_second_one,
    a_ticket_that_is_not_there_after_all_is_made,
    a_note_that_the_psa_writes_long_after_we_hung_up_is_there_once,
    time_that_the_psa_files_long_after_we_hung_up_is_there_once,
    a_ticket_that_was_being_made_while_another_was_linked_is_told_and_opens_nothing,
    a_ticket_is_linked_by_the_number_that_people_know_it_by,
);

async fn only_incident(world: &mut World) -> String {
    let open = world.get("ben", "/api/incidents").await;
    open["incidents"][0]["id"].as_str().expect("an incident").to_owned()
}

async fn a_callout_that_comes_twice_acknowledges_nothing_until_something_has_happened_to_the_ticket(
    mut world: World,
) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    let (id, number) = autotask(&office).add_ticket("Disk", "In Progress", "Critical", "Contoso Ltd");
    assert_eq!(call_out(&mut world, &door, &number).await.1, "created");
    world.mail_to("ben");
    assert_eq!(call_out(&mut world, &door, &number).await.1, "grouped", "the same once more");
    let incident = only_incident(&mut world).await;
    assert_eq!(world.look(&incident).await["status"], "triggered");
    // Somebody does anything to it, whatever its status is then.
    autotask(&office).set_status(&id, "In Progress");
    assert_eq!(call_out(&mut world, &door, &number).await.1, "acknowledged");
}

/// A callout that Autotask can't be asked about until it has paged.
async fn unread(world: &mut World, office: &Office, door: &Door, number: &str) -> String {
    autotask(office).misbehave(Fault::Fails(503));
    assert_eq!(call_out(world, door, number).await.1, "pending");
    world.advance(TimeDelta::seconds(150)).await;
    world.mail_to("ben");
    only_incident(world).await
}

async fn a_ticket_that_is_read_after_it_has_paged_acknowledges_nothing_by_what_it_said_all_along(
    mut world: World,
) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    let (id, number) = autotask(&office).add_ticket("Disk", "In Progress", "Critical", "Contoso Ltd");
    let incident = unread(&mut world, &office, &door, &number).await;
    autotask(&office).misbehave(Fault::None);
    assert_eq!(call_out(&mut world, &door, &number).await.1, "grouped");
    let read = world.look(&incident).await;
    assert_eq!((&read["status"], &read["psa_ticket_id"]), (&json!("triggered"), &json!(id)));
    autotask(&office).set_status(&id, "Waiting Customer");
    assert_eq!(call_out(&mut world, &door, &number).await.1, "acknowledged");
}

async fn whoever_acknowledges_before_the_ticket_could_be_read_takes_it_and_makes_no_second_one(
    mut world: World,
) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    let (id, number) = autotask(&office).add_ticket("Disk", "New", "Critical", "Contoso Ltd");
    let incident = unread(&mut world, &office, &door, &number).await;
    world.work("ben", &incident, "acknowledge", Value::Null).await;
    note(&mut world, &incident, "on it").await;
    autotask(&office).misbehave(Fault::None);
    world.advance(TimeDelta::minutes(10)).await;
    let tickets = office.tickets();
    assert_eq!((tickets.len(), tickets[0].notes.len()), (1, 1), "{tickets:?}");
    assert!(!tickets[0].owner.is_empty(), "{tickets:?}");
    assert_eq!(world.look(&incident).await["psa_ticket_id"], json!(id));
    assert_eq!(call_out(&mut world, &door, &number).await.1, "ignored", "an echo");
    world.work("ben", &incident, "resolve", json!({ "note": "done" })).await;
    assert!(office.tickets()[0].closed, "{:?}", office.tickets());
    world.no_mail();
}

async fn a_ticket_that_is_not_there_after_all_is_made(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    let incident = unread(&mut world, &office, &door, "T20261120.7777").await;
    autotask(&office).misbehave(Fault::None);
    world.work("ben", &incident, "acknowledge", Value::Null).await;
    world.advance(TimeDelta::minutes(10)).await;
    assert_eq!(office.tickets().len(), 1);
    assert_eq!(world.look(&incident).await["psa_ticket_id"], json!(office.tickets()[0].id));
}

async fn a_note_that_the_psa_writes_long_after_we_hung_up_is_there_once(mut world: World) {
    for office in
        [Office::halopsa(&mut world, json!({})).await, Office::autotask(&mut world, json!({})).await]
    {
        office.connect(&mut world, json!({})).await;
        let id = acknowledged(&mut world).await;
        let goes_on = Arc::new(Notify::new());
        office.misbehave(Deed::Note, Fault::CutsThenWorks(Arc::clone(&goes_on)));
        note(&mut world, &id, "first").await;
        note(&mut world, &id, "second").await;
        world.advance(TimeDelta::minutes(2)).await;
        assert!(office.tickets()[0].notes.is_empty(), "it is still at it");
        goes_on.notify_one();
        office.wait_for(|ticket| !ticket.notes.is_empty()).await;
        for _ in 0..4 {
            world.advance(TimeDelta::minutes(5)).await;
        }
        let notes = office.tickets()[0].notes.clone();
        let is_in_order = notes.len() == 2 && notes[0].contains("first") && notes[1].contains("second");
        assert!(is_in_order, "{notes:?}");
        world.work("ben", &id, "resolve", Value::Null).await;
        office.empty();
    }
}

async fn time_that_the_psa_files_long_after_we_hung_up_is_there_once(mut world: World) {
    for office in
        [Office::halopsa(&mut world, json!({})).await, Office::autotask(&mut world, json!({})).await]
    {
        office.connect(&mut world, json!({ "time_entries": true })).await;
        let id = acknowledged(&mut world).await;
        world.sleep_through(TimeDelta::minutes(30));
        let goes_on = Arc::new(Notify::new());
        office.misbehave(Deed::Time, Fault::CutsThenWorks(Arc::clone(&goes_on)));
        world.work("ben", &id, "resolve", Value::Null).await;
        world.advance(TimeDelta::minutes(2)).await;
        goes_on.notify_one();
        office.wait_for(|ticket| !ticket.times.is_empty()).await;
        for _ in 0..4 {
            world.advance(TimeDelta::minutes(5)).await;
        }
        let ticket = &office.tickets()[0];
        assert_eq!((ticket.times.as_slice(), ticket.closed), ([0.5].as_slice(), true), "{ticket:?}");
        office.empty();
    }
}

async fn link(world: &mut World, incident: &str, ticket: &str) -> acceptance::world::Answer {
    let path = format!("/api/incidents/{incident}/psa-ticket");
    world.put("ben", &path, json!({ "ticket_id": ticket })).await
}

async fn a_ticket_that_was_being_made_while_another_was_linked_is_told_and_opens_nothing(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    let (by_hand, _) = autotask(&office).add_ticket("Disk", "New", "Critical", "Contoso Ltd");
    let goes_on = Arc::new(Notify::new());
    office.misbehave(Deed::Create, Fault::CutsThenWorks(Arc::clone(&goes_on)));
    let id = acknowledged(&mut world).await;
    assert_eq!(link(&mut world, &id, &by_hand).await.status, 200);
    let told = world.timeline(&id).await;
    assert!(told.contains(&"ticket_left_over".to_owned()), "{told:?}");
    goes_on.notify_one();
    let made = autotask(&office).wait_for(|tickets| tickets.len() == 2, std::time::Duration::from_secs(20));
    let number = made.await[1].number.clone();
    assert_eq!(call_out(&mut world, &door, &number).await, (200, "ignored".to_owned()));
    world.no_mail();
    world.work("ben", &id, "resolve", Value::Null).await;
    assert_eq!(call_out(&mut world, &door, &number).await, (200, "ignored".to_owned()));
    world.no_mail();
}

async fn a_ticket_is_linked_by_the_number_that_people_know_it_by(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let (ticket, number) = autotask(&office).add_ticket("Disk", "New", "Critical", "Contoso Ltd");
    let alert = json!({ "title": "Disk full", "severity": "high", "dedup_key": "disk" });
    let id = world.alert(alert).await["incident_id"].as_str().expect("an id").to_owned();
    world.skip_mails();
    let unknown = link(&mut world, &id, "T20261120.9999").await;
    assert_eq!((unknown.status.as_u16(), unknown.wrong_fields()), (400, vec!["ticket_id".to_owned()]));
    assert_eq!(world.look(&id).await["psa_ticket_id"], Value::Null, "nothing is changed");
    let linked = link(&mut world, &id, &number).await;
    assert_eq!((linked.status.as_u16(), &linked.json()["psa_ticket_id"]), (200, &json!(ticket)));
    note(&mut world, &id, "on it").await;
    assert_eq!((office.tickets().len(), office.tickets()[0].notes.len()), (1, 1));
    autotask(&office).misbehave(Fault::Fails(503));
    let away = link(&mut world, &id, "T20261120.9999").await;
    assert_eq!(away.status, 503, "{}", away.text);
    assert_eq!(link(&mut world, &id, "4711").await.status, 200, "an id says it all");
}
