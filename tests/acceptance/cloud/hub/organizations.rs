//! Organizations of the Hub: taken in with the first of their people, whole, once, and each by itself.

use acceptance::hub::person;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::service::Service;
use domain::tenant::Tenant;
use domain::user::User;
use serde_json::{Value, json};

use super::tab::Tab;
use super::{Office, ann};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_sign_in_makes_an_organization_that_can_page() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    Tab::signed_in(&mut office).await;
    let me = office.get(&ann(), "/api/me").await;
    let settings = office.get(&ann(), "/api/settings").await;
    assert_eq!((&settings["last_resort_user_id"], &settings["time_zone"]), (&me["id"], &json!("UTC")));
    let services = office.get(&ann(), "/api/services").await;
    assert_eq!(services["services"][0]["id"], settings["default_service_id"]);
    let token = office.hub.token(&ann());
    let body = json!({ "title": "Disk full", "severity": "critical" });
    let answer = office.call(&token, "POST", "/api/incidents", body).await;
    assert!(answer.status.is_success(), "{}", answer.text);
    office.world.settle().await;
    office.world.mail_to("ann");
    office.world.scan_gaps().await;
    assert_eq!(office.get(&ann(), "/api/coverage-gaps").await["findings"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_first_requests_at_once_make_one_organization() {
    let mut office = Office::open().await;
    let people = ["ann", "ben", "cleo"].map(|name| person("northwind", name, "owner"));
    let mut sent = Vec::new();
    for _ in 0..8 {
        for who in &people {
            let token = office.hub.token(who);
            let request = Request::get("/api/me").header(header::AUTHORIZATION, format!("Bearer {token}"));
            let router = office.world.machine().router();
            let request = request.body(Body::empty()).expect("a request");
            sent.push(tokio::spawn(tower::ServiceExt::oneshot(router, request)));
        }
    }
    for answer in sent {
        let Ok(answer) = answer.await.expect("no panic");
        assert_eq!(answer.status(), StatusCode::OK);
    }
    let tenant = "northwind".parse().expect("a tenant id");
    let users = office.world.store().all::<User>(&tenant).await.expect("users");
    let tenants = office.world.store().all::<Tenant>(&tenant).await.expect("tenants");
    let services = office.world.store().all::<Service>(&tenant).await.expect("services");
    assert_eq!((users.len(), tenants.len(), services.len()), (3, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_first_the_first_manager_is_the_last_resort() {
    for role in ["viewer", "member"] {
        let mut office = Office::open().await;
        let ben = person("northwind", "ben", role);
        assert_eq!(office.get(&ben, "/api/settings").await["last_resort_user_id"], Value::Null);
        let me = office.get(&ann(), "/api/me").await;
        let settings = office.get(&ben, "/api/settings").await;
        assert_eq!(settings["last_resort_user_id"], me["id"]);
        // From now on it is the managers' to say.
        let mut none = settings.clone();
        none["last_resort_user_id"] = Value::Null;
        let token = office.hub.token(&ann());
        assert_eq!(office.call(&token, "PUT", "/api/settings", none).await.status, StatusCode::OK);
        office.get(&person("northwind", "cleo", "admin"), "/api/me").await;
        assert_eq!(office.get(&ben, "/api/settings").await["last_resort_user_id"], Value::Null);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_that_a_viewer_began_pages_its_managers() {
    let mut office = Office::open().await;
    office.get(&person("northwind", "ben", "viewer"), "/api/me").await;
    let token = office.hub.token(&ann());
    let body = json!({ "title": "Disk full", "severity": "critical" });
    assert!(office.call(&token, "POST", "/api/incidents", body).await.status.is_success());
    office.world.settle().await;
    let told: Vec<String> = office.world.mails().into_iter().map(|(person, _)| person).collect();
    assert!(!told.is_empty() && told.iter().all(|person| person == "ann"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_organizations_never_meet() {
    let mut office = Office::open().await;
    let mallory = person("contoso", "mallory", "owner");
    let token = office.hub.token(&ann());
    let body = json!({ "title": "Ours", "severity": "critical" });
    let incident = office.call(&token, "POST", "/api/incidents", body).await.json();
    let id = incident["id"].as_str().expect("an id").to_owned();
    office.world.settle().await;
    office.world.mail_to("ann");
    let ann_id = office.get(&ann(), "/api/me").await["id"].as_str().expect("an id").to_owned();
    let theirs = office.hub.token(&mallory);
    for (method, path) in [
        ("GET", format!("/api/incidents/{id}")),
        ("GET", format!("/api/incidents/{id}?tenant_id=northwind")),
        ("POST", format!("/api/incidents/{id}/acknowledge")),
        ("GET", format!("/api/users/{ann_id}")),
    ] {
        let request = Request::builder().method(method).uri(&path).header("x-tenant-id", "northwind");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {theirs}"));
        let answer = office.world.request(request.body(Body::empty()).expect("a request")).await;
        assert!(matches!(answer.status.as_u16(), 400 | 404), "{method} {path}: {}", answer.text);
    }
    assert_eq!(office.get(&mallory, "/api/incidents?status=all").await["incidents"], json!([]));
    office.hub.sign_in_as(Some(&mallory));
    let mut tab = Tab::signed_in(&mut office).await;
    let page = tab.open(&mut office, &format!("/app/incidents/{id}")).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert_eq!(office.get(&ann(), &format!("/api/incidents/{id}")).await["status"], "triggered");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_in_two_organizations_is_two_users() {
    let mut office = Office::open().await;
    let mut there = person("contoso", "ann", "viewer");
    there["sub"] = ann()["sub"].clone();
    let here = office.get(&ann(), "/api/me").await;
    let there = office.get(&there, "/api/me").await;
    assert_ne!(here["id"], there["id"]);
    assert_eq!((&here["role"], &there["role"]), (&json!("owner"), &json!("viewer")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_goes_by_its_latest_name() {
    let mut office = Office::open().await;
    office.get(&ann(), "/api/me").await;
    let mut renamed = ann();
    renamed["tenantName"] = json!("Southwind Ltd");
    office.hub.sign_in_as(Some(&renamed));
    let page = Tab::signed_in(&mut office).await.open(&mut office, "/app/incidents").await;
    assert!(page.text.contains("Southwind Ltd"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_whose_id_cannot_be_one_is_not_taken_in() {
    let mut office = Office::open().await;
    for id in [json!("a/b"), json!("$directory"), json!(""), json!("x".repeat(65)), json!(["northwind"])] {
        let mut odd = ann();
        odd["tenantId"] = id;
        assert_eq!(office.status(&office.hub.token(&odd)).await, 401, "{odd}");
    }
    let mut numbered = ann();
    numbered["tenantId"] = json!(4711);
    assert_eq!(office.status(&office.hub.token(&numbered)).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_nobody_knows_may_look_and_not_touch() {
    let mut office = Office::open().await;
    office.get(&ann(), "/api/me").await;
    let token = office.hub.token(&person("northwind", "eve", "super-admin"));
    assert_eq!(office.call(&token, "GET", "/api/incidents", Value::Null).await.status, StatusCode::OK);
    let body = json!({ "title": "x", "severity": "high" });
    assert_eq!(office.call(&token, "POST", "/api/incidents", body).await.status, StatusCode::FORBIDDEN);
}
