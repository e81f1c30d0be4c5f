//! Which alerts become one incident.

use acceptance::world::{Door, World};
use chrono::TimeDelta;
use serde_json::{Value, json};

super::stories!(
    alerts_of_a_service_within_the_time_join_the_first_one,
    alerts_about_the_same_client_join_while_it_is_open,
    without_grouping_every_alert_is_an_incident_and_a_recovery_ends_them_all,
    without_grouping_a_flood_of_one_key_opens_no_more_than_one_recovery_can_end,
    without_grouping_a_recovery_also_ends_what_is_left_when_a_person_ended_the_newest,
    a_group_that_a_person_resolved_is_over_for_all_its_problems,
    one_clients_maintenance_silences_nobody_elses_problem_of_the_same_group,
    a_problem_in_the_same_maintenance_joins_and_is_as_quiet,
    a_problem_whose_maintenance_ends_earlier_has_an_incident_of_its_own,
    what_joins_after_the_maintenance_wakes_the_incident,
    maintenance_that_holds_a_running_escalation_silences_nobody_elses_problem,
    the_first_problem_that_comes_back_keeps_the_incident_open,
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

async fn open_incidents(world: &mut World) -> usize {
    let open = world.get("ben", "/api/incidents").await;
    open["incidents"].as_array().expect("incidents").len()
}

async fn without_grouping_a_flood_of_one_key_opens_no_more_than_one_recovery_can_end(mut world: World) {
    let door = world.door("generic", json!({ "grouping": { "by": "none" } })).await;
    for index in 0..25 {
        let expected = if index < 20 { "created" } else { "grouped" };
        let taken = world.taken(&door, problem("a", "A")).await;
        assert_eq!(told(&taken).0, expected, "{index}");
        if index < 20 {
            // What costs the most writes when it ends: somebody has it, and the PSA has its ticket.
            let id = taken["incident_id"].as_str().expect("an id").to_owned();
            world.mail_to("ben");
            world.work("ben", &id, "acknowledge", Value::Null).await;
        }
    }
    assert_eq!(open_incidents(&mut world).await, 20);
    assert_eq!(told(&world.taken(&door, recovery("a")).await).0, "resolved");
    assert_eq!(open_incidents(&mut world).await, 0);
}

async fn without_grouping_a_recovery_also_ends_what_is_left_when_a_person_ended_the_newest(mut world: World) {
    let door = world.door("generic", json!({ "grouping": { "by": "none" } })).await;
    let mut opened = Vec::new();
    for _ in 0..3 {
        let taken = world.taken(&door, problem("a", "A")).await;
        opened.push(taken["incident_id"].as_str().expect("an id").to_owned());
        world.mail_to("ben");
    }
    world.work("ben", &opened[2], "resolve", Value::Null).await;
    assert_eq!(open_incidents(&mut world).await, 2);
    assert_eq!(told(&world.taken(&door, recovery("a")).await).0, "resolved");
    assert_eq!(open_incidents(&mut world).await, 0);
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

/// Maintenance of some clients from now on.
async fn maintenance(world: &mut World, minutes: i64, clients: &[&str]) {
    let (starts, ends) = (world.now(), world.now() + TimeDelta::minutes(minutes));
    let window = json!({ "name": "Patching", "starts": starts, "ends": ends, "clients": clients });
    let made = world.post("olivia", "/api/maintenance-windows", window).await;
    assert_eq!(made.status, 201, "{}", made.text);
    world.tick().await;
}

/// An alert source whose problems all belong to one group for an hour.
async fn hourly(world: &mut World) -> Door {
    world.door("generic", json!({ "grouping": { "by": "time", "minutes": 60 } })).await
}

async fn one_clients_maintenance_silences_nobody_elses_problem_of_the_same_group(mut world: World) {
    let door = hourly(&mut world).await;
    maintenance(&mut world, 50, &["Contoso"]).await;
    let quiet = world.taken(&door, problem("a", "Contoso")).await;
    assert_eq!(told(&quiet).0, "suppressed");
    let number = told(&quiet).1;
    assert_eq!(told(&world.taken(&door, problem("b", "Fabrikam")).await), ("created", number + 1));
    world.mail_to("ben");
    // From now on the group is that of the one that pages.
    assert_eq!(told(&world.taken(&door, problem("c", "Fabrikam")).await), ("grouped", number + 1));
    assert_eq!(told(&world.taken(&door, problem("a", "Contoso")).await), ("suppressed", number));
    world.no_mail();
    assert_eq!(told(&world.taken(&door, recovery("a")).await), ("resolved", number));
    for (key, result) in [("b", "grouped"), ("c", "resolved")] {
        assert_eq!(told(&world.taken(&door, recovery(key)).await), (result, number + 1));
    }
}

async fn a_problem_in_the_same_maintenance_joins_and_is_as_quiet(mut world: World) {
    let door = hourly(&mut world).await;
    maintenance(&mut world, 30, &["Contoso", "Fabrikam"]).await;
    let first = world.taken(&door, problem("a", "Contoso")).await;
    assert_eq!(told(&first).0, "suppressed");
    let second = world.taken(&door, problem("b", "Fabrikam")).await;
    assert_eq!(told(&second), ("suppressed", told(&first).1));
    assert_eq!(told(&world.taken(&door, recovery("a")).await).0, "grouped");
    world.advance(TimeDelta::minutes(31)).await;
    world.mail_to("ben");
    assert_eq!(told(&world.taken(&door, recovery("b")).await).0, "resolved");
}

async fn a_problem_whose_maintenance_ends_earlier_has_an_incident_of_its_own(mut world: World) {
    let door = hourly(&mut world).await;
    maintenance(&mut world, 50, &["Contoso"]).await;
    maintenance(&mut world, 10, &["Fabrikam"]).await;
    let long = told(&world.taken(&door, problem("a", "Contoso")).await).1;
    assert_eq!(told(&world.taken(&door, problem("b", "Fabrikam")).await), ("suppressed", long + 1));
    world.advance(TimeDelta::minutes(11)).await;
    world.mail_to("ben");
    for (key, number) in [("a", long), ("b", long + 1)] {
        assert_eq!(told(&world.taken(&door, recovery(key)).await), ("resolved", number));
    }
}

async fn what_joins_after_the_maintenance_wakes_the_incident(mut world: World) {
    let door = hourly(&mut world).await;
    maintenance(&mut world, 30, &["Contoso"]).await;
    let first = world.taken(&door, problem("a", "Contoso")).await;
    assert_eq!(told(&first).0, "suppressed");
    // No timer has fired since the window ended.
    world.sleep_through(TimeDelta::minutes(31));
    let second = world.taken(&door, problem("b", "Fabrikam")).await;
    assert_eq!(told(&second), ("grouped", told(&first).1));
    world.mail_to("ben");
    world.advance(TimeDelta::minutes(1)).await;
    for (key, result) in [("a", "grouped"), ("b", "resolved")] {
        assert_eq!(told(&world.taken(&door, recovery(key)).await).0, result);
    }
}

async fn maintenance_that_holds_a_running_escalation_silences_nobody_elses_problem(mut world: World) {
    let door = hourly(&mut world).await;
    let running = told(&world.taken(&door, problem("a", "Contoso")).await).1;
    world.mail_to("ben");
    maintenance(&mut world, 30, &["Contoso"]).await;
    assert_eq!(told(&world.taken(&door, problem("b", "Fabrikam")).await), ("created", running + 1));
    world.mail_to("ben");
    for (key, number) in [("a", running), ("b", running + 1)] {
        assert_eq!(told(&world.taken(&door, recovery(key)).await), ("resolved", number));
    }
}

async fn the_first_problem_that_comes_back_keeps_the_incident_open(mut world: World) {
    let by_client = json!({ "grouping": { "by": "content", "field": "client" } });
    let door = world.door("generic", by_client).await;
    let number = told(&world.taken(&door, problem("a", "Contoso")).await).1;
    world.mail_to("ben");
    world.taken(&door, problem("b", "Contoso")).await;
    assert_eq!(told(&world.taken(&door, recovery("a")).await), ("grouped", number));
    assert_eq!(told(&world.taken(&door, problem("a", "Contoso")).await), ("grouped", number));
    assert_eq!(
        told(&world.taken(&door, recovery("b")).await),
        ("grouped", number),
        "the first one stands again"
    );
    assert_eq!(told(&world.taken(&door, recovery("a")).await), ("resolved", number));
}
