//! Bad input over REST: what is wrong is said, and nothing is changed.

use acceptance::world::World;
use app::tenants::DEMO_TENANT;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::tenant::Tenant;
use serde_json::{Value, json};
use store::{Changes, OperationId};

super::stories!(
    what_is_not_json_is_answered_with_the_position,
    a_wrong_field_is_named,
    what_is_not_there_is_not_found,
    an_impossible_step_is_a_conflict,
    nobody_gets_in_without_a_good_token,
    a_viewer_only_reads,
    another_tenants_incident_does_not_exist,
    a_foreign_site_cannot_act_with_the_browsers_cookie,
);

async fn what_is_not_json_is_answered_with_the_position(mut world: World) {
    let answer = world.send("POST", "/api/incidents", Some("ben"), "{\"title\": \"x\",\n oops}").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.wrong_fields(), ["body"]);
    assert!(answer.text.contains("line 2 column 2"), "{}", answer.text);
    assert_eq!(world.get("ben", "/api/incidents?status=all").await["incidents"], json!([]));
}

async fn a_wrong_field_is_named(mut world: World) {
    let bad = [
        (json!({ "title": 7, "severity": "high" }), "title"),
        (json!({ "title": " ", "severity": "high" }), "title"),
        (json!({ "title": "x", "severity": "purple" }), "severity"),
        (json!({ "title": "x", "severity": "high", "service_id": "nope" }), "service_id"),
        (json!({ "title": "x", "severity": "high", "service_id": "svc_nope" }), "service_id"),
        (json!({ "title": "x", "severity": "high", "client": [] }), "client"),
    ];
    for (body, field) in bad {
        let answer = world.post("ben", "/api/incidents", body.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.wrong_fields(), [field], "{body}");
    }
    let missing = world.post("ben", "/api/incidents", json!({ "severity": "high" })).await;
    assert_eq!(missing.wrong_fields(), ["title"]);
    let unknown = world.post("ben", "/api/incidents", json!({ "titel": "x" })).await;
    assert_eq!(unknown.wrong_fields(), ["titel"]);
    for (query, field) in
        [("limit=0", "limit"), ("limit=x", "limit"), ("status=broken", "status"), ("state=open", "state")]
    {
        let answer = world.send("GET", &format!("/api/incidents?{query}"), Some("ben"), "").await;
        assert_eq!((answer.status, answer.wrong_fields()), (StatusCode::BAD_REQUEST, vec![field.to_owned()]));
    }
    assert_eq!(world.get("ben", "/api/incidents?status=all").await["incidents"], json!([]));
}

async fn what_is_not_there_is_not_found(mut world: World) {
    for id in ["inc_01JZZZZZZZZZZZZZZZZZZZZZZZ", "svc_01J", "x", "%20", "inc_..%2F"] {
        for (method, tail) in [
            ("GET", ""),
            ("POST", "/acknowledge"),
            ("POST", "/resolve"),
            ("POST", "/escalate"),
            ("GET", "/timeline"),
        ] {
            let answer = world.send(method, &format!("/api/incidents/{id}{tail}"), Some("ben"), "").await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {id}{tail}");
            assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
        }
    }
    let answer = world.send("GET", "/api/nothing", Some("ben"), "").await;
    assert_eq!(
        (answer.status, &answer.headers[header::CONTENT_TYPE]),
        (StatusCode::NOT_FOUND, &"application/problem+json".parse().expect("a value"))
    );
    let answer = world.send("DELETE", "/api/incidents", Some("ben"), "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}

async fn an_impossible_step_is_a_conflict(mut world: World) {
    let id = world.incident("Done", "high").await;
    world.mail_to("ben");
    world.work("ben", &id, "resolve", Value::Null).await;
    for verb in ["acknowledge", "escalate"] {
        let answer = world.post("ben", &format!("/api/incidents/{id}/{verb}"), Value::Null).await;
        assert_eq!(
            (answer.status, answer.json()["type"].as_str()),
            (StatusCode::CONFLICT, Some("urn:oncall:problem:incident-resolved"))
        );
    }
    let again = world.post("ann", &format!("/api/incidents/{id}/resolve"), Value::Null).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(world.look(&id).await["resolved_by"]["name"], "Ben Brook");
}

async fn nobody_gets_in_without_a_good_token(mut world: World) {
    for authorization in ["", "Bearer x", "Basic eDp5", "Bearer eyJhbGciOiJub25lIn0.e30."] {
        let request = Request::get("/api/incidents").header(header::AUTHORIZATION, authorization);
        let answer = world.request(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{authorization}");
        assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer");
    }
}

async fn a_viewer_only_reads(mut world: World) {
    let id = world.incident("Look", "high").await;
    world.mail_to("ben");
    let token = token_of(&mut world, DEMO_TENANT, "viewer");
    for (verb, status) in [("acknowledge", 403), ("resolve", 403), ("escalate", 403)] {
        let path = format!("/api/incidents/{id}/{verb}");
        assert_eq!(with_token(&mut world, "POST", &path, &token).await, status, "{verb}");
    }
    assert_eq!(with_token(&mut world, "GET", &format!("/api/incidents/{id}"), &token).await, 200);
    assert_eq!(world.look(&id).await["status"], "triggered");
}

async fn another_tenants_incident_does_not_exist(mut world: World) {
    let id = world.incident("Ours", "high").await;
    world.mail_to("ben");
    let other = "other-msp".parse().expect("a tenant id");
    let demo = DEMO_TENANT.parse().expect("a tenant id");
    let mut tenant =
        world.store().get::<Tenant>(&demo, "tenant").await.expect("a store").expect("a tenant").value;
    tenant.id = other;
    let mut changes = Changes::new();
    changes.create(&tenant).expect("a document");
    world.store().commit(&tenant.id, OperationId("other".to_owned()), changes).await.expect("a tenant");
    let token = token_of(&mut world, "other-msp", "owner");
    for (method, tail) in
        [("GET", ""), ("GET", "/timeline"), ("GET", "/pages"), ("POST", "/acknowledge"), ("POST", "/resolve")]
    {
        assert_eq!(
            with_token(&mut world, method, &format!("/api/incidents/{id}{tail}"), &token).await,
            404,
            "{tail}"
        );
    }
    assert_eq!(with_token(&mut world, "GET", "/api/incidents", &token).await, 200);
    let unknown = token_of(&mut world, "no-such-msp", "owner");
    assert_eq!(with_token(&mut world, "GET", "/api/incidents", &unknown).await, 401);
    assert_eq!(world.look(&id).await["status"], "triggered");
}

async fn a_foreign_site_cannot_act_with_the_browsers_cookie(mut world: World) {
    let id = world.incident("Cookie", "high").await;
    world.mail_to("ben");
    let token = token_of(&mut world, DEMO_TENANT, "owner");
    let mut with_cookie = async |method: &str, path: String, body: &'static str| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, format!("oncall_session={token}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .expect("a request");
        world.request(request).await.status
    };
    assert_eq!(with_cookie("GET", format!("/api/incidents/{id}"), "").await, 200, "reading is harmless");
    assert_eq!(with_cookie("POST", format!("/api/incidents/{id}/acknowledge"), "").await, 401);
    assert_eq!(with_cookie("POST", format!("/app/incidents/{id}/acknowledge"), "csrf=guessed").await, 403);
    assert_eq!(world.look(&id).await["status"], "triggered");
}

/// A token that the Hub's stand-in would give a person it knows and we don't yet.
fn token_of(world: &mut World, tenant: &str, role: &str) -> String {
    let claims = json!({
        "sub": format!("new-{role}"), "email": format!("{role}@else.example"), "tenantId": tenant, "orgRole": role,
        "exp": world.now().timestamp() + 60,
    });
    let claims = serde_json::from_value(claims).expect("claims");
    world.machine().hub.issue(claims).expect("a token")
}

async fn with_token(world: &mut World, method: &str, path: &str, token: &str) -> u16 {
    let request =
        Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    world.request(request.body(Body::empty()).expect("a request")).await.status.as_u16()
}
