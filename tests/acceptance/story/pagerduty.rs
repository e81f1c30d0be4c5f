//! PagerDuty's Events API as a drop-in: a sender changes the address and the key, and is answered as it is used to.

use acceptance::world::World;
use axum::http::StatusCode;
use serde_json::{Value, json};

super::stories!(
    a_trigger_opens_and_its_key_acknowledges_and_resolves,
    triggers_without_a_key_are_problems_of_their_own,
    version_1_is_taken_as_well,
    a_change_is_kept_and_pages_nobody,
    wrong_events_are_told_field_by_field_and_kept,
    the_key_of_another_sort_of_source_is_told_so,
    an_event_that_a_script_glued_together_is_mended_and_pages,
);

/// A source of this type; answers its key and its path.
async fn source(world: &mut World, source_type: &str) -> (String, String) {
    let service = domain::id::ServiceId::derived(&[app::tenants::DEMO_TENANT, "servers"]).to_string();
    let source = json!({ "name": "Alertmanager", "type": source_type, "service_id": service });
    let answer = world.post("olivia", "/api/alert-sources", source).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let text = |name: &str| answer.json()[name].as_str().expect("a text").to_owned();
    (text("key"), format!("/api/alert-sources/{}", text("id")))
}

async fn enqueue(world: &mut World, path: &str, event: &Value) -> (u16, Value) {
    let answer = world.send("POST", path, None, event.to_string()).await;
    world.settle().await;
    (answer.status.as_u16(), answer.json())
}

fn trigger(key: &str, dedup_key: &Value) -> Value {
    json!({
        "routing_key": key, "event_action": "trigger", "dedup_key": dedup_key,
        "payload": { "summary": "Disk full", "source": "srv-1.contoso.example", "severity": "critical" },
        "links": [{ "href": "https://runbooks.msp.example/disk", "text": "Runbook" }]
    })
}

fn processed(dedup_key: &str) -> Value {
    json!({ "status": "success", "message": "Event processed", "dedup_key": dedup_key })
}

async fn titles_and_states(world: &mut World) -> Vec<(String, String)> {
    let list = world.get("ben", "/api/incidents?status=all").await;
    let text = |incident: &Value, name: &str| incident[name].as_str().unwrap_or_default().to_owned();
    let incidents = list["incidents"].as_array().expect("incidents");
    incidents.iter().map(|incident| (text(incident, "title"), text(incident, "status"))).collect()
}

async fn a_trigger_opens_and_its_key_acknowledges_and_resolves(mut world: World) {
    let (key, _) = source(&mut world, "pagerduty_events").await;
    let event = trigger(&key, &json!("disk"));
    for path in ["/v2/enqueue", "/api/pagerduty/v2/enqueue"] {
        assert_eq!(enqueue(&mut world, path, &event).await, (202, processed("disk")));
    }
    world.mail_to("ben");
    world.no_mail();
    for (action, state) in [("acknowledge", "acknowledged"), ("resolve", "resolved"), ("resolve", "resolved")]
    {
        let event = json!({ "routing_key": key, "event_action": action, "dedup_key": "disk" });
        assert_eq!(enqueue(&mut world, "/v2/enqueue", &event).await, (202, processed("disk")));
        let seen = titles_and_states(&mut world).await;
        assert_eq!(seen, [("Disk full".to_owned(), state.to_owned())], "{action}");
    }
}

async fn triggers_without_a_key_are_problems_of_their_own(mut world: World) {
    let (key, _) = source(&mut world, "pagerduty_events").await;
    let event = trigger(&key, &Value::Null);
    let (first, second) =
        (enqueue(&mut world, "/v2/enqueue", &event).await, enqueue(&mut world, "/v2/enqueue", &event).await);
    assert_eq!((first.0, second.0), (202, 202));
    assert_ne!(first.1["dedup_key"], second.1["dedup_key"]);
    assert_eq!(world.mails().len(), 2, "each pages");
    assert_eq!(titles_and_states(&mut world).await.len(), 2);
    let over = json!({ "routing_key": key, "event_action": "resolve", "dedup_key": first.1["dedup_key"] });
    assert_eq!(enqueue(&mut world, "/v2/enqueue", &over).await.0, 202);
    let resolved =
        titles_and_states(&mut world).await.iter().filter(|(_, state)| state == "resolved").count();
    assert_eq!(resolved, 1);
}

async fn version_1_is_taken_as_well(mut world: World) {
    let (key, _) = source(&mut world, "pagerduty_events").await;
    let event = json!({
        "service_key": key, "event_type": "trigger", "incident_key": "srv01/HTTP", "description": "HTTP is down"
    });
    let told = json!({ "status": "success", "message": "Event processed", "incident_key": "srv01/HTTP" });
    for path in
        ["/v2/generic/2010-04-15/create_event.json", "/api/pagerduty/generic/2010-04-15/create_event.json"]
    {
        assert_eq!(enqueue(&mut world, path, &event).await, (200, told.clone()));
    }
    world.mail_to("ben");
    let seen = titles_and_states(&mut world).await;
    assert_eq!((seen.len(), seen[0].0.as_str()), (1, "HTTP is down"));
}

async fn a_change_is_kept_and_pages_nobody(mut world: World) {
    let (key, path) = source(&mut world, "pagerduty_events").await;
    // Even with what a trigger has.
    let change = json!({ "routing_key": key, "event_action": "trigger",
        "payload": { "summary": "Deployed", "source": "ci", "severity": "critical" } });
    let told = json!({ "status": "success", "message": "Change event processed" });
    assert_eq!(enqueue(&mut world, "/v2/change/enqueue", &change).await, (202, told));
    world.no_mail();
    assert_eq!(titles_and_states(&mut world).await, []);
    let kept = world.get("olivia", &format!("{path}/deliveries")).await;
    assert_eq!(kept["deliveries"].as_array().map(Vec::len), Some(1));
    assert!(!kept.to_string().contains(&key));
}

async fn wrong_events_are_told_field_by_field_and_kept(mut world: World) {
    let (key, path) = source(&mut world, "pagerduty_events").await;
    let event = json!({ "routing_key": key, "payload": { "summary": "Disk full", "severity": "purple" } });
    let (status, told) = enqueue(&mut world, "/v2/enqueue", &event).await;
    assert_eq!(
        (status, &told["status"], &told["message"]),
        (400, &json!("invalid event"), &json!("Event object is invalid"))
    );
    let errors = told["errors"].to_string();
    for field in ["'event_action'", "'payload.source'", "'payload.severity'"] {
        assert!(errors.contains(field), "{field}: {errors}");
    }
    let kept = world.get("olivia", &format!("{path}/deliveries")).await;
    assert_eq!(kept["deliveries"].as_array().map(Vec::len), Some(1), "{kept}");
    for (event, error) in [
        (trigger("0123456789abcdef0123456789abcdef", &json!("k")), "'routing_key' is not valid"),
        (trigger("", &json!("k")), "'routing_key' is missing or blank"),
    ] {
        let (status, told) = enqueue(&mut world, "/v2/enqueue", &event).await;
        assert_eq!((status, &told["errors"]), (400, &json!([error])));
    }
    let answer = world.send("POST", "/v2/enqueue", None, "no event").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["errors"]), (400, &json!(["JSON parse error"])));
    let answer = world.send("POST", "/v2/enqueue", None, "x".repeat(1024 * 1024 + 1)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(titles_and_states(&mut world).await, []);
}

async fn the_key_of_another_sort_of_source_is_told_so(mut world: World) {
    let (key, _) = source(&mut world, "zabbix").await;
    let (status, told) = enqueue(&mut world, "/v2/enqueue", &trigger(&key, &json!("k"))).await;
    assert_eq!(status, 400);
    assert!(told["errors"][0].as_str().is_some_and(|error| error.contains("zabbix")), "{told}");
    let generic = world.key();
    let event = trigger(&generic, &json!("k"));
    assert_eq!(enqueue(&mut world, "/v2/enqueue", &event).await, (202, processed("k")));
    world.mail_to("ben");
    assert_eq!(titles_and_states(&mut world).await.len(), 1);
}

async fn an_event_that_a_script_glued_together_is_mended_and_pages(mut world: World) {
    let (key, path) = source(&mut world, "pagerduty_events").await;
    let glued = |dedup_key: &str| {
        let fields = format!(r#""routing_key": "{key}", "event_action": "trigger", {dedup_key}"#);
        let summary = "C:\\Windows is full\nsince midnight";
        format!(
            "\u{feff}{{{fields} \"payload\": {{\"summary\": \"{summary}\", \"source\": \"srv-1\", \"severity\": \"critical\"}}}}"
        )
    };
    for dedup_key in [r#""dedup_key": "disk","#, ""] {
        let answer = world.send("POST", "/v2/enqueue", None, glued(dedup_key)).await;
        world.settle().await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
        world.mail_to("ben");
    }
    let seen = titles_and_states(&mut world).await;
    assert!(seen.iter().all(|(title, _)| title == r"C:\Windows is full"), "{seen:?}");
    assert_eq!(seen.len(), 2);
    let kept = world.get("olivia", &format!("{path}/deliveries")).await;
    assert!(!kept.to_string().contains(&key));
    let over = json!({ "routing_key": key, "event_action": "resolve", "dedup_key": "disk" });
    assert_eq!(enqueue(&mut world, "/v2/enqueue", &over).await, (202, processed("disk")));
}
