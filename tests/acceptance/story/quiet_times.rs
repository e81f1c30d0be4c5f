//! When nobody is paged: maintenance, flapping, and incidents that nobody hears of any more.

mod auto_resolve;
mod troubled;

use acceptance::world::World;
use chrono::TimeDelta;
use domain::id::TenantId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Changes, Entity, Index, Kind, MAINTENANCE, OperationId};

super::stories!(
    an_alert_during_maintenance_is_recorded_and_pages_only_if_it_still_stands_afterwards,
    a_problem_that_ends_during_maintenance_never_pages,
    maintenance_silences_an_escalation_that_runs_and_gives_it_back,
    maintenance_that_is_cancelled_releases_what_it_held,
    maintenance_of_one_client_is_nobody_elses,
    maintenance_that_comes_back_is_open_each_week_and_not_between,
    a_problem_that_comes_and_goes_waits_before_it_pages,
    a_problem_that_came_and_went_long_ago_pages_at_once,
    maintenance_that_opens_when_a_step_is_due_comes_first,
    whoever_takes_what_maintenance_holds_has_it_for_good,
    who_asks_for_the_next_step_in_maintenance_gets_it_and_those_after_it,
    a_worse_alert_in_maintenance_is_told_when_it_ends,
    a_window_that_can_not_be_read_stops_no_page,
);

/// One window from now on, and its id.
async fn maintenance(world: &mut World, minutes: i64, about: Value) -> String {
    let (starts, ends) = (world.now(), world.now() + TimeDelta::minutes(minutes));
    let mut window =
        json!({ "name": "Patching", "starts": starts, "ends": ends, "service_ids": [], "clients": [] });
    for (name, value) in about.as_object().into_iter().flatten() {
        window[name] = value.clone();
    }
    let made = world.post("olivia", "/api/maintenance-windows", window).await;
    assert_eq!(made.status, 201, "{}", made.text);
    world.tick().await;
    made.json()["id"].as_str().expect("an id").to_owned()
}

async fn an_alert_during_maintenance_is_recorded_and_pages_only_if_it_still_stands_afterwards(
    mut world: World,
) {
    maintenance(&mut world, 30, json!({})).await;
    let alert = json!({ "title": "Disk", "severity": "critical", "dedup_key": "disk" });
    let answer = world.alert(alert.clone()).await;
    assert_eq!(answer["result"], "suppressed");
    let id = answer["incident_id"].as_str().expect("an id").to_owned();
    let repeat = world.alert(alert).await;
    assert_eq!((repeat["result"].as_str(), &repeat["number"]), (Some("suppressed"), &answer["number"]));
    world.advance(TimeDelta::minutes(29)).await;
    world.no_mail();
    assert_eq!(world.look(&id).await["status"], "suppressed");
    world.advance(TimeDelta::minutes(2)).await;
    world.mail_to("ben");
    assert_eq!(world.look(&id).await["status"], "triggered");
}

async fn a_problem_that_ends_during_maintenance_never_pages(mut world: World) {
    maintenance(&mut world, 30, json!({})).await;
    world.alert(json!({ "title": "Disk", "severity": "critical", "dedup_key": "disk" })).await;
    let over = world.alert(json!({ "title": "ok", "dedup_key": "disk", "status": "ok" })).await;
    assert_eq!(over["result"], "resolved");
    world.advance(TimeDelta::hours(2)).await;
}

async fn maintenance_silences_an_escalation_that_runs_and_gives_it_back(mut world: World) {
    let id = world.incident("Disk", "critical").await;
    world.mail_to("ben");
    let service = world.service_id();
    maintenance(&mut world, 60, json!({ "service_ids": [service] })).await;
    world.advance(TimeDelta::minutes(58)).await;
    world.no_mail();
    let held = world.timeline(&id).await;
    assert_eq!(held.iter().filter(|event| *event == "held_for_maintenance").count(), 1);
    world.advance(TimeDelta::minutes(3)).await;
    world.mail_to("ben");
    world.advance(TimeDelta::minutes(5)).await;
    world.mail_to("olivia");
    world.work("olivia", &id, "acknowledge", Value::Null).await;
}

async fn maintenance_that_is_cancelled_releases_what_it_held(mut world: World) {
    let window = maintenance(&mut world, 600, json!({})).await;
    let answer = world.alert(json!({ "title": "Disk", "severity": "high", "dedup_key": "disk" })).await;
    assert_eq!(answer["result"], "suppressed");
    let gone = world.send("DELETE", &format!("/api/maintenance-windows/{window}"), Some("olivia"), "").await;
    assert!(gone.status.is_success(), "{}", gone.text);
    world.advance(TimeDelta::minutes(1)).await;
    world.mail_to("ben");
}

async fn maintenance_of_one_client_is_nobody_elses(mut world: World) {
    maintenance(&mut world, 30, json!({ "clients": ["Contoso"] })).await;
    let alert = |key: &str, client: &str| json!({ "title": key, "severity": "high", "dedup_key": key, "client": client });
    assert_eq!(world.alert(alert("a", "contoso")).await["result"], "suppressed");
    world.no_mail();
    assert_eq!(world.alert(alert("b", "Fabrikam")).await["result"], "created");
    world.mail_to("ben");
    world.alert(json!({ "title": "ok", "dedup_key": "a", "status": "ok" })).await;
}

async fn maintenance_that_comes_back_is_open_each_week_and_not_between(mut world: World) {
    // It is Friday, 15:04 in Chicago.
    let weekly = json!({ "ends": null, "weekly": [
        { "days": ["fri"], "from": "15:00", "to": "16:00", "time_zone": "America/Chicago" },
    ]});
    maintenance(&mut world, 0, weekly).await;
    let alert = |key: &str| json!({ "title": key, "severity": "high", "dedup_key": key });
    assert_eq!(world.alert(alert("a")).await["result"], "suppressed");
    world.alert(json!({ "title": "ok", "dedup_key": "a", "status": "ok" })).await;
    world.advance(TimeDelta::hours(1)).await;
    assert_eq!(world.alert(alert("b")).await["result"], "created");
    world.mail_to("ben");
    world.alert(json!({ "title": "ok", "dedup_key": "b", "status": "ok" })).await;
    world.sleep_through(TimeDelta::hours(7 * 24 - 1));
    world.tick().await;
    assert_eq!(world.alert(alert("c")).await["result"], "suppressed");
    world.alert(json!({ "title": "ok", "dedup_key": "c", "status": "ok" })).await;
}

async fn a_problem_that_comes_and_goes_waits_before_it_pages(mut world: World) {
    let pause = json!({ "flap_pause": { "times": 3, "within_minutes": 60, "pause_minutes": 5 } });
    let door = world.door("generic", pause).await;
    let problem = json!({ "title": "Ping", "severity": "high", "dedup_key": "ping" });
    let over = json!({ "title": "ok", "dedup_key": "ping", "status": "ok" });
    for _ in 0..2 {
        world.taken(&door, problem.clone()).await;
        world.mail_to("ben");
        world.taken(&door, over.clone()).await;
        world.advance(TimeDelta::minutes(2)).await;
    }
    world.taken(&door, problem.clone()).await;
    world.advance(TimeDelta::minutes(3)).await;
    assert_eq!(world.taken(&door, over).await["result"], "resolved");
    world.advance(TimeDelta::minutes(10)).await;
    world.no_mail();
    world.taken(&door, problem).await;
    world.advance(TimeDelta::minutes(6)).await;
    world.mail_to("ben");
}

async fn a_problem_that_came_and_went_long_ago_pages_at_once(mut world: World) {
    let pause = json!({ "flap_pause": { "times": 3, "within_minutes": 60, "pause_minutes": 5 } });
    let door = world.door("generic", pause).await;
    let problem = json!({ "title": "Ping", "severity": "high", "dedup_key": "ping" });
    let over = json!({ "title": "ok", "dedup_key": "ping", "status": "ok" });
    for minutes in [31, 31, 31, 0] {
        world.taken(&door, problem.clone()).await;
        world.mail_to("ben");
        world.taken(&door, over.clone()).await;
        world.sleep_through(TimeDelta::minutes(minutes));
    }
    world.taken(&door, problem).await;
    world.no_mail();
    world.advance(TimeDelta::minutes(6)).await;
    world.mail_to("ben");
}

async fn maintenance_that_opens_when_a_step_is_due_comes_first(mut world: World) {
    let id = world.incident("Disk", "critical").await;
    world.mail_to("ben");
    let starts = world.now() + TimeDelta::minutes(5);
    let window = json!({ "name": "Patching", "starts": starts, "ends": starts + TimeDelta::hours(1) });
    assert_eq!(world.post("olivia", "/api/maintenance-windows", window).await.status, 201);
    world.sleep_through(TimeDelta::minutes(5));
    world.tick().await;
    world.no_mail();
    let told = world.timeline(&id).await;
    assert_eq!(told.last().map(String::as_str), Some("held_for_maintenance"), "{told:?}");
    assert_eq!(told.iter().filter(|event| *event == "step_notified").count(), 1, "{told:?}");
    world.sleep_through(TimeDelta::hours(1));
    world.tick().await;
    world.mail_to("ben");
}

async fn whoever_takes_what_maintenance_holds_has_it_for_good(mut world: World) {
    let id = world.incident("Disk", "critical").await;
    world.mail_to("ben");
    maintenance(&mut world, 30, json!({})).await;
    world.work("ben", &id, "acknowledge", Value::Null).await;
    world.advance(TimeDelta::minutes(40)).await;
    assert_eq!(world.look(&id).await["status"], "acknowledged");
    let told = world.timeline(&id).await;
    assert!(!told.iter().any(|event| event == "maintenance_over"), "{told:?}");
}

async fn who_asks_for_the_next_step_in_maintenance_gets_it_and_those_after_it(mut world: World) {
    let id = world.incident("Disk", "critical").await;
    world.mail_to("ben");
    maintenance(&mut world, 60, json!({})).await;
    world.advance(TimeDelta::minutes(10)).await;
    world.no_mail();
    world.work("ben", &id, "escalate", Value::Null).await;
    world.settle().await;
    world.mail_to("olivia");
    world.advance(TimeDelta::minutes(20)).await;
    let next: Vec<String> = world.mails().into_iter().map(|(person, _)| person).collect();
    assert!(next.contains(&"ben".to_owned()), "the next round: {next:?}");
    world.work("ben", &id, "acknowledge", Value::Null).await;
}

async fn a_worse_alert_in_maintenance_is_told_when_it_ends(mut world: World) {
    maintenance(&mut world, 30, json!({})).await;
    let alert = |severity: &str| json!({ "title": "Disk", "severity": severity, "dedup_key": "disk" });
    let first = world.alert(alert("low")).await;
    let id = first["incident_id"].as_str().expect("an id").to_owned();
    assert_eq!(world.alert(alert("critical")).await["result"], "suppressed");
    world.no_mail();
    let incident = world.look(&id).await;
    assert_eq!((&incident["status"], &incident["severity"]), (&json!("suppressed"), &json!("critical")));
    world.advance(TimeDelta::minutes(31)).await;
    world.mail_to("ben");
}

/// A window as no version of ours wrote it.
#[derive(Serialize, Deserialize)]
struct Torn {
    starts: u8,
}

impl Entity for Torn {
    const KIND: Kind = Kind::Maintenance;

    fn key(&self) -> String {
        "mnt_torn".to_owned()
    }

    fn index(&self) -> Index {
        Index { parent: Some(MAINTENANCE.to_owned()), sort: Some(i64::MAX), ..Index::default() }
    }
}

async fn a_window_that_can_not_be_read_stops_no_page(mut world: World) {
    let mut changes = Changes::new();
    changes.create(&Torn { starts: 7 }).expect("JSON");
    let tenant: TenantId = app::tenants::DEMO_TENANT.parse().expect("a tenant id");
    world.store().commit(&tenant, OperationId("torn".to_owned()), changes).await.expect("a store");
    let running = world.incident("Disk", "critical").await;
    world.mail_to("ben");
    // The others keep what they concern quiet all the same, and let it go.
    let door = world.service_id();
    maintenance(&mut world, 30, json!({ "service_ids": [door] })).await;
    let alert = json!({ "title": "Ping", "severity": "high", "dedup_key": "ping" });
    assert_eq!(world.alert(alert).await["result"], "suppressed");
    assert_eq!(
        world.alert(json!({ "title": "ok", "dedup_key": "ping", "status": "ok" })).await["result"],
        "resolved"
    );
    let list = world.get("ann", "/api/maintenance-windows").await;
    assert_eq!(list["maintenance_windows"].as_array().map(Vec::len), Some(1), "{list}");
    world.advance(TimeDelta::minutes(31)).await;
    world.mail_to("ben");
    world.work("ben", &running, "acknowledge", Value::Null).await;
}
