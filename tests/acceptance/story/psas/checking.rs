//! When a PSA is checked by itself, and of what the admins hear.

use acceptance::fault::Fault;
use acceptance::world::World;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::both_ways::autotask;
use super::office::Office;

super::super::stories!(
    a_psa_that_is_away_for_a_moment_is_not_told_and_one_that_stays_away_is_told_once,
    what_was_entered_wrong_in_the_evening_is_told_before_the_night,
);

/// A little longer than it takes until a PSA is looked at after a save, or again when it was away.
async fn pass(world: &mut World) {
    world.sleep_through(TimeDelta::minutes(16));
    world.tick().await;
}

async fn connection(world: &mut World) -> Value {
    world.get("olivia", "/api/settings/psa").await["connection"].clone()
}

async fn a_psa_that_is_away_for_a_moment_is_not_told_and_one_that_stays_away_is_told_once(mut world: World) {
    // It is four minutes past three in the afternoon in Chicago.
    let office = Office::autotask(&mut world, json!({})).await;
    autotask(&office).misbehave(Fault::Fails(503));
    for _ in 0..2 {
        pass(&mut world).await;
        assert_eq!(connection(&mut world).await["checked"]["good"], false);
        world.no_mail();
    }
    autotask(&office).misbehave(Fault::None);
    pass(&mut world).await;
    assert_eq!(connection(&mut world).await["checked"]["good"], true, "looked at again");
    autotask(&office).misbehave(Fault::Fails(503));
    // The daily check, and once more: those from before don't count.
    for _ in 0..2 {
        pass(&mut world).await;
        assert_eq!(connection(&mut world).await["checked"]["good"], false);
        world.no_mail();
    }
    pass(&mut world).await;
    let mail = world.mail_to("olivia");
    assert!(mail.text.contains("could not ask it") && mail.text.contains("503"), "{}", mail.text);
    for _ in 0..2 {
        pass(&mut world).await;
    }
    world.no_mail();
}

async fn what_was_entered_wrong_in_the_evening_is_told_before_the_night(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    world.sleep_through(TimeDelta::hours(3));
    autotask(&office).rotate_secret("another one");
    office.connect(&mut world, json!({})).await;
    let saved_at = world.now();
    let next = connection(&mut world).await["next_check_at"].as_str().expect("an instant").to_owned();
    assert_eq!(next.parse::<DateTime<Utc>>().expect("an instant"), saved_at + TimeDelta::minutes(10));
    world.no_mail();
    pass(&mut world).await;
    let mail = world.mail_to("olivia");
    assert!(mail.text.contains("sign in"), "{}", mail.text);
    pass(&mut world).await;
    world.no_mail();
}
