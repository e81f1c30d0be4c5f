//! Teams: managers keep them, everybody sees them, and what pages through one can't lose it.

use acceptance::world::World;
use axum::http::StatusCode;
use domain::policy::{EscalationPolicy, Step, Target};
use serde_json::{Value, json};
use store::{Changes, OperationId};

super::stories!(
    a_team_is_made_read_edited_and_deleted,
    every_mistake_in_a_team_is_named,
    two_teams_never_have_one_name,
    only_managers_change_teams,
    a_team_that_something_needs_stays,
    another_tenants_team_does_not_exist,
);

async fn made(world: &mut World, team: Value) -> Value {
    let answer = world.post("olivia", "/api/teams", team).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    answer.json()
}

fn path(team: &Value) -> String {
    format!("/api/teams/{}", team["id"].as_str().expect("an id"))
}

async fn a_team_is_made_read_edited_and_deleted(mut world: World) {
    let (ann, ben) = (world.user_id("ann"), world.user_id("ben"));
    let mut team = made(&mut world, json!({ "name": " Nights ", "member_ids": [ann] })).await;
    assert_eq!((&team["name"], &team["member_ids"]), (&json!("Nights"), &json!([ann])));
    let path = path(&team);
    assert_eq!(world.get("ann", &path).await, team);
    team["member_ids"] = json!([ben, ann]);
    let edited = world.put("olivia", &path, team.clone()).await;
    assert_eq!((edited.status, edited.json()), (StatusCode::OK, team.clone()));
    made(&mut world, json!({ "name": "Days", "member_ids": [] })).await;
    let list = world.get("ben", "/api/teams").await;
    let names: Vec<_> = list["teams"].as_array().expect("teams").iter().map(|team| &team["name"]).collect();
    assert_eq!(names, ["Days", "Nights"]);
    assert_eq!(list["teams"][1], team);
    assert_eq!(world.send("DELETE", &path, Some("olivia"), "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.send("GET", &path, Some("ann"), "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.send("DELETE", &path, Some("olivia"), "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.put("olivia", &path, team).await.status, StatusCode::NOT_FOUND);
}

async fn every_mistake_in_a_team_is_named(mut world: World) {
    let ann = world.user_id("ann");
    let kept = made(&mut world, json!({ "name": "Nights", "member_ids": [] })).await;
    let bad = [
        (json!({ "name": " ", "member_ids": [] }), vec!["name"]),
        (json!({ "name": "x".repeat(201), "member_ids": [] }), vec!["name"]),
        (json!({ "name": "NIGHTS", "member_ids": [] }), vec!["name"]),
        (
            json!({ "name": "x", "member_ids": [ann, "usr_nobody", ann] }),
            vec!["member_ids[1]", "member_ids[2]"],
        ),
        (json!({ "name": "", "member_ids": ["usr_nobody"] }), vec!["name", "member_ids[0]"]),
        (json!({ "name": "x", "member_ids": [ann, ann, 3] }), vec!["member_ids[2]"]),
        (json!({ "name": "x", "member_ids": ["Ann"] }), vec!["member_ids[0]"]),
        (json!({ "name": 7, "member_ids": [] }), vec!["name"]),
        (json!({ "member_ids": [] }), vec!["name"]),
        (json!({ "name": "x" }), vec!["member_ids"]),
        (json!({ "name": "x", "member_ids": [], "color": "red" }), vec!["color"]),
    ];
    for (body, fields) in bad {
        let answer = world.post("olivia", "/api/teams", body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.wrong_fields()), (400, strings(&fields)), "{body}");
    }
    let other = made(&mut world, json!({ "name": "Days", "member_ids": [] })).await;
    let taken = world.put("olivia", &path(&other), json!({ "name": "Nights", "member_ids": [] })).await;
    assert_eq!((taken.status.as_u16(), taken.wrong_fields()), (400, strings(&["name"])));
    let list = world.get("ann", "/api/teams").await;
    assert_eq!(list["teams"], json!([other, kept]), "nothing was changed");
}

fn strings(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|&field| field.to_owned()).collect()
}

async fn two_teams_never_have_one_name(mut world: World) {
    let body = json!({ "name": "Nights", "member_ids": [] });
    let answers = world.at_once("olivia", "POST", "/api/teams", &body, 6).await;
    let mut told: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    told.sort_unstable();
    assert_eq!(told, [201, 400, 400, 400, 400, 400]);
    assert_eq!(world.get("ann", "/api/teams").await["teams"].as_array().map(Vec::len), Some(1));
}

async fn only_managers_change_teams(mut world: World) {
    let team = made(&mut world, json!({ "name": "Nights", "member_ids": [] })).await;
    let viewer = world.newcomer("viewer");
    let admin = world.newcomer("admin");
    let body = json!({ "name": "Mine", "member_ids": [] }).to_string();
    for (method, at) in [("POST", "/api/teams".to_owned()), ("PUT", path(&team)), ("DELETE", path(&team))] {
        let by_member = world.send(method, &at, Some("ann"), body.clone()).await;
        let by_viewer = world.send_with(&viewer, method, &at, body.clone()).await;
        assert_eq!((by_member.status.as_u16(), by_viewer.status.as_u16()), (403, 403), "{method}");
        assert_eq!(world.send(method, &at, None, body.clone()).await.status, 401);
    }
    assert_eq!(world.send_with(&viewer, "GET", "/api/teams", "").await.status, 200);
    assert_eq!(world.send_with(&viewer, "GET", &path(&team), "").await.json(), team);
    assert_eq!(world.send("GET", "/api/teams", None, "").await.status, 401);
    assert_eq!(world.send_with(&admin, "PUT", &path(&team), body).await.status, 200);
}

async fn a_team_that_something_needs_stays(mut world: World) {
    let team = made(&mut world, json!({ "name": "Nights", "member_ids": [] })).await;
    let id = team["id"].as_str().expect("an id");
    let schedule = json!({ "name": "Weekends", "time_zone": "UTC", "layers": [], "owner_team_id": id });
    let schedule = world.post("olivia", "/api/schedules", schedule).await;
    assert_eq!(schedule.status, 201, "{}", schedule.text);
    tell_in_the_policy(&world, id).await;
    let refused = world.send("DELETE", &path(&team), Some("olivia"), "").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.json()["type"], "urn:oncall:problem:team-in-use");
    assert!(refused.text.contains("After hours") && refused.text.contains("Weekends"), "{}", refused.text);
    assert_eq!(world.get("ann", &path(&team)).await, team);
    let policies = world.get("ann", "/api/escalation-policies").await;
    assert_eq!(
        policies["escalation_policies"][0]["steps"][2]["targets"],
        json!([{ "kind": "team", "id": id, "name": "Nights" }])
    );
}

/// Adds a step that tells a team to the demo's policy.
async fn tell_in_the_policy(world: &World, team: &str) {
    let tenant = app::tenants::DEMO_TENANT.parse().expect("a tenant id");
    let found = world.store().all::<EscalationPolicy>(&tenant).await.expect("policies");
    let mut policy = found.into_iter().next().expect("the demo's policy");
    let target = Target::Team(team.parse().expect("a team id"));
    policy.value.steps.push(Step { targets: vec![target], delay_minutes: 5 });
    let mut changes = Changes::new();
    changes.replace(&policy).expect("a document");
    world.store().commit(&tenant, OperationId("step".to_owned()), changes).await.expect("a step");
}

async fn another_tenants_team_does_not_exist(mut world: World) {
    let team = made(&mut world, json!({ "name": "Nights", "member_ids": [] })).await;
    let ann = world.user_id("ann");
    let stranger = world.stranger().await;
    let body = json!({ "name": "Theirs", "member_ids": [] }).to_string();
    for method in ["GET", "PUT", "DELETE"] {
        let answer = world.send_with(&stranger, method, &path(&team), body.clone()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method}");
    }
    assert_eq!(world.send_with(&stranger, "GET", "/api/teams", "").await.json()["teams"], json!([]));
    let ours = json!({ "name": "Nights", "member_ids": [ann] }).to_string();
    let refused = world.send_with(&stranger, "POST", "/api/teams", ours).await;
    assert_eq!((refused.status.as_u16(), refused.wrong_fields()), (400, strings(&["member_ids[0]"])));
    let same_name = json!({ "name": "Nights", "member_ids": [] }).to_string();
    assert_eq!(world.send_with(&stranger, "POST", "/api/teams", same_name).await.status, 201, "theirs alone");
    assert_eq!(world.get("ann", &path(&team)).await, team);
}
