//! Alert sources of a world: made as a manager makes them, and sent to as their tools send.

use app::tenants::DEMO_TENANT;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::id::ServiceId;
use serde_json::{Value, json};

use super::{Answer, World};
use crate::fixture::Fixture;

/// An alert source, and its key.
#[derive(Debug, Clone)]
pub struct Door {
    /// The source's id.
    pub id: String,
    /// Its key.
    pub key: String,
}

impl World {
    /// The id of the demo's service.
    pub fn service_id(&self) -> String {
        ServiceId::derived(&[DEMO_TENANT, "servers"]).to_string()
    }

    /// A new alert source of a type, with further settings.
    pub async fn door(&mut self, source_type: &str, settings: Value) -> Door {
        let service = self.service_id();
        let mut body =
            json!({ "name": format!("{source_type} door"), "type": source_type, "service_id": service });
        for (name, value) in settings.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let made = self.post("olivia", "/api/alert-sources", body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let made = made.json();
        let text = |name: &str| made[name].as_str().unwrap_or_else(|| panic!("{name} in {made}")).to_owned();
        Door { id: text("id"), key: text("key") }
    }

    /// Sends JSON to a door and waits for what follows from it at once.
    pub async fn knock(&mut self, door: &Door, body: Value) -> Answer {
        let answer = self.send("POST", &format!("/api/webhooks/{}", door.key), None, body.to_string()).await;
        self.settle().await;
        answer
    }

    /// [`World::knock`], answered with 200; what became of it.
    pub async fn taken(&mut self, door: &Door, body: Value) -> Value {
        let answer = self.knock(door, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    /// Sends a delivery as its tool sends it.
    pub async fn replay(&mut self, door: &Door, fixture: &Fixture) -> Answer {
        let query = if fixture.query.is_empty() { String::new() } else { format!("?{}", fixture.query) };
        let mut request = Request::builder()
            .method(fixture.method.as_str())
            .uri(format!("/api/webhooks/{}{query}", door.key));
        for (name, value) in &fixture.headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(fixture.body.clone())).expect("a request");
        let answer = self.request(request).await;
        self.settle().await;
        answer
    }

    /// The deliveries of a door, newest first.
    pub async fn deliveries(&mut self, door: &Door) -> Vec<Value> {
        let path = format!("/api/alert-sources/{}/deliveries", door.id);
        self.get("olivia", &path).await["deliveries"].as_array().cloned().expect("deliveries")
    }
}
