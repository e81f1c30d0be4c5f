//! What a PSA refused goes on once somebody has mended it, and an incident that is over gets a ticket that is over.

use acceptance::autotask::Autotask;
use acceptance::world::{Manner, World};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::both_ways::autotask;
use super::office::Office;
use super::{acknowledged, note};

super::super::stories!(
    what_was_refused_goes_out_when_the_settings_are_mended,
    what_was_refused_goes_out_when_the_check_finds_nothing_missing,
);

async fn what_was_refused_goes_out_when_the_settings_are_mended(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    autotask(&office).rotate_secret("another one");
    let mut incidents = Vec::new();
    for key in ["a", "b", "c"] {
        let alert = json!({ "title": key, "severity": "high", "dedup_key": key });
        let id = world.alert(alert).await["incident_id"].as_str().expect("an id").to_owned();
        world.work("ben", &id, "acknowledge", Value::Null).await;
        note(&mut world, &id, "on it").await;
        incidents.push(id);
    }
    world.advance(TimeDelta::minutes(40)).await;
    assert!(office.tickets().is_empty());
    world.skip_mails();
    autotask(&office).rotate_secret(Autotask::SECRET);
    office.connect(&mut world, json!({})).await;
    world.advance(TimeDelta::minutes(1)).await;
    let tickets = office.tickets();
    assert_eq!(tickets.len(), 3, "{tickets:?}");
    assert!(tickets.iter().all(|ticket| ticket.notes.len() == 1), "{tickets:?}");
    for id in incidents {
        assert_eq!(world.look(&id).await["psa"]["state"], "filed");
    }
}

async fn what_was_refused_goes_out_when_the_check_finds_nothing_missing(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    autotask(&office).rotate_secret("another one");
    acknowledged(&mut world).await;
    assert!(office.tickets().is_empty());
    autotask(&office).rotate_secret(Autotask::SECRET);
    // A connection that was refused rests for a while.
    world.advance(TimeDelta::hours(1)).await;
    let checked = world.post("olivia", "/api/settings/psa/verify", Value::Null).await.json();
    assert_eq!(checked["good"], true, "{checked}");
    world.advance(TimeDelta::minutes(1)).await;
    assert_eq!(office.tickets().len(), 1);
}

/// A world in which work is filed nowhere unless the tenant has a PSA of its own.
async fn without_psa() -> World {
    World::open_with(Manner::Plain, &[("PSA_API_URL", ""), ("PSA_SERVICE_KEY", "")]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_made_for_an_incident_that_is_over_is_completed() {
    let mut world = without_psa().await;
    let id = acknowledged(&mut world).await;
    world.work("ben", &id, "resolve", json!({ "note": "done" })).await;
    let office = Office::halopsa(&mut world, json!({})).await;
    let retried = world.post("ben", &format!("/api/incidents/{id}/psa-ticket/retry"), Value::Null).await;
    assert_eq!(retried.status, 202, "{}", retried.text);
    world.advance(TimeDelta::minutes(1)).await;
    let tickets = office.tickets();
    assert!(tickets.len() == 1 && tickets[0].closed, "{tickets:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_while_there_is_no_psa_reaches_the_ticket_that_there_was() {
    let mut world = without_psa().await;
    let office = Office::halopsa(&mut world, json!({})).await;
    let id = acknowledged(&mut world).await;
    assert_eq!(world.send("DELETE", "/api/settings/psa", Some("olivia"), "").await.status, 204);
    note(&mut world, &id, "on it").await;
    world.work("ben", &id, "resolve", Value::Null).await;
    assert!(office.tickets()[0].notes.is_empty());
    office.connect(&mut world, json!({})).await;
    world.advance(TimeDelta::minutes(1)).await;
    let tickets = office.tickets();
    assert!(tickets.len() == 1 && tickets[0].notes.len() == 1 && tickets[0].closed, "{tickets:?}");
}
