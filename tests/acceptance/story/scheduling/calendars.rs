//! Layers that are read from calendars.

use std::sync::{Arc, Mutex};

use acceptance::world::World;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{id, on_call, primary, spoken};

crate::story::stories!(a_calendar_becomes_a_layer, a_calendar_with_an_address_is_read_again_every_hour);

async fn a_calendar_becomes_a_layer(mut world: World) {
    let schedule = primary(&mut world).await;
    let path = format!("/api/schedules/{}", id(&schedule));
    let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\n\
        DTSTART;TZID=America/Chicago:20261120T180000\r\nDTEND;TZID=America/Chicago:20261121T080000\r\n\
        RRULE:FREQ=DAILY;COUNT=3\r\nSUMMARY:Ann Archer\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\n\
        DTSTAMP:20261101T000000Z\r\nDTSTART:20261121T000000Z\r\nDTEND:20261121T010000Z\r\nSUMMARY:Lunch\r\n\
        END:VEVENT\r\nEND:VCALENDAR\r\n";
    let layer = json!({ "name": "Rota", "text": text });
    let kept = world.post("olivia", &format!("{path}/calendar-layers"), layer.clone()).await;
    assert_eq!(kept.status, 200, "{}", kept.text);
    let kept = kept.json();
    assert_eq!(kept["layers"][1]["calendar"]["shifts"], 3);
    assert_eq!(kept["layers"][1]["calendar"]["unknown"], json!(["Lunch"]));
    let shifts = world.get("ann", &format!("{path}/final?to=2026-11-22T00:00:00Z")).await;
    let by_calendar: Vec<_> = shifts["shifts"].as_array().expect("shifts").iter().map(spoken).collect();
    assert!(
        by_calendar.contains(
            &"Ann Archer 2026-11-21T00:00:00Z 2026-11-21T14:00:00Z in the calendar of the layer Rota"
                .to_owned()
        ),
        "{by_calendar:?}"
    );
    // Nothing but reading one makes a calendar layer.
    let mut copy = kept.clone();
    copy["name"] = json!("Copy");
    let refused = world.post("olivia", "/api/schedules", copy).await;
    assert_eq!(refused.wrong_fields(), ["layers[1].calendar"], "{}", refused.text);
    // The rest of the schedule can be edited around it, and it is read anew under its name.
    let put = world.put("olivia", &path, kept.clone()).await;
    assert_eq!((put.status.as_u16(), put.json()), (200, kept));
    let again = world.post("olivia", &format!("{path}/calendar-layers"), layer).await.json();
    assert_eq!(again["layers"].as_array().map(Vec::len), Some(2));
    let refused = world
        .post("olivia", &format!("{path}/calendar-layers"), json!({ "name": "Rota", "text": "hello" }))
        .await;
    assert_eq!(refused.wrong_fields(), ["text"]);
}

/// A calendar on a server of our own: what it says can be changed, and taken away.
struct Published {
    url: String,
    says: Arc<Mutex<Option<&'static str>>>,
}

async fn publish(says: &'static str) -> Published {
    let says = Arc::new(Mutex::new(Some(says)));
    let shared = Arc::clone(&says);
    let calendar = move || {
        let who = *shared.lock().expect("a lock");
        async move {
            let text = who.map(|who| {
                format!(
                    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T000000Z\r\n\
                     DTSTART:20261121T000000Z\r\nDTEND:20261201T000000Z\r\nSUMMARY:{who}\r\nEND:VEVENT\r\n\
                     END:VCALENDAR\r\n"
                )
            });
            text.ok_or(StatusCode::INTERNAL_SERVER_ERROR)
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/secret.ics", listener.local_addr().expect("an address"));
    tokio::spawn(
        async move { axum::serve(listener, Router::new().route("/secret.ics", get(calendar))).await },
    );
    Published { url, says }
}

async fn a_calendar_with_an_address_is_read_again_every_hour(mut world: World) {
    let published = publish("Ann Archer").await;
    let schedule = primary(&mut world).await;
    let path = format!("/api/schedules/{}", id(&schedule));
    let layer = json!({ "name": "Rota", "url": published.url });
    let kept = world.post("olivia", &format!("{path}/calendar-layers"), layer).await;
    assert_eq!(kept.status, 200, "{}", kept.text);
    assert!(kept.text.contains("secret.ics"), "{}", kept.text);
    let seen = world.get("ann", &path).await.to_string();
    assert!(!seen.contains("secret.ics"), "an address is a password: {seen}");
    world.sleep_through(TimeDelta::hours(3));
    world.tick().await;
    assert_eq!(on_call(&mut world, id(&schedule)).await, ["Ben Brook", "Ann Archer"]);

    *published.says.lock().expect("a lock") = Some("Olivia Owner");
    world.sleep_through(TimeDelta::minutes(61));
    world.tick().await;
    assert_eq!(on_call(&mut world, id(&schedule)).await, ["Ben Brook", "Olivia Owner"]);

    *published.says.lock().expect("a lock") = None;
    world.sleep_through(TimeDelta::minutes(61));
    world.tick().await;
    assert_eq!(
        on_call(&mut world, id(&schedule)).await,
        ["Ben Brook", "Olivia Owner"],
        "the last word stands"
    );
    let problem = world.get("ann", &path).await["layers"][1]["calendar"]["problem"].clone();
    assert!(
        problem.as_str().is_some_and(|problem| problem.contains("500") && !problem.contains("secret")),
        "{problem}"
    );

    *published.says.lock().expect("a lock") = Some("Ann Archer");
    world.sleep_through(TimeDelta::minutes(6));
    world.tick().await;
    assert_eq!(
        on_call(&mut world, id(&schedule)).await,
        ["Ben Brook", "Ann Archer"],
        "tried again after minutes"
    );
    assert_eq!(world.get("ann", &path).await["layers"][1]["calendar"]["problem"], Value::Null);
    world.skip_mails();
}
