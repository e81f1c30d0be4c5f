//! People: who is here, who may not be any more, and what they want to be told about their shifts.

use acceptance::world::World;
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use domain::handoff::HandoffWatch;
use domain::schedule::Schedule;
use serde_json::{Value, json};
use store::watch_id;

super::stories!(
    everybody_sees_everybody,
    a_manager_disables_somebody_and_enables_them_again,
    nobody_disables_themselves,
    only_managers_disable_people,
    one_says_what_one_wants_to_be_told_about_shifts,
    some_of_it_is_changed_and_the_rest_stays,
    bad_preferences_are_named,
    a_change_of_preferences_makes_the_watches_look_again,
    another_tenants_people_do_not_exist,
);

async fn everybody_sees_everybody(mut world: World) {
    let viewer = world.newcomer("viewer");
    let list = world.send_with(&viewer, "GET", "/api/users", "").await.json();
    let users = list["users"].as_array().expect("users").clone();
    let names: Vec<_> = users.iter().map(|user| user["name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["Ann Archer", "Ben Brook", "Olivia Owner", "viewer@else.example"]);
    let ann = &users[0];
    assert_eq!(ann["contact_methods"][0]["channel"], "email");
    assert_eq!(ann["contact_methods"][0]["address"], "ann@msp.example");
    assert_eq!(ann["contact_methods"][0]["verified"], true);
    assert_eq!(ann["on_call"][0]["name"], "Primary");
    assert_eq!(
        (&ann["role"], &ann["disabled"], &ann["rules"]),
        (&json!("member"), &json!(false), &json!([]))
    );
    assert_eq!(users[2]["on_call"], json!([]), "Olivia takes no turns");
    let path = format!("/api/users/{}", world.user_id("ann"));
    assert_eq!(&world.get("ben", &path).await, ann);
    assert_eq!(&world.get("ann", "/api/me").await, ann);
    for missing in ["/api/users/usr_nobody", "/api/users/ann", "/api/users/team_x"] {
        assert_eq!(world.send("GET", missing, Some("ann"), "").await.status, StatusCode::NOT_FOUND);
    }
    for path in ["/api/users", "/api/me", &path] {
        assert_eq!(world.send("GET", path, None, "").await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

async fn a_manager_disables_somebody_and_enables_them_again(mut world: World) {
    let path = format!("/api/users/{}", world.user_id("ben"));
    let disable = async |world: &mut World, disabled: bool| {
        let body = json!({ "disabled": disabled }).to_string();
        let answer = world.send("PATCH", &path, Some("olivia"), body).await;
        assert_eq!((answer.status, &answer.json()["disabled"]), (StatusCode::OK, &json!(disabled)));
    };
    disable(&mut world, true).await;
    disable(&mut world, true).await;
    assert_eq!(world.send("GET", "/api/me", Some("ben"), "").await.status, StatusCode::UNAUTHORIZED);
    // Ben has the week: without him the alert goes on to Olivia at once.
    world.incident("Disk full", "high").await;
    world.mail_to("olivia");
    disable(&mut world, false).await;
    assert_eq!(world.get("ben", "/api/me").await["disabled"], false);
    world.incident("Disk full again", "high").await;
    world.mail_to("ben");
}

async fn nobody_disables_themselves(mut world: World) {
    let path = format!("/api/users/{}", world.user_id("olivia"));
    let refused = world.send("PATCH", &path, Some("olivia"), "{\"disabled\": true}").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.json()["type"], "urn:oncall:problem:own-account");
    assert_eq!(world.get("olivia", "/api/me").await["disabled"], false);
}

async fn only_managers_disable_people(mut world: World) {
    let path = format!("/api/users/{}", world.user_id("ben"));
    let viewer = world.newcomer("viewer");
    let body = "{\"disabled\": true}";
    assert_eq!(world.send("PATCH", &path, Some("ann"), body).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.send_with(&viewer, "PATCH", &path, body).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.send("PATCH", &path, None, body).await.status, StatusCode::UNAUTHORIZED);
    for (body, field) in [
        ("{}", "disabled"),
        ("{\"disabled\": 1}", "disabled"),
        ("{\"disabled\": true, \"name\": \"x\"}", "name"),
    ] {
        let answer = world.send("PATCH", &path, Some("olivia"), body).await;
        assert_eq!((answer.status.as_u16(), answer.wrong_fields()), (400, vec![field.to_owned()]), "{body}");
    }
    let nobody = world.send("PATCH", "/api/users/usr_nobody", Some("olivia"), body).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get("ben", "/api/me").await["disabled"], false);
}

async fn one_says_what_one_wants_to_be_told_about_shifts(mut world: World) {
    let wanted = json!({ "before_minutes": 30, "at_start": false, "at_end": false });
    let answer = world.put("ann", "/api/me/shift-notices", wanted.clone()).await;
    assert_eq!((answer.status, &answer.json()["shift_notices"]), (StatusCode::OK, &wanted));
    let ann = format!("/api/users/{}", world.user_id("ann"));
    assert_eq!(world.get("ben", &ann).await["shift_notices"], wanted);
    world.tick().await;
    // Ann's week begins on Monday at nine in Chicago.
    until(&mut world, "2026-11-23T14:29:00Z").await;
    world.no_mail();
    until(&mut world, "2026-11-23T14:30:30Z").await;
    world.mail_to("ann");
}

/// Sleeps until an instant, then ticks.
async fn until(world: &mut World, instant: &str) {
    let instant: DateTime<Utc> = instant.parse().expect("an instant");
    world.sleep_through(instant - world.now());
    world.tick().await;
}

async fn some_of_it_is_changed_and_the_rest_stays(mut world: World) {
    let viewer = world.newcomer("viewer");
    for (body, expected) in [
        (json!({ "shift_notices": { "at_start": true } }), json!([null, true, false])),
        (json!({ "shift_notices": { "before_minutes": 0 } }), json!([0, true, false])),
        (json!({}), json!([0, true, false])),
        (json!({ "shift_notices": { "before_minutes": 2880, "at_end": true } }), json!([2880, true, true])),
        (
            json!({ "shift_notices": { "before_minutes": null, "at_start": false } }),
            json!([null, false, true]),
        ),
    ] {
        let answer = world.send_with(&viewer, "PATCH", "/api/me", body.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{body}: {}", answer.text);
        let kept = world.send_with(&viewer, "GET", "/api/me", "").await.json()["shift_notices"].clone();
        let told = json!([kept["before_minutes"], kept["at_start"], kept["at_end"]]);
        assert_eq!(told, expected, "{body}");
    }
}

async fn bad_preferences_are_named(mut world: World) {
    for (body, field) in [
        (json!({ "before_minutes": 2881, "at_start": true, "at_end": true }), "before_minutes"),
        (json!({ "before_minutes": -1, "at_start": true, "at_end": true }), "before_minutes"),
        (json!({ "before_minutes": "5", "at_start": true, "at_end": true }), "before_minutes"),
        (json!({ "before_minutes": 5, "at_start": "yes", "at_end": true }), "at_start"),
        (json!({ "before_minutes": 5, "at_end": true }), "at_start"),
        (json!({ "before_minutes": 5, "at_start": true }), "at_end"),
        (json!({ "at_start": true, "at_end": true, "at_noon": true }), "at_noon"),
    ] {
        let answer = world.put("ann", "/api/me/shift-notices", body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.wrong_fields()), (400, vec![field.to_owned()]), "{body}");
    }
    for (body, field) in [
        (json!({ "shift_notices": { "before_minutes": 2881 } }), "shift_notices.before_minutes"),
        (json!({ "shift_notices": { "at_noon": true } }), "shift_notices.at_noon"),
        (json!({ "name": "Anna" }), "name"),
    ] {
        let answer = world.send("PATCH", "/api/me", Some("ann"), body.to_string()).await;
        assert_eq!((answer.status.as_u16(), answer.wrong_fields()), (400, vec![field.to_owned()]), "{body}");
    }
    let kept = world.get("ann", "/api/me").await["shift_notices"].clone();
    assert_eq!(kept, json!({ "before_minutes": null, "at_start": false, "at_end": false }));
}

async fn a_change_of_preferences_makes_the_watches_look_again(mut world: World) {
    // More schedules than one commit takes, one of them without a watch.
    for number in 0..60 {
        let schedule = json!({ "name": format!("Schedule {number}"), "time_zone": "UTC", "layers": [] });
        assert_eq!(world.post("olivia", "/api/schedules", schedule).await.status, 201);
    }
    take_a_watch_away(&world).await;
    world.tick().await;
    let before = watches(&world).await;
    assert_eq!(before.len(), 60, "of 61 schedules, one has no watch");
    assert!(before.iter().all(|watch| watch.due_at.is_none_or(|due| due > world.now())), "all have looked");
    world.sleep_through(TimeDelta::minutes(1));
    let wanted = json!({ "before_minutes": null, "at_start": true, "at_end": false });
    assert_eq!(world.put("ann", "/api/me/shift-notices", wanted).await.status, StatusCode::OK);
    let after = watches(&world).await;
    assert_eq!(after.len(), 60);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((after.due_at, after.revision), (Some(world.now()), before.revision + 1));
    }
}

async fn watches(world: &World) -> Vec<HandoffWatch> {
    let tenant = app::tenants::DEMO_TENANT.parse().expect("a tenant id");
    let schedules = world.store().all::<Schedule>(&tenant).await.expect("schedules");
    let mut watches = Vec::new();
    for schedule in schedules {
        let id = watch_id(&schedule.value.id);
        let found = world.store().get::<HandoffWatch>(&tenant, &id).await.expect("a store");
        watches.extend(found.map(|found| found.value));
    }
    watches
}

async fn take_a_watch_away(world: &World) {
    let tenant = app::tenants::DEMO_TENANT.parse().expect("a tenant id");
    let schedules = world.store().all::<Schedule>(&tenant).await.expect("schedules");
    let last = schedules.iter().find(|found| found.value.name == "Schedule 7").expect("a schedule");
    let id = watch_id(&last.value.id);
    let watch = world.store().get::<HandoffWatch>(&tenant, &id).await.expect("a store").expect("a watch");
    let mut changes = store::Changes::new();
    changes.delete(&watch);
    let operation = store::OperationId("away".to_owned());
    world.store().commit(&tenant, operation, changes).await.expect("a commit");
}

async fn another_tenants_people_do_not_exist(mut world: World) {
    let path = format!("/api/users/{}", world.user_id("ann"));
    let stranger = world.stranger().await;
    assert_eq!(world.send_with(&stranger, "GET", &path, "").await.status, StatusCode::NOT_FOUND);
    let disabled = world.send_with(&stranger, "PATCH", &path, "{\"disabled\": true}").await;
    assert_eq!(disabled.status, StatusCode::NOT_FOUND);
    let theirs: Value = world.send_with(&stranger, "GET", "/api/users", "").await.json();
    assert_eq!(theirs["users"].as_array().map(Vec::len), Some(1), "only themselves");
    assert_eq!(world.get("ann", "/api/me").await["disabled"], false);
}
