//! Messages of which nobody can tell whether they are their sender's are kept, and page once when that can be told.

use acceptance::fixture::Fixture;
use acceptance::world::{Door, World};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::states;

super::super::stories!(
    what_cannot_be_verified_waits_and_pages_once_when_it_can,
    a_retry_that_is_verified_first_is_the_same_message,
    a_forgery_that_could_not_be_told_apart_changes_nothing_about_the_message_it_names,
    what_could_not_be_verified_for_an_hour_is_refused_and_can_be_read_again_by_hand,
);

async fn sorted(world: &mut World, door: &Door) -> Vec<String> {
    let deliveries = world.deliveries(door).await;
    let mut states: Vec<String> = states(&deliveries).into_iter().map(str::to_owned).collect();
    states.sort();
    states
}

async fn what_cannot_be_verified_waits_and_pages_once_when_it_can(mut world: World) {
    let door = world.door("aws_sns", json!({})).await;
    let problem = Fixture::read("aws_sns", "problem");
    world.without_certificates(true);
    for _ in 0..3 {
        assert_eq!(world.replay(&door, &problem).await.status, 503, "its sender tries again as well");
    }
    let deliveries = world.deliveries(&door).await;
    assert_eq!(states(&deliveries), ["waiting"]);
    let why = deliveries[0]["problem"].as_str().unwrap_or_default();
    assert!(why.contains("certificate"), "{why}");
    world.advance(TimeDelta::minutes(3)).await;
    assert_eq!(sorted(&mut world, &door).await, ["waiting"]);
    world.no_mail();
    world.without_certificates(false);
    world.advance(TimeDelta::minutes(6)).await;
    world.mail_to("ben");
    let taken = world.deliveries(&door).await;
    assert_eq!(states(&taken), ["taken"]);
    let incident = taken[0]["incident_id"].as_str().expect("an incident").to_owned();
    world.work("ben", &incident, "resolve", Value::Null).await;
    world.skip_mails();
    assert_eq!(world.replay(&door, &problem).await.json()["incident_id"], json!(incident), "it is the same");
    world.advance(TimeDelta::minutes(6)).await;
    assert_eq!(world.look(&incident).await["alert_count"], 1);
    assert_eq!(sorted(&mut world, &door).await, ["taken"]);
    world.no_mail();
}

async fn a_retry_that_is_verified_first_is_the_same_message(mut world: World) {
    let door = world.door("aws_sns", json!({})).await;
    let problem = Fixture::read("aws_sns", "problem");
    world.without_certificates(true);
    assert_eq!(world.replay(&door, &problem).await.status, 503);
    world.without_certificates(false);
    let taken = world.replay(&door, &problem).await.json();
    assert_eq!(taken["result"], "created");
    world.mail_to("ben");
    let incident = taken["incident_id"].as_str().expect("an incident").to_owned();
    // So that another alert would open another incident.
    world.work("ben", &incident, "resolve", Value::Null).await;
    world.skip_mails();
    world.advance(TimeDelta::minutes(6)).await;
    assert_eq!(sorted(&mut world, &door).await, ["taken"]);
    world.no_mail();
}

async fn a_forgery_that_could_not_be_told_apart_changes_nothing_about_the_message_it_names(mut world: World) {
    let door = world.door("aws_sns", json!({})).await;
    let problem = Fixture::read("aws_sns", "problem");
    let mut forged = problem.clone();
    forged.body = forged.body.replace("ALARM", "ALURM");
    world.without_certificates(true);
    for message in [&forged, &problem, &forged] {
        assert_eq!(world.replay(&door, message).await.status, 503);
    }
    assert_eq!(sorted(&mut world, &door).await, ["waiting", "waiting"]);
    world.without_certificates(false);
    world.advance(TimeDelta::minutes(1)).await;
    assert_eq!(sorted(&mut world, &door).await, ["refused", "taken"]);
    assert!(!world.mail_to("ben").text.contains("ALURM"));
    world.no_mail();
}

async fn what_could_not_be_verified_for_an_hour_is_refused_and_can_be_read_again_by_hand(mut world: World) {
    let door = world.door("aws_sns", json!({})).await;
    let problem = Fixture::read("aws_sns", "problem");
    world.without_certificates(true);
    assert_eq!(world.replay(&door, &problem).await.status, 503);
    for _ in 0..20 {
        world.sleep_through(TimeDelta::minutes(5));
        world.tick().await;
    }
    assert_eq!(sorted(&mut world, &door).await, ["refused"]);
    let id = world.deliveries(&door).await[0]["id"].as_str().expect("an id").to_owned();
    let replay = format!("/api/alert-sources/{}/deliveries/{id}/replay", door.id);
    assert_eq!(world.post("olivia", &replay, Value::Null).await.status, 503, "it can't be told yet");
    world.no_mail();
    world.without_certificates(false);
    let read = world.post("olivia", &replay, Value::Null).await;
    assert_eq!(read.json()["result"], "created", "{}", read.text);
    world.mail_to("ben");
    assert_eq!(world.replay(&door, &problem).await.json()["incident_id"], read.json()["incident_id"]);
    assert_eq!(sorted(&mut world, &door).await, ["taken"]);
    world.no_mail();
}
