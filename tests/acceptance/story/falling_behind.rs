//! What a tick says of how far the product is behind: the number that wakes the operator.

use std::sync::Arc;

use acceptance::psa::Fault;
use acceptance::world::World;
use chrono::TimeDelta;
use serde_json::Value;

super::stories!(
    where_everything_works_nothing_waits,
    a_mail_server_that_refuses_for_ten_minutes_is_told_however_often_it_is_tried,
    a_psa_that_is_down_is_told_however_often_it_is_tried,
);

/// What the operator is woken for, in seconds.
const ALARMING: u64 = 300;

/// Lets time pass, in ticks; answers the longest wait that any of them told, in seconds.
async fn longest_wait(world: &mut World, time: TimeDelta) -> u64 {
    let until = world.now() + time;
    let mut longest = 0;
    while world.now() < until {
        world.clock.set(world.now() + TimeDelta::seconds(15));
        let app = Arc::clone(&world.machine().edge.app);
        let report = app::tick(&app).await.expect("a tick");
        longest = longest.max(report.oldest_waiting_seconds);
        // The others of this moment, in the world's manner.
        world.tick().await;
    }
    longest
}

async fn where_everything_works_nothing_waits(mut world: World) {
    let id = world.incident("Disk", "critical").await;
    let escalating = longest_wait(&mut world, TimeDelta::minutes(30)).await;
    world.work("ann", &id, "acknowledge", Value::Null).await;
    let acknowledged = longest_wait(&mut world, TimeDelta::minutes(10)).await;
    assert!(escalating.max(acknowledged) <= 15, "{escalating} s, then {acknowledged} s");
    world.skip_mails();
}

async fn a_mail_server_that_refuses_for_ten_minutes_is_told_however_often_it_is_tried(mut world: World) {
    world.smtp.greylist(true);
    world.incident("Disk", "critical").await;
    let waited = longest_wait(&mut world, TimeDelta::minutes(10)).await;
    assert!((ALARMING..=600).contains(&waited), "{waited} s");
    world.smtp.greylist(false);
    longest_wait(&mut world, TimeDelta::minutes(3)).await;
    assert!(!world.mails().is_empty(), "it went out");
    assert!(longest_wait(&mut world, TimeDelta::minutes(1)).await <= 15, "nothing waits any more");
    world.skip_mails();
}

async fn a_psa_that_is_down_is_told_however_often_it_is_tried(mut world: World) {
    let id = world.incident("Disk", "critical").await;
    world.mail_to("ben");
    world.psa.misbehave(Fault::Down);
    world.work("ben", &id, "acknowledge", Value::Null).await;
    let waited = longest_wait(&mut world, TimeDelta::minutes(12)).await;
    assert!((ALARMING..=720).contains(&waited), "{waited} s");
}
