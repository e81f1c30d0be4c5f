//! Alerts in: what becomes of a delivery.

use acceptance::world::World;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use chrono::TimeDelta;
use serde_json::{Value, json};

super::stories!(
    repeats_join_and_do_not_page,
    a_worse_repeat_raises_the_severity,
    a_recovery_resolves_and_the_next_problem_is_a_new_incident,
    a_recovery_of_nothing_is_accepted_and_ignored,
    a_tools_acknowledge_stops_the_paging,
    several_alerts_in_one_delivery_are_taken_together,
    what_cannot_be_understood_still_pages_with_the_raw_body,
    every_wrong_key_is_answered_alike,
    a_body_that_is_too_large_is_refused,
);

async fn repeats_join_and_do_not_page(mut world: World) {
    let alert = json!({ "title": "CPU", "severity": "high", "dedup_key": "cpu" });
    let first = world.alert(alert.clone()).await;
    world.mail_to("ben");
    for _ in 0..9 {
        let repeat = world.alert(alert.clone()).await;
        assert_eq!(repeat["result"], "grouped");
        assert_eq!(repeat["incident_id"], first["incident_id"]);
    }
    world.no_mail();
    let incident = world.look(first["incident_id"].as_str().expect("an id")).await;
    assert_eq!(incident["alert_count"], 10);
    let without_key = json!({ "title": "No key", "severity": "high", "device": "SRV-9" });
    let first = world.alert(without_key.clone()).await;
    world.mail_to("ben");
    let repeat = world.alert(without_key).await;
    assert_eq!((repeat["result"].as_str(), &repeat["number"]), (Some("grouped"), &first["number"]));
}

async fn a_worse_repeat_raises_the_severity(mut world: World) {
    let alert = |severity: &str| json!({ "title": "Disk", "severity": severity, "dedup_key": "disk" });
    let id = world.alert(alert("medium")).await["incident_id"].as_str().expect("an id").to_owned();
    world.mail_to("ben");
    world.alert(alert("critical")).await;
    world.alert(alert("low")).await;
    assert_eq!(world.look(&id).await["severity"], "critical");
    let raised = world.timeline(&id).await.iter().filter(|event| *event == "severity_raised").count();
    assert_eq!(raised, 1);
}

async fn a_recovery_resolves_and_the_next_problem_is_a_new_incident(mut world: World) {
    let problem = json!({ "title": "Ping", "severity": "critical", "dedup_key": "ping" });
    let first = world.alert(problem.clone()).await;
    world.mail_to("ben");
    let recovery =
        world.alert(json!({ "dedup_key": "ping", "status": "resolved", "title": "Ping OK" })).await;
    assert_eq!((recovery["result"].as_str(), &recovery["number"]), (Some("resolved"), &first["number"]));
    world.advance(TimeDelta::hours(1)).await;
    world.no_mail();
    let second = world.alert(problem).await;
    world.mail_to("ben");
    assert_eq!((second["result"].as_str(), second["number"].as_u64()), (Some("created"), Some(2)));
    let open = world.get("ben", "/api/incidents").await;
    assert_eq!(open["incidents"].as_array().map(Vec::len), Some(1));
}

async fn a_recovery_of_nothing_is_accepted_and_ignored(mut world: World) {
    let answer = world.alert(json!({ "dedup_key": "never seen", "status": "ok" })).await;
    assert_eq!((answer["result"].as_str(), &answer["incident_id"]), (Some("ignored"), &Value::Null));
}

async fn a_tools_acknowledge_stops_the_paging(mut world: World) {
    let id = world.incident("Fan", "high").await;
    world.mail_to("ben");
    let answer = world.alert(json!({ "dedup_key": "Fan", "status": "acknowledged" })).await;
    assert_eq!(answer["result"], "acknowledged");
    world.advance(TimeDelta::hours(1)).await;
    let incident = world.look(&id).await;
    assert_eq!(
        (incident["status"].as_str(), &incident["acknowledged_by"]["user_id"]),
        (Some("acknowledged"), &Value::Null)
    );
}

async fn several_alerts_in_one_delivery_are_taken_together(mut world: World) {
    let delivery = json!([
        { "title": "A", "severity": "low", "dedup_key": "a" },
        { "title": "B", "severity": "critical", "dedup_key": "b" },
    ]);
    let answer = world.alert(delivery).await;
    let results: Vec<_> =
        answer["alerts"].as_array().expect("alerts").iter().map(|alert| &alert["result"]).collect();
    assert_eq!(results, ["created", "created"]);
    assert_eq!(world.smtp.mails().len(), 2);
    world.skip_mails();
}

async fn what_cannot_be_understood_still_pages_with_the_raw_body(mut world: World) {
    let path = format!("/api/webhooks/{}", world.key());
    for body in
        ["{\"title\": \"C:\\Windows full\", \"severity\": ", "[1, 2", "\u{1}x\u{2}", "", "plain words\nmore"]
    {
        let answer = world.send("POST", &path, None, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        world.settle().await;
        assert_eq!(answer.json()["result"], "created", "{body:?}: {}", answer.text);
        let mail = world.mail_to("ben");
        let line = body.lines().next().unwrap_or_default();
        if body == "plain words\nmore" {
            assert!(mail.text.contains(line), "{}", mail.text);
        }
    }
}

async fn every_wrong_key_is_answered_alike(mut world: World) {
    let good = world.key();
    let mut answers = Vec::new();
    for key in ["", "x", &good[1..], &good.to_uppercase(), &"k".repeat(5_000), "%00"] {
        let answer =
            world.send("POST", &format!("/api/webhooks/ingest?key={key}"), None, "{\"title\":\"x\"}").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.headers[CONTENT_TYPE], "application/problem+json");
        answers.push(answer.text);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

async fn a_body_that_is_too_large_is_refused(mut world: World) {
    let path = format!("/api/webhooks/{}", world.key());
    let answer = world.send("POST", &path, None, "x".repeat(1024 * 1024 + 1)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.headers[CONTENT_TYPE], "application/problem+json");
}
