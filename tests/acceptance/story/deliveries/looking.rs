//! Whoever looks at a door's address, and says nothing, wakes nobody.

use acceptance::world::World;
use chrono::TimeDelta;
use domain::source::SourceType;
use domain::source_watch::SourceWatch;
use serde_json::{Value, json};
use store::source_watch_id;

use super::states;

super::super::stories!(
    a_look_at_a_doors_address_wakes_nobody,
    no_door_takes_a_look_for_an_alert,
    what_says_anything_or_is_posted_still_pages,
    a_heartbeat_takes_a_look_for_a_beat,
);

async fn a_look_at_a_doors_address_wakes_nobody(mut world: World) {
    let door = world.door("generic", json!({})).await;
    for (method, path) in [
        ("GET", format!("/api/webhooks/{}", door.key)),
        ("HEAD", format!("/api/webhooks/{}", door.key)),
        ("GET", format!("/api/webhooks/ingest?key={}", door.key)),
        ("HEAD", format!("/api/webhooks/ingest?token={}&", door.key)),
    ] {
        world.sleep_through(TimeDelta::seconds(1));
        let answer = world.send(method, &path, None, "").await;
        world.settle().await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
        if method == "GET" {
            let told = answer.json();
            assert_eq!(told["result"], "ignored", "{told}");
            assert!(told["warning"].as_str().is_some_and(|told| told.contains("by POST")), "{told}");
        }
    }
    let deliveries = world.deliveries(&door).await;
    assert_eq!(states(&deliveries), ["nothing"; 4]);
    let id = deliveries[0]["id"].as_str().expect("an id");
    let replay = format!("/api/alert-sources/{}/deliveries/{id}/replay", door.id);
    assert_eq!(
        world.post("olivia", &replay, Value::Null).await.json()["result"],
        "ignored",
        "it stays a look"
    );
    world.no_mail();
    world.sleep_through(TimeDelta::hours(2));
    world.tick().await;
    let tenant = app::tenants::DEMO_TENANT.parse().expect("a tenant id");
    let watch = source_watch_id(&door.id.parse().expect("an id"));
    let watch = world.store().get::<SourceWatch>(&tenant, &watch).await.expect("a store").expect("a watch");
    assert_eq!(watch.value.heard_at, None, "it is no sign of its sender's life");
    assert_eq!(world.get("olivia", "/api/incidents?status=all").await["incidents"], json!([]));
}

async fn no_door_takes_a_look_for_an_alert(mut world: World) {
    for source_type in SourceType::ALL {
        if !source_type.has_key() || *source_type == SourceType::Heartbeat {
            continue;
        }
        let door = world.door(source_type.word(), json!({})).await;
        for method in ["GET", "HEAD"] {
            let answer = world.send(method, &format!("/api/webhooks/{}", door.key), None, "").await;
            world.settle().await;
            assert_eq!(answer.status, 200, "{source_type}: {}", answer.text);
            assert!(
                method == "HEAD" || answer.json()["result"] == "ignored",
                "{source_type}: {}",
                answer.text
            );
        }
    }
    world.no_mail();
    assert_eq!(world.get("olivia", "/api/incidents?status=all").await["incidents"], json!([]));
}

async fn what_says_anything_or_is_posted_still_pages(mut world: World) {
    let door = world.door("generic", json!({})).await;
    for (method, query, title) in [
        ("GET", "?title=Backup+failed&severity=high", "Backup failed"),
        ("PUT", "", "could not be read"),
        ("GET", "?weather=fine", "could not be read"),
    ] {
        let path = format!("/api/webhooks/{}{query}", door.key);
        assert_eq!(world.send(method, &path, None, "").await.json()["result"], "created", "{method} {query}");
        world.settle().await;
        let mail = world.mail_to("ben");
        assert!(mail.header("Subject").unwrap_or_default().contains(title), "{mail:?}");
    }
}

async fn a_heartbeat_takes_a_look_for_a_beat(mut world: World) {
    let door = world.door("heartbeat", json!({ "silence_minutes": 10 })).await;
    let path = format!("/api/webhooks/{}", door.key);
    for method in ["GET", "HEAD"] {
        assert_eq!(world.send(method, &path, None, "").await.status, 200);
        world.advance(TimeDelta::minutes(9)).await;
        world.no_mail();
    }
    world.advance(TimeDelta::minutes(2)).await;
    world.mail_to("ben");
    assert_eq!(world.send("GET", &path, None, "").await.json()["result"], "resolved");
}
