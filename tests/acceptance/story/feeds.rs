//! Calendar feeds: secret addresses that calendar programs subscribe to.

use acceptance::world::{Answer, World};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use serde_json::{Value, json};

super::stories!(
    a_schedules_calendar_says_who_is_on_call,
    a_calendar_of_ours_is_read_back_as_what_it_was_written_from,
    a_persons_calendar_has_their_shifts_of_every_schedule,
    an_override_changes_the_end_of_an_entry_but_not_its_identity,
    the_same_calendar_is_the_same_bytes_until_something_changes,
    a_new_address_kills_the_old_one,
    an_address_is_shut,
    every_address_that_does_not_work_is_answered_alike,
    managers_give_out_schedules_and_everybody_their_own,
    many_new_addresses_at_once_leave_one,
    another_tenants_calendar_does_not_exist,
);

/// Makes an address; answers the path below the public address.
async fn opened(world: &mut World, who: &str, of: &str) -> String {
    let answer = world.post(who, of, Value::Null).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    path(&answer.json())
}

fn path(made: &Value) -> String {
    let url = made["url"].as_str().expect("an address");
    let path = url.strip_prefix("http://oncall.test").expect("the public address");
    assert_eq!(made["webcal_url"], format!("webcal://oncall.test{path}"));
    let secret = path.strip_prefix("/api/calendars/").and_then(|rest| rest.strip_suffix(".ics"));
    assert_eq!(secret.map(str::len), Some(40), "160 bits");
    path.to_owned()
}

async fn primary(world: &mut World) -> String {
    let now = world.get("ann", "/api/on-call/now").await;
    format!("/api/schedules/{}", now["schedules"][0]["schedule_id"].as_str().expect("an id"))
}

async fn calendar(world: &mut World, path: &str) -> String {
    let answer = world.send("GET", path, None, "").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "text/calendar; charset=utf-8");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "private, max-age=900");
    answer.text.replace("\r\n ", "")
}

/// The values of a property of every entry, in order.
fn every<'a>(calendar: &'a str, property: &str) -> Vec<&'a str> {
    let entries = calendar.split("BEGIN:VEVENT").skip(1);
    let value =
        |entry: &'a str| entry.lines().find_map(|line| line.strip_prefix(property)?.strip_prefix(':'));
    entries.filter_map(value).collect()
}

async fn a_schedules_calendar_says_who_is_on_call(mut world: World) {
    let of = format!("{}/calendar", primary(&mut world).await);
    let path = opened(&mut world, "olivia", &of).await;
    let answer = world.send("GET", &path, None, "").await;
    assert_eq!(answer.headers[header::CONTENT_DISPOSITION], "inline; filename=\"on-call-primary.ics\"");
    let text = calendar(&mut world, &path).await;
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"), "{text}");
    assert!(text.contains("X-WR-CALNAME:On call: Primary\r\n"), "{text}");
    assert!(text.contains("X-WR-TIMEZONE:America/Chicago\r\n"), "{text}");
    let summaries = every(&text, "SUMMARY");
    // From 9 November, when the demo's rota begins, to 20 November of next year.
    assert_eq!(summaries.len(), 54);
    assert_eq!(&summaries[..2], ["Ann Archer on call: Primary", "Ben Brook on call: Primary"]);
    assert_eq!(&every(&text, "DTSTART")[..2], ["20261109T150000Z", "20261116T150000Z"]);
    assert_eq!(&every(&text, "DTEND")[..2], ["20261116T150000Z", "20261123T150000Z"]);
    assert_eq!(every(&text, "DTEND").last(), Some(&"20271120T000000Z"), "a year ahead");
    let descriptions = every(&text, "DESCRIPTION");
    assert_eq!(descriptions[1], "Until Mon 23 Nov 2026 09:00 CST\\nLayer Weekly");
    assert_eq!(descriptions[53], "At least until Fri 19 Nov 2027 18:00 CST\\nLayer Weekly");
    assert!(every(&text, "DTSTAMP").iter().all(|stamp| *stamp == "20261120T210405Z"), "when it was made");
    let mut uids = every(&text, "UID");
    uids.sort_unstable();
    uids.dedup();
    assert_eq!(uids.len(), 54);
}

async fn a_calendar_of_ours_is_read_back_as_what_it_was_written_from(mut world: World) {
    let primary = primary(&mut world).await;
    let path = opened(&mut world, "olivia", &format!("{primary}/calendar")).await;
    let text = world.send("GET", &path, None, "").await.text;
    let copy = json!({ "name": "Copy", "time_zone": "America/Chicago", "layers": [] });
    let copy = world.post("olivia", "/api/schedules", copy).await.json();
    let copy = format!("/api/schedules/{}", copy["id"].as_str().expect("an id"));
    let layer = json!({ "name": "Primary", "text": text });
    let read = world.post("olivia", &format!("{copy}/calendar-layers"), layer).await;
    assert_eq!(read.status, StatusCode::OK, "{}", read.text);
    let mut told = Vec::new();
    for schedule in [primary, copy] {
        let shifts = world.get("ann", &format!("{schedule}/final?to=2027-03-01T00:00:00Z")).await;
        let shifts = shifts["shifts"].as_array().expect("shifts").iter();
        let parts = |shift: &Value| ["name", "starts_at", "ends_at"].map(|field| shift[field].clone());
        told.push(shifts.map(parts).collect::<Vec<_>>());
    }
    assert_eq!(told[0].len(), 15);
    assert_eq!(told[0], told[1]);
}

async fn a_persons_calendar_has_their_shifts_of_every_schedule(mut world: World) {
    let ben = world.user_id("ben");
    let always = json!({
        "name": "Backup; always", "time_zone": "Europe/Berlin",
        "layers": [{
            "name": "Everyday", "rotation": { "every": 1, "unit": "days" }, "anchor": "2026-11-20T08:00",
            "participants": [ben],
        }],
    });
    assert_eq!(world.post("olivia", "/api/schedules", always).await.status, 201);
    let path = opened(&mut world, "ben", "/api/me/calendar").await;
    let text = calendar(&mut world, &path).await;
    assert!(text.contains("X-WR-CALNAME:On call: Ben Brook\r\n"), "{text}");
    let summaries = every(&text, "SUMMARY");
    assert_eq!(summaries.iter().filter(|it| **it == "On call: Primary").count(), 27);
    let backup: Vec<_> = summaries.iter().filter(|it| it.contains("Backup")).collect();
    assert_eq!(backup, [&"On call: Backup\\; always"], "a year of turns in a row is one entry");
    assert!(
        every(&text, "DESCRIPTION").contains(&"At least until Sat 20 Nov 2027 01:00 CET\\nLayer Everyday")
    );
}

async fn an_override_changes_the_end_of_an_entry_but_not_its_identity(mut world: World) {
    let schedule = primary(&mut world).await;
    let path = opened(&mut world, "olivia", &format!("{schedule}/calendar")).await;
    let before = calendar(&mut world, &path).await;
    let (ann, ben) = (world.user_id("ann"), world.user_id("ben"));
    let hand_off = json!({
        "schedule_id": schedule.rsplit('/').next(), "original_user_id": ann, "user_id": ben,
        "start_at": "2026-11-23T15:00:00Z", "end_at": "2026-11-24T15:00:00Z", "reason": "Moving, at last",
    });
    assert_eq!(world.post("olivia", "/api/overrides", hand_off).await.status, 201);
    world.skip_mails();
    let after = calendar(&mut world, &path).await;
    assert_eq!(
        every(&after, "UID")[1],
        every(&before, "UID")[1],
        "Ben's week is longer, and still that week"
    );
    assert_eq!(every(&after, "DTEND")[1], "20261124T150000Z");
    assert_eq!(
        every(&after, "DESCRIPTION")[1],
        "Until Tue 24 Nov 2026 09:00 CST\\nLayer Weekly\\nOverride: for Ann Archer (Moving\\, at last)"
    );
    assert_ne!(every(&after, "UID")[2], every(&before, "UID")[2], "Ann's begins later");
    assert_eq!(every(&after, "DTSTART")[2], "20261124T150000Z");
    assert_eq!(every(&after, "UID")[3..], every(&before, "UID")[3..]);

    // Ten days later what was is still told.
    world.sleep_through(TimeDelta::days(10));
    let later = calendar(&mut world, &path).await;
    assert_eq!(every(&later, "DTEND")[..3], every(&after, "DTEND")[..3]);
}

async fn asked(world: &mut World, method: &str, path: &str, tag: &str) -> Answer {
    let request = Request::builder().method(method).uri(path).header(header::IF_NONE_MATCH, tag);
    world.request(request.body(Body::empty()).expect("a request")).await
}

async fn the_same_calendar_is_the_same_bytes_until_something_changes(mut world: World) {
    let schedule = primary(&mut world).await;
    let path = opened(&mut world, "olivia", &format!("{schedule}/calendar")).await;
    let first = world.send("GET", &path, None, "").await;
    let tag = first.headers[header::ETAG].to_str().expect("a tag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "a strong tag: {tag}");
    world.sleep_through(TimeDelta::hours(2));
    let again = world.send("GET", &path, None, "").await;
    assert_eq!((&again.text, &again.headers[header::ETAG]), (&first.text, &first.headers[header::ETAG]));
    for method in ["GET", "HEAD"] {
        for given in [tag.clone(), format!("W/{tag}"), format!("\"old\", {tag}"), "*".to_owned()] {
            let answer = asked(&mut world, method, &path, &given).await;
            assert_eq!((answer.status, answer.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{given}");
            assert_eq!(answer.headers[header::ETAG], tag.as_str());
            assert_eq!(answer.headers[header::CACHE_CONTROL], "private, max-age=900");
        }
    }
    assert_eq!(asked(&mut world, "GET", &path, "\"old\"").await.text, first.text);
    let head = world.send("HEAD", &path, None, "").await;
    assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
    assert_eq!(head.headers[header::ETAG], tag.as_str());
    assert_eq!(head.headers[header::CONTENT_TYPE], "text/calendar; charset=utf-8");

    let (ann, ben) = (world.user_id("ann"), world.user_id("ben"));
    let hand_off = json!({
        "schedule_id": schedule.rsplit('/').next(), "original_user_id": ann, "user_id": ben,
        "start_at": "2026-11-24T15:00:00Z", "end_at": "2026-11-25T15:00:00Z",
    });
    assert_eq!(world.post("olivia", "/api/overrides", hand_off).await.status, 201);
    world.skip_mails();
    let changed = asked(&mut world, "GET", &path, &tag).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_ne!(changed.headers[header::ETAG], tag.as_str());
}

async fn a_new_address_kills_the_old_one(mut world: World) {
    let standing = world.get("ben", "/api/me/calendar").await;
    assert_eq!(standing, json!({ "active": false, "made_at": null }));
    let old = opened(&mut world, "ben", "/api/me/calendar").await;
    calendar(&mut world, &old).await;
    world.sleep_through(TimeDelta::minutes(5));
    let new = opened(&mut world, "ben", "/api/me/calendar").await;
    assert_ne!(old, new);
    calendar(&mut world, &new).await;
    assert_eq!(world.send("GET", &old, None, "").await.status, StatusCode::NOT_FOUND);
    let standing = world.send("GET", "/api/me/calendar", Some("ben"), "").await;
    assert_eq!(
        standing.json(),
        json!({ "active": true, "made_at": "2026-11-20T21:09:05Z" }),
        "never the secret"
    );
}

async fn an_address_is_shut(mut world: World) {
    let of = format!("{}/calendar", primary(&mut world).await);
    for (who, of) in [("olivia", of.as_str()), ("ann", "/api/me/calendar")] {
        assert_eq!(world.send("DELETE", of, Some(who), "").await.status, StatusCode::NO_CONTENT, "none yet");
        let path = opened(&mut world, who, of).await;
        assert_eq!(world.send("DELETE", of, Some(who), "").await.status, StatusCode::NO_CONTENT);
        assert_eq!(world.send("GET", &path, None, "").await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.get(who, of).await, json!({ "active": false, "made_at": null }));
        let path = opened(&mut world, who, of).await;
        calendar(&mut world, &path).await;
    }
}

async fn every_address_that_does_not_work_is_answered_alike(mut world: World) {
    let schedule = json!({ "name": "Gone", "time_zone": "UTC", "layers": [] });
    let schedule = world.post("olivia", "/api/schedules", schedule).await.json();
    let schedule = format!("/api/schedules/{}", schedule["id"].as_str().expect("an id"));
    let of_gone = opened(&mut world, "olivia", &format!("{schedule}/calendar")).await;
    assert_eq!(
        every(&calendar(&mut world, &of_gone).await, "UID"),
        [""; 0],
        "nobody is on call, and that is said"
    );
    assert_eq!(world.send("DELETE", &schedule, Some("olivia"), "").await.status, StatusCode::NO_CONTENT);
    let of_ben = opened(&mut world, "ben", "/api/me/calendar").await;
    let ben = format!("/api/users/{}", world.user_id("ben"));
    world.send("PATCH", &ben, Some("olivia"), "{\"disabled\": true}").await;
    let rotated = opened(&mut world, "ann", "/api/me/calendar").await;
    let good = opened(&mut world, "ann", "/api/me/calendar").await;
    let longer = good.replace(".ics", "0.ics");
    let shouted = good.to_uppercase().replace("/API/CALENDARS/", "/api/calendars/").replace(".ICS", ".ics");
    let without = good.replace(".ics", "");
    let wrong = format!("/api/calendars/{}.ics", "0".repeat(40));
    let long = format!("/api/calendars/{}.ics", "0".repeat(5_000));
    let mut told = Vec::new();
    for path in [&of_gone, &of_ben, &rotated, &longer, &shouted, &without, &wrong, &long] {
        let answer = world.send("GET", path, None, "").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        told.push(answer.text);
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    calendar(&mut world, &good).await;
    world.send("PATCH", &ben, Some("olivia"), "{\"disabled\": false}").await;
    calendar(&mut world, &of_ben).await;
    assert_eq!(world.send("POST", &good, None, "").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

async fn managers_give_out_schedules_and_everybody_their_own(mut world: World) {
    let of = format!("{}/calendar", primary(&mut world).await);
    let viewer = world.newcomer("viewer");
    for method in ["GET", "POST", "DELETE"] {
        assert_eq!(world.send(method, &of, Some("ann"), "").await.status, StatusCode::FORBIDDEN, "{method}");
        assert_eq!(world.send_with(&viewer, method, &of, "").await.status, StatusCode::FORBIDDEN, "{method}");
        let missing = world.send(method, "/api/schedules/sch_x/calendar", Some("olivia"), "").await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{method}");
        for of in [of.as_str(), "/api/me/calendar"] {
            assert_eq!(
                world.send(method, of, None, "").await.status,
                StatusCode::UNAUTHORIZED,
                "{method} {of}"
            );
        }
    }
    let made = world.send_with(&viewer, "POST", "/api/me/calendar", "").await;
    let text = calendar(&mut world, &path(&made.json())).await;
    assert_eq!(every(&text, "UID"), [""; 0]);
}

async fn many_new_addresses_at_once_leave_one(mut world: World) {
    let answers = world.at_once("ben", "POST", "/api/me/calendar", &Value::Null, 5).await;
    let mut working = 0;
    for answer in answers {
        let path = path(&answer.json());
        working += u32::from(world.send("GET", &path, None, "").await.status == StatusCode::OK);
    }
    assert_eq!(working, 1);
}

async fn another_tenants_calendar_does_not_exist(mut world: World) {
    let of = format!("{}/calendar", primary(&mut world).await);
    let ours = opened(&mut world, "olivia", &of).await;
    let stranger = world.stranger().await;
    for method in ["GET", "POST", "DELETE"] {
        assert_eq!(
            world.send_with(&stranger, method, &of, "").await.status,
            StatusCode::NOT_FOUND,
            "{method}"
        );
    }
    let made = world.send_with(&stranger, "POST", "/api/me/calendar", "").await;
    let theirs = calendar(&mut world, &path(&made.json())).await;
    assert_eq!(every(&theirs, "UID"), [""; 0]);
    calendar(&mut world, &ours).await;
}
