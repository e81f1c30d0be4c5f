//! People's API, as a script with a sign-in token uses it.

use acceptance::process::Oncall;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

/// The API of one process, for one person.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    http: Client,
    url: String,
    token: String,
}

/// A client that speaks to loopback, and takes every answer as it is.
#[expect(
    clippy::disallowed_methods,
    reason = "a sender of alerts has a client of its own, without our time-outs"
)]
pub(crate) fn http() -> Client {
    Client::builder().no_proxy().redirect(Policy::none()).build().expect("an HTTP client")
}

impl Api {
    /// As the owner of the demo tenant, with the token that the command line prints.
    pub(crate) async fn of(oncall: &Oncall) -> Self {
        Self::new(&oncall.url(), &token(oncall, &[]).await)
    }

    /// As `ann`, `ben` or `olivia`.
    pub(crate) async fn of_person(oncall: &Oncall, person: &str) -> Self {
        let email = format!("{person}@msp.example");
        Self::new(&oncall.url(), &token(oncall, &["--user", &email]).await)
    }

    pub(crate) fn new(url: &str, token: &str) -> Self {
        Self { http: http(), url: url.to_owned(), token: token.to_owned() }
    }

    /// The same person at another process.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    /// What is at `path`.
    ///
    /// # Panics
    /// When it isn't answered with 200.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let response = self.request(Method::GET, path).send().await.expect("an answer");
        let status = response.status();
        let text = response.text().await.expect("a body");
        assert_eq!(status, 200, "GET {path}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Does something; null for a body that isn't JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.try_post(path, body).await.expect("an answer")
    }

    /// The same with a process that may vanish.
    pub(crate) async fn try_post(&self, path: &str, body: &Value) -> reqwest::Result<(u16, Value)> {
        let request = self.request(Method::POST, path);
        let request = if body.is_null() { request } else { request.json(body) };
        let response = request.send().await?;
        let status = response.status().as_u16();
        Ok((status, serde_json::from_slice(&response.bytes().await?).unwrap_or_default()))
    }

    /// Works on an incident: `acknowledge`, `resolve`, `notes`, `escalate`.
    pub(crate) async fn work(&self, incident: &str, verb: &str, body: &Value) -> (u16, Value) {
        self.post(&format!("/api/incidents/{incident}/{verb}"), body).await
    }

    pub(crate) async fn incident(&self, id: &str) -> Value {
        self.get(&format!("/api/incidents/{id}")).await
    }

    /// All incidents, whatever their state, in the order of their numbers.
    pub(crate) async fn incidents(&self) -> Vec<Value> {
        let mut all = Vec::new();
        let mut after = String::new();
        loop {
            let page = self.get(&format!("/api/incidents?status=all&limit=100{after}")).await;
            all.extend(page["incidents"].as_array().expect("incidents").iter().cloned());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={}", encoded(next)),
                None => break,
            }
        }
        all.sort_by_key(|incident| incident["number"].as_u64());
        all
    }

    /// What happened to an incident, oldest first.
    pub(crate) async fn timeline(&self, id: &str) -> Vec<Value> {
        entries(self.get(&format!("/api/incidents/{id}/timeline")).await, "entries")
    }

    /// The incident's page ledger.
    pub(crate) async fn pages(&self, id: &str) -> Vec<Value> {
        entries(self.get(&format!("/api/incidents/{id}/pages")).await, "pages")
    }
}

/// The token that `oncall token` prints.
pub(crate) async fn token(oncall: &Oncall, whose: &[&str]) -> String {
    let end = oncall.run_cli(&[&["token"], whose].concat()).await.expect("the command runs");
    assert!(end.status.success(), "{end:?}");
    String::from_utf8(end.stdout).expect("text").trim_end().to_owned()
}

/// The text at `field`.
///
/// # Panics
/// When there is none.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}"))
}

fn entries(mut answer: Value, name: &str) -> Vec<Value> {
    match answer[name].take() {
        Value::Array(entries) => entries,
        other => panic!("{name} is {other}"),
    }
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
