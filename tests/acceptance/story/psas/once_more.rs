//! A webhook of Autotask's that comes once more, since we hadn't answered in time: it is one delivery and one page.

use acceptance::fault::Fault;
use acceptance::world::{Door, World};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::both_ways::autotask;
use super::office::Office;

super::super::stories!(
    a_webhook_that_comes_again_while_it_waits_pages_once,
    a_webhook_that_comes_again_when_it_was_taken_changes_nothing,
    webhooks_about_one_ticket_are_not_taken_for_one_another,
);

fn message(id: &str, guid: &str) -> Value {
    json!({
        "Action": "Update", "Guid": guid, "EntityType": "Ticket", "Id": id.parse::<u64>().expect("a number"),
        "Fields": { "Status": 1 }, "EventTime": "2026-11-20T21:04:05Z", "SequenceNumber": 117, "PersonID": 4,
    })
}

async fn sent(world: &mut World, door: &Door, message: &Value) -> (u16, String) {
    let answer = world.knock(door, message.clone()).await;
    (answer.status.as_u16(), answer.json()["result"].as_str().unwrap_or_default().to_owned())
}

async fn a_webhook_that_comes_again_while_it_waits_pages_once(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    for is_back in [true, false] {
        let before = world.deliveries(&door).await.len();
        let (id, _) = autotask(&office).add_ticket("Disk", "New", "Critical", "Contoso Ltd");
        let message = message(&id, &format!("guid-{id}"));
        autotask(&office).misbehave(Fault::Fails(503));
        for _ in 0..3 {
            assert_eq!(sent(&mut world, &door, &message).await, (200, "pending".to_owned()));
            world.sleep_through(TimeDelta::seconds(20));
        }
        world.no_mail();
        if is_back {
            autotask(&office).misbehave(Fault::None);
            assert_eq!(sent(&mut world, &door, &message).await, (200, "created".to_owned()));
        }
        world.advance(TimeDelta::minutes(3)).await;
        world.mail_to("ben");
        autotask(&office).misbehave(Fault::None);
        world.advance(TimeDelta::seconds(30)).await;
        world.no_mail();
        let deliveries = world.deliveries(&door).await;
        assert_eq!((deliveries.len() - before, deliveries[0]["state"].as_str()), (1, Some("taken")));
        // What was open would gather the next.
        office.connect(&mut world, json!({})).await;
        let open = world.get("ben", "/api/incidents").await;
        let incident = open["incidents"][0]["id"].as_str().expect("an incident").to_owned();
        world.work("ben", &incident, "resolve", Value::Null).await;
    }
}

async fn a_webhook_that_comes_again_when_it_was_taken_changes_nothing(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    let (id, _) = autotask(&office).add_ticket("Disk", "New", "Critical", "Contoso Ltd");
    let message = message(&id, "guid");
    assert_eq!(sent(&mut world, &door, &message).await, (200, "created".to_owned()));
    world.mail_to("ben");
    let again = sent(&mut world, &door, &message).await;
    assert_eq!(again, (200, "created".to_owned()), "it is told what became of it");
    autotask(&office).misbehave(Fault::Fails(503));
    assert_eq!(sent(&mut world, &door, &message).await, (200, "ignored".to_owned()));
    world.advance(TimeDelta::minutes(4)).await;
    let deliveries = world.deliveries(&door).await;
    assert_eq!((deliveries.len(), deliveries[0]["state"].as_str()), (1, Some("taken")));
    let open = world.get("ben", "/api/incidents").await;
    assert_eq!(open["incidents"].as_array().map(Vec::len), Some(1));
}

async fn webhooks_about_one_ticket_are_not_taken_for_one_another(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    let (id, _) = autotask(&office).add_ticket("Disk", "New", "Critical", "Contoso Ltd");
    assert_eq!(sent(&mut world, &door, &message(&id, "one")).await.1, "created");
    world.mail_to("ben");
    autotask(&office).set_status(&id, "Complete");
    assert_eq!(sent(&mut world, &door, &message(&id, "two")).await.1, "resolved");
    assert_eq!(world.deliveries(&door).await.len(), 2);
}
