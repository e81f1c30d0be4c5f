//! Whether the night is ready.

use acceptance::world::World;
use chrono::TimeDelta;
use domain::actor::Actor;
use domain::id::{TimeOffId, UserId};
use domain::schedule::OverrideKind;
use domain::time_off::TimeOff;
use serde_json::{Value, json};

use super::arranged::{create, edit_user, override_of, schedule, second_address, user};

super::super::stories!(
    the_night_is_ready_until_something_is_wrong,
    time_off_and_gaps_are_told_before_the_night,
);

/// The level of a person's check, and what it says.
fn check(readiness: &Value, person: &str, about: &str) -> (String, String) {
    let people = readiness["people"].as_array().expect("people").clone();
    let person = people.iter().find(|found| found["name"] == person).expect("the person");
    let checks = person["checks"].as_array().expect("checks").clone();
    let found = checks.iter().find(|check| check["check"] == about).expect("the check");
    let text = |name: &str| found[name].as_str().expect("a text").to_owned();
    (text("level"), text("text"))
}

async fn the_night_is_ready_until_something_is_wrong(mut world: World) {
    let readiness = world.get("ann", "/api/on-call/readiness").await;
    let (from, to) = (world.now(), world.now() + TimeDelta::hours(24));
    assert_eq!((&readiness["from"], &readiness["to"]), (&json!(from), &json!(to)));
    assert_eq!((&readiness["ready"], &readiness["gaps"]), (&json!(true), &json!([])));
    assert_eq!(readiness["people"].as_array().map(Vec::len), Some(1), "{readiness}");
    let primary = schedule(&world).await.id;
    let stint =
        json!({ "schedule_id": primary, "schedule_name": "Primary", "starts_at": from, "ends_at": to });
    assert_eq!(readiness["people"][0]["on_call"], json!([stint]));
    for (about, words) in [
        ("account", "is an active user"),
        ("contact_method", "can be reached by email"),
        ("first_rule", "no usable rule"),
        ("psa_mapping", "is known to"),
        ("time_off", "has no time off"),
    ] {
        let (level, text) = check(&readiness, "Ben Brook", about);
        assert!(level == "ok" && text.contains(words), "{about}: {level} {text}");
    }
    let week = world.get("ann", "/api/on-call/readiness?hours=72").await;
    assert_eq!(week["people"][1]["name"], "Ann Archer");
    assert_eq!(week["people"][1]["on_call"][0]["starts_at"], "2026-11-23T15:00:00Z");

    edit_user(&world, "ben", |ben| {
        second_address(ben, 3);
        ben.rules.remove(0);
        ben.email = String::new();
    })
    .await;
    let readiness = world.get("ann", "/api/on-call/readiness").await;
    assert_eq!((&readiness["ready"], &readiness["people"][0]["level"]), (&json!(true), &json!("warning")));
    assert_eq!(check(&readiness, "Ben Brook", "first_rule").0, "warning");
    assert_eq!(check(&readiness, "Ben Brook", "psa_mapping").0, "warning");

    edit_user(&world, "ben", |ben| ben.contact_methods.iter_mut().for_each(|method| method.verified = false))
        .await;
    let readiness = world.get("ann", "/api/on-call/readiness").await;
    assert_eq!((&readiness["ready"], &readiness["people"][0]["level"]), (&json!(false), &json!("problem")));
    let (level, text) = check(&readiness, "Ben Brook", "contact_method");
    assert!(level == "problem" && text.contains("verify"), "{text}");

    edit_user(&world, "ben", |ben| ben.disabled = true).await;
    let readiness = world.get("ann", "/api/on-call/readiness").await;
    assert!(check(&readiness, "Ben Brook", "account").1.contains("is disabled"));
}

async fn time_off_and_gaps_are_told_before_the_night(mut world: World) {
    let now = world.now();
    let off = |whose: Option<UserId>, name: &str, hours: (i64, i64)| TimeOff {
        id: TimeOffId::derived(&[name]),
        user_id: whose,
        name: name.to_owned(),
        starts: now + TimeDelta::hours(hours.0),
        ends: now + TimeDelta::hours(hours.1),
        made_by: Actor::System,
        made_at: now,
    };
    create(&world, &off(Some(user("ben")), "Fishing", (-30, -1))).await;
    create(&world, &off(Some(user("ann")), "Moving", (0, 20))).await;
    create(&world, &off(None, "Founders' day", (2, 8))).await;
    let readiness = world.get("ann", "/api/on-call/readiness").await;
    assert_eq!(readiness["ready"], true, "{readiness}");
    assert!(check(&readiness, "Ben Brook", "holiday").1.contains("Founders' day"));

    create(&world, &off(Some(user("ben")), "Dentist", (10, 12))).await;
    let readiness = world.get("ann", "/api/on-call/readiness").await;
    let (level, text) = check(&readiness, "Ben Brook", "time_off");
    assert_eq!((&readiness["ready"], level.as_str()), (&json!(false), "problem"));
    assert!(text.contains("'Dentist'") && text.contains("01:04"), "{text}");

    let primary = schedule(&world).await;
    let remove = OverrideKind::Remove { user: user("ben") };
    create(&world, &override_of(&primary, remove, (now + TimeDelta::hours(1), 30))).await;
    let gaps = world.get("ann", "/api/on-call/readiness").await["gaps"].clone();
    assert_eq!(gaps[0]["starts_at"], json!(now + TimeDelta::hours(1)));
    assert_eq!(gaps[0]["ends_at"], json!(now + TimeDelta::minutes(90)));
}
