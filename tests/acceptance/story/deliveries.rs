//! What happened to each delivery: nothing is dropped in silence.

use acceptance::world::World;
use chrono::TimeDelta;
use serde_json::{Value, json};

mod again;
mod away;
pub(super) mod gate;
mod large;
mod looking;
mod misread;
mod packed;
mod previewing;
mod unverified;
mod watched;

super::stories!(
    every_delivery_is_kept_with_what_became_of_it_and_without_the_key,
    a_refused_delivery_can_be_read_again_when_its_source_is_mended,
    a_test_alert_goes_the_whole_way_to_a_page,
    a_heartbeat_that_stops_pages_once_and_the_next_beat_ends_it,
    a_source_that_goes_quiet_for_longer_than_ever_is_told_once,
    no_more_than_the_last_thousand_are_kept,
);

fn states(deliveries: &[Value]) -> Vec<&str> {
    deliveries.iter().map(|delivery| delivery["state"].as_str().unwrap_or_default()).collect()
}

async fn every_delivery_is_kept_with_what_became_of_it_and_without_the_key(mut world: World) {
    let door = world.door("alertmanager", json!({})).await;
    let body = json!({ "title": "by the usual names", "severity": "low", "key_in_text": door.key });
    let path = format!("/api/webhooks/ingest?key={}&from=lab", door.key);
    let answer = world.send("POST", &path, None, body.to_string()).await;
    assert_eq!(answer.json()["result"], "created", "{}", answer.text);
    world.settle().await;
    world.mail_to("ben");
    world.sleep_through(TimeDelta::seconds(1));
    let refused = world.knock(&door, json!({ "weather": "fine" })).await;
    assert_eq!((refused.status.as_u16(), refused.wrong_fields()), (400, vec!["alerts".to_owned()]));
    let deliveries = world.deliveries(&door).await;
    assert_eq!(states(&deliveries), ["refused", "taken"]);
    let id = deliveries[1]["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/alert-sources/{}/deliveries/{id}", door.id);
    let kept = world.get("olivia", &path).await;
    assert!(
        kept.to_string().contains("by the usual names") && !kept.to_string().contains(&door.key),
        "{kept}"
    );
    let stranger = world.send("GET", &path, Some("ben"), "").await;
    assert_eq!(stranger.status, 403, "bodies may hold what is nobody's business");
}

async fn a_refused_delivery_can_be_read_again_when_its_source_is_mended(mut world: World) {
    let door = world.door("zabbix", json!({})).await;
    let odd = json!({ "what": { "happened": "Rack on fire" }, "how_bad": "bad" });
    assert_eq!(world.knock(&door, odd).await.status, 400);
    let id = world.deliveries(&door).await[0]["id"].as_str().expect("an id").to_owned();
    let replay = format!("/api/alert-sources/{}/deliveries/{id}/replay", door.id);
    assert_eq!(world.post("olivia", &replay, Value::Null).await.status, 400, "nothing is mended yet");
    let path = format!("/api/alert-sources/{}", door.id);
    let mut source = world.get("olivia", &path).await;
    source["mapping"] = json!({
        "title": "{{ what.happened }}", "severity": "how_bad", "severities": { "bad": "critical" },
    });
    let kept = world.put("olivia", &path, source).await;
    assert_eq!(kept.status, 200, "{}", kept.text);
    let again = world.post("olivia", &replay, Value::Null).await;
    assert_eq!((again.status.as_u16(), &again.json()["result"]), (200, &json!("created")), "{}", again.text);
    let mail = world.mail_to("ben");
    assert!(mail.text.contains("Rack on fire"), "{}", mail.text);
    let taken = world.deliveries(&door).await;
    let replayed = taken.iter().find(|delivery| delivery["state"] == "taken").expect("the one read again");
    assert_eq!(replayed["replay_of"], json!(id));
    let id = replayed["id"].as_str().expect("an id");
    let twice = format!("/api/alert-sources/{}/deliveries/{id}/replay", door.id);
    assert_eq!(world.post("olivia", &twice, Value::Null).await.status, 409, "it would page twice");
}

async fn a_test_alert_goes_the_whole_way_to_a_page(mut world: World) {
    let door = world.door("nagios", json!({})).await;
    let path = format!("/api/alert-sources/{}/test", door.id);
    assert_eq!(world.post("ben", &path, json!({ "severity": "high" })).await.status, 403);
    let sent = world.post("olivia", &path, json!({ "severity": "high" })).await;
    assert_eq!((sent.status.as_u16(), &sent.json()["result"]), (200, &json!("created")), "{}", sent.text);
    let mail = world.mail_to("ben");
    assert!(mail.header("Subject").unwrap_or_default().contains("Test alert of nagios door"), "{mail:?}");
    // Where alerts join by time, it joins none, and none joins it.
    let door = world.door("generic", json!({ "grouping": { "by": "time", "minutes": 60 } })).await;
    let path = format!("/api/alert-sources/{}/test", door.id);
    for _ in 0..2 {
        let sent = world.post("olivia", &path, json!({ "severity": "high" })).await;
        assert_eq!(sent.json()["result"], "created", "{}", sent.text);
        world.mail_to("ben");
        let problem = json!({ "title": "Rack on fire", "severity": "critical", "dedup_key": "rack" });
        let real = world.taken(&door, problem).await;
        if real["result"] == "created" {
            world.mail_to("ben");
        }
        assert_ne!(real["incident_id"], sent.json()["incident_id"], "{real}");
    }
    let recovery = json!({ "title": "Rack", "status": "resolved", "dedup_key": "rack" });
    assert_eq!(world.taken(&door, recovery).await["result"], "resolved", "no test holds it open");
}

async fn a_heartbeat_that_stops_pages_once_and_the_next_beat_ends_it(mut world: World) {
    let path = format!("/api/services/{}", world.service_id());
    let mut service = world.get("olivia", &path).await;
    service["auto_resolve_hours"] = json!(1);
    assert_eq!(world.put("olivia", &path, service).await.status, 200);
    let door = world.door("heartbeat", json!({ "silence_minutes": 10 })).await;
    world.advance(TimeDelta::minutes(30)).await;
    world.no_mail();
    for _ in 0..3 {
        assert_eq!(world.taken(&door, json!({})).await["result"], "ignored");
        world.advance(TimeDelta::minutes(9)).await;
    }
    world.no_mail();
    world.advance(TimeDelta::minutes(2)).await;
    let mail = world.mail_to("ben");
    assert!(mail.text.contains("heartbeat door is silent"), "{}", mail.text);
    let open = world.get("ben", "/api/incidents").await;
    let id = open["incidents"][0]["id"].as_str().expect("an incident").to_owned();
    world.work("ben", &id, "acknowledge", Value::Null).await;
    world.advance(TimeDelta::minutes(90)).await;
    assert_eq!(world.look(&id).await["status"], "acknowledged", "that nothing comes is what it is about");
    assert_eq!(world.taken(&door, json!({})).await["result"], "resolved");
    assert_eq!(world.look(&id).await["alert_count"], 1, "one silence is one alert");
    world.advance(TimeDelta::minutes(12)).await;
    world.mail_to("ben");
}

async fn a_source_that_goes_quiet_for_longer_than_ever_is_told_once(mut world: World) {
    let door = world.door("generic", json!({})).await;
    for n in 0..24 {
        let note = json!({ "title": "x", "status": "ok", "dedup_key": n.to_string() });
        world.taken(&door, note).await;
        world.sleep_through(TimeDelta::hours(4));
        world.tick().await;
    }
    world.skip_mails();
    world.tick().await;
    for _ in 0..30 {
        world.sleep_through(TimeDelta::hours(1));
        world.tick().await;
    }
    let told: Vec<_> = world
        .mails()
        .into_iter()
        .filter(|(_, mail)| mail.header("Subject").unwrap_or_default().contains("has gone quiet"))
        .collect();
    assert_eq!(told.iter().map(|(who, _)| who.as_str()).collect::<Vec<_>>(), ["olivia"]);
    let path = format!("/api/alert-sources/{}", door.id);
    let test = world.post("olivia", &format!("{path}/test"), json!({ "severity": "low" })).await;
    assert_eq!(test.status, 200, "{}", test.text);
    world.skip_mails();
    let sources = world.get("olivia", "/api/alert-sources").await;
    let sources = sources["alert_sources"].as_array().cloned().expect("alert sources");
    let quiet = sources.iter().find(|source| source["id"] == json!(door.id)).expect("the source");
    assert!(quiet["quiet_since"].is_string(), "our own test is no sign of its sender: {quiet}");
    let note = json!({ "title": "x", "status": "ok" });
    world.taken(&door, note).await;
    assert_eq!(world.get("olivia", &path).await["quiet_since"], Value::Null, "at once");
}

async fn no_more_than_the_last_thousand_are_kept(mut world: World) {
    let door = world.door("generic", json!({})).await;
    for n in 0..1_030 {
        world.sleep_through(TimeDelta::milliseconds(1));
        let note = json!({ "title": "x", "status": "ok", "dedup_key": n.to_string() });
        world.taken(&door, note).await;
    }
    world.sleep_through(TimeDelta::hours(1));
    for _ in 0..12 {
        world.tick().await;
        world.sleep_through(TimeDelta::seconds(15));
    }
    let source = door.id.parse::<domain::id::SourceId>().expect("an id");
    let tenant = app::tenants::DEMO_TENANT.parse().expect("a tenant id");
    let kept =
        world.store().all_of::<domain::delivery::Delivery>(&tenant, source.as_str()).await.expect("a store");
    assert_eq!(kept.len(), 1_000);
}
