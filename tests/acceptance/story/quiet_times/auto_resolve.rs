//! Incidents that nobody hears of any more: taken for over, but never before somebody was told.

use acceptance::fixture::Fixture;
use acceptance::world::World;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::maintenance;

super::super::stories!(
    an_incident_without_alerts_is_taken_for_over,
    an_incident_that_maintenance_keeps_quiet_pages_when_it_ends_before_it_is_taken_for_over,
    a_first_page_that_waits_for_flapping_to_end_comes_before_the_end_of_the_incident,
    whoever_takes_what_maintenance_holds_keeps_it_for_the_hours_without_an_alert,
    what_a_tool_gives_back_in_maintenance_is_held_until_it_ends,
);

/// The demo's service takes an incident for over when no alert came for so long.
async fn auto_resolve_after(world: &mut World, hours: u16) {
    let path = format!("/api/services/{}", world.service_id());
    let mut service = world.get("olivia", &path).await;
    service["auto_resolve_hours"] = json!(hours);
    let kept = world.put("olivia", &path, service).await;
    assert_eq!(kept.status, 200, "{}", kept.text);
}

async fn later(world: &mut World, minutes: i64) {
    world.sleep_through(TimeDelta::minutes(minutes));
    world.tick().await;
}

async fn an_incident_without_alerts_is_taken_for_over(mut world: World) {
    auto_resolve_after(&mut world, 2).await;
    let id = world.incident("Disk", "critical").await;
    world.mail_to("ben");
    world.work("ben", &id, "acknowledge", Value::Null).await;
    world.sleep_through(TimeDelta::minutes(90));
    world.alert(json!({ "title": "Disk", "severity": "critical", "dedup_key": "Disk" })).await;
    later(&mut world, 119).await;
    assert_eq!(world.look(&id).await["status"], "acknowledged", "an alert has come since");
    world.advance(TimeDelta::minutes(2)).await;
    let incident = world.look(&id).await;
    assert_eq!(
        (incident["status"].as_str(), &incident["resolved_by"]["name"]),
        (Some("resolved"), &json!("On-Call"))
    );
}

async fn an_incident_that_maintenance_keeps_quiet_pages_when_it_ends_before_it_is_taken_for_over(
    mut world: World,
) {
    auto_resolve_after(&mut world, 2).await;
    let held = world.incident("Disk", "critical").await;
    world.mail_to("ben");
    maintenance(&mut world, 480, json!({})).await;
    let answer = world.alert(json!({ "title": "Ping", "severity": "high", "dedup_key": "ping" })).await;
    let suppressed = answer["incident_id"].as_str().expect("an id").to_owned();
    for _ in 0..4 {
        later(&mut world, 119).await;
        for (id, status) in [(&held, "triggered"), (&suppressed, "suppressed")] {
            assert_eq!(world.look(id).await["status"], status);
        }
    }
    world.no_mail();
    later(&mut world, 4).await;
    let told: Vec<String> = world.mails().into_iter().map(|(person, _)| person).collect();
    assert_eq!(told, ["ben", "ben"]);
    for id in [&held, &suppressed] {
        world.work("ben", id, "acknowledge", Value::Null).await;
    }
    later(&mut world, 119).await;
    for id in [&held, &suppressed] {
        assert_eq!(world.look(id).await["status"], "acknowledged", "the hours count from the window's end");
    }
    later(&mut world, 1).await;
    for id in [&held, &suppressed] {
        assert_eq!(world.look(id).await["status"], "resolved");
    }
}

async fn a_first_page_that_waits_for_flapping_to_end_comes_before_the_end_of_the_incident(mut world: World) {
    auto_resolve_after(&mut world, 1).await;
    let pause = json!({ "flap_pause": { "times": 3, "within_minutes": 60, "pause_minutes": 60 } });
    let door = world.door("generic", pause).await;
    let problem = json!({ "title": "Ping", "severity": "high", "dedup_key": "ping" });
    for _ in 0..2 {
        world.taken(&door, problem.clone()).await;
        world.mail_to("ben");
        world.taken(&door, json!({ "title": "ok", "dedup_key": "ping", "status": "ok" })).await;
    }
    let paused = world.taken(&door, problem).await;
    let id = paused["incident_id"].as_str().expect("an id").to_owned();
    // Both are due, and On-Call was away.
    later(&mut world, 90).await;
    world.mail_to("ben");
    world.work("ben", &id, "acknowledge", Value::Null).await;
    later(&mut world, 59).await;
    assert_eq!(world.look(&id).await["status"], "acknowledged", "the hour counts from the page");
    later(&mut world, 1).await;
    assert_eq!(world.look(&id).await["status"], "resolved");
}

async fn whoever_takes_what_maintenance_holds_keeps_it_for_the_hours_without_an_alert(mut world: World) {
    auto_resolve_after(&mut world, 2).await;
    let id = world.incident("Disk", "critical").await;
    world.mail_to("ben");
    maintenance(&mut world, 480, json!({})).await;
    later(&mut world, 300).await;
    world.work("ben", &id, "acknowledge", Value::Null).await;
    later(&mut world, 119).await;
    assert_eq!(world.look(&id).await["status"], "acknowledged");
    later(&mut world, 1).await;
    assert_eq!(world.look(&id).await["status"], "resolved");
}

async fn what_a_tool_gives_back_in_maintenance_is_held_until_it_ends(mut world: World) {
    let door = world.door("zabbix", json!({})).await;
    let problem = Fixture::read("zabbix", "problem");
    let body = problem.body.replace("\"25\"", "\"27\"");
    let problem = world.replay(&door, &Fixture { body, ..problem }).await;
    let id = problem.json()["incident_id"].as_str().expect("an id").to_owned();
    world.mail_to("ben");
    world.replay(&door, &Fixture::read("zabbix", "acknowledge")).await;
    world.advance(TimeDelta::minutes(10)).await;
    maintenance(&mut world, 60, json!({})).await;
    world.advance(TimeDelta::minutes(20)).await;
    world.replay(&door, &Fixture::read("zabbix", "unacknowledged")).await;
    world.no_mail();
    let incident = world.look(&id).await;
    assert_eq!((&incident["status"], &incident["acknowledged_by"]), (&json!("triggered"), &Value::Null));
    let told = world.timeline(&id).await;
    let end: Vec<&str> = told.iter().rev().take(2).map(String::as_str).collect();
    assert_eq!(end, ["held_for_maintenance", "unacknowledged"], "{told:?}");
    world.advance(TimeDelta::minutes(39)).await;
    world.no_mail();
    world.advance(TimeDelta::minutes(2)).await;
    world.mail_to("ben");
    world.advance(TimeDelta::minutes(5)).await;
    world.mail_to("olivia");
    world.work("olivia", &id, "acknowledge", Value::Null).await;
}
