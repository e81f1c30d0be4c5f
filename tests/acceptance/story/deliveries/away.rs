//! On-Call itself was away: what was sent meanwhile is lost, and nobody is blamed for it.
//!
//! Invariant: an absence is time that passes without a tick.

use std::sync::Arc;

use acceptance::cosmos::Cosmos;
use acceptance::world::{Door, World};
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::TenantId;
use domain::source_watch::Pulse;
use serde_json::json;
use store::transfer::Inventory;
use store::{Documents, PULSE};

super::super::stories!(
    an_absence_of_on_call_opens_no_incident_for_the_beats_that_it_lost,
    a_heartbeat_that_falls_due_when_on_call_is_just_back_is_waited_for_too,
    a_heart_that_stopped_while_on_call_was_away_is_found_all_the_same,
    one_silence_is_put_off_once_however_often_on_call_is_away,
    a_timer_that_is_slower_than_an_absence_still_finds_a_silence,
    a_short_pause_is_no_absence,
    a_source_is_not_quiet_for_the_time_that_on_call_was_away,
    the_pulse_begins_with_the_first_beat_and_is_written_once_a_minute,
);

/// Heartbeats that may be silent for ten minutes, and have just beaten.
async fn hearts(world: &mut World, count: usize) -> Vec<Door> {
    let mut doors = Vec::new();
    for n in 0..count {
        let settings = json!({ "name": format!("Heart {n}"), "silence_minutes": 10 });
        doors.push(world.door("heartbeat", settings).await);
    }
    beat(world, &doors).await;
    doors
}

async fn beat(world: &mut World, doors: &[Door]) {
    for door in doors {
        assert_eq!(world.taken(door, json!({})).await["result"], "ignored", "nothing was open");
    }
}

/// On-Call is away, and back.
async fn away(world: &mut World, minutes: i64) {
    world.sleep_through(TimeDelta::minutes(minutes));
    world.tick().await;
}

async fn an_absence_of_on_call_opens_no_incident_for_the_beats_that_it_lost(mut world: World) {
    let doors = hearts(&mut world, 3).await;
    world.advance(TimeDelta::minutes(5)).await;
    away(&mut world, 30).await;
    world.advance(TimeDelta::minutes(9)).await;
    world.no_mail();
    beat(&mut world, &doors).await;
    world.advance(TimeDelta::minutes(9)).await;
    world.no_mail();
}

async fn a_heartbeat_that_falls_due_when_on_call_is_just_back_is_waited_for_too(mut world: World) {
    let doors = hearts(&mut world, 3).await;
    world.advance(TimeDelta::minutes(1)).await;
    away(&mut world, 8).await;
    world.advance(TimeDelta::minutes(6)).await;
    world.no_mail();
    beat(&mut world, &doors).await;
    world.advance(TimeDelta::minutes(9)).await;
    world.no_mail();
}

async fn a_heart_that_stopped_while_on_call_was_away_is_found_all_the_same(mut world: World) {
    let doors = hearts(&mut world, 2).await;
    away(&mut world, 30).await;
    world.advance(TimeDelta::minutes(5)).await;
    beat(&mut world, &doors[1..]).await;
    world.advance(TimeDelta::minutes(4)).await;
    world.no_mail();
    world.advance(TimeDelta::minutes(2)).await;
    assert!(world.mail_to("ben").text.contains("Heart 0 is silent"));
    assert_eq!(world.taken(&doors[0], json!({})).await["result"], "resolved");
    beat(&mut world, &doors[1..]).await;
}

async fn one_silence_is_put_off_once_however_often_on_call_is_away(mut world: World) {
    let doors = hearts(&mut world, 1).await;
    away(&mut world, 11).await;
    world.no_mail();
    away(&mut world, 11).await;
    world.mail_to("ben");
    assert_eq!(world.taken(&doors[0], json!({})).await["result"], "resolved");
    away(&mut world, 11).await;
    world.no_mail();
}

async fn a_timer_that_is_slower_than_an_absence_still_finds_a_silence(mut world: World) {
    hearts(&mut world, 1).await;
    for _ in 0..3 {
        away(&mut world, 5).await;
        world.no_mail();
    }
    away(&mut world, 5).await;
    world.mail_to("ben");
}

async fn a_short_pause_is_no_absence(mut world: World) {
    hearts(&mut world, 1).await;
    world.advance(TimeDelta::minutes(5)).await;
    away(&mut world, 1).await;
    world.advance(TimeDelta::minutes(3)).await;
    world.no_mail();
    world.advance(TimeDelta::minutes(1)).await;
    world.mail_to("ben");
}

async fn a_source_is_not_quiet_for_the_time_that_on_call_was_away(mut world: World) {
    let door = world.door("generic", json!({})).await;
    for n in 0..24 {
        let note = json!({ "title": "x", "status": "ok", "dedup_key": n.to_string() });
        world.taken(&door, note).await;
        for _ in 0..4 {
            away(&mut world, 60).await;
        }
    }
    world.no_mail();
    away(&mut world, 6 * 60).await;
    for _ in 0..4 {
        away(&mut world, 60).await;
    }
    world.no_mail();
    away(&mut world, 60).await;
    let told = world.mail_to("olivia");
    assert!(told.header("Subject").unwrap_or_default().contains("has gone quiet"), "{told:?}");
    away(&mut world, 6 * 60).await;
}

async fn pulse(world: &World) -> Option<Pulse> {
    let found = world.store().get_from_directory::<Pulse>(PULSE).await.expect("a store");
    found.map(|found| found.value)
}

async fn the_pulse_begins_with_the_first_beat_and_is_written_once_a_minute(mut world: World) {
    let door = world.door("heartbeat", json!({ "silence_minutes": 60 })).await;
    world.advance(TimeDelta::minutes(2)).await;
    assert_eq!(pulse(&world).await, None, "nobody is to be heard yet");
    world.taken(&door, json!({})).await;
    let mut seen: Vec<DateTime<Utc>> = Vec::new();
    for _ in 0..12 {
        world.advance(TimeDelta::seconds(15)).await;
        let pulse = pulse(&world).await.expect("a pulse");
        assert_eq!(pulse.back_at, None);
        seen.push(pulse.at);
    }
    seen.dedup();
    assert_eq!(seen.len(), 4, "{seen:?}");
    away(&mut world, 30).await;
    assert_eq!(pulse(&world).await.and_then(|pulse| pulse.back_at), Some(world.now()));
}

/// The pulse is nobody's, and no tenant that moves takes it along or stumbles over it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pulse_moves_with_no_tenant() {
    let documents: Arc<dyn Documents> = Arc::new(Cosmos::empty().await.documents().await);
    let mut world = World::open_on(Arc::clone(&documents)).await;
    hearts(&mut world, 1).await;
    assert!(pulse(&world).await.is_some());
    let demo: TenantId = app::tenants::DEMO_TENANT.parse().expect("a tenant id");
    let mut inventory = Inventory::of(documents.as_ref(), &demo);
    let mut kinds = Vec::new();
    while let Some(some) = inventory.next().await.expect("a store") {
        kinds.extend(some.into_iter().map(|record| record.expect("a record of the tenant's").kind));
    }
    assert!(kinds.contains(&"key_entry".to_owned()) && !kinds.contains(&"pulse".to_owned()), "{kinds:?}");
}
