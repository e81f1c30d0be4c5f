//! Alerts from The One Stack.

use acceptance::world::{DEFEND_KEY, World};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use chrono::TimeDelta;
use serde_json::{Value, json};

super::stories!(
    rmm_hands_over_critical_alerts_and_its_recovery_resolves,
    security_below_high_is_dropped_and_counted,
    every_backup_failure_pages_and_a_later_success_resolves,
    the_same_message_twice_is_one_alert,
    a_message_that_cannot_be_read_fails_so_that_the_broker_keeps_it,
    defend_carries_all_of_it_into_the_ticket,
    defends_door_needs_its_key,
);

fn event(id: &str, kind: &str, data: &Value) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "/theone/rmm", "type": kind, "time": "2026-11-20T21:04:00Z",
        "tenantid": "demo", "data": data,
    })
}

async fn rmm_hands_over_critical_alerts_and_its_recovery_resolves(mut world: World) {
    let alert = |severity: &str, status: &str| {
        json!({
            "alert_id": "88121", "device_id": "42", "device_name": "client-server-01",
            "title": "CPU critical on client-server-01", "severity": severity, "status": status,
        })
    };
    assert_eq!(
        world.bus("rmm", "m-0", &event("e-0", "rmm.alert", &alert("high", "open"))).await.status,
        StatusCode::OK
    );
    world.no_mail();
    assert_eq!(
        world.bus("rmm", "m-1", &event("e-1", "rmm.alert.critical", &alert("critical", "open"))).await.status,
        200
    );
    world.mail_to("ben");
    let list = world.get("ben", "/api/incidents").await;
    assert_eq!(
        (list["incidents"][0]["source"].as_str(), list["incidents"][0]["product"].as_str()),
        (Some("rmm"), Some("The One RMM"))
    );
    world.bus("rmm", "m-2", &event("e-2", "rmm.alert.recovered", &alert("critical", "recovered"))).await;
    world.advance(TimeDelta::hours(1)).await;
    world.no_mail();
    assert_eq!(
        world.get("ben", "/api/incidents?status=resolved").await["incidents"][0]["status"],
        "resolved"
    );
}

async fn security_below_high_is_dropped_and_counted(mut world: World) {
    for (n, severity) in ["medium", "low", "info"].into_iter().enumerate() {
        let data = json!({ "event_id": n.to_string(), "title": "Dark web hit", "severity": severity });
        let answer = world
            .bus("security", &format!("m-{n}"), &event(&format!("e-{n}"), "security.event", &data))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
    world.no_mail();
    let data = json!({ "event_id": "9", "title": "Account takeover", "severity": "high" });
    world.bus("security", "m-9", &event("e-9", "security.event", &data)).await;
    world.mail_to("ben");
    assert_eq!(world.get("ben", "/api/incidents").await["incidents"].as_array().map(Vec::len), Some(1));
    let mut dropped = 0;
    for _ in 0..2 {
        dropped = dropped
            .max(world.get("ben", "/api/health").await["dropped"]["security"].as_u64().expect("a count"));
    }
    assert!(dropped >= 1, "each process counts what it dropped itself");
}

async fn every_backup_failure_pages_and_a_later_success_resolves(mut world: World) {
    let data = json!({ "job_id": "1", "device_name": "client-server-01", "title": "Backup failed", "severity": "low" });
    world.bus("backups", "m-1", &event("b-1", "backup.failed", &data)).await;
    world.mail_to("ben");
    let success = json!({ "job_id": "1", "device_name": "client-server-01", "title": "Backup done" });
    world.bus("backups", "m-2", &event("b-2", "backup.succeeded", &success)).await;
    assert_eq!(world.get("ben", "/api/incidents").await["incidents"], json!([]));
}

async fn the_same_message_twice_is_one_alert(mut world: World) {
    let data = json!({ "job_id": "7", "title": "Backup failed", "severity": "high" });
    let message = event("b-7", "backup.failed", &data);
    for delivery in ["m-1", "m-1", "m-2"] {
        assert_eq!(world.bus("backups", delivery, &message).await.status, StatusCode::OK);
    }
    world.mail_to("ben");
    assert_eq!(world.get("ben", "/api/incidents").await["incidents"][0]["alert_count"], 1);
}

async fn a_message_that_cannot_be_read_fails_so_that_the_broker_keeps_it(mut world: World) {
    let unknown_tenant = json!({
        "specversion": "1.0", "id": "x", "source": "/x", "type": "backup.failed", "tenantid": "nobody",
        "data": { "job_id": "1", "title": "Backup failed" },
    });
    for message in [json!("text"), json!({}), json!({ "tenantid": "demo" }), unknown_tenant] {
        for _ in 0..2 {
            let answer = world.bus("backups", "m-1", &message).await;
            assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{message}: {}", answer.text);
        }
    }
    assert_eq!(world.get("ben", "/api/incidents?status=all").await["incidents"], json!([]));
}

fn detection() -> Value {
    json!({
        "title": "Credential dumping on WS-14", "severity": "critical", "source": "defend", "source_ref": "det-77",
        "description": "lsass was read", "device_name": "WS-14", "hostname": "ws-14.contoso.local",
        "detection_type": "behaviour", "mitre_technique": { "id": "T1003", "name": "OS Credential Dumping" },
        "recommended_action": "isolate host", "tenant_id": "demo",
    })
}

async fn escalate(world: &mut World, key: Option<&str>, body: &Value) -> (u16, Value) {
    let mut request = Request::post("/api/internal/escalations/create");
    if let Some(key) = key {
        request = request.header("X-Integration-Key", key);
    }
    let answer = world.request(request.body(Body::from(body.to_string())).expect("a request")).await;
    world.settle().await;
    (answer.status.as_u16(), answer.json())
}

async fn defend_carries_all_of_it_into_the_ticket(mut world: World) {
    let (status, answer) = escalate(&mut world, Some(DEFEND_KEY), &detection()).await;
    assert_eq!(
        (status, answer["result"].as_str(), answer["dedup_key"].as_str()),
        (200, Some("created"), Some("det-77"))
    );
    world.mail_to("ben");
    let id = answer["incident_id"].as_str().expect("an id").to_owned();
    let incident = world.look(&id).await;
    assert_eq!(incident["mitre_technique"], json!({ "id": "T1003", "name": "OS Credential Dumping" }));
    assert_eq!(
        (incident["hostname"].as_str(), incident["recommended_action"].as_str()),
        (Some("ws-14.contoso.local"), Some("isolate host"))
    );
    world.work("ben", &id, "acknowledge", Value::Null).await;
    let ticket = &world.psa.tickets()[0];
    for line in [
        "lsass was read",
        "Triggering product: The One Defend",
        "WS-14 (ws-14.contoso.local)",
        "T1003 OS Credential Dumping",
        "isolate host",
    ] {
        assert!(ticket.description.contains(line), "{line}: {}", ticket.description);
    }
    let (_, again) = escalate(&mut world, Some(DEFEND_KEY), &detection()).await;
    assert_eq!(again["result"], "grouped");
    let mut medium = detection();
    medium["severity"] = json!("medium");
    medium["source_ref"] = json!("det-78");
    let (status, answer) = escalate(&mut world, Some(DEFEND_KEY), &medium).await;
    assert_eq!((status, answer["result"].as_str()), (200, Some("ignored")));
}

async fn defends_door_needs_its_key(mut world: World) {
    for key in [None, Some(""), Some("wrong"), Some("defend-and-oncall2")] {
        assert_eq!(escalate(&mut world, key, &detection()).await.0, 401, "{key:?}");
    }
    let mut bad = detection();
    bad["tenant_id"] = json!("nobody");
    let (status, problem) = escalate(&mut world, Some(DEFEND_KEY), &bad).await;
    assert_eq!((status, problem["errors"][0]["field"].as_str()), (400, Some("tenant_id")));
    let (status, problem) =
        escalate(&mut world, Some(DEFEND_KEY), &json!({ "tenant_id": "demo", "severity": "high" })).await;
    assert_eq!((status, problem["errors"][0]["field"].as_str()), (400, Some("title")));
    assert_eq!(world.get("ben", "/api/incidents?status=all").await["incidents"], json!([]));
}
