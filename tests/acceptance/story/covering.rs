//! Overrides: who may make them, who has to agree, and who is on call by them.

use acceptance::world::World;
use axum::body::Body;
use serde_json::{Value, json};

super::stories!(
    a_member_hands_off_a_shift_and_the_other_is_paged,
    the_first_to_accept_a_request_to_be_covered_has_the_shift,
    a_shift_that_somebody_wants_to_take_waits_for_the_other_to_agree,
    two_overrides_that_share_a_person_are_refused,
    of_many_made_at_once_one_stands,
    an_override_that_runs_is_cut_short,
    every_mistake_in_an_override_is_named,
    a_viewer_and_a_stranger_change_nothing,
);

const TONIGHT: (&str, &str) = ("2026-11-20T23:00:00Z", "2026-11-21T14:00:00Z");

async fn schedule(world: &mut World) -> String {
    let schedules = world.get("olivia", "/api/schedules").await;
    schedules["schedules"][0]["id"].as_str().expect("an id").to_owned()
}

/// An override of the demo's schedule tonight, with these people.
async fn tonight(world: &mut World, kind: &str, user: Option<&str>, original: Option<&str>) -> Value {
    let mut body = json!({
        "schedule_id": schedule(world).await, "kind": kind, "start_at": TONIGHT.0, "end_at": TONIGHT.1,
        "reason": "school play"
    });
    if let Some(user) = user {
        body["user_id"] = json!(world.user_id(user));
    }
    if let Some(original) = original {
        body["original_user_id"] = json!(world.user_id(original));
    }
    body
}

async fn make(world: &mut World, who: &str, body: Value) -> Value {
    let answer = world.post(who, "/api/overrides", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

fn path(made: &Value, verb: &str) -> String {
    format!("/api/overrides/{}{verb}", made["id"].as_str().expect("an id"))
}

async fn a_member_hands_off_a_shift_and_the_other_is_paged(mut world: World) {
    // In the published form: without a kind.
    let mut body = tonight(&mut world, "replace", Some("ann"), Some("ben")).await;
    body.as_object_mut().expect("an object").remove("kind");
    let made = make(&mut world, "ben", body).await;
    assert_eq!((&made["status"], &made["user_name"]), (&json!("approved"), &json!("Ann Archer")));
    let told = world.mail_to("ann");
    assert!(
        told.header("Subject").is_some_and(|subject| subject.contains("Ann Archer is on call for Ben Brook"))
    );
    world.sleep_through(chrono::TimeDelta::hours(3));
    world.tick().await;
    let now = world.get("olivia", "/api/on-call/now").await;
    assert_eq!(now["schedules"][0]["on_call"][0]["name"], "Ann Archer");
    assert_eq!(now["schedules"][0]["on_call"][0]["until"], TONIGHT.1);
    assert_eq!(world.get("ann", &path(&made, "")).await["status"], "active");
    let id = world.incident("Disk full", "critical").await;
    world.mail_to("ann");
    world.work("ann", &id, "acknowledge", Value::Null).await;
}

async fn the_first_to_accept_a_request_to_be_covered_has_the_shift(mut world: World) {
    let body = tonight(&mut world, "cover", None, Some("ben")).await;
    let asked = make(&mut world, "ben", body.clone()).await;
    assert_eq!(asked["status"], "pending");
    let told = world.mail_to("ann");
    assert!(told.header("Subject").is_some_and(|subject| subject.contains("asks to be covered")), "{told:?}");
    let again = world.post("ben", "/api/overrides", body).await;
    assert_eq!(again.status, 409, "asked once is enough: {}", again.text);

    for (who, verb) in [("ben", "/accept"), ("ann", "/approve")] {
        let refused = world.post(who, &path(&asked, verb), Value::Null).await;
        assert!([403, 409].contains(&refused.status.as_u16()), "{who} {verb}: {}", refused.text);
    }
    let accepted = world.post("ann", &path(&asked, "/accept"), Value::Null).await;
    assert_eq!(accepted.status, 200, "{}", accepted.text);
    assert_eq!(accepted.json()["kind"], "replace");
    world.mail_to("ben");
    let late = world.post("olivia", &path(&asked, "/accept"), Value::Null).await;
    assert_eq!(late.status, 409);
    assert!(late.text.contains("Ann Archer"), "it says who has it: {}", late.text);
    let final_schedule = format!("/api/schedules/{}/final", schedule(&mut world).await);
    let shifts = world.get("ben", &format!("{final_schedule}?from={}&to={}", TONIGHT.0, TONIGHT.1)).await;
    assert_eq!(shifts["shifts"].as_array().map(Vec::len), Some(1));
    assert_eq!(shifts["shifts"][0]["because"], "override: for Ben Brook (school play)");
}

async fn a_shift_that_somebody_wants_to_take_waits_for_the_other_to_agree(mut world: World) {
    let body = tonight(&mut world, "replace", Some("ann"), Some("ben")).await;
    let wanted = make(&mut world, "ann", body).await;
    assert_eq!(wanted["status"], "pending");
    world.mail_to("ben");
    let refused = world.post("ann", &path(&wanted, "/approve"), Value::Null).await;
    assert_eq!(refused.status, 403, "nobody agrees with themselves");
    let agreed = world.post("ben", &path(&wanted, "/approve"), Value::Null).await;
    assert_eq!(agreed.json()["status"], "approved", "{}", agreed.text);
    world.mail_to("ann");
    let body = tonight(&mut world, "add", Some("ann"), None).await;
    let clash = world.post("ann", "/api/overrides", body).await;
    assert_eq!(clash.status, 409, "{}", clash.text);
    let refused = world.send("DELETE", &path(&wanted, ""), Some("ben"), "").await;
    assert_eq!(refused.status, 403, "what he agreed to is hers to give up: {}", refused.text);
    let withdrawn = world.send("DELETE", &path(&wanted, ""), Some("ann"), "").await;
    assert_eq!(withdrawn.json()["status"], "rejected", "{}", withdrawn.text);
    world.settle().await;
    world.mail_to("ben");
}

async fn two_overrides_that_share_a_person_are_refused(mut world: World) {
    let body = tonight(&mut world, "replace", Some("ann"), Some("ben")).await;
    make(&mut world, "olivia", body).await;
    world.skip_mails();
    for (kind, user, original) in [
        ("replace", Some("olivia"), Some("ben")),
        ("replace", Some("ben"), Some("olivia")),
        ("add", Some("ann"), None),
        ("remove", Some("ben"), None),
        ("cover", None, Some("ann")),
    ] {
        let body = tonight(&mut world, kind, user, original).await;
        let refused = world.post("olivia", "/api/overrides", body).await;
        assert_eq!(refused.status, 409, "{kind}: {}", refused.text);
        assert!(refused.json()["type"].as_str().is_some_and(|kind| kind.ends_with("override-clash")));
    }
    // Touching is not overlapping, and other people are free.
    let mut after = tonight(&mut world, "replace", Some("ann"), Some("ben")).await;
    (after["start_at"], after["end_at"]) = (json!(TONIGHT.1), json!("2026-11-21T20:00:00Z"));
    make(&mut world, "olivia", after).await;
    let body = tonight(&mut world, "add", Some("olivia"), None).await;
    make(&mut world, "olivia", body).await;
    world.skip_mails();
    let list = world.get("ann", "/api/overrides").await;
    assert_eq!(list["overrides"].as_array().map(Vec::len), Some(3));
}

async fn of_many_made_at_once_one_stands(mut world: World) {
    let body = tonight(&mut world, "replace", Some("ann"), Some("ben")).await;
    let answers = world.at_once("olivia", "POST", "/api/overrides", &body, 12).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let refused = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((made, refused), (1, 11), "{:?}", answers.iter().map(|it| it.status).collect::<Vec<_>>());
    let list = world.get("ann", "/api/overrides").await;
    assert_eq!(list["overrides"].as_array().map(Vec::len), Some(1));
    world.settle().await;
    assert_eq!(world.smtp.mails().len(), 2, "Ann and Ben are told once");
    world.skip_mails();
}

async fn an_override_that_runs_is_cut_short(mut world: World) {
    let body = tonight(&mut world, "replace", Some("ann"), Some("ben")).await;
    let made = make(&mut world, "olivia", body).await;
    world.skip_mails();
    world.sleep_through(chrono::TimeDelta::hours(5));
    world.tick().await;
    let now = world.now();
    let ended = world.send("DELETE", &path(&made, ""), Some("olivia"), Body::empty()).await;
    assert_eq!(ended.json()["end_at"], json!(now), "{}", ended.text);
    world.settle().await;
    world.skip_mails();
    let on_call = world.get("olivia", "/api/on-call/now").await;
    assert_eq!(on_call["schedules"][0]["on_call"][0]["name"], "Ben Brook");
    let again = world.send("DELETE", &path(&made, ""), Some("olivia"), Body::empty()).await;
    assert_eq!(again.status, 409, "what was is not changed");
    let list = world.get("ann", "/api/overrides?from=2026-11-20T00:00:00Z").await;
    assert_eq!(list["overrides"].as_array().map(Vec::len), Some(1), "it stays on record");
}

async fn every_mistake_in_an_override_is_named(mut world: World) {
    for (field, value, named) in [
        ("schedule_id", json!("sch_nobody"), "schedule_id"),
        ("schedule_id", json!("nights"), "schedule_id"),
        ("user_id", json!("usr_nobody"), "user_id"),
        ("user_id", Value::Null, "user_id"),
        ("original_user_id", json!("usr_nobody"), "original_user_id"),
        ("end_at", json!(TONIGHT.0), "end_at"),
        ("end_at", json!("2036-11-21T00:00:00Z"), "end_at"),
        ("start_at", json!("tonight"), "start_at"),
        ("kind", json!("swap"), "kind"),
    ] {
        let mut body = tonight(&mut world, "replace", Some("ann"), Some("ben")).await;
        body[field] = value.clone();
        let refused = world.post("olivia", "/api/overrides", body).await;
        assert_eq!(
            (refused.status.as_u16(), refused.wrong_fields()),
            (400, vec![named.to_owned()]),
            "{field} {value}"
        );
    }
    let mut past = tonight(&mut world, "add", Some("ann"), None).await;
    (past["start_at"], past["end_at"]) = (json!("2026-11-01T00:00:00Z"), json!("2026-11-02T00:00:00Z"));
    assert_eq!(world.post("olivia", "/api/overrides", past).await.wrong_fields(), ["end_at"]);
    let themselves = tonight(&mut world, "replace", Some("ann"), Some("ann")).await;
    assert_eq!(world.post("olivia", "/api/overrides", themselves).await.wrong_fields(), ["user_id"]);
    let not_hers = tonight(&mut world, "replace", Some("ben"), Some("ann")).await;
    assert_eq!(
        world.post("ann", "/api/overrides", not_hers).await.wrong_fields(),
        ["start_at"],
        "Ann has no shift"
    );
    assert_eq!(world.get("ann", "/api/overrides").await["overrides"], json!([]));
}

async fn a_viewer_and_a_stranger_change_nothing(mut world: World) {
    let body = tonight(&mut world, "replace", Some("ann"), Some("ben")).await;
    let others = tonight(&mut world, "replace", Some("olivia"), Some("ben")).await;
    let refused = world.post("ann", "/api/overrides", others).await;
    assert_eq!(refused.status, 403, "it is Ben's shift: {}", refused.text);
    let nobody = world.send("POST", "/api/overrides", None, body.to_string()).await;
    assert_eq!(nobody.status, 401);
    let made = make(&mut world, "ben", body).await;
    world.skip_mails();
    let refused = world.send("DELETE", "/api/overrides/ovr_nobody", Some("olivia"), "").await;
    assert_eq!(refused.status, 404);
    assert_eq!(world.get("ann", &path(&made, "")).await["status"], "approved");
}
