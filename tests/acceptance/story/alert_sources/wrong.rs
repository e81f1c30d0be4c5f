//! What is wrong with an alert source is named, and nothing is changed.

use acceptance::world::World;
use serde_json::{Value, json};

use super::{made, path, plain, service_id, without_key};

super::super::stories!(every_mistake_in_a_source_is_named, a_mistake_in_an_edit_changes_nothing,);

/// `plain` with other fields.
fn with(source_type: &str, fields: &Value) -> Value {
    let mut source = plain("x", source_type);
    let more = fields.as_object().expect("an object").clone();
    source.as_object_mut().expect("an object").extend(more);
    source
}

async fn refused(world: &mut World, body: Value, fields: &[&str]) {
    let answer = world.post("olivia", "/api/alert-sources", body.clone()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.wrong_fields().as_slice()),
        (400, &strings(fields)[..]),
        "{body}"
    );
}

fn strings(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|&field| field.to_owned()).collect()
}

async fn every_mistake_in_a_source_is_named(mut world: World) {
    let bad = [
        (json!({ "name": " " }), vec!["name"]),
        (json!({ "name": "MONITORING" }), vec!["name"]),
        (json!({ "name": 7 }), vec!["name"]),
        (
            json!({ "type": "zabix", "service_id": "nope", "grouping": { "by": "time" } }),
            vec!["type", "service_id", "grouping.minutes"],
        ),
        (json!({ "type": "defend" }), vec!["type"]),
        (
            json!({ "name": "", "service_id": "svc_nope", "silence_minutes": 5 }),
            vec!["name", "service_id", "silence_minutes"],
        ),
        (json!({ "grouping": { "by": "time", "minutes": 0 } }), vec!["grouping.minutes"]),
        (json!({ "grouping": { "by": "time", "minutes": 70_000 } }), vec!["grouping.minutes"]),
        (json!({ "grouping": { "by": "key", "minutes": 5 } }), vec!["grouping.minutes"]),
        (json!({ "grouping": { "by": "content" } }), vec!["grouping.field"]),
        (json!({ "grouping": { "by": "none", "field": "client" } }), vec!["grouping.field"]),
        (json!({ "grouping": { "by": "content", "field": { "path": " " } } }), vec!["grouping.field.path"]),
        (
            json!({ "flap_pause": { "times": 1, "within_minutes": 60, "pause_minutes": 5 } }),
            vec!["flap_pause.times"],
        ),
        (
            json!({ "flap_pause": { "times": 300, "within_minutes": 60, "pause_minutes": 5 } }),
            vec!["flap_pause.times"],
        ),
        (json!({ "flap_pause": { "times": 3, "within_minutes": 60 } }), vec!["flap_pause.pause_minutes"]),
        (json!({ "mapping": { "titel": "x" } }), vec!["mapping.titel"]),
        (json!({ "mapping": { "severities": { "P1": "purple" } } }), vec!["mapping.severities.P1"]),
        (json!({ "signing_secret": "s3cret" }), vec!["signing_secret"]),
        (json!({ "color": "red" }), vec!["color"]),
    ];
    for (fields, named) in bad {
        refused(&mut world, with("generic", &fields), &named).await;
    }
    refused(&mut world, plain("x", "heartbeat"), &["silence_minutes"]).await;
    for minutes in [0, 44_641] {
        let body = with("heartbeat", &json!({ "silence_minutes": minutes }));
        refused(&mut world, body, &["silence_minutes"]).await;
    }
    refused(&mut world, json!({ "name": "x", "type": "generic" }), &["service_id"]).await;
    let list = world.get("ann", "/api/alert-sources").await;
    assert_eq!(list["alert_sources"].as_array().map(Vec::len), Some(1), "the demo's own");
}

async fn a_mistake_in_an_edit_changes_nothing(mut world: World) {
    let keyed = made(&mut world, plain("Nagios", "nagios")).await;
    let at = path(&keyed);
    for (body, fields) in [
        (plain("Nagios", "zabbix"), vec!["type"]),
        (plain(" monitoring", "icinga2"), vec!["type", "name"]),
        (json!({ "name": "x", "type": "nagios", "service_id": "svc_nope" }), vec!["service_id"]),
    ] {
        let answer = world.put("olivia", &at, body.clone()).await;
        let mut named = answer.wrong_fields();
        named.sort();
        let mut wanted = strings(&fields);
        wanted.sort();
        assert_eq!((answer.status.as_u16(), named), (400, wanted), "{body}");
    }
    assert_eq!(world.get("ann", &at).await, without_key(&keyed));
    let renamed = json!({ "name": "NAGIOS", "type": "nagios", "service_id": service_id() });
    assert_eq!(world.put("olivia", &at, renamed).await.status, 200, "its own name is no other's");
}
