//! Alert sources: managers keep them, a key is told once and opens its door until there is another one.

use acceptance::world::World;
use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::id::{SourceId, TenantId};
use domain::source_watch::SourceWatch;
use serde_json::{Value, json};
use store::source_watch_id;

mod delivered;
mod signing;
mod wrong;

super::stories!(
    a_source_is_made_read_edited_and_deleted,
    a_key_is_told_once_and_works,
    a_rotated_key_is_dead_at_once,
    the_key_of_a_deleted_source_is_dead_at_once,
    every_wrong_key_is_answered_alike,
    two_sources_never_have_one_name,
    only_managers_change_sources,
    another_tenants_source_does_not_exist,
    a_source_is_watched_as_long_as_it_is_there,
    the_types_to_choose_from_are_listed,
);

/// A source of the demo's service, as little as it takes.
fn plain(name: &str, source_type: &str) -> Value {
    json!({ "name": name, "type": source_type, "service_id": service_id() })
}

fn service_id() -> String {
    domain::id::ServiceId::derived(&[app::tenants::DEMO_TENANT, "servers"]).to_string()
}

fn demo() -> TenantId {
    app::tenants::DEMO_TENANT.parse().expect("a tenant id")
}

async fn made(world: &mut World, source: Value) -> Value {
    let answer = world.post("olivia", "/api/alert-sources", source).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    answer.json()
}

fn path(source: &Value) -> String {
    format!("/api/alert-sources/{}", source["id"].as_str().expect("an id"))
}

fn key_of(source: &Value) -> String {
    source["key"].as_str().expect("a key").to_owned()
}

/// The same without what is told once.
fn without_key(keyed: &Value) -> Value {
    let mut source = keyed.clone();
    let fields = source.as_object_mut().expect("an object");
    for field in ["key", "url", "enqueue_url"] {
        fields.remove(field);
    }
    source
}

/// How an alert with a key is answered.
async fn ring(world: &mut World, key: &str) -> (u16, String) {
    let body = json!({ "title": "Disk full", "severity": "high", "dedup_key": "disk" }).to_string();
    let answer = world.send("POST", &format!("/api/webhooks/{key}"), None, body).await;
    world.settle().await;
    (answer.status.as_u16(), answer.text)
}

async fn a_source_is_made_read_edited_and_deleted(mut world: World) {
    let whole = json!({
        "name": " Zabbix of Contoso ", "type": "zabbix", "service_id": service_id(),
        "mapping": {
            "title": "{{ title }} at Contoso", "severity": "priority", "severities": { "P1": "critical" },
            "statuses": { "PROBLEM": "trigger" }, "default_severity": "low"
        },
        "grouping": { "by": "content", "field": { "path": "site" } },
        "flap_pause": { "times": 3, "within_minutes": 60, "pause_minutes": 5 }
    });
    let keyed = made(&mut world, whole.clone()).await;
    let path = path(&keyed);
    let mut source = without_key(&keyed);
    assert_eq!(world.get("ann", &path).await, source, "everybody sees it, without the key");
    assert_eq!(source["name"], "Zabbix of Contoso");
    assert_eq!(source["mapping"]["severities"], whole["mapping"]["severities"]);
    assert_eq!((&source["grouping"], &source["flap_pause"]), (&whole["grouping"], &whole["flap_pause"]));
    let back = world.put("olivia", &path, source.clone()).await;
    assert_eq!((back.status, back.json()), (StatusCode::OK, source.clone()), "it can be sent back as it is");
    for grouping in [
        json!({ "by": "key" }),
        json!({ "by": "none" }),
        json!({ "by": "time", "minutes": 15 }),
        json!({ "by": "content", "field": "client" }),
        json!({ "by": "content", "field": "device" }),
    ] {
        source["grouping"] = grouping;
        let edited = world.put("olivia", &path, source.clone()).await;
        assert_eq!((edited.status, edited.json()), (StatusCode::OK, source.clone()));
    }
    let little = world.put("olivia", &path, plain("Zabbix", "zabbix")).await.json();
    assert_eq!((&little["flap_pause"], &little["mapping"]["title"]), (&Value::Null, &Value::Null), "whole");
    assert_eq!(little["grouping"], json!({ "by": "key" }));
    let list = world.get("ben", "/api/alert-sources").await;
    let names: Vec<_> =
        list["alert_sources"].as_array().expect("sources").iter().map(|s| &s["name"]).collect();
    assert_eq!(names, ["Monitoring", "Zabbix"]);
    assert_eq!(list["alert_sources"][1], little);
    assert_eq!(world.send("DELETE", &path, Some("olivia"), "").await.status, StatusCode::NO_CONTENT);
    for (method, body) in [("GET", String::new()), ("PUT", little.to_string()), ("DELETE", String::new())] {
        assert_eq!(world.send(method, &path, Some("olivia"), body).await.status, 404, "{method}");
    }
}

async fn a_key_is_told_once_and_works(mut world: World) {
    let keyed = made(&mut world, plain("Nagios", "nagios")).await;
    let key = key_of(&keyed);
    assert!(key.len() == 32 && key.bytes().all(|b| b.is_ascii_alphanumeric()), "{key}");
    assert_eq!(keyed["url"], format!("http://oncall.test/api/webhooks/{key}"));
    assert_eq!(keyed.get("enqueue_url"), None);
    let other = made(&mut world, plain("Uptime", "pagerduty_events")).await;
    assert_ne!(key_of(&other), key);
    assert_eq!(other["enqueue_url"], "http://oncall.test/v2/enqueue");
    for at in [path(&keyed), "/api/alert-sources".to_owned(), format!("{}/deliveries", path(&keyed))] {
        let told = world.send("GET", &at, Some("olivia"), "").await;
        assert!(
            told.status == 200 && !told.text.contains(&key) && !told.text.contains("hash"),
            "{}",
            told.text
        );
    }
    let rung = ring(&mut world, &key).await;
    assert_eq!(rung.0, 200, "{}", rung.1);
    world.mail_to("ben");
    let incidents = world.get("ann", "/api/incidents").await["incidents"].clone();
    assert_eq!((incidents.as_array().map(Vec::len), &incidents[0]["source"]), (Some(1), &json!("nagios")));
}

async fn a_rotated_key_is_dead_at_once(mut world: World) {
    let keyed = made(&mut world, plain("Monit", "generic")).await;
    let (old, rotate) = (key_of(&keyed), format!("{}/rotate-key", path(&keyed)));
    let rotated = world.post("olivia", &rotate, Value::Null).await;
    assert_eq!(rotated.status, StatusCode::OK, "{}", rotated.text);
    let rotated = rotated.json();
    assert_eq!(without_key(&rotated), without_key(&keyed), "nothing else is another");
    let new = key_of(&rotated);
    assert_eq!(rotated["url"], format!("http://oncall.test/api/webhooks/{new}"));
    for _ in 0..2 {
        assert_eq!(ring(&mut world, &old).await.0, 401, "by every process");
    }
    assert_eq!(ring(&mut world, &new).await.0, 200);
    world.mail_to("ben");
    let answers = world.at_once("olivia", "POST", &rotate, &Value::Null, 4).await;
    let keys: Vec<String> =
        answers.iter().filter(|a| a.status == 200).map(|answer| key_of(&answer.json())).collect();
    assert_eq!(keys.len(), 4);
    let mut good = 0;
    for key in &keys {
        good += usize::from(ring(&mut world, key).await.0 == 200);
    }
    assert_eq!(good, 1, "one key is the last one");
    assert_eq!(ring(&mut world, &new).await.0, 401);
}

async fn the_key_of_a_deleted_source_is_dead_at_once(mut world: World) {
    let keyed = made(&mut world, plain("Monit", "generic")).await;
    let key = key_of(&keyed);
    assert_eq!(ring(&mut world, &key).await.0, 200);
    world.mail_to("ben");
    assert_eq!(world.send("DELETE", &path(&keyed), Some("olivia"), "").await.status, 204);
    for _ in 0..2 {
        assert_eq!(ring(&mut world, &key).await.0, 401);
    }
    let open = world.get("ann", "/api/incidents").await["incidents"].clone();
    assert_eq!(open.as_array().map(Vec::len), Some(1), "its incident stays");
}

async fn every_wrong_key_is_answered_alike(mut world: World) {
    let keyed = made(&mut world, plain("Monit", "generic")).await;
    let old = key_of(&keyed);
    let rotated = world.post("olivia", &format!("{}/rotate-key", path(&keyed)), Value::Null).await.json();
    let gone = made(&mut world, plain("Gone", "generic")).await;
    assert_eq!(world.send("DELETE", &path(&gone), Some("olivia"), "").await.status, 204);
    let never = "a".repeat(32);
    let first = ring(&mut world, &never).await;
    assert_eq!(first.0, 401);
    for key in [old, key_of(&gone), "x".to_owned(), key_of(&rotated).to_uppercase(), "a".repeat(300)] {
        assert_eq!(ring(&mut world, &key).await, first, "{key}");
    }
    assert_eq!(world.get("ann", "/api/incidents?status=all").await["incidents"], json!([]));
}

async fn two_sources_never_have_one_name(mut world: World) {
    let body = plain("Zabbix", "zabbix");
    let answers = world.at_once("olivia", "POST", "/api/alert-sources", &body, 6).await;
    let mut told: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    told.sort_unstable();
    assert_eq!(told, [201, 400, 400, 400, 400, 400]);
    let list = world.get("ann", "/api/alert-sources").await;
    assert_eq!(list["alert_sources"].as_array().map(Vec::len), Some(2));
}

async fn only_managers_change_sources(mut world: World) {
    let keyed = made(&mut world, plain("Zabbix", "zabbix")).await;
    let (viewer, admin) = (world.newcomer("viewer"), world.newcomer("admin"));
    let body = plain("Mine", "zabbix").to_string();
    let (one, rotate) = (path(&keyed), format!("{}/rotate-key", path(&keyed)));
    for (method, at) in [("POST", "/api/alert-sources"), ("PUT", &one), ("POST", &rotate), ("DELETE", &one)] {
        let by_member = world.send(method, at, Some("ann"), body.clone()).await;
        let by_viewer = world.send_with(&viewer, method, at, body.clone()).await;
        assert_eq!((by_member.status.as_u16(), by_viewer.status.as_u16()), (403, 403), "{method} {at}");
        assert_eq!(world.send(method, at, None, body.clone()).await.status, 401);
    }
    for at in ["/api/alert-sources", &one, "/api/alert-source-types"] {
        assert_eq!(world.send_with(&viewer, "GET", at, "").await.status, 200, "{at}");
        assert_eq!(world.send("GET", at, None, "").await.status, 401, "{at}");
    }
    assert_eq!(world.get("ann", &one).await, without_key(&keyed));
    assert_eq!(world.send_with(&admin, "PUT", &one, body).await.status, 200);
}

async fn another_tenants_source_does_not_exist(mut world: World) {
    let keyed = made(&mut world, plain("Zabbix", "zabbix")).await;
    let stranger = world.stranger().await;
    let body = plain("Theirs", "zabbix").to_string();
    let one = path(&keyed);
    for (method, tail) in
        [("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/rotate-key"), ("GET", "/deliveries")]
    {
        let answer = world.send_with(&stranger, method, &format!("{one}{tail}"), body.clone()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {tail}");
    }
    let theirs = world.send_with(&stranger, "GET", "/api/alert-sources", "").await.json();
    assert_eq!(theirs["alert_sources"], json!([]));
    let refused = world.send_with(&stranger, "POST", "/api/alert-sources", body).await;
    assert_eq!((refused.status.as_u16(), refused.wrong_fields()), (400, vec!["service_id".to_owned()]));
    assert_eq!(world.get("ann", &one).await, without_key(&keyed));
    assert_eq!(ring(&mut world, &key_of(&keyed)).await.0, 200, "its key is as good as before");
    world.mail_to("ben");
}

async fn watch(world: &World, source: &Value) -> Option<SourceWatch> {
    let id: SourceId = source["id"].as_str().expect("an id").parse().expect("an id");
    let found = world.store().get::<SourceWatch>(&demo(), &source_watch_id(&id)).await.expect("a store");
    found.map(|found| found.value)
}

async fn a_source_is_watched_as_long_as_it_is_there(mut world: World) {
    let nagios = made(&mut world, plain("Nagios", "nagios")).await;
    let seen = watch(&world, &nagios).await.expect("a watch");
    assert_eq!((seen.since, seen.due_at), (world.now(), world.now() + TimeDelta::hours(1)));
    let mut heartbeat = plain("Backup ran", "heartbeat");
    heartbeat["silence_minutes"] = json!(90);
    let beating = made(&mut world, heartbeat.clone()).await;
    let due = watch(&world, &beating).await.map(|watch| watch.due_at);
    assert_eq!(due, Some(world.now() + TimeDelta::minutes(90)), "it may be silent for so long");
    heartbeat["silence_minutes"] = json!(30);
    assert_eq!(world.put("olivia", &path(&beating), heartbeat).await.status, 200);
    let due = watch(&world, &beating).await.map(|watch| watch.due_at);
    assert_eq!(due, Some(world.now() + TimeDelta::minutes(30)));
    for source in [nagios, beating] {
        assert_eq!(world.send("DELETE", &path(&source), Some("olivia"), "").await.status, 204);
        assert_eq!(watch(&world, &source).await, None);
    }
}

async fn the_types_to_choose_from_are_listed(mut world: World) {
    let types = world.get("ann", "/api/alert-source-types").await["alert_source_types"].clone();
    let types = types.as_array().expect("types");
    assert_eq!(types[0], json!({ "word": "generic", "label": "Generic webhook", "can_sign": false }));
    let signing: Vec<_> =
        types.iter().filter(|kind| kind["can_sign"] == true).map(|kind| &kind["word"]).collect();
    assert!(signing.contains(&&json!("grafana")), "{signing:?}");
    assert!(types.iter().all(|kind| kind["word"] != "defend"), "products have theirs already");
    for kind in types {
        let chosen = kind["word"].as_str().expect("a word");
        let mut source = plain(chosen, chosen);
        if chosen == "heartbeat" {
            source["silence_minutes"] = json!(1);
        }
        made(&mut world, source).await;
    }
}
