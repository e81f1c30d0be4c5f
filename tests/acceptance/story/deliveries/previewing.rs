//! What a delivery would say by other settings, before they are saved.

use acceptance::world::{Answer, Door, World};
use serde_json::{Value, json};

super::super::stories!(
    a_mapping_is_tried_on_what_came_before_it_is_saved,
    a_body_is_tried_and_pages_nobody,
    what_cannot_be_previewed_is_told_by_its_field,
);

async fn previewed(world: &mut World, door: &Door, who: &str, sample: Value) -> Answer {
    world.post(who, &format!("/api/alert-sources/{}/preview", door.id), sample).await
}

fn body() -> Value {
    json!({ "job": { "name": "SQL nightly", "outcome": "FAILED" }, "customer": "Contoso Ltd" })
}

fn mapping() -> Value {
    json!({
        "title": "Backup {{ body.job.name }}", "client": "customer", "dedup_key": "job.name",
        "status": "job.outcome", "statuses": { "FAILED": "trigger", "OK": "resolve" }, "default_severity": "high",
    })
}

async fn a_mapping_is_tried_on_what_came_before_it_is_saved(mut world: World) {
    let door = world.door("generic", json!({})).await;
    assert_eq!(world.knock(&door, body()).await.status, 200);
    world.mail_to("ben");
    let delivery = world.deliveries(&door).await[0]["id"].clone();
    let now = previewed(&mut world, &door, "olivia", json!({ "delivery_id": delivery })).await.json();
    assert!(now["alerts"][0]["warning"].is_string(), "{now}");
    let sample = json!({ "delivery_id": delivery, "mapping": mapping() });
    let then = previewed(&mut world, &door, "olivia", sample).await.json();
    let alert = &then["alerts"][0];
    assert_eq!(
        (&alert["title"], &alert["action"]),
        (&json!("Backup SQL nightly"), &json!("trigger")),
        "{then}"
    );
    assert_eq!((&alert["client"], &alert["dedup_key"]), (&json!("Contoso Ltd"), &json!("SQL nightly")));
    assert_eq!((&alert["severity"], &alert["warning"]), (&json!("high"), &Value::Null), "{then}");
    let kept = world.get("olivia", &format!("/api/alert-sources/{}", door.id)).await;
    assert_eq!(kept["mapping"]["title"], Value::Null, "nothing is saved");
}

async fn a_body_is_tried_and_pages_nobody(mut world: World) {
    let door = world.door("alertmanager", json!({})).await;
    let body = r#"{"version":"4","status":"resolved","alerts":[{"status":"resolved","fingerprint":"a1",
        "labels":{"alertname":"DiskFull","instance":"srv-1"}},{"status":"firing","fingerprint":"a2",
        "labels":{"alertname":"DiskFull","instance":"srv-2","severity":"critical"}}]}"#;
    let seen = previewed(&mut world, &door, "olivia", json!({ "body": body })).await.json();
    let actions: Vec<_> =
        seen["alerts"].as_array().expect("a list").iter().map(|one| &one["action"]).collect();
    assert_eq!(actions, [&json!("resolve"), &json!("trigger")], "{seen}");
    let empty = json!({ "body": r#"{"version":"4","alerts":[]}"# });
    assert_eq!(previewed(&mut world, &door, "olivia", empty).await.wrong_fields(), ["alerts"]);
    let ignored = json!({
        "body": r#"{"title":"Deploy","state":"done"}"#, "mapping": { "status": "state", "statuses": { "done": "ignore" } },
    });
    let generic = world.door("generic", json!({})).await;
    let nothing = previewed(&mut world, &generic, "olivia", ignored).await;
    assert!(
        nothing.json()["message"].is_string() && nothing.json()["alerts"] == json!([]),
        "{}",
        nothing.text
    );
    assert!(world.deliveries(&door).await.is_empty(), "nothing is kept");
    world.no_mail();
}

async fn what_cannot_be_previewed_is_told_by_its_field(mut world: World) {
    let door = world.door("generic", json!({})).await;
    let other = world.door("generic", json!({ "name": "Other" })).await;
    world.knock(&other, body()).await;
    world.mail_to("ben");
    let elsewhere = world.deliveries(&other).await[0]["id"].clone();
    for (sample, status, field) in [
        (json!({}), 400, Some("body")),
        (json!({ "body": "x", "delivery_id": elsewhere }), 400, Some("body")),
        (json!({ "delivery_id": "x" }), 400, Some("delivery_id")),
        (json!({ "delivery_id": elsewhere }), 404, None),
        (json!({ "body": "x", "mapping": { "title": "{{ oops" } }), 400, Some("mapping.title")),
    ] {
        let refused = previewed(&mut world, &door, "olivia", sample.clone()).await;
        assert_eq!(refused.status, status, "{sample}: {}", refused.text);
        if let Some(field) = field {
            assert_eq!(refused.wrong_fields(), [field], "{sample}: {}", refused.text);
        }
    }
    let refused = previewed(&mut world, &door, "ben", json!({ "body": "x" })).await;
    assert_eq!(refused.status, 403, "for managers");
}
