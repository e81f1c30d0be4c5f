//! The demo's alert source, found where a person finds it: in what a start prints.

use acceptance::process::Oncall;
use reqwest::Client;
use serde_json::Value;

use super::api;
use super::eventually;

/// The command that a start prints, taken apart: `curl 'URL' -d 'BODY'`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Curl {
    pub(crate) url: String,
    pub(crate) body: String,
}

impl Curl {
    pub(crate) async fn printed_by(oncall: &Oncall) -> Self {
        eventually("a curl line", async || oncall.output().iter().find_map(|line| Self::read(line))).await
    }

    /// Reads a line as a shell does. Inside single quotes nothing has a meaning.
    fn read(line: &str) -> Option<Self> {
        let rest = line.trim_start().strip_prefix("curl '")?;
        let (url, rest) = rest.split_once("' -d '")?;
        let body = rest.trim_end().strip_suffix('\'')?;
        (!url.contains('\'') && !body.contains('\''))
            .then(|| Self { url: url.to_owned(), body: body.to_owned() })
    }

    /// Sends what `curl` would send, headers included: `-d` says that it is a form.
    pub(crate) async fn run(&self) -> (u16, Value) {
        let request = api::http()
            .post(&self.url)
            .header("User-Agent", "curl/8.5.0")
            .header("Accept", "*/*")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(self.body.clone());
        let response = request.send().await.expect("an answer");
        (response.status().as_u16(), response.json().await.expect("JSON"))
    }
}

/// Where monitoring tools send alerts; clones share connections.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    http: Client,
    url: String,
    key: String,
}

impl Door {
    pub(crate) async fn of(oncall: &Oncall) -> Self {
        let curl = Curl::printed_by(oncall).await;
        let (_, key) = curl.url.split_once("?key=").expect("the key stands in the query");
        Self::new(&oncall.url(), key)
    }

    pub(crate) fn new(url: &str, key: &str) -> Self {
        Self { http: api::http(), url: url.to_owned(), key: key.to_owned() }
    }

    /// What opens it.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The same key at another process.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    /// Sends an alert to a process that may vanish.
    pub(crate) async fn try_send(&self, alert: &Value) -> reqwest::Result<(u16, Value)> {
        let url = format!("{}/api/webhooks/ingest?key={}", self.url, self.key);
        let response = self.http.post(url).json(alert).send().await?;
        let status = response.status().as_u16();
        Ok((status, serde_json::from_slice(&response.bytes().await?).unwrap_or_default()))
    }

    /// Sends an alert that must be taken; answers what became of it.
    pub(crate) async fn send(&self, alert: &Value) -> Value {
        let (status, answer) = self.try_send(alert).await.expect("an answer");
        assert_eq!(status, 200, "{answer}");
        answer
    }
}
