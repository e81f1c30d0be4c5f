//! Which alerts become one incident.

use acceptance::world::World;
use chrono::TimeDelta;
use serde_json::{Value, json};

super::stories!(
    alerts_of_a_service_within_the_time_join_the_first_one,
    alerts_about_the_same_client_join_while_it_is_open,
    without_grouping_every_alert_is_an_incident_and_a_recovery_ends_them_all,
    a_group_that_a_person_resolved_is_over_for_all_its_problems,
);

fn problem(key: &str, client: &str) -> Value {
    json!({ "title": format!("{key} is down"), "severity": "high", "dedup_key": key, "client": client })
}

fn recovery(key: &str) -> Value {
    json!({ "title": format!("{key} is up"), "dedup_key": key, "status": "resolved" })
}

fn told(answer: &Value) -> (&str, u64) {
    (answer["result"].as_str().unwrap_or_default(), answer["number"].as_u64().unwrap_or_default())
}

async fn alerts_of_a_service_within_the_time_join_the_first_one(mut world: World) {
    let door = world.door("generic", json!({ "grouping": { "by": "time", "minutes": 10 } })).await;
    let first = world.taken(&door, problem("switch-1", "A")).await;
    let number = first["number"].as_u64().expect("a number");
    world.mail_to("ben");
    world.sleep_through(TimeDelta::minutes(4));
    let second = world.taken(&door, problem("switch-2", "B")).await;
    assert_eq!(told(&second), ("grouped", number));
    let repeat = world.taken(&door, problem("switch-2", "B")).await;
    assert_eq!(told(&repeat), ("grouped", number), "known by its own key");
    world.no_mail();
    // The end of one is not the end of all.
    assert_eq!(told(&world.taken(&door, recovery("switch-1")).await), ("grouped", number));
    let id = first["incident_id"].as_str().expect("an id").to_owned();
    assert_eq!(world.look(&id).await["status"], "triggered");
    world.sleep_through(TimeDelta::minutes(7));
    let late = world.taken(&door, problem("switch-3", "C")).await;
    assert_eq!(told(&late), ("created", number + 1), "the time is over");
    world.mail_to("ben");
    assert_eq!(told(&world.taken(&door, recovery("switch-2")).await), ("resolved", number));
    assert_eq!(world.look(&id).await["alert_count"], 3);
}

async fn alerts_about_the_same_client_join_while_it_is_open(mut world: World) {
    let by_client = json!({ "grouping": { "by": "content", "field": "client" } });
    let door = world.door("generic", by_client).await;
    let first = world.taken(&door, problem("a", "Contoso")).await;
    world.mail_to("ben");
    world.sleep_through(TimeDelta::hours(3));
    let second = world.taken(&door, problem("b", " contoso ")).await;
    assert_eq!(told(&second), ("grouped", told(&first).1));
    world.no_mail();
    let other = world.taken(&door, problem("c", "Fabrikam")).await;
    assert_eq!(told(&other).0, "created");
    world.mail_to("ben");
    for (key, result) in [("a", "grouped"), ("b", "resolved")] {
        assert_eq!(told(&world.taken(&door, recovery(key)).await).0, result);
    }
    let next = world.taken(&door, problem("b", "Contoso")).await;
    assert_eq!(told(&next).0, "created", "the group is over");
    world.mail_to("ben");
}

async fn without_grouping_every_alert_is_an_incident_and_a_recovery_ends_them_all(mut world: World) {
    let door = world.door("generic", json!({ "grouping": { "by": "none" } })).await;
    for _ in 0..3 {
        assert_eq!(told(&world.taken(&door, problem("a", "A")).await).0, "created");
        world.mail_to("ben");
    }
    assert_eq!(told(&world.taken(&door, recovery("a")).await).0, "resolved");
    let open = world.get("ben", "/api/incidents").await;
    assert_eq!(open["incidents"].as_array().map(Vec::len), Some(0), "{open}");
}

async fn a_group_that_a_person_resolved_is_over_for_all_its_problems(mut world: World) {
    let by_client = json!({ "grouping": { "by": "content", "field": "client" } });
    let door = world.door("generic", by_client).await;
    let first = world.taken(&door, problem("a", "Contoso")).await;
    world.mail_to("ben");
    world.taken(&door, problem("b", "Contoso")).await;
    let id = first["incident_id"].as_str().expect("an id").to_owned();
    world.work("ben", &id, "acknowledge", Value::Null).await;
    world.work("ben", &id, "resolve", Value::Null).await;
    assert_eq!(told(&world.taken(&door, recovery("b")).await).0, "ignored");
    assert_eq!(told(&world.taken(&door, problem("b", "Contoso")).await).0, "created");
    world.mail_to("ben");
}
