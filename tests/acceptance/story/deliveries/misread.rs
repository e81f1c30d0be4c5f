//! What was taken for something else than it is, or taken only in part, is read again, and pages nobody twice.

use acceptance::world::{Door, World};
use axum::body::Body;
use chrono::TimeDelta;
use domain::delivery::Delivery;
use domain::id::TenantId;
use serde_json::{Value, json};
use store::{Changes, OperationId, Versioned};

use super::states;

super::super::stories!(
    a_problem_that_was_misread_as_a_recovery_is_read_again_when_its_source_is_mended,
    a_misread_problem_that_many_read_again_at_once_pages_once,
    of_a_delivery_that_was_taken_in_part_the_rest_is_read_again,
    a_recovery_that_is_read_again_ends_nothing_that_began_after_it,
    a_body_that_is_not_utf8_is_read_again_as_the_same_problem,
);

fn demo() -> TenantId {
    app::tenants::DEMO_TENANT.parse().expect("a tenant id")
}

fn replay_of(door: &Door, id: &str) -> String {
    format!("/api/alert-sources/{}/deliveries/{id}/replay", door.id)
}

/// The path that reads a door's newest delivery again.
async fn newest(world: &mut World, door: &Door) -> String {
    let id = world.deliveries(door).await[0]["id"].as_str().expect("an id").to_owned();
    replay_of(door, &id)
}

async fn map(world: &mut World, door: &Door, mapping: Value) {
    let path = format!("/api/alert-sources/{}", door.id);
    let mut source = world.get("olivia", &path).await;
    source["mapping"] = mapping;
    let kept = world.put("olivia", &path, source).await;
    assert_eq!(kept.status, 200, "{}", kept.text);
}

fn misread() -> Value {
    json!({ "title": "Backup X failed", "status": "completed", "severity": "critical", "outcome": "failed" })
}

fn by_outcome() -> Value {
    json!({ "status": "outcome", "statuses": { "failed": "trigger" } })
}

async fn a_problem_that_was_misread_as_a_recovery_is_read_again_when_its_source_is_mended(mut world: World) {
    let door = world.door("generic", json!({})).await;
    assert_eq!(world.taken(&door, misread()).await["result"], "ignored");
    let replay = newest(&mut world, &door).await;
    for _ in 0..2 {
        let early = world.post("olivia", &replay, Value::Null).await;
        assert_eq!(
            (early.status.as_u16(), &early.json()["result"]),
            (200, &json!("ignored")),
            "{}",
            early.text
        );
    }
    world.no_mail();
    map(&mut world, &door, by_outcome()).await;
    let read = world.post("olivia", &replay, Value::Null).await.json();
    assert_eq!(read["result"], "created", "{read}");
    assert!(world.mail_to("ben").text.contains("Backup X failed"));
    let incident = read["incident_id"].as_str().expect("an incident").to_owned();
    // So that another alert would open another incident.
    world.work("ben", &incident, "resolve", json!({ "note": "done" })).await;
    let again = world.post("olivia", &replay, Value::Null).await;
    assert!(again.status == 409 && again.text.contains("delivery-taken"), "{}", again.text);
    assert_eq!(world.look(&incident).await["alert_count"], 1);
    world.no_mail();
    let deliveries = world.deliveries(&door).await;
    assert_eq!((states(&deliveries), &deliveries[0]["result"]), (vec!["taken"], &json!("created")));
}

async fn a_misread_problem_that_many_read_again_at_once_pages_once(mut world: World) {
    let door = world.door("generic", json!({})).await;
    world.taken(&door, misread()).await;
    let replay = newest(&mut world, &door).await;
    map(&mut world, &door, by_outcome()).await;
    let answers = world.at_once("olivia", "POST", &replay, &Value::Null, 4).await;
    world.settle().await;
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 200 | 409)), "{answers:?}");
    let read: Vec<Value> =
        answers.iter().filter(|answer| answer.status == 200).map(acceptance::world::Answer::json).collect();
    assert!(!read.is_empty() && read.iter().all(|other| other["result"] == "created"), "{read:?}");
    world.mail_to("ben");
    let incident = world.look(read[0]["incident_id"].as_str().expect("an incident")).await;
    assert_eq!(incident["alert_count"], 1, "{incident}");
    world.no_mail();
}

async fn of_a_delivery_that_was_taken_in_part_the_rest_is_read_again(mut world: World) {
    let door = world.door("generic", json!({})).await;
    let alert =
        |n: usize| json!({ "title": format!("Disk {n}"), "severity": "high", "dedup_key": format!("d{n}") });
    let first = world.taken(&door, json!([alert(0)])).await;
    world.mail_to("ben");
    // What a process leaves behind that ends after the commit of the first alerts of many.
    let kept = world.store().all_of::<Delivery>(&demo(), &door.id).await.expect("a store");
    let [kept] = <[Versioned<Delivery>; 1]>::try_from(kept).expect("one delivery");
    let mut half = kept.clone();
    half.value.alerts = 3;
    half.value.request.body = json!([alert(0), alert(1), alert(2)]).to_string();
    let mut changes = Changes::new();
    changes.replace(&half).expect("a document");
    world.store().commit(&demo(), OperationId("half".to_owned()), changes).await.expect("a commit");
    let incident = first["incident_id"].as_str().expect("an incident").to_owned();
    // So that another alert would open another incident.
    world.work("ben", &incident, "resolve", Value::Null).await;
    world.skip_mails();
    let replay = replay_of(&door, half.value.id.as_str());
    let early = world.post("olivia", &replay, Value::Null).await;
    assert!(early.status == 409 && early.text.contains("delivery-being-taken"), "{}", early.text);
    world.sleep_through(TimeDelta::minutes(2));
    map(&mut world, &door, json!({ "status": "severity", "statuses": { "high": "ignore" } })).await;
    assert_eq!(world.post("olivia", &replay, Value::Null).await.json()["result"], "ignored");
    assert_eq!(states(&world.deliveries(&door).await), ["taken"], "what was done stays done");
    map(&mut world, &door, json!({})).await;
    let answers = world.at_once("olivia", "POST", &replay, &Value::Null, 3).await;
    world.settle().await;
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 200 | 409)), "{answers:?}");
    let read = answers.iter().find(|answer| answer.status == 200).expect("a reading").json();
    assert_eq!(read["alerts"][0]["incident_id"], json!(incident), "it is here already");
    let mut told: Vec<String> = world
        .mails()
        .into_iter()
        .map(|(_, mail)| mail.header("Subject").unwrap_or_default().to_owned())
        .collect();
    told.sort();
    assert!(told.len() == 2 && told[0].contains("Disk 1") && told[1].contains("Disk 2"), "{told:?}");
    let again = world.post("olivia", &replay, Value::Null).await;
    assert!(again.status == 409 && again.text.contains("delivery-taken"), "{}", again.text);
    world.no_mail();
    assert_eq!(states(&world.deliveries(&door).await), ["taken"]);
}

async fn a_recovery_that_is_read_again_ends_nothing_that_began_after_it(mut world: World) {
    let door = world.door("generic", json!({})).await;
    let alert =
        |status: &str| json!({ "title": "SRV-1", "dedup_key": "srv", "severity": "high", "status": status });
    assert_eq!(world.taken(&door, alert("resolved")).await["result"], "ignored");
    let replay = newest(&mut world, &door).await;
    world.sleep_through(TimeDelta::minutes(5));
    let began = world.taken(&door, alert("firing")).await;
    let incident = began["incident_id"].as_str().expect("an incident").to_owned();
    world.mail_to("ben");
    let read = world.post("olivia", &replay, Value::Null).await.json();
    assert_eq!((&read["result"], &read["incident_id"]), (&json!("grouped"), &json!(incident)), "{read}");
    assert_eq!(world.look(&incident).await["status"], "triggered");
    let timeline = world.get("olivia", &format!("/api/incidents/{incident}/timeline")).await.to_string();
    assert!(timeline.contains("said before this began"), "{timeline}");
    assert_eq!(
        world.taken(&door, alert("resolved")).await["result"],
        "resolved",
        "one that comes now ends it"
    );
}

async fn a_body_that_is_not_utf8_is_read_again_as_the_same_problem(mut world: World) {
    let door = world.door("zabbix", json!({})).await;
    let path = format!("/api/webhooks/{}", door.key);
    let latin1 = |text: String| -> Body {
        let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
        Body::from(bytes)
    };
    let odd = |state: &str| json!({ "wer": { "name": "Büro-SRV" }, "wie": state }).to_string();
    assert_eq!(world.send("POST", &path, None, latin1(odd("weg"))).await.status, 400);
    let replay = newest(&mut world, &door).await;
    map(
        &mut world,
        &door,
        json!({
            "title": "{{ wer.name }}", "dedup_key": "wer.name",
            "status": "wie", "statuses": { "weg": "trigger", "da": "resolve" },
        }),
    )
    .await;
    let read = world.post("olivia", &replay, Value::Null).await.json();
    assert_eq!((&read["result"], &read["dedup_key"]), (&json!("created"), &json!("Büro-SRV")), "{read}");
    assert!(world.mail_to("ben").text.contains("Büro-SRV"));
    let shown = world.deliveries(&door).await;
    let id = shown[0]["id"].as_str().expect("an id");
    let whole = world.get("olivia", &format!("/api/alert-sources/{}/deliveries/{id}", door.id)).await;
    assert!(whole["body"].as_str().is_some_and(|body| body.contains("Büro-SRV")), "{whole}");
    let over = world.send("POST", &path, None, latin1(odd("da"))).await.json();
    assert_eq!((&over["result"], &over["incident_id"]), (&json!("resolved"), &read["incident_id"]), "{over}");
}
