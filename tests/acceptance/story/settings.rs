//! Settings of the tenant, and the lists in which people find the ids for them.

use acceptance::world::World;
use axum::http::StatusCode;
use serde_json::{Value, json};

super::stories!(
    settings_are_read_and_set_as_a_whole,
    every_bad_setting_is_named,
    only_managers_set_them,
    services_and_policies_are_listed_with_names,
    another_tenants_settings_are_its_own,
);

async fn settings_are_read_and_set_as_a_whole(mut world: World) {
    let mut settings = world.get("ann", "/api/settings").await;
    assert_eq!(settings["gap_scan_days"], 14, "unless somebody says otherwise");
    assert_eq!(settings["last_resort_user_id"], world.user_id("olivia"));
    assert_eq!(settings["time_zone"], "America/Chicago");
    settings["gap_scan_days"] = json!(90);
    settings["last_resort_user_id"] = Value::Null;
    settings["time_zone"] = json!("Europe/Berlin");
    let answer = world.put("olivia", "/api/settings", settings.clone()).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, settings.clone()));
    assert_eq!(world.get("ann", "/api/settings").await, settings);
    settings.as_object_mut().expect("an object").remove("last_resort_user_id");
    assert_eq!(world.put("olivia", "/api/settings", settings).await.status, StatusCode::OK);
}

async fn every_bad_setting_is_named(mut world: World) {
    let good = world.get("ann", "/api/settings").await;
    let ben = format!("/api/users/{}", world.user_id("ben"));
    world.send("PATCH", &ben, Some("olivia"), "{\"disabled\": true}").await;
    for (field, value) in [
        ("gap_scan_days", json!(0)),
        ("gap_scan_days", json!(91)),
        ("gap_scan_days", json!(-3)),
        ("gap_scan_days", json!("14")),
        ("gap_scan_days", Value::Null),
        ("last_resort_user_id", json!("usr_nobody")),
        ("last_resort_user_id", json!("olivia")),
        ("last_resort_user_id", json!(world.user_id("ben"))),
        ("default_service_id", json!("svc_nope")),
        ("default_service_id", json!("servers")),
        ("default_service_id", Value::Null),
        ("time_zone", json!("Chicago")),
        ("time_zone", json!("")),
        ("colour", json!("red")),
    ] {
        let mut bad = good.clone();
        bad[field] = value.clone();
        let answer = world.put("olivia", "/api/settings", bad).await;
        assert_eq!((answer.status.as_u16(), answer.wrong_fields()), (400, vec![field.to_owned()]), "{value}");
    }
    for field in ["gap_scan_days", "default_service_id", "time_zone"] {
        let mut bad = good.clone();
        bad.as_object_mut().expect("an object").remove(field);
        assert_eq!(world.put("olivia", "/api/settings", bad).await.wrong_fields(), [field]);
    }
    assert_eq!(world.get("ann", "/api/settings").await, good);
}

async fn only_managers_set_them(mut world: World) {
    let settings = world.get("ann", "/api/settings").await;
    let (viewer, admin) = (world.newcomer("viewer"), world.newcomer("admin"));
    assert_eq!(world.put("ann", "/api/settings", settings.clone()).await.status, StatusCode::FORBIDDEN);
    let body = settings.to_string();
    for (token, status) in [(&viewer, 403), (&admin, 200)] {
        assert_eq!(world.send_with(token, "PUT", "/api/settings", body.clone()).await.status, status);
    }
    for path in ["/api/settings", "/api/services", "/api/escalation-policies"] {
        assert_eq!(world.send("GET", path, None, "").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(world.send_with(&viewer, "GET", path, "").await.status, StatusCode::OK);
    }
}

async fn services_and_policies_are_listed_with_names(mut world: World) {
    let services = world.get("ann", "/api/services").await["services"].clone();
    let policies = world.get("ann", "/api/escalation-policies").await["escalation_policies"].clone();
    assert_eq!((&services[0]["name"], &services[0]["client"]), (&json!("Client servers"), &Value::Null));
    assert_eq!(services[0]["escalation_policy_id"], policies[0]["id"]);
    assert_eq!(services[0]["id"], world.get("ann", "/api/settings").await["default_service_id"]);
    assert_eq!((&policies[0]["name"], &policies[0]["repeat"]), (&json!("After hours"), &json!(1)));
    let steps = policies[0]["steps"].as_array().expect("steps");
    let told: Vec<_> = steps
        .iter()
        .map(|step| (&step["delay_minutes"], &step["targets"][0]["kind"], &step["targets"][0]["name"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!(5), &json!("schedule"), &json!("Primary")),
            (&json!(10), &json!("user"), &json!("Olivia Owner"))
        ]
    );
}

async fn another_tenants_settings_are_its_own(mut world: World) {
    let stranger = world.stranger().await;
    let ours = world.get("ann", "/api/settings").await;
    let answer = world.send_with(&stranger, "PUT", "/api/settings", ours.to_string()).await;
    assert_eq!(answer.wrong_fields(), ["last_resort_user_id", "default_service_id"], "neither is theirs");
    for (path, list) in [("/api/services", "services"), ("/api/escalation-policies", "escalation_policies")] {
        assert_eq!(world.send_with(&stranger, "GET", path, "").await.json()[list], json!([]));
    }
    assert_eq!(world.get("ann", "/api/settings").await, ours);
}
