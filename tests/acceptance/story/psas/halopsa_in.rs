//! What HaloPSA tells of a ticket in statuses of the company's own.

use acceptance::halopsa::HaloPsa;
use acceptance::world::{Door, World};
use serde_json::{Value, json};

use super::office::Office;

super::super::stories!(
    the_echo_of_an_acknowledge_ends_nothing_whatever_was_closed_before,
    a_status_that_the_settings_call_closed_ends_an_incident_without_a_closing_date,
    a_ticket_that_was_opened_again_is_open_in_a_status_that_nobody_has_named,
    what_the_alert_source_says_of_a_status_goes_before_the_settings,
);

fn halo(office: &Office) -> &HaloPsa {
    match office {
        Office::Halo { halo, .. } => halo,
        Office::Autotask { .. } => panic!("it is an Autotask"),
    }
}

/// A HaloPSA whose people work on the bench and hand over.
async fn connected(world: &mut World) -> Office {
    let office = Office::halopsa(world, json!({})).await;
    let mut provider = office.settings(world)["provider"].clone();
    provider["working_status"] = json!("on the bench");
    provider["also_closed"] = json!(["Handed Over"]);
    office.connect(world, json!({ "provider": provider })).await;
    office
}

/// HaloPSA tells of a ticket as it is, but for its closing date, which may be another or be left out.
async fn told(world: &mut World, door: &Door, halo: &HaloPsa, id: i64, date: Option<Value>) -> Value {
    let ticket = halo.tickets().into_iter().find(|ticket| ticket.id == id).expect("a ticket");
    let mut body = ticket.told();
    match (date, body["ticket"].as_object_mut()) {
        (Some(date), _) => body["ticket"]["dateclosed"] = date,
        (None, Some(fields)) => drop(fields.remove("dateclosed")),
        (None, None) => panic!("no ticket: {body}"),
    }
    let answer = world.knock(door, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn incident(told: &Value) -> String {
    told["incident_id"].as_str().unwrap_or_else(|| panic!("no incident: {told}")).to_owned()
}

async fn the_echo_of_an_acknowledge_ends_nothing_whatever_was_closed_before(mut world: World) {
    let office = connected(&mut world).await;
    let halo = halo(&office);
    let door = world.door("halopsa", json!({})).await;
    for date in [None, Some(json!("2026-11-20T22:00:00.113")), Some(json!(null))] {
        let id = halo.add_ticket("ERP down");
        assert_eq!(told(&mut world, &door, halo, id, date.clone()).await["result"], "created");
        world.mail_to("ben");
        halo.close(id);
        assert_eq!(told(&mut world, &door, halo, id, date.clone()).await["result"], "resolved");
        halo.reopen(id);
        let again = incident(&told(&mut world, &door, halo, id, date.clone()).await);
        world.mail_to("ben");
        world.work("ben", &again, "acknowledge", Value::Null).await;
        let ticket = halo.tickets().into_iter().find(|ticket| ticket.id == id).expect("a ticket");
        assert_eq!((ticket.status_name(), ticket.has_been_closed), ("On the Bench", true));
        let echo = told(&mut world, &door, halo, id, date.clone()).await;
        assert_ne!(echo["result"], "resolved", "{date:?}: {echo}");
        assert_eq!(world.look(&again).await["status"], "acknowledged", "{date:?}");
        world.no_mail();
        world.work("ben", &again, "resolve", Value::Null).await;
    }
}

async fn a_status_that_the_settings_call_closed_ends_an_incident_without_a_closing_date(mut world: World) {
    let office = connected(&mut world).await;
    let halo = halo(&office);
    let door = world.door("halopsa", json!({})).await;
    let id = halo.add_ticket("ERP down");
    let never = Some(json!("1900-01-01T00:00:00"));
    let opened = told(&mut world, &door, halo, id, never.clone()).await;
    world.mail_to("ben");
    halo.set_status(id, "Handed Over");
    let over = told(&mut world, &door, halo, id, never.clone()).await;
    assert_eq!((&over["result"], &over["incident_id"]), (&json!("resolved"), &opened["incident_id"]));
    let other = halo.add_ticket("Printer");
    halo.set_status(other, "Handed Over");
    assert_eq!(told(&mut world, &door, halo, other, never).await["result"], "ignored", "it opens nothing");
    world.no_mail();
}

async fn a_ticket_that_was_opened_again_is_open_in_a_status_that_nobody_has_named(mut world: World) {
    let office = Office::halopsa(&mut world, json!({})).await;
    let halo = halo(&office);
    let door = world.door("halopsa", json!({})).await;
    let id = halo.add_ticket("ERP down");
    for date in [json!(null), json!(""), json!("1900-01-01T00:00:00")] {
        halo.close(id);
        halo.set_status(id, "On the Bench");
        assert_eq!(
            told(&mut world, &door, halo, id, Some(date.clone())).await["result"],
            "created",
            "{date}"
        );
        world.mail_to("ben");
        halo.close(id);
        assert_eq!(told(&mut world, &door, halo, id, Some(date)).await["result"], "resolved");
    }
}

async fn what_the_alert_source_says_of_a_status_goes_before_the_settings(mut world: World) {
    let office = connected(&mut world).await;
    let halo = halo(&office);
    let mapping =
        json!({ "mapping": { "statuses": { "Handed Over": "trigger", "On the Bench": "resolve" } } });
    let door = world.door("halopsa", mapping).await;
    let id = halo.add_ticket("ERP down");
    halo.set_status(id, "Handed Over");
    let opened = told(&mut world, &door, halo, id, Some(json!(null))).await;
    assert_eq!(opened["result"], "created");
    world.mail_to("ben");
    halo.set_status(id, "On the Bench");
    let over = told(&mut world, &door, halo, id, Some(json!(null))).await;
    assert_eq!((&over["result"], &over["incident_id"]), (&json!("resolved"), &opened["incident_id"]));
}
