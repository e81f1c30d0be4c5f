//! Time off and holidays: entered, listed, removed, and told of where somebody is on call all the same.

use acceptance::world::World;
use axum::http::StatusCode;
use serde_json::{Value, json};

super::stories!(
    whole_days_are_those_of_the_tenants_zone_or_of_the_zone_that_is_named,
    whoever_is_on_call_during_their_time_off_is_told_so,
    a_member_keeps_their_own_and_a_manager_everybodys,
    time_off_is_listed_by_window_and_person,
    every_mistake_in_time_off_is_named,
    another_tenants_time_off_does_not_exist,
);

async fn entered(world: &mut World, who: &str, off: Value) -> Value {
    let answer = world.post(who, "/api/time-off", off.clone()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{off}: {}", answer.text);
    answer.json()
}

fn days(user: &str, first: &str, last: &str) -> Value {
    json!({ "user_id": user, "name": "Vacation", "first_day": first, "last_day": last })
}

async fn whole_days_are_those_of_the_tenants_zone_or_of_the_zone_that_is_named(mut world: World) {
    let ann = world.user_id("ann");
    // The clocks of Chicago go forward on 14 March 2027: a day of 23 hours.
    let off = entered(&mut world, "ann", days(&ann, "2027-03-13", "2027-03-14")).await;
    assert_eq!(
        (&off["starts_at"], &off["ends_at"]),
        (&json!("2027-03-13T06:00:00Z"), &json!("2027-03-15T05:00:00Z"))
    );
    assert_eq!((&off["user_name"], &off["created_by"]), (&json!("Ann Archer"), &json!("Ann Archer")));
    let mut elsewhere = days(&ann, "2027-01-01", "2027-01-01");
    elsewhere["time_zone"] = json!("Asia/Kathmandu");
    let off = entered(&mut world, "ann", elsewhere).await;
    assert_eq!(
        (&off["starts_at"], &off["ends_at"]),
        (&json!("2026-12-31T18:15:00Z"), &json!("2027-01-01T18:15:00Z"))
    );
    let exact = json!({
        "user_id": ann, "name": " Dentist ",
        "starts_at": "2026-12-01T10:00:00+01:00", "ends_at": "2026-12-01T10:30:00Z",
    });
    let off = entered(&mut world, "ann", exact).await;
    assert_eq!(
        (&off["starts_at"], &off["ends_at"]),
        (&json!("2026-12-01T09:00:00Z"), &json!("2026-12-01T10:30:00Z"))
    );
    assert_eq!(off["name"], "Dentist");
}

async fn whoever_is_on_call_during_their_time_off_is_told_so(mut world: World) {
    let (ann, ben) = (world.user_id("ann"), world.user_id("ben"));
    // Ann's weeks begin on 23 November and 7 December, at nine in Chicago.
    let off = entered(&mut world, "ann", days(&ann, "2026-11-28", "2026-12-07")).await;
    let told = |off: &Value| {
        let conflicts = off["on_call_conflicts"].as_array().expect("conflicts").clone();
        let text = |conflict: &Value, field: &str| conflict[field].as_str().expect("a text").to_owned();
        let told = |it: &Value| (text(it, "schedule_name"), text(it, "from"), text(it, "to"));
        conflicts.iter().map(told).collect::<Vec<_>>()
    };
    let primary = |from: &str, to: &str| ("Primary".to_owned(), from.to_owned(), to.to_owned());
    assert_eq!(
        told(&off),
        [
            primary("2026-11-28T06:00:00Z", "2026-11-30T15:00:00Z"),
            primary("2026-12-07T15:00:00Z", "2026-12-08T06:00:00Z"),
        ]
    );
    let now = world.get("ann", "/api/on-call/now").await;
    assert_eq!(now["schedules"][0]["next"][0]["name"], "Ann Archer", "nobody's turn changes");

    // Ben has this week: of a day that has begun, only what is left is told.
    let off = entered(&mut world, "ben", days(&ben, "2026-11-20", "2026-11-20")).await;
    assert_eq!(told(&off), [primary("2026-11-20T21:04:05Z", "2026-11-21T06:00:00Z")]);

    // Handed off, it is no conflict any more.
    let hand_off = json!({
        "schedule_id": off["on_call_conflicts"][0]["schedule_id"], "original_user_id": ben, "user_id": ann,
        "start_at": "2026-11-20T22:00:00Z", "end_at": "2026-11-21T06:00:00Z",
    });
    assert_eq!(world.post("ben", "/api/overrides", hand_off).await.status, 201);
    world.mail_to("ann");
    let off = entered(&mut world, "ben", days(&ben, "2026-11-20", "2026-11-20")).await;
    assert_eq!(told(&off), [primary("2026-11-20T21:04:05Z", "2026-11-20T22:00:00Z")]);
    let holiday = json!({ "user_id": null, "name": "Thanksgiving", "first_day": "2026-11-26", "last_day": "2026-11-26" });
    assert_eq!(told(&entered(&mut world, "olivia", holiday).await), []);
    let past = entered(&mut world, "ben", days(&ben, "2026-11-18", "2026-11-18")).await;
    assert_eq!(told(&past), []);
}

async fn a_member_keeps_their_own_and_a_manager_everybodys(mut world: World) {
    let (ann, ben) = (world.user_id("ann"), world.user_id("ben"));
    let viewer = world.newcomer("viewer");
    let bens = entered(&mut world, "olivia", days(&ben, "2027-02-01", "2027-02-02")).await;
    assert_eq!(bens["created_by"], "Olivia Owner");
    let anns = entered(&mut world, "ann", days(&ann, "2027-02-01", "2027-02-02")).await;
    let holiday = json!({ "name": "New Year", "first_day": "2027-01-01", "last_day": "2027-01-01" });
    let holiday_made = entered(&mut world, "olivia", holiday.clone()).await;
    assert_eq!((&holiday_made["user_id"], &holiday_made["user_name"]), (&Value::Null, &Value::Null));

    for off in [days(&ben, "2027-03-01", "2027-03-02"), holiday] {
        assert_eq!(world.post("ann", "/api/time-off", off.clone()).await.status, StatusCode::FORBIDDEN);
        let by_viewer = world.send_with(&viewer, "POST", "/api/time-off", off.to_string()).await;
        assert_eq!(by_viewer.status, StatusCode::FORBIDDEN);
        assert_eq!(world.send("POST", "/api/time-off", None, off.to_string()).await.status, 401);
    }
    let path = |off: &Value| format!("/api/time-off/{}", off["id"].as_str().expect("an id"));
    for (who, off, status) in [
        ("ann", &bens, 403),
        ("ann", &holiday_made, 403),
        ("ben", &anns, 403),
        ("ben", &bens, 204),
        ("olivia", &anns, 204),
        ("olivia", &holiday_made, 204),
        ("ben", &bens, 404),
    ] {
        let answer = world.send("DELETE", &path(off), Some(who), "").await;
        assert_eq!(answer.status, status, "{who}: {}", answer.text);
    }
    assert_eq!(world.send("DELETE", "/api/time-off/x", Some("olivia"), "").await.status, 404);
    assert_eq!(world.get("ann", "/api/time-off").await["time_off"], json!([]));
}

async fn time_off_is_listed_by_window_and_person(mut world: World) {
    let (ann, ben) = (world.user_id("ann"), world.user_id("ben"));
    let mut enter = async |who: &str, user: Value, name: &str, first: &str, last: &str| {
        let off = json!({ "user_id": user, "name": name, "first_day": first, "last_day": last });
        entered(&mut world, who, off).await;
    };
    enter("ann", json!(ann), "later", "2027-02-01", "2027-02-10").await;
    enter("ann", json!(ann), "over", "2026-11-01", "2026-11-19").await;
    enter("ben", json!(ben), "running", "2026-11-16", "2026-11-22").await;
    enter("olivia", Value::Null, "holiday", "2026-12-25", "2026-12-25").await;
    for (query, expected) in [
        ("", vec!["running", "holiday", "later"]),
        ("?from=2026-11-01T00:00:00Z", vec!["over", "running", "holiday", "later"]),
        ("?from=2026-11-20T06:00:00Z", vec!["running", "holiday", "later"]),
        ("?to=2026-12-25T06:00:00Z", vec!["running"]),
        ("?to=2026-12-25T06:00:01Z", vec!["running", "holiday"]),
        ("?from=2027-02-11T06:00:00Z", vec![]),
        (&format!("?user_id={ann}"), vec!["later"]),
        ("?user_id=usr_nobody", vec![]),
    ] {
        let list = world.get("ben", &format!("/api/time-off{query}")).await;
        let names: Vec<_> =
            list["time_off"].as_array().expect("a list").iter().map(|off| off["name"].clone()).collect();
        assert_eq!(names, expected, "{query}");
    }
    for (query, field) in [
        ("from=yesterday", "from"),
        ("to=2026-11-01T00:00:00Z", "to"),
        ("user_id=ann", "user_id"),
        ("who=ann", "who"),
        ("from=2026-11-01T00:00:00Z&from=2026-11-01T00:00:00Z", "from"),
    ] {
        let answer = world.send("GET", &format!("/api/time-off?{query}"), Some("ben"), "").await;
        assert_eq!((answer.status.as_u16(), answer.wrong_fields()), (400, vec![field.to_owned()]), "{query}");
    }
    assert_eq!(world.send("GET", "/api/time-off", None, "").await.status, StatusCode::UNAUTHORIZED);
}

async fn every_mistake_in_time_off_is_named(mut world: World) {
    let user = world.user_id("ann");
    let at = |starts: &str, ends: &str| json!({ "user_id": user, "name": "x", "starts_at": starts, "ends_at": ends });
    let with = |mut off: Value, field: &str, value: Value| {
        off[field] = value;
        off
    };
    let good = || days(&user, "2027-02-01", "2027-02-02");
    for (off, fields) in [
        (with(good(), "name", json!("  ")), "name"),
        (with(good(), "name", json!("x".repeat(201))), "name"),
        (with(good(), "user_id", json!("usr_nobody")), "user_id"),
        (with(good(), "user_id", json!("ann")), "user_id"),
        (with(good(), "last_day", json!("2027-01-31")), "last_day"),
        (with(good(), "last_day", json!("2028-03-08")), "last_day"),
        (with(good(), "last_day", json!("tomorrow")), "last_day"),
        (with(good(), "last_day", Value::Null), "last_day"),
        (with(good(), "first_day", Value::Null), "first_day"),
        (with(good(), "first_day", json!("0001-01-01")), "first_day"),
        (with(good(), "time_zone", json!("Chicago")), "time_zone"),
        (with(good(), "starts_at", json!("2027-02-01T00:00:00Z")), "first_day"),
        (with(good(), "days", json!(2)), "days"),
        (at("2027-02-02T00:00:00Z", "2027-02-01T00:00:00Z"), "ends_at"),
        (at("2027-02-02T00:00:00Z", "2027-02-02T00:00:00Z"), "ends_at"),
        (at("2027-02-02T00:00:00Z", "2028-03-09T00:00:01Z"), "ends_at"),
        (at("2027-02-02", "2027-02-03T00:00:00Z"), "starts_at"),
        (with(at("2027-02-01T00:00:00Z", "2027-02-02T00:00:00Z"), "ends_at", Value::Null), "ends_at"),
        (with(at("2027-02-01T00:00:00Z", "2027-02-02T00:00:00Z"), "time_zone", json!("UTC")), "time_zone"),
        (json!({ "user_id": user, "name": "x" }), "starts_at"),
    ] {
        let answer = world.post("olivia", "/api/time-off", off.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.wrong_fields()), (400, vec![fields.to_owned()]), "{off}");
    }
    let all =
        json!({ "user_id": "usr_nobody", "name": "", "first_day": "2027-02-02", "last_day": "2027-02-01" });
    let answer = world.post("olivia", "/api/time-off", all).await;
    assert_eq!(answer.wrong_fields(), ["name", "user_id", "last_day"], "all at once");
    assert_eq!(world.get("ann", "/api/time-off?from=1970-01-01T00:00:00Z").await["time_off"], json!([]));
}

async fn another_tenants_time_off_does_not_exist(mut world: World) {
    let ann = world.user_id("ann");
    let off = entered(&mut world, "ann", days(&ann, "2027-02-01", "2027-02-02")).await;
    let stranger = world.stranger().await;
    let path = format!("/api/time-off/{}", off["id"].as_str().expect("an id"));
    assert_eq!(world.send_with(&stranger, "DELETE", &path, "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.send_with(&stranger, "GET", "/api/time-off", "").await.json()["time_off"], json!([]));
    let body = days(&ann, "2027-02-01", "2027-02-02").to_string();
    let refused = world.send_with(&stranger, "POST", "/api/time-off", body).await;
    assert_eq!((refused.status.as_u16(), refused.wrong_fields()), (400, vec!["user_id".to_owned()]));
    assert_eq!(world.get("ann", "/api/time-off").await["time_off"].as_array().map(Vec::len), Some(1));
}
