//! Maintenance windows: managers keep them, everybody sees which are not over.

use acceptance::world::World;
use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::id::ServiceId;
use domain::maintenance::MaintenanceWindow;
use serde_json::{Value, json};

super::stories!(
    a_window_is_made_read_edited_and_deleted,
    a_window_that_comes_back_is_kept_as_it_was_sent,
    a_window_that_has_begun_ends_when_it_is_deleted,
    a_window_that_is_edited_into_the_future_and_deleted_lets_go_what_it_held,
    a_window_that_is_over_stays_on_record,
    every_mistake_in_a_window_is_named,
    only_managers_change_windows,
    another_tenants_window_does_not_exist,
);

fn service_id() -> String {
    ServiceId::derived(&[app::tenants::DEMO_TENANT, "servers"]).to_string()
}

/// A window from so many hours from now to so many.
fn window(world: &World, name: &str, from: i64, to: i64) -> Value {
    let at = |hours| world.now() + TimeDelta::hours(hours);
    json!({ "name": name, "starts": at(from), "ends": at(to) })
}

async fn made(world: &mut World, window: Value) -> Value {
    let answer = world.post("olivia", "/api/maintenance-windows", window).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    answer.json()
}

async fn planned(world: &mut World, name: &str, from: i64, to: i64) -> Value {
    let body = window(world, name, from, to);
    made(world, body).await
}

fn path(window: &Value) -> String {
    format!("/api/maintenance-windows/{}", window["id"].as_str().expect("an id"))
}

async fn names(world: &mut World) -> Vec<String> {
    let list = world.get("ann", "/api/maintenance-windows").await;
    let windows = list["maintenance_windows"].as_array().expect("windows").clone();
    windows.iter().map(|window| window["name"].as_str().expect("a name").to_owned()).collect()
}

/// What the store has of it.
async fn kept(world: &World, window: &Value) -> Option<MaintenanceWindow> {
    let tenant = app::tenants::DEMO_TENANT.parse().expect("a tenant id");
    let id = window["id"].as_str().expect("an id");
    let found = world.store().get::<MaintenanceWindow>(&tenant, id).await.expect("a store");
    found.map(|found| found.value)
}

async fn a_window_is_made_read_edited_and_deleted(mut world: World) {
    let mut body = window(&world, " Patch night ", 2, 4);
    body["service_ids"] = json!([service_id()]);
    body["clients"] = json!([" Contoso "]);
    let mut patch = made(&mut world, body).await;
    assert_eq!((&patch["name"], &patch["clients"]), (&json!("Patch night"), &json!(["Contoso"])));
    assert_eq!((&patch["service_ids"], &patch["open"]), (&json!([service_id()]), &json!(false)));
    let due = |window: Option<MaintenanceWindow>| window.and_then(|window| window.due_at);
    assert_eq!(
        due(kept(&world, &patch).await),
        Some(world.now() + TimeDelta::hours(2)),
        "it holds nothing yet"
    );
    let at = path(&patch);
    assert_eq!(world.get("ann", &at).await, patch);
    planned(&mut world, "Reboots", 1, 5).await;
    assert_eq!(names(&mut world).await, ["Reboots", "Patch night"], "by when they begin");
    patch["starts"] = json!(world.now());
    patch["open"] = json!(true);
    let edited = world.put("olivia", &at, patch.clone()).await;
    assert_eq!((edited.status, edited.json()), (StatusCode::OK, patch.clone()));
    patch["starts"] = json!(world.now() + TimeDelta::hours(3));
    assert_eq!(world.put("olivia", &at, patch.clone()).await.json()["open"], false);
    assert_eq!(due(kept(&world, &patch).await), Some(world.now()), "it is looked at at once");
    world.tick().await;
    assert_eq!(world.send("DELETE", &at, Some("olivia"), "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(kept(&world, &patch).await, None, "it never began");
    for (method, body) in [("GET", String::new()), ("PUT", patch.to_string()), ("DELETE", String::new())] {
        assert_eq!(world.send(method, &at, Some("olivia"), body).await.status, 404, "{method}");
    }
}

async fn a_window_that_comes_back_is_kept_as_it_was_sent(mut world: World) {
    let weekly = json!([
        { "days": ["sat", "sun"], "from": "02:00", "to": "04:00", "time_zone": "America/Chicago" },
        { "days": [], "from": "23:30", "to": "00:30", "time_zone": "America/Chicago" }
    ]);
    let body = json!({ "name": "Reboots", "starts": world.now(), "weekly": weekly });
    let reboots = made(&mut world, body).await;
    assert_eq!((&reboots["weekly"], &reboots["ends"]), (&weekly, &Value::Null));
    let back = world.put("olivia", &path(&reboots), reboots.clone()).await;
    assert_eq!((back.status, back.json()), (StatusCode::OK, reboots.clone()), "it can be sent back as it is");
    assert_eq!(reboots["open"], false, "it is past three in the afternoon there");
    world.sleep_through(TimeDelta::hours(8) + TimeDelta::minutes(30));
    assert_eq!(world.get("ann", &path(&reboots)).await["open"], true);
    world.sleep_through(TimeDelta::days(1_000));
    assert_eq!(names(&mut world).await, ["Reboots"], "it is never over");
}

async fn a_window_that_has_begun_ends_when_it_is_deleted(mut world: World) {
    let patch = planned(&mut world, "Patch night", 0, 4).await;
    assert_eq!(patch["open"], true);
    world.sleep_through(TimeDelta::hours(1));
    assert_eq!(world.send("DELETE", &path(&patch), Some("olivia"), "").await.status, 204);
    let ended = kept(&world, &patch).await.expect("it stays on record");
    assert_eq!((ended.ends, ended.due_at), (Some(world.now()), Some(world.now())));
    assert!(names(&mut world).await.is_empty());
    assert_eq!(world.get("ann", &path(&patch)).await["open"], false);
}

async fn a_window_that_is_edited_into_the_future_and_deleted_lets_go_what_it_held(mut world: World) {
    let mut patch = planned(&mut world, "Patch night", 0, 4).await;
    let problem = json!({ "title": "Disk", "severity": "critical", "dedup_key": "disk" });
    assert_eq!(world.alert(problem).await["result"], "suppressed");
    patch["starts"] = json!(world.now() + TimeDelta::hours(3));
    assert_eq!(world.put("olivia", &path(&patch), patch.clone()).await.status, 200);
    assert_eq!(world.send("DELETE", &path(&patch), Some("olivia"), "").await.status, 204);
    let ended = kept(&world, &patch).await.expect("it stays until it has let go what it held");
    assert_eq!((ended.starts, ended.ends), (world.now(), Some(world.now())));
    assert!(names(&mut world).await.is_empty());
    world.no_mail();
    world.advance(TimeDelta::minutes(1)).await;
    world.mail_to("ben");
    assert_eq!(kept(&world, &patch).await.and_then(|window| window.due_at), None);
}

async fn a_window_that_is_over_stays_on_record(mut world: World) {
    let patch = planned(&mut world, "Patch night", 0, 1).await;
    world.sleep_through(TimeDelta::hours(1));
    assert!(names(&mut world).await.is_empty(), "it is over with its end");
    let at = path(&patch);
    assert_eq!(world.get("ann", &at).await["ends"], patch["ends"]);
    let again = window(&world, "Patch night", 0, 9).to_string();
    for (method, body) in [("PUT", again), ("DELETE", String::new())] {
        let answer = world.send(method, &at, Some("olivia"), body).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{method}");
        assert_eq!(answer.json()["type"], "urn:oncall:problem:maintenance-window-over");
    }
}

async fn every_mistake_in_a_window_is_named(mut world: World) {
    let stretch = |zone: &str| json!({ "days": ["sat"], "from": "02:00", "to": "04:00", "time_zone": zone });
    let bad = [
        (json!({ "name": " ", "ends": world.now() - TimeDelta::hours(9) }), vec!["name", "ends"]),
        (json!({ "starts": world.now() - TimeDelta::hours(3), "ends": world.now() }), vec!["ends"]),
        (json!({ "ends": null }), vec!["ends"]),
        (json!({ "starts": "tomorrow" }), vec!["starts"]),
        (json!({ "service_ids": ["svc_nope", "nope"] }), vec!["service_ids[1]"]),
        (
            json!({ "service_ids": [service_id(), "svc_nope"], "clients": ["Contoso", ""] }),
            vec!["service_ids[1]", "clients[1]"],
        ),
        (json!({ "weekly": [stretch("UTC"), stretch("Mars/Olympus")] }), vec!["weekly[1].time_zone"]),
        (json!({ "weekly": [stretch("UTC"), stretch("Asia/Tokyo")] }), vec!["weekly[1].time_zone"]),
        (
            json!({ "weekly": [{ "days": ["someday"], "from": "2", "to": "25:00", "time_zone": "UTC" }] }),
            vec!["weekly[0].days", "weekly[0].from", "weekly[0].to"],
        ),
        (json!({ "weekly": vec![stretch("UTC"); 51] }), vec!["weekly"]),
        (json!({ "weekly": [{ "from": "02:00", "to": "03:00" }] }), vec!["weekly[0].time_zone"]),
        (json!({ "color": "red" }), vec!["color"]),
    ];
    for (fields, named) in bad {
        let mut body = window(&world, "x", 1, 2);
        let more = fields.as_object().expect("an object").clone();
        body.as_object_mut().expect("an object").extend(more);
        let answer = world.post("olivia", "/api/maintenance-windows", body.clone()).await;
        let wanted: Vec<String> = named.iter().map(|&field| field.to_owned()).collect();
        assert_eq!((answer.status.as_u16(), answer.wrong_fields()), (400, wanted), "{body}");
    }
    assert!(names(&mut world).await.is_empty());
    let patch = planned(&mut world, "Patch night", 1, 2).await;
    let wrong = window(&world, "", 2, 1);
    let answer = world.put("olivia", &path(&patch), wrong).await;
    assert_eq!(answer.wrong_fields(), ["name", "ends"]);
    assert_eq!(world.get("ann", &path(&patch)).await, patch, "nothing was changed");
}

async fn only_managers_change_windows(mut world: World) {
    let patch = planned(&mut world, "Patch night", 1, 2).await;
    let (viewer, admin) = (world.newcomer("viewer"), world.newcomer("admin"));
    let body = window(&world, "Mine", 1, 3).to_string();
    let all = "/api/maintenance-windows".to_owned();
    for (method, at) in [("POST", all.clone()), ("PUT", path(&patch)), ("DELETE", path(&patch))] {
        let by_member = world.send(method, &at, Some("ann"), body.clone()).await;
        let by_viewer = world.send_with(&viewer, method, &at, body.clone()).await;
        assert_eq!((by_member.status.as_u16(), by_viewer.status.as_u16()), (403, 403), "{method}");
        assert_eq!(world.send(method, &at, None, body.clone()).await.status, 401);
    }
    for at in [all, path(&patch)] {
        assert_eq!(world.send_with(&viewer, "GET", &at, "").await.status, 200);
        assert_eq!(world.send("GET", &at, None, "").await.status, 401);
    }
    assert_eq!(world.send_with(&admin, "PUT", &path(&patch), body).await.status, 200);
}

async fn another_tenants_window_does_not_exist(mut world: World) {
    let patch = planned(&mut world, "Patch night", 1, 2).await;
    let stranger = world.stranger().await;
    let mut body = window(&world, "Theirs", 1, 2);
    for method in ["GET", "PUT", "DELETE"] {
        let answer = world.send_with(&stranger, method, &path(&patch), body.to_string()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method}");
    }
    let theirs = world.send_with(&stranger, "GET", "/api/maintenance-windows", "").await.json();
    assert_eq!(theirs["maintenance_windows"], json!([]));
    body["service_ids"] = json!([service_id()]);
    let refused = world.send_with(&stranger, "POST", "/api/maintenance-windows", body.to_string()).await;
    assert_eq!((refused.status.as_u16(), refused.wrong_fields()), (400, vec!["service_ids[0]".to_owned()]));
    assert_eq!(world.get("ann", &path(&patch)).await, patch);
}
