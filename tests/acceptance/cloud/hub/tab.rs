//! A browser's tab: keeps cookies as browsers do, and goes where it is led, to the Hub and back.

use std::collections::BTreeMap;

use acceptance::world::Answer;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use reqwest::header::LOCATION;
use url::form_urlencoded::Serializer;

use super::Office;
use crate::process::api::http;

/// Where On-Call is.
const HERE: &str = "http://oncall.test";

/// A tab. A clone is a second one of a browser that was copied at that moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Tab {
    /// By name: the value, and the path that it is sent to.
    cookies: BTreeMap<String, (String, String)>,
    /// The addresses at the Hub that it was led to.
    pub(super) at_the_hub: Vec<String>,
}

impl Tab {
    /// A tab in which whoever the Hub signs in is signed in.
    pub(super) async fn signed_in(office: &mut Office) -> Self {
        let mut tab = Self::default();
        let answer = tab.visit(office, "/app/on-call").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert!(tab.cookie("oncall_session").is_some());
        tab
    }

    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(|(value, _)| value.as_str())
    }

    pub(super) fn cookie_names(&self) -> Vec<&str> {
        self.cookies.keys().map(String::as_str).collect()
    }

    pub(super) fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), (value.to_owned(), "/".to_owned()));
    }

    /// Opens an address and goes wherever it leads.
    pub(super) async fn visit(&mut self, office: &mut Office, path: &str) -> Answer {
        let answer = self.open(office, path).await;
        self.led_on(office, answer).await
    }

    /// Opens an address and stays there.
    pub(super) async fn open(&mut self, office: &mut Office, path: &str) -> Answer {
        self.send(office, "GET", path, String::new()).await
    }

    /// Sends a form and stays there.
    pub(super) async fn submit(
        &mut self,
        office: &mut Office,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(office, "POST", path, form).await
    }

    /// Where the Hub's page at `address` leads back to, as a path here.
    pub(super) async fn at_the_hub(&mut self, address: &str) -> String {
        self.at_the_hub.push(address.to_owned());
        let answer = http().get(address).send().await.expect("the Hub answers");
        let back = answer.headers().get(LOCATION).unwrap_or_else(|| panic!("{address} leads nowhere"));
        let back = back.to_str().expect("an address").to_owned();
        back.strip_prefix(HERE).unwrap_or_else(|| panic!("{back} isn't here")).to_owned()
    }

    async fn led_on(&mut self, office: &mut Office, mut answer: Answer) -> Answer {
        for _ in 0..8 {
            if !answer.status.is_redirection() {
                return answer;
            }
            let next = answer.headers[header::LOCATION].to_str().expect("an address").to_owned();
            let next = if next.starts_with('/') { next } else { self.at_the_hub(&next).await };
            answer = self.open(office, &next).await;
        }
        panic!("led round and round");
    }

    async fn send(&mut self, office: &mut Office, method: &str, path: &str, body: String) -> Answer {
        let bare = path.split('?').next().unwrap_or(path);
        let sent = self.cookies.iter().filter(|(_, (_, below))| bare.starts_with(below.as_str()));
        let sent: Vec<String> = sent.map(|(name, (value, _))| format!("{name}={value}")).collect();
        let request = Request::builder().method(method).uri(path).header(header::HOST, "oncall.test");
        let request = request.header(header::COOKIE, sent.join("; "));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = office.world.request(request.body(Body::from(body)).expect("a request")).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().expect("a cookie"));
        }
        answer
    }

    fn keep(&mut self, cookie: &str) {
        assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
        assert!(cookie.len() < 4096, "browsers drop longer ones: {cookie}");
        let mut parts = cookie.split("; ");
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a name and a value");
        let path = parts.find_map(|part| part.strip_prefix("Path=")).expect("a path");
        if cookie.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), (value.to_owned(), path.to_owned()));
        }
    }
}
