//! Managers make and edit schedules; whoever is on call stays so unless they say otherwise.

mod calendars;

use acceptance::world::World;
use chrono::TimeDelta;
use serde_json::{Value, json};

super::stories!(
    a_schedule_is_made_read_edited_and_deleted,
    what_get_answers_can_be_put_back_unchanged,
    an_edit_of_participants_keeps_whoever_is_on_call_until_the_next_handoff,
    an_edit_of_anything_leaves_what_was_as_it_was,
    a_preview_says_what_an_edit_changes_and_saves_nothing,
    somebody_joins_and_somebody_leaves_on_a_date,
    every_mistake_in_a_schedule_is_named,
    an_edit_of_what_somebody_else_changed_is_refused,
);

/// Nights on weekdays and whole weekends in turns of a week, between these people.
fn nights(people: &[String]) -> Value {
    json!({
        "name": "Nights", "time_zone": "America/Chicago",
        "layers": [{
            "name": "Weekly", "rotation": { "every": 1, "unit": "weeks" }, "anchor": "2026-11-16T09:00",
            "participants": people,
            "restrictions": [
                { "days": ["mon", "tue", "wed", "thu", "fri"], "from": "17:00", "to": "08:00" },
                { "days": ["sat", "sun"], "from": "08:00", "to": "08:00" }
            ]
        }]
    })
}

fn user(world: &World, name: &str) -> String {
    world.user_id(name)
}

async fn primary(world: &mut World) -> Value {
    let schedules = world.get("olivia", "/api/schedules").await;
    let found = schedules["schedules"].as_array().expect("a list").iter().find(|it| it["name"] == "Primary");
    found.expect("the demo's schedule").clone()
}

fn id(schedule: &Value) -> &str {
    schedule["id"].as_str().expect("an id")
}

async fn on_call(world: &mut World, schedule: &str) -> Vec<String> {
    let now = world.get("ann", "/api/on-call/now").await;
    let schedules = now["schedules"].as_array().expect("schedules");
    let found = schedules.iter().find(|it| it["schedule_id"] == schedule).expect("the schedule");
    let people = found["on_call"].as_array().expect("people");
    people.iter().map(|person| person["name"].as_str().expect("a name").to_owned()).collect()
}

async fn a_schedule_is_made_read_edited_and_deleted(mut world: World) {
    let (ann, ben) = (user(&world, "ann"), user(&world, "ben"));
    let answer = world.post("olivia", "/api/schedules", nights(&[ann.clone(), ben])).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let made = answer.json();
    let path = format!("/api/schedules/{}", id(&made));
    assert_eq!(world.get("ann", &path).await, made);

    // Friday 20 November: the night begins at 17:00 in Chicago and joins the weekend.
    let shifts =
        world.get("ann", &format!("{path}/final?from=2026-11-20T22:00:00Z&to=2026-11-24T15:00:00Z")).await;
    let told: Vec<_> = shifts["shifts"].as_array().expect("shifts").iter().map(spoken).collect();
    assert_eq!(
        told,
        [
            "Ann Archer 2026-11-20T23:00:00Z 2026-11-23T14:00:00Z turn 0 of the layer Weekly",
            "Ben Brook 2026-11-23T23:00:00Z 2026-11-24T14:00:00Z turn 1 of the layer Weekly",
        ]
    );
    assert_eq!(
        shifts["gaps"].as_array().map(Vec::len),
        Some(3),
        "days are gaps, since coverage is always wanted"
    );

    let mut edited = made.clone();
    edited["coverage"] = json!({ "windows": [{ "from": "17:00", "to": "08:00" }] });
    let kept = world.put("olivia", &path, edited).await;
    assert_eq!(kept.status, 200, "{}", kept.text);
    let shifts = world.get("ann", &format!("{path}/final?to=2026-11-27T15:00:00Z")).await;
    assert_eq!(shifts["gaps"], json!([]));

    for who in ["ann", "ben"] {
        let refused = world.send("DELETE", &path, Some(who), "").await;
        assert_eq!(refused.status, 403, "members don't change schedules");
    }
    let deleted = world.send("DELETE", &path, Some("olivia"), "").await;
    assert_eq!(deleted.status, 204, "{}", deleted.text);
    assert_eq!(world.send("GET", &path, Some("ann"), "").await.status, 404);

    let in_use = primary(&mut world).await;
    let refused = world.send("DELETE", &format!("/api/schedules/{}", id(&in_use)), Some("olivia"), "").await;
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("After hours"), "it says what uses it: {}", refused.text);
}

fn spoken(shift: &Value) -> String {
    let text = |field: &str| shift[field].as_str().unwrap_or("?").to_owned();
    format!("{} {} {} {}", text("name"), text("starts_at"), text("ends_at"), text("because"))
}

async fn what_get_answers_can_be_put_back_unchanged(mut world: World) {
    let (ann, ben) = (user(&world, "ann"), user(&world, "ben"));
    let made = world.post("olivia", "/api/schedules", nights(&[ann, ben])).await.json();
    for schedule in [made, primary(&mut world).await] {
        let path = format!("/api/schedules/{}", id(&schedule));
        let before = world.send("GET", &path, Some("olivia"), "").await;
        let again = world.put("olivia", &path, before.json()).await;
        assert_eq!((again.status.as_u16(), again.json()), (200, before.json()));
        assert_eq!(again.headers["etag"], before.headers["etag"], "nothing was written");
    }
}

async fn an_edit_of_participants_keeps_whoever_is_on_call_until_the_next_handoff(mut world: World) {
    let schedule = primary(&mut world).await;
    let path = format!("/api/schedules/{}", id(&schedule));
    let (ann, olivia) = (user(&world, "ann"), user(&world, "olivia"));
    let mut edited = schedule.clone();
    edited["layers"][0]["participants"] = json!([olivia, ann]);
    let kept = world.put("olivia", &path, edited.clone()).await.json();
    assert_eq!(on_call(&mut world, id(&schedule)).await, ["Ben Brook"], "he has the week");
    assert_eq!(kept["layers"][0]["changes"][0]["from"], "2026-11-23T15:00:00Z", "Monday at nine in Chicago");
    let shifts = world.get("ann", &format!("{path}/final?to=2026-12-07T15:00:00Z")).await;
    let names: Vec<_> =
        shifts["shifts"].as_array().expect("shifts").iter().map(|it| it["name"].clone()).collect();
    assert_eq!(
        names,
        ["Ben Brook", "Olivia Owner", "Ann Archer"],
        "the round goes on behind Ann, who was on before Ben"
    );

    // Told otherwise: turns from the anchor on, and at once.
    let kept = world.put("olivia", &format!("{path}?participants_from=now"), edited).await;
    assert_eq!(kept.status, 200, "{}", kept.text);
    assert_eq!(on_call(&mut world, id(&schedule)).await, ["Ann Archer"]);
    let past =
        world.get("ann", &format!("{path}/final?from=2026-11-16T15:00:00Z&to=2026-11-20T00:00:00Z")).await;
    assert_eq!(past["shifts"][0]["name"], "Ben Brook", "who was on call before stays what it was");
}

async fn an_edit_of_anything_leaves_what_was_as_it_was(mut world: World) {
    let schedule = primary(&mut world).await;
    let path = format!("/api/schedules/{}", id(&schedule));
    let past = format!("{path}/final?from=2026-11-10T00:00:00Z&to=2026-11-20T21:00:00Z");
    let before = names_and_times(&world.get("ann", &past).await);
    for (pointer, value) in [
        ("/layers/0/rotation", json!({ "every": 12, "unit": "hours" })),
        ("/layers/0/restrictions", json!([{ "from": "17:00", "to": "08:00" }])),
        ("/time_zone", json!("Europe/Dublin")),
        ("/layers/0/anchor", json!("2026-11-20T00:00")),
        ("/layers", json!([])),
    ] {
        let mut edited = world.get("olivia", &path).await;
        *edited.pointer_mut(pointer).expect(pointer) = value;
        let kept = world.put("olivia", &path, edited).await;
        assert_eq!(kept.status, 200, "{pointer}: {}", kept.text);
        assert_eq!(names_and_times(&world.get("ann", &past).await), before, "{pointer}");
        world.sleep_through(TimeDelta::minutes(7));
    }
    assert_eq!(on_call(&mut world, id(&schedule)).await, [""; 0]);
}

fn names_and_times(shifts: &Value) -> Vec<String> {
    let shifts = shifts["shifts"].as_array().expect("shifts").iter();
    shifts.map(|shift| format!("{} {} {}", shift["name"], shift["starts_at"], shift["ends_at"])).collect()
}

async fn a_preview_says_what_an_edit_changes_and_saves_nothing(mut world: World) {
    let schedule = primary(&mut world).await;
    let path = format!("/api/schedules/{}", id(&schedule));
    let ann = user(&world, "ann");
    let mut edited = schedule.clone();
    edited["layers"][0]["participants"] = json!([ann]);
    let preview = world.post("olivia", &format!("{path}/preview"), edited.clone()).await;
    assert_eq!(preview.status, 200, "{}", preview.text);
    let preview = preview.json();
    assert_eq!(preview["before"]["on_call_now"][0]["name"], "Ben Brook");
    assert_eq!(preview["after"]["on_call_now"][0]["name"], "Ben Brook");
    let changed = preview["changed"].as_array().expect("spans");
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0]["starts_at"], "2026-11-30T15:00:00Z", "Ben's next week becomes Ann's");
    let turns = preview["layers"][0]["next_turns"].as_array().expect("turns");
    assert_eq!(turns.len(), 10);
    assert_eq!((&turns[0]["name"], &turns[9]["name"]), (&json!("Ben Brook"), &json!("Ann Archer")));
    assert_eq!(world.get("ann", &path).await, schedule, "nothing was saved");

    let at_once = world.post("olivia", &format!("{path}/preview?participants_from=now"), edited).await.json();
    assert_eq!(at_once["after"]["on_call_now"][0]["name"], "Ann Archer");
    let fresh = world.post("olivia", "/api/schedules/preview", nights(&[ann])).await;
    assert_eq!(fresh.status, 200, "{}", fresh.text);
    assert_eq!(fresh.json()["before"]["shifts"], json!([]));
}

async fn somebody_joins_and_somebody_leaves_on_a_date(mut world: World) {
    let schedule = primary(&mut world).await;
    let path = format!("/api/schedules/{}", id(&schedule));
    let layer = schedule["layers"][0]["id"].as_str().expect("an id").to_owned();
    let (ann, olivia) = (user(&world, "ann"), user(&world, "olivia"));
    let join = format!("{path}/layers/{layer}/join");
    let joined = world.post("olivia", &join, json!({ "user_id": olivia, "on": "2026-12-01" })).await;
    assert_eq!(joined.status, 200, "{}", joined.text);
    let leave = format!("{path}/layers/{layer}/leave");
    let left = world.post("olivia", &leave, json!({ "user_id": ann, "on": "2026-12-09" })).await;
    assert_eq!(left.status, 200, "{}", left.text);
    // Weeks from Mondays at nine: Ben, Ann, Ben (Olivia joins), Olivia, Ben …; Ann would have followed her.
    let shifts = world.get("ann", &format!("{path}/final?to=2026-12-28T15:00:00Z")).await;
    let told: Vec<_> =
        shifts["shifts"].as_array().expect("shifts").iter().map(|it| it["name"].clone()).collect();
    assert_eq!(told, ["Ben Brook", "Ann Archer", "Ben Brook", "Olivia Owner", "Ben Brook", "Olivia Owner"]);
    let refused = world.post("olivia", &join, json!({ "user_id": ann, "on": "2026-01-01" })).await;
    assert_eq!(refused.wrong_fields(), ["on"]);
    let nobody = world.post("olivia", &join, json!({ "user_id": "usr_nobody", "on": "2027-01-01" })).await;
    assert_eq!(nobody.wrong_fields(), ["user_id"], "{}", nobody.text);
    for (path, who, on) in [(&join, &olivia, "2026-12-20"), (&leave, &ann, "2026-12-20")] {
        let refused = world.post("olivia", path, json!({ "user_id": who, "on": on })).await;
        assert_eq!(refused.wrong_fields(), ["user_id"], "{}", refused.text);
    }
}

async fn every_mistake_in_a_schedule_is_named(mut world: World) {
    let ann = user(&world, "ann");
    for (path, value, field) in [
        ("/name", json!(""), "name"),
        ("/time_zone", json!("Mars/Olympus"), "time_zone"),
        ("/mode", json!("both"), "mode"),
        ("/owner_team_id", json!("team_nobody"), "owner_team_id"),
        ("/layers/0/rotation/every", json!(0), "layers[0].rotation.every"),
        ("/layers/0/rotation/unit", json!("moons"), "layers[0].rotation.unit"),
        ("/layers/0/anchor", json!("yesterday"), "layers[0].anchor"),
        ("/layers/0/participants", json!([]), "layers[0].participants"),
        ("/layers/0/participants/0", json!("usr_nobody"), "layers[0].participants[0]"),
        ("/layers/0/participants/0", json!("ann"), "layers[0].participants[0]"),
        ("/layers/0/restrictions/0/from", json!("25:00"), "layers[0].restrictions[0].from"),
        ("/layers/0/restrictions/0/from", json!("24:00"), "layers[0].restrictions[0].from"),
        ("/layers/0/restrictions/0/to", json!("23:59:60"), "layers[0].restrictions[0].to"),
        ("/layers/0/name", json!(" "), "layers[0].name"),
        ("/name", json!("a\r\nb"), "name"),
        ("/layers/0/restrictions/0/days", json!(["caturday"]), "layers[0].restrictions[0].days"),
        ("/layers/0/ends_at", json!("2026-11-01T00:00:00Z"), "layers[0].ends_at"),
        ("/layers/0/counting", json!("fingers"), "layers[0].counting"),
        ("/coverage", json!({ "windows": [] }), "coverage"),
    ] {
        let mut body = nights(std::slice::from_ref(&ann));
        body["owner_team_id"] = Value::Null;
        body["mode"] = json!("union");
        body["coverage"] = json!("always");
        body["layers"][0]["ends_at"] = Value::Null;
        body["layers"][0]["counting"] = json!("clock");
        *body.pointer_mut(path).expect(path) = value;
        let refused = world.post("olivia", "/api/schedules", body).await;
        assert_eq!(
            (refused.status.as_u16(), refused.wrong_fields()),
            (400, vec![field.to_owned()]),
            "{path}"
        );
    }
    let list = world.post("olivia", "/api/schedules", json!(["Nights"])).await;
    assert_eq!(list.wrong_fields(), ["body"]);
    let unknown = world.post("olivia", "/api/schedules", json!({ "name": "x", "colour": "red" })).await;
    assert_eq!(unknown.wrong_fields(), ["colour"]);
    let schedules = world.get("olivia", "/api/schedules").await;
    assert_eq!(schedules["schedules"].as_array().map(Vec::len), Some(1), "nothing was made");
    let path = format!("/api/schedules/{}/final", id(&schedules["schedules"][0]));
    for (query, field) in [
        ("?from=yesterday", "from"),
        ("?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z", "to"),
        ("?from=2026-11-02T00:00:00Z&to=2030-11-01T00:00:00Z", "to"),
        ("?until=2026-11-02T00:00:00Z", "until"),
    ] {
        let refused = world.send("GET", &format!("{path}{query}"), Some("ann"), "").await;
        assert_eq!(
            (refused.status.as_u16(), refused.wrong_fields()),
            (400, vec![field.to_owned()]),
            "{query}"
        );
    }
}

async fn an_edit_of_what_somebody_else_changed_is_refused(mut world: World) {
    let schedule = primary(&mut world).await;
    let path = format!("/api/schedules/{}", id(&schedule));
    let version = world.send("GET", &path, Some("olivia"), "").await.headers["etag"].clone();
    let version = version.to_str().expect("text").to_owned();
    let mut renamed = schedule.clone();
    renamed["name"] = json!("First line");
    let first = world.put_if(&version, "olivia", &path, renamed.clone()).await;
    assert_eq!(first.status, 200, "{}", first.text);
    renamed["name"] = json!("Front line");
    let second = world.put_if(&version, "olivia", &path, renamed).await;
    assert_eq!(second.status, 412, "{}", second.text);
    assert_eq!(world.get("ann", &path).await["name"], "First line");
}
