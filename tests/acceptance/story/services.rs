//! Services: managers keep them, and what alerts need stays.

use acceptance::world::World;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::id::PolicyId;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

super::stories!(
    a_service_is_made_read_edited_and_deleted,
    every_mistake_in_a_service_is_named,
    two_services_never_have_one_name,
    only_managers_change_services,
    a_service_that_something_needs_stays,
    a_service_that_goes_while_something_comes_to_need_it,
    another_tenants_service_does_not_exist,
);

/// The demo's escalation policy.
fn policy_id() -> String {
    PolicyId::derived(&[app::tenants::DEMO_TENANT, "after-hours"]).to_string()
}

fn service(name: &str) -> Value {
    json!({ "name": name, "escalation_policy_id": policy_id() })
}

async fn made(world: &mut World, service: Value) -> Value {
    let answer = world.post("olivia", "/api/services", service).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    answer.json()
}

fn id(service: &Value) -> &str {
    service["id"].as_str().expect("an id")
}

fn path(service: &Value) -> String {
    format!("/api/services/{}", id(service))
}

fn strings(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|&field| field.to_owned()).collect()
}

async fn a_service_is_made_read_edited_and_deleted(mut world: World) {
    let mut body = service(" Firewalls ");
    body["client"] = json!("Contoso");
    body["auto_resolve_hours"] = json!(24);
    let mut kept = made(&mut world, body).await;
    assert_eq!(kept["name"], "Firewalls");
    assert_eq!((&kept["client"], &kept["auto_resolve_hours"]), (&json!("Contoso"), &json!(24)));
    let path = path(&kept);
    assert_eq!(world.get("ann", &path).await, kept);
    kept["name"] = json!("Edge");
    kept["client"] = Value::Null;
    kept["auto_resolve_hours"] = Value::Null;
    let edited = world.put("olivia", &path, kept.clone()).await;
    assert_eq!((edited.status, edited.json()), (StatusCode::OK, kept.clone()));
    let list = world.get("ben", "/api/services").await;
    let names: Vec<_> = list["services"].as_array().expect("services").iter().map(|s| &s["name"]).collect();
    assert_eq!(names, ["Client servers", "Edge"]);
    assert_eq!(world.send("DELETE", &path, Some("olivia"), "").await.status, StatusCode::NO_CONTENT);
    for (method, body) in [("GET", String::new()), ("PUT", kept.to_string()), ("DELETE", String::new())] {
        assert_eq!(world.send(method, &path, Some("olivia"), body).await.status, 404, "{method}");
    }
}

async fn every_mistake_in_a_service_is_named(mut world: World) {
    let policy = policy_id();
    let bad = [
        (json!({ "name": " ", "escalation_policy_id": "pol_nope" }), vec!["name", "escalation_policy_id"]),
        (json!({ "name": "CLIENT SERVERS", "escalation_policy_id": policy }), vec!["name"]),
        (json!({ "name": "x", "escalation_policy_id": "nope" }), vec!["escalation_policy_id"]),
        (json!({ "name": "x" }), vec!["escalation_policy_id"]),
        (
            json!({ "name": "x", "escalation_policy_id": policy, "client": " ", "auto_resolve_hours": 0 }),
            vec!["client", "auto_resolve_hours"],
        ),
        (
            json!({ "name": "x", "escalation_policy_id": policy, "auto_resolve_hours": 721 }),
            vec!["auto_resolve_hours"],
        ),
        (
            json!({ "name": "x", "escalation_policy_id": policy, "auto_resolve_hours": 65_537 }),
            vec!["auto_resolve_hours"],
        ),
        (json!({ "name": "x", "escalation_policy_id": policy, "color": "red" }), vec!["color"]),
    ];
    for (body, fields) in bad {
        let answer = world.post("olivia", "/api/services", body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.wrong_fields()), (400, strings(&fields)), "{body}");
    }
    let kept = made(&mut world, service("Edge")).await;
    let taken = world.put("olivia", &path(&kept), service("client servers")).await;
    assert_eq!((taken.status.as_u16(), taken.wrong_fields()), (400, strings(&["name"])));
    assert_eq!(world.get("ann", &path(&kept)).await, kept, "nothing was changed");
    assert_eq!(world.put("olivia", &path(&kept), service("EDGE")).await.status, 200, "its own name");
}

async fn two_services_never_have_one_name(mut world: World) {
    let answers = world.at_once("olivia", "POST", "/api/services", &service("Edge"), 6).await;
    let mut told: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    told.sort_unstable();
    assert_eq!(told, [201, 400, 400, 400, 400, 400]);
    assert_eq!(world.get("ann", "/api/services").await["services"].as_array().map(Vec::len), Some(2));
}

async fn only_managers_change_services(mut world: World) {
    let kept = made(&mut world, service("Edge")).await;
    let (viewer, admin) = (world.newcomer("viewer"), world.newcomer("admin"));
    let body = service("Mine").to_string();
    for (method, at) in [("POST", "/api/services".to_owned()), ("PUT", path(&kept)), ("DELETE", path(&kept))]
    {
        let by_member = world.send(method, &at, Some("ann"), body.clone()).await;
        let by_viewer = world.send_with(&viewer, method, &at, body.clone()).await;
        assert_eq!((by_member.status.as_u16(), by_viewer.status.as_u16()), (403, 403), "{method}");
        assert_eq!(world.send(method, &at, None, body.clone()).await.status, 401);
    }
    assert_eq!(world.send_with(&viewer, "GET", &path(&kept), "").await.json(), kept);
    assert_eq!(world.send_with(&admin, "PUT", &path(&kept), body).await.status, 200);
}

async fn a_service_that_something_needs_stays(mut world: World) {
    let kept = made(&mut world, service("Edge")).await;
    let source = json!({ "name": "Edge Nagios", "type": "nagios", "service_id": id(&kept) });
    let source = world.post("olivia", "/api/alert-sources", source).await.json();
    let (starts, ends) = (world.now(), world.now() + chrono::TimeDelta::hours(1));
    let window = json!({ "name": "Patching", "starts": starts, "ends": ends, "service_ids": [id(&kept)] });
    let window = world.post("olivia", "/api/maintenance-windows", window).await;
    assert_eq!(window.status, 201, "{}", window.text);
    let refused = world.send("DELETE", &path(&kept), Some("olivia"), "").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.json()["type"], "urn:oncall:problem:service-in-use");
    assert!(refused.text.contains("Edge Nagios") && refused.text.contains("Patching"), "{}", refused.text);
    let of_source = format!("/api/alert-sources/{}", source["id"].as_str().expect("an id"));
    assert_eq!(world.send("DELETE", &of_source, Some("olivia"), "").await.status, 204);
    let refused = world.send("DELETE", &path(&kept), Some("olivia"), "").await;
    assert!(refused.status == 409 && !refused.text.contains("Edge Nagios"), "{}", refused.text);
    world.sleep_through(chrono::TimeDelta::hours(2));
    assert_eq!(
        world.send("DELETE", &path(&kept), Some("olivia"), "").await.status,
        204,
        "the window is over"
    );
    let list = world.get("ann", "/api/services").await;
    let default = world.send("DELETE", &path(&list["services"][0]), Some("olivia"), "").await;
    assert!(default.status == 409 && default.text.contains("default service"), "{}", default.text);
}

/// A request that doesn't wait for others, to whichever process has its turn.
fn meanwhile(
    world: &mut World,
    token: &str,
    method: &str,
    path: &str,
    body: &Value,
) -> JoinHandle<StatusCode> {
    let request = Request::builder().method(method).uri(path);
    let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    let request = request.body(Body::from(body.to_string())).expect("a request");
    let router = world.machine().router();
    tokio::spawn(async move {
        let Ok(response) = router.oneshot(request).await;
        response.status()
    })
}

/// Whoever is first, the other one is refused: no source is ever of a service that is gone.
async fn a_service_that_goes_while_something_comes_to_need_it(mut world: World) {
    let admin = world.newcomer("admin");
    for round in 0..6 {
        let kept = made(&mut world, service(&format!("Edge {round}"))).await;
        let body = json!({ "name": format!("Nagios {round}"), "type": "nagios", "service_id": id(&kept) });
        let coming = meanwhile(&mut world, &admin, "POST", "/api/alert-sources", &body);
        let going = meanwhile(&mut world, &admin, "DELETE", &path(&kept), &Value::Null);
        let told = (coming.await.expect("an answer").as_u16(), going.await.expect("an answer").as_u16());
        assert!([(201, 409), (400, 204)].contains(&told), "{told:?}");
    }
}

async fn another_tenants_service_does_not_exist(mut world: World) {
    let kept = made(&mut world, service("Edge")).await;
    let stranger = world.stranger().await;
    let body = service("Theirs").to_string();
    for method in ["GET", "PUT", "DELETE"] {
        let answer = world.send_with(&stranger, method, &path(&kept), body.clone()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method}");
    }
    let refused = world.send_with(&stranger, "POST", "/api/services", body).await;
    assert_eq!((refused.status.as_u16(), refused.wrong_fields()), (400, strings(&["escalation_policy_id"])));
    assert_eq!(world.get("ann", &path(&kept)).await, kept);
}
