//! Large bodies: kept beside their deliveries, whole, and read by nobody who doesn't want them.

use acceptance::world::{Door, World};
use chrono::TimeDelta;
use domain::delivery::{Delivery, DeliveryBody, LARGEST_INSIDE};
use domain::id::TenantId;
use serde_json::{Value, json};
use store::{Changes, OperationId, delivery_body_id};

use super::states;

super::super::stories!(
    a_large_body_stands_apart_and_is_shown_whole,
    a_large_body_that_was_refused_is_read_again_whole,
    a_message_that_comes_again_with_another_body_has_that,
    a_large_body_that_is_gone_is_told_and_nothing_is_read_in_its_place,
    a_body_is_kept_for_as_long_as_its_delivery,
    a_long_address_is_kept_whole,
);

fn demo() -> TenantId {
    app::tenants::DEMO_TENANT.parse().expect("a tenant id")
}

async fn stored(world: &World, door: &Door) -> Vec<Delivery> {
    let kept = world.store().all_of::<Delivery>(&demo(), &door.id).await.expect("a store");
    kept.into_iter().map(|kept| kept.value).collect()
}

async fn body_of(world: &World, delivery: &Delivery) -> Option<String> {
    let id = delivery_body_id(&delivery.id);
    let found = world.store().get::<DeliveryBody>(&demo(), &id).await.expect("a store");
    found.map(|found| found.value.text)
}

async fn a_large_body_stands_apart_and_is_shown_whole(mut world: World) {
    let door = world.door("generic", json!({})).await;
    let text = "x".repeat(400_000);
    let taken = world.taken(&door, json!({ "title": "Large", "severity": "low", "notes": text })).await;
    world.sleep_through(chrono::TimeDelta::seconds(1));
    let small = json!({ "title": "Small", "severity": "low", "notes": "x".repeat(LARGEST_INSIDE / 2) });
    world.taken(&door, small).await;
    for delivery in stored(&world, &door).await {
        let apart = body_of(&world, &delivery).await;
        assert_eq!(delivery.request.is_apart, apart.is_some(), "{}", delivery.id);
        assert_ne!(delivery.request.body.is_empty(), apart.is_none(), "in one place only");
        if let Some(apart) = apart {
            assert!(apart.contains(&text));
        }
    }
    let deliveries = world.deliveries(&door).await;
    assert_eq!(states(&deliveries), ["taken", "taken"]);
    for (delivery, title) in deliveries.iter().zip(["Small", "Large"]) {
        let id = delivery["id"].as_str().expect("an id");
        let whole = world.get("olivia", &format!("/api/alert-sources/{}/deliveries/{id}", door.id)).await;
        let body: Value = serde_json::from_str(whole["body"].as_str().expect("a body")).expect("all of it");
        assert_eq!(body["title"], title);
    }
    let incident = taken["incident_id"].as_str().expect("an incident");
    let browser = world.browser("olivia").await;
    let page = world.visit(&browser, &format!("/app/incidents/{incident}")).await;
    assert!(page.text.contains("xxxxxxxx"), "what came first is shown with its incident");
    world.skip_mails();
}

async fn a_large_body_that_was_refused_is_read_again_whole(mut world: World) {
    let door = world.door("zabbix", json!({})).await;
    let odd = json!({ "padding": ["x".repeat(300_000)], "what": { "happened": "Rack on fire" } });
    assert_eq!(world.knock(&door, odd).await.status, 400);
    let id = world.deliveries(&door).await[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/alert-sources/{}", door.id);
    let replay = format!("{path}/deliveries/{id}/replay");
    for _ in 0..2 {
        assert_eq!(world.post("olivia", &replay, Value::Null).await.status, 400, "nothing is mended yet");
    }
    let mut source = world.get("olivia", &path).await;
    source["mapping"] = json!({ "title": "{{ what.happened }}" });
    assert_eq!(world.put("olivia", &path, source).await.status, 200);
    let again = world.post("olivia", &replay, Value::Null).await;
    assert_eq!((again.status.as_u16(), &again.json()["result"]), (200, &json!("created")), "{}", again.text);
    assert!(world.mail_to("ben").text.contains("Rack on fire"));
    for delivery in stored(&world, &door).await {
        let body = body_of(&world, &delivery).await.expect("its body");
        assert!(body.contains("Rack on fire") && delivery.request.is_apart);
    }
}

async fn a_message_that_comes_again_with_another_body_has_that(mut world: World) {
    let door = world.door("pagerduty_webhook", json!({})).await;
    let message = |padding: &str| json!({ "event": { "id": "one", "event_type": "incident.triggered", "data": {}, "padding": [padding] } });
    for size in [10, 40_000, 50_000, 20, 60_000] {
        let body = message(&"x".repeat(size));
        assert_eq!(world.knock(&door, body.clone()).await.status, 400);
        let kept = stored(&world, &door).await;
        assert_eq!(kept.len(), 1, "it is one message");
        let apart = body_of(&world, &kept[0]).await;
        let whole = if size > LARGEST_INSIDE {
            apart
        } else {
            Some(kept[0].request.body.clone()).filter(|_| apart.is_none())
        };
        assert_eq!(whole, Some(body.to_string()), "{size}");
    }
}

/// A large delivery that is refused; the path that it is at.
async fn refused(world: &mut World, door: &Door) -> String {
    let odd = json!({ "padding": ["x".repeat(30_000)], "what": { "happened": "Rack on fire" } });
    assert_eq!(world.knock(door, odd).await.status, 400);
    let id = world.deliveries(door).await[0]["id"].as_str().expect("an id").to_owned();
    format!("/api/alert-sources/{}/deliveries/{id}", door.id)
}

async fn a_large_body_that_is_gone_is_told_and_nothing_is_read_in_its_place(mut world: World) {
    let door =
        world.door("generic", json!({ "mapping": { "status": "s", "statuses": { "x": "ignore" } } })).await;
    let large = json!({ "title": "Large", "s": "x", "padding": ["x".repeat(30_000)] });
    assert_eq!(world.taken(&door, large).await["result"], "ignored");
    let delivery = stored(&world, &door).await.remove(0);
    let at = format!("/api/alert-sources/{}/deliveries/{}", door.id, delivery.id);
    assert_eq!(world.get("olivia", &at).await["body_kept"], true);
    let body = world.store().get::<DeliveryBody>(&demo(), &delivery_body_id(&delivery.id)).await;
    let mut changes = Changes::new();
    changes.delete(&body.expect("a store").expect("a body"));
    world.store().commit(&demo(), OperationId("gone".to_owned()), changes).await.expect("a commit");
    let shown = world.get("olivia", &at).await;
    assert_eq!((&shown["body_kept"], &shown["body"]), (&json!(false), &json!("")));
    let refused = world.post("olivia", &format!("{at}/replay"), Value::Null).await;
    assert!(refused.status == 409 && refused.text.contains("delivery-body-gone"), "{}", refused.text);
    assert!(refused.text.contains("no longer kept"), "{}", refused.text);
    let olivia = world.browser("olivia").await;
    let own = format!("/app/alert-sources/{}", door.id);
    let page = world.visit(&olivia, &own).await;
    let told = world.press(&olivia, &page, &format!("{own}/read-again"), &[]).await;
    assert!(told.text.contains("no longer kept"), "{}", told.text);
    world.no_mail();
}

async fn a_body_is_kept_for_as_long_as_its_delivery(mut world: World) {
    let door = world.door("zabbix", json!({})).await;
    let replay = format!("{}/replay", refused(&mut world, &door).await);
    let mut written = Vec::new();
    for _ in 0..2 {
        assert_eq!(world.post("olivia", &replay, Value::Null).await.status, 400);
        world.sleep_through(TimeDelta::days(1));
        let all = stored(&world, &door).await;
        let reading = all.iter().find(|delivery| delivery.replay_of.is_some()).expect("a reading");
        let body = world.store().get::<DeliveryBody>(&demo(), &delivery_body_id(&reading.id)).await;
        written.push(body.expect("a store").expect("its body"));
    }
    assert_eq!(written[0].value, written[1].value);
    assert_ne!(
        written[0].etag, written[1].etag,
        "each is written as often as the other, and expires with it"
    );
}

async fn a_long_address_is_kept_whole(mut world: World) {
    let door = world.door("generic", json!({})).await;
    let link = format!("https://portal.example/{}", "a".repeat(5_000));
    let taken = world.taken(&door, json!({ "title": "Long", "severity": "high", "link": link })).await;
    world.mail_to("ben");
    let incident = taken["incident_id"].as_str().expect("an incident").to_owned();
    assert_eq!(world.look(&incident).await["link"], json!(link));
    let browser = world.browser("olivia").await;
    let page = world.visit(&browser, &format!("/app/incidents/{incident}")).await;
    assert!(page.text.contains(&format!("href=\"{link}\"")), "the page leads there");
}
