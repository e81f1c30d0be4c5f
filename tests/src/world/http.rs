//! Requests of the world's people and machines.

use app::tenants::DEMO_TENANT;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use chrono::TimeDelta;
use domain::user::User;
use embedded::hub;
use handlers::compose::Machine;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::World;

/// An answer, read.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it isn't.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The problem's wrong fields, by name.
    pub fn wrong_fields(&self) -> Vec<String> {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{}", self.text);
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|wrong| wrong["field"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl World {
    /// Sends a request as somebody (`ann`, `ben`, `olivia`), or as nobody.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        who: Option<&str>,
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(person) = who {
            let token = self.token(person).await;
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(body.into()).expect("a request");
        self.request(request).await
    }

    /// Sends any request.
    pub async fn request(&mut self, request: Request<Body>) -> Answer {
        answer(self.machine().router(), request).await
    }

    /// `GET` as somebody, answered with 200.
    pub async fn get(&mut self, who: &str, path: &str) -> Value {
        let answer = self.send("GET", path, Some(who), Body::empty()).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.json()
    }

    /// `POST` as somebody; waits for what follows from it at once.
    pub async fn post(&mut self, who: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.send("POST", path, Some(who), body).await;
        self.settle().await;
        answer
    }

    /// `PUT` as somebody.
    pub async fn put(&mut self, who: &str, path: &str, body: Value) -> Answer {
        self.send("PUT", path, Some(who), body.to_string()).await
    }

    /// `PUT` as somebody, only if it is still this version.
    pub async fn put_if(&mut self, version: &str, who: &str, path: &str, body: Value) -> Answer {
        let token = self.token(who).await;
        let request = Request::put(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::IF_MATCH, version)
            .body(Body::from(body.to_string()))
            .expect("a request");
        self.request(request).await
    }

    /// The same request many times at once, over all instances.
    pub async fn at_once(
        &mut self,
        who: &str,
        method: &str,
        path: &str,
        body: &Value,
        times: usize,
    ) -> Vec<Answer> {
        let token = self.token(who).await;
        let mut sent = Vec::with_capacity(times);
        for _ in 0..times {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .body(Body::from(body.to_string()))
                .expect("a request");
            sent.push(tokio::spawn(answer(self.machine().router(), request)));
        }
        let answers = futures::future::join_all(sent).await;
        answers.into_iter().map(|answer| answer.expect("an answer")).collect()
    }

    /// The id of one of the demo's people.
    pub fn user_id(&self, person: &str) -> String {
        let tenant = DEMO_TENANT.parse().expect("a tenant id");
        User::id_of(&tenant, person).to_string()
    }

    /// Works on an incident: `acknowledge`, `resolve`, `notes`, `escalate`; must succeed.
    pub async fn work(&mut self, who: &str, incident: &str, verb: &str, body: Value) -> Value {
        let answer = self.post(who, &format!("/api/incidents/{incident}/{verb}"), body).await;
        assert!(answer.status.is_success(), "{verb}: {} {}", answer.status, answer.text);
        answer.json()
    }

    /// The incident, as Olivia sees it.
    pub async fn look(&mut self, incident: &str) -> Value {
        self.get("olivia", &format!("/api/incidents/{incident}")).await
    }

    /// The types of the incident's timeline entries, in order.
    pub async fn timeline(&mut self, incident: &str) -> Vec<String> {
        let timeline = self.get("olivia", &format!("/api/incidents/{incident}/timeline")).await;
        let entries = timeline["entries"].as_array().expect("entries").clone();
        entries.iter().map(|entry| entry["event"]["type"].as_str().expect("a type").to_owned()).collect()
    }

    /// A message on a bus subscription, delivered as the host delivers it; answers the invocation's status.
    pub async fn bus(&mut self, subscription: &str, id: &str, message: &Value) -> Answer {
        use base64::Engine as _;
        let body = base64::engine::general_purpose::STANDARD.encode(message.to_string());
        let envelope =
            json!({ "Data": { "message": body }, "Metadata": { "MessageId": format!("\"{id}\"") } });
        let request = Request::post(format!("/bus-{subscription}"))
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .body(Body::from(envelope.to_string()))
            .expect("a request");
        let answer = answer(self.machine().triggers(), request).await;
        self.settle().await;
        answer
    }

    /// A sign-in token of one of the demo's people.
    async fn token(&mut self, person: &str) -> String {
        let tenant = DEMO_TENANT.parse().expect("a tenant id");
        let exp = (self.now() + TimeDelta::days(1)).timestamp();
        let id = User::id_of(&tenant, person);
        let user = self.store().get::<User>(&tenant, id.as_str()).await.expect("a store").expect("a person");
        self.machine().hub.issue(hub::claims(&tenant, &user.value, exp)).expect("a token")
    }
}

/// One firing of a timer function; answers the invocation's answer.
pub(super) async fn fire(machine: &Machine, function: &str) -> Value {
    let envelope = json!({
        "Data": { "timer": { "Schedule": { "AdjustForDST": true }, "ScheduleStatus": null, "IsPastDue": false } },
        "Metadata": { "sys": { "MethodName": function } },
    });
    let request =
        Request::post(format!("/{function}")).body(Body::from(envelope.to_string())).expect("a request");
    let answer = answer(machine.triggers(), request).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

async fn answer(router: Router, request: Request<Body>) -> Answer {
    let Ok(response) = router.oneshot(request).await;
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8_lossy(&bytes).into_owned(),
    }
}
