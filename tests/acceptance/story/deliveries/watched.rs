//! The watch over sources: a heartbeat's silence and its end, who counts as a sender, and who is watched.

use std::sync::Arc;

use acceptance::world::{Door, World};
use axum::body::Body;
use axum::http;
use chrono::TimeDelta;
use domain::delivery::{Delivery, DeliveryBody, Request, Verdict};
use domain::id::{DeliveryId, SourceId, TenantId};
use domain::source::{AlertSource, SourceType};
use domain::source_watch::SourceWatch;
use serde_json::json;
use store::{Changes, Documents, OperationId, source_watch_id};

use super::gate::Gate;

super::super::stories!(
    a_test_alert_is_no_sign_of_life,
    a_products_own_door_is_watched_from_its_first_delivery_on,
    no_more_than_the_last_thousand_of_a_heartbeat_are_kept,
    a_delivery_that_waits_is_never_taken_away,
    however_much_is_too_much_goes_with_one_look_and_so_do_its_bodies,
);

fn demo() -> TenantId {
    app::tenants::DEMO_TENANT.parse().expect("a tenant id")
}

async fn watch_of(world: &World, id: &SourceId) -> Option<SourceWatch> {
    let found = world.store().get::<SourceWatch>(&demo(), &source_watch_id(id)).await.expect("a store");
    found.map(|found| found.value)
}

async fn commit(world: &World, name: &str, changes: Changes) {
    world.store().commit(&demo(), OperationId(name.to_owned()), changes).await.expect("a commit");
}

async fn a_test_alert_is_no_sign_of_life(mut world: World) {
    let door = world.door("generic", json!({})).await;
    for n in 0..24 {
        let note = json!({ "title": "x", "status": "ok", "dedup_key": n.to_string() });
        world.taken(&door, note).await;
        world.sleep_through(TimeDelta::hours(4));
        world.tick().await;
    }
    for _ in 0..5 {
        world
            .post("olivia", &format!("/api/alert-sources/{}/test", door.id), json!({ "severity": "low" }))
            .await;
        world.sleep_through(TimeDelta::hours(1));
        world.tick().await;
    }
    let mails = world.mails();
    let told = mails
        .iter()
        .filter(|(_, mail)| mail.header("Subject").unwrap_or_default().contains("has gone quiet"));
    assert_eq!(told.count(), 1);
    let id: SourceId = door.id.parse().expect("an id");
    assert_eq!(watch_of(&world, &id).await.expect("a watch").heard, 24);
}

async fn a_products_own_door_is_watched_from_its_first_delivery_on(mut world: World) {
    let product = AlertSource::built_in_id(&demo(), SourceType::Backups);
    assert_eq!(watch_of(&world, &product).await, None);
    let job = json!({ "job_id": "j-1", "job_name": "Nightly", "status": "failed", "device_name": "SRV-1" });
    let failed = json!({
        "specversion": "1.0", "id": "e-1", "source": "/theone/backups", "type": "backup.failed",
        "time": "2026-11-20T21:04:00Z", "tenantid": "demo", "data": job,
    });
    let answer = world.bus("backups", "m-1", &failed).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    world.sleep_through(TimeDelta::hours(2));
    world.tick().await;
    world.skip_mails();
    assert_eq!(watch_of(&world, &product).await.map(|watch| watch.heard), Some(1));
}

/// Puts deliveries there, a millisecond apart, from now on.
async fn deliver(world: &World, door: &Door, count: u32, due_in: Option<TimeDelta>) {
    let from = world.now();
    for chunk in (0..count).collect::<Vec<_>>().chunks(50) {
        let mut changes = Changes::new();
        for n in chunk {
            let received_at = from + TimeDelta::milliseconds(i64::from(*n) + 1);
            let delivery = Delivery {
                id: DeliveryId::derived(&[&door.id, &received_at.to_string()]),
                source_id: door.id.parse().expect("an id"),
                received_at,
                request: Request { is_apart: n % 10 == 0, ..Request::default() },
                verdict: Verdict::Nothing { why: "nothing".to_owned() },
                alerts: 0,
                replay_of: None,
                is_test: false,
                due_at: due_in.map(|due_in| received_at + due_in),
                tries: 0,
            };
            changes.create(&delivery).expect("a document");
            if delivery.request.is_apart {
                let body = DeliveryBody { delivery_id: delivery.id, text: "large".to_owned() };
                changes.create(&body).expect("a document");
            }
        }
        commit(world, &format!("{from} {chunk:?}"), changes).await;
    }
    world.sleep_through(TimeDelta::milliseconds(i64::from(count) + 2));
}

async fn kept(world: &World, door: &Door) -> Vec<Delivery> {
    let kept = world.store().all_of::<Delivery>(&demo(), &door.id).await.expect("a store");
    kept.into_iter().map(|kept| kept.value).collect()
}

async fn no_more_than_the_last_thousand_of_a_heartbeat_are_kept(mut world: World) {
    let door = world.door("heartbeat", json!({ "silence_minutes": 1 })).await;
    world.taken(&door, json!({})).await;
    deliver(&world, &door, 1_020, None).await;
    for _ in 0..10 {
        world.sleep_through(TimeDelta::minutes(1));
        world.tick().await;
    }
    world.skip_mails();
    let kept = kept(&world, &door).await;
    assert_eq!(kept.len(), 1_000);
    assert!(
        kept.iter().any(|delivery| matches!(delivery.verdict, Verdict::Taken { .. })),
        "the silence is new"
    );
}

async fn a_delivery_that_waits_is_never_taken_away(mut world: World) {
    let door = world.door("autotask", json!({})).await;
    deliver(&world, &door, 30, Some(TimeDelta::days(1))).await;
    deliver(&world, &door, 1_020, None).await;
    world.sleep_through(TimeDelta::hours(1));
    for _ in 0..12 {
        world.tick().await;
        world.sleep_through(TimeDelta::seconds(15));
    }
    let kept = kept(&world, &door).await;
    assert_eq!(kept.iter().filter(|delivery| delivery.due_at.is_some()).count(), 30);
    assert!(kept.len() < 1_050, "{}", kept.len());
}

async fn however_much_is_too_much_goes_with_one_look_and_so_do_its_bodies(mut world: World) {
    let door = world.door("generic", json!({})).await;
    deliver(&world, &door, 1_900, None).await;
    world.sleep_through(TimeDelta::hours(1));
    world.tick().await;
    world.settle().await;
    let kept = kept(&world, &door).await;
    assert_eq!(kept.len(), 1_000);
    let apart = kept.iter().filter(|delivery| delivery.request.is_apart).count();
    let bodies = world.store().all::<DeliveryBody>(&demo()).await.expect("a store");
    assert_eq!((bodies.len(), apart), (100, 100));
}

/// The only story with a store of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_beat_that_comes_while_its_silence_is_told_ends_it() {
    let gate = Arc::new(Gate::open().await);
    let mut world = World::open_on(Arc::clone(&gate) as Arc<dyn Documents>).await;
    let door = world.door("heartbeat", json!({ "silence_minutes": 10 })).await;
    world.taken(&door, json!({})).await;
    world.advance(TimeDelta::seconds(9 * 60 + 30)).await;
    world.sleep_through(TimeDelta::minutes(1));
    let source: SourceId = door.id.parse().expect("an id");
    gate.hold(&source_watch_id(&source));
    app::tick(&world.machine().edge.app).await.expect("a tick");
    gate.was_read().await;
    let beat =
        http::Request::post(format!("/api/webhooks/{}", door.key)).body(Body::empty()).expect("a request");
    assert_eq!(world.request(beat).await.json()["result"], "ignored", "nothing is open yet");
    gate.open_up();
    world.settle().await;
    world.skip_mails();
    let incidents = world.get("ben", "/api/incidents?status=resolved").await;
    let [incident] = incidents["incidents"].as_array().expect("incidents").as_slice() else {
        panic!("not one silence: {incidents}")
    };
    assert_eq!(
        (&incident["status"], &incident["alert_count"]),
        (&json!("resolved"), &json!(1)),
        "{incident}"
    );
    // The heart stops for good: that is another silence.
    world.advance(TimeDelta::minutes(12)).await;
    world.mail_to("ben");
}
