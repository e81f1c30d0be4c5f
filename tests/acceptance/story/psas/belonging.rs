//! Whose ticket is whose: two PSAs at once, a PSA that is exchanged, tickets that were gathered, and echoes.

use acceptance::fault::Fault;
use acceptance::world::{Door, World};
use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::office::Office;
use super::{acknowledged, note};

super::super::stories!(
    a_clients_ticket_in_another_psa_has_one_of_ours_beside_it,
    after_a_change_of_psa_nothing_is_told_to_a_strangers_ticket,
    after_a_change_of_account_nothing_is_told_to_a_strangers_ticket,
    closing_the_ticket_of_an_incident_that_has_gathered_others_ends_all_of_it,
    closing_one_of_the_tickets_that_an_incident_has_gathered_leaves_the_others,
    what_the_psa_says_of_a_ticket_after_the_end_opens_nothing_until_it_was_closed,
    a_ticket_opened_again_after_we_closed_it_is_a_new_incident,
    a_psa_that_takes_no_time_keeps_no_ticket_open,
    a_ticket_that_was_deleted_takes_no_acknowledge_and_the_next_note_makes_another,
);

/// HaloPSA tells of a ticket.
async fn told(world: &mut World, door: &Door, id: u32, status: &str) -> Value {
    let status_id = match status {
        "New" => 1,
        "In Progress" => 2,
        _ => 9,
    };
    let closed = if status == "Closed" { "2026-11-20T22:00:00" } else { "1900-01-01T00:00:00" };
    let body = json!({ "ticket": {
        "id": id, "summary": format!("Ticket {id}"), "details": "It is down.", "dateclosed": closed,
        "status": { "id": status_id, "name": status }, "priority": { "id": 1, "name": "Critical" },
        "client_name": "Contoso Ltd",
    }});
    let answer = world.knock(door, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn incident(told: &Value) -> String {
    told["incident_id"].as_str().unwrap_or_else(|| panic!("no incident: {told}")).to_owned()
}

async fn a_clients_ticket_in_another_psa_has_one_of_ours_beside_it(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("halopsa", json!({})).await;
    let id = incident(&told(&mut world, &door, 88, "New").await);
    world.mail_to("ben");
    world.work("ben", &id, "acknowledge", Value::Null).await;
    let tickets = office.tickets();
    assert_eq!(tickets.len(), 1, "one of our own");
    assert_eq!(world.look(&id).await["psa_ticket_id"], json!(tickets[0].id));
    note(&mut world, &id, "on it").await;
    assert_eq!(office.tickets()[0].notes.len(), 1);
    assert_eq!(told(&mut world, &door, 88, "Closed").await["result"], "resolved");
    world.advance(TimeDelta::minutes(1)).await;
    assert!(office.tickets()[0].closed, "what the client closed in its PSA is closed in ours");
}

async fn after_a_change_of_psa_nothing_is_told_to_a_strangers_ticket(mut world: World) {
    let before = Office::autotask(&mut world, json!({})).await;
    let id = acknowledged(&mut world).await;
    let old = before.tickets()[0].clone();
    let now = Office::halopsa(&mut world, json!({})).await;
    let (told_before, text) = (before.tickets(), "the second disk is gone, too");
    note(&mut world, &id, text).await;
    let tickets = now.tickets();
    assert_eq!((tickets.len(), tickets[0].notes.len()), (1, 1), "{tickets:?}");
    assert!(tickets[0].notes[0].contains(text) && tickets[0].text.contains(&old.id), "{tickets:?}");
    world.work("ben", &id, "resolve", json!({ "note": "done" })).await;
    assert!(now.tickets()[0].closed);
    assert_eq!(before.tickets()[0].notes, told_before[0].notes, "the old one hears nothing");
    // One that needs no further ticket says what is left to do.
    before.connect(&mut world, json!({})).await;
    before.empty();
    let id = acknowledged(&mut world).await;
    now.connect(&mut world, json!({})).await;
    now.empty();
    world.work("ben", &id, "resolve", Value::Null).await;
    let psa = world.look(&id).await["psa"].clone();
    assert!(psa["problem"].as_str().is_some_and(|problem| problem.contains("by hand")), "{psa}");
    assert!(now.tickets().is_empty() && !before.tickets()[0].closed, "{psa}");
}

/// A sandbox is exchanged for the real one: another account of the same PSA, with tickets of the same ids.
async fn after_a_change_of_account_nothing_is_told_to_a_strangers_ticket(mut world: World) {
    let real = Office::halopsa(&mut world, json!({})).await;
    file(&mut world, "printer").await;
    let sandbox = Office::halopsa(&mut world, json!({})).await;
    let (noted, resolved) = (file(&mut world, "disk").await, file(&mut world, "fan").await);
    file(&mut world, "mouse").await;
    let ids = |office: &Office| office.tickets().into_iter().map(|ticket| ticket.id).collect::<Vec<_>>();
    assert_eq!(ids(&real)[0], ids(&sandbox)[0], "the ids are the same");
    real.connect(&mut world, json!({})).await;
    note(&mut world, &noted, "on it").await;
    world.work("ben", &resolved, "resolve", Value::Null).await;
    let tickets = real.tickets();
    assert_eq!(tickets.len(), 2, "one more, for the note");
    assert!(tickets[0].notes.is_empty() && tickets[1].notes.len() == 1, "{tickets:?}");
    assert!(tickets.iter().all(|ticket| !ticket.closed), "{tickets:?}");
    // What the real one tells of its own is news.
    let door = world.door("halopsa", json!({})).await;
    let third = ids(&sandbox)[2].parse().expect("a number");
    assert_eq!(told(&mut world, &door, third, "New").await["result"], "created");
    world.mail_to("ben");
}

/// An incident with a ticket.
async fn file(world: &mut World, problem: &str) -> String {
    let alert = json!({ "title": problem, "severity": "high", "dedup_key": problem });
    let id = incident(&world.alert(alert).await);
    world.skip_mails();
    world.work("ben", &id, "acknowledge", Value::Null).await;
    id
}

async fn closing_the_ticket_of_an_incident_that_has_gathered_others_ends_all_of_it(mut world: World) {
    let office = Office::halopsa(&mut world, json!({})).await;
    let by_client = json!({ "grouping": { "by": "content", "field": "client" } });
    let door = world.door("generic", by_client).await;
    let tickets = world.door("halopsa", json!({})).await;
    let problem =
        |key: &str| json!({ "title": key, "severity": "high", "dedup_key": key, "client": "Contoso Ltd" });
    let id = incident(&world.taken(&door, problem("a")).await);
    assert_eq!(incident(&world.taken(&door, problem("b")).await), id);
    world.mail_to("ben");
    world.work("ben", &id, "acknowledge", Value::Null).await;
    let ours = office.tickets()[0].id.parse().expect("a number");
    let closed = told(&mut world, &tickets, ours, "Closed").await;
    assert_eq!((closed["result"].as_str(), incident(&closed)), (Some("resolved"), id.clone()));
    let next = world.taken(&door, problem("a")).await;
    assert_eq!(next["result"], "created", "its own key is nobody's any more");
    world.mail_to("ben");
}

async fn closing_one_of_the_tickets_that_an_incident_has_gathered_leaves_the_others(mut world: World) {
    let by_client = json!({ "grouping": { "by": "content", "field": "client" } });
    let door = world.door("halopsa", by_client).await;
    let id = incident(&told(&mut world, &door, 1, "New").await);
    assert_eq!(incident(&told(&mut world, &door, 2, "New").await), id);
    world.mail_to("ben");
    assert_eq!(told(&mut world, &door, 1, "Closed").await["result"], "grouped");
    assert_eq!(world.look(&id).await["status"], "triggered");
    assert_eq!(told(&mut world, &door, 2, "Closed").await["result"], "resolved");
}

async fn what_the_psa_says_of_a_ticket_after_the_end_opens_nothing_until_it_was_closed(mut world: World) {
    let door = world.door("halopsa", json!({})).await;
    let id = incident(&told(&mut world, &door, 7, "New").await);
    world.mail_to("ben");
    world.work("ben", &id, "resolve", json!({ "note": "done" })).await;
    world.sleep_through(TimeDelta::hours(9));
    // No PSA is connected, so a technician works on it there by hand.
    for status in ["New", "In Progress"] {
        assert_eq!(told(&mut world, &door, 7, status).await["result"], "ignored", "{status}");
    }
    world.no_mail();
    assert_eq!(told(&mut world, &door, 7, "Closed").await["result"], "ignored");
    assert_eq!(told(&mut world, &door, 7, "New").await["result"], "created", "opened again");
    world.mail_to("ben");
}

async fn a_ticket_opened_again_after_we_closed_it_is_a_new_incident(mut world: World) {
    let office = Office::halopsa(&mut world, json!({})).await;
    let Office::Halo { halo, .. } = &office else { panic!("it is a HaloPSA") };
    let elsewhere = acknowledged(&mut world).await;
    let theirs: u32 = office.tickets()[0].id.parse().expect("a number");
    // A ticket of theirs: what we know of it is gone, as if a person had made it.
    world.work("ben", &elsewhere, "resolve", Value::Null).await;
    halo.reopen(theirs.into());
    let door = world.door("halopsa", json!({})).await;
    assert_eq!(
        told(&mut world, &door, theirs, "In Progress").await["result"],
        "ignored",
        "said before the end"
    );
    world.no_mail();
    world.sleep_through(TimeDelta::minutes(2));
    assert_eq!(told(&mut world, &door, theirs, "New").await["result"], "created");
    world.mail_to("ben");
}

async fn a_psa_that_takes_no_time_keeps_no_ticket_open(mut world: World) {
    for office in
        [Office::halopsa(&mut world, json!({})).await, Office::autotask(&mut world, json!({})).await]
    {
        office.connect(&mut world, json!({ "time_entries": true })).await;
        let id = acknowledged(&mut world).await;
        world.sleep_through(TimeDelta::minutes(30));
        let refused =
            Fault::Refuses(403, json!({ "errors": ["no permission for time"], "message": "no time" }));
        match &office {
            // Asked again with another token, and in a simpler way.
            Office::Halo { halo, .. } => {
                for _ in 0..6 {
                    halo.misbehave_at(Method::POST, "/actions", refused.clone());
                }
            }
            Office::Autotask { autotask, .. } => {
                autotask.misbehave_once_at(Method::POST, "/TimeEntries", refused);
            }
        }
        world.work("ben", &id, "resolve", json!({ "note": "done" })).await;
        world.advance(TimeDelta::minutes(2)).await;
        let ticket = office.tickets()[0].clone();
        assert!(ticket.closed && ticket.times.is_empty(), "{ticket:?}");
        let timeline = world.get("ben", &format!("/api/incidents/{id}/timeline")).await.to_string();
        assert!(timeline.contains("time_refused") && !timeline.contains("ticket_failed"), "{timeline}");
    }
}

async fn a_ticket_that_was_deleted_takes_no_acknowledge_and_the_next_note_makes_another(mut world: World) {
    let office = Office::halopsa(&mut world, json!({})).await;
    let door = world.door("halopsa", json!({})).await;
    // The stand-in has no ticket of this number.
    let id = incident(&told(&mut world, &door, 9_999, "New").await);
    world.mail_to("ben");
    world.work("ben", &id, "acknowledge", Value::Null).await;
    assert_eq!(world.look(&id).await["psa"]["state"], "filed", "nothing is left to tell");
    note(&mut world, &id, "is anybody there").await;
    let tickets = office.tickets();
    assert_eq!((tickets.len(), tickets[0].notes.len()), (1, 1), "{tickets:?}");
    assert_eq!(world.look(&id).await["psa_ticket_id"], json!(tickets[0].id));
}
