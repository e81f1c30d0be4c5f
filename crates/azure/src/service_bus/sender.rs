//! The client of the bus: `azure_messaging_servicebus`, which sends over HTTPS, on a transport of our own. The only file that
//! knows its types; another client replaces this file.
//!
//! Invariants: the transport alone decides where a request goes and what opens the door; no request waits without a limit,
//! follows a redirect or reads an answer without end; one client, built at the first message, keeps its connections.

use std::error::Error as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use azure_core_021::auth::Secret;
use azure_core_021::error::ErrorKind;
use azure_core_021::headers::Headers;
use azure_core_021::{Body, Error, HttpClient, Method, Request, Response, StatusCode};
use azure_messaging_servicebus::service_bus::{
    SendMessageOptions, SettableBrokerProperties, TopicClient, TopicSender,
};
use futures::stream;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, redirect};
use secrecy::ExposeSecret as _;

use super::Limits;
use super::connection::{Access, Connection, ConnectionError};
use super::failure::Failure;
use super::message::{Message, quoted};

const SCOPE: &str = "https://servicebus.azure.net/.default";

const USER_AGENT: &str = concat!("TheOneOnCall/", env!("CARGO_PKG_VERSION"));

/// How much of an answer is read; more isn't worth keeping its connection for.
const LONGEST_ANSWER: usize = 64 * 1024;

/// How much of another's error text is passed on.
const LONGEST_REASON: usize = 200;

/// Sends messages to one topic.
#[derive(Debug)]
pub(super) struct Sender(TopicSender);

impl Sender {
    pub(super) fn new(connection: Connection, topic: &str, limits: Limits) -> Result<Self, ConnectionError> {
        // Only what is signed names the namespace, and a bearer of tokens signs nothing.
        let namespace = connection.namespace().unwrap_or("unused").to_owned();
        let (name, key) = match connection.access() {
            Access::Key { name, key } => (name.clone(), key.expose_secret().to_owned()),
            Access::Identity(_) => ("unused".to_owned(), "unused".to_owned()),
        };
        let transport = Arc::new(Transport { connection, limits, client: OnceLock::new() });
        let client = TopicClient::new(transport, namespace, topic, name, Secret::new(key))
            .map_err(|error| ConnectionError::Client(error.to_string()))?;
        Ok(Self(client.topic_sender()))
    }

    /// Sends a message once.
    pub(super) async fn send(&self, message: &Message) -> Result<(), Failure> {
        let sent = self.0.send_message(&message.body, Some(options(message))).await;
        sent.map_err(|error| {
            let failure = error.into_downcast::<Failure>();
            failure.unwrap_or_else(|error| Failure::Unsendable(error.to_string()))
        })
    }
}

fn options(message: &Message) -> SendMessageOptions {
    let properties = message.properties.iter();
    SendMessageOptions {
        content_type: Some(message.content_type.to_owned()),
        broker_properties: Some(SettableBrokerProperties {
            message_id: Some(message.id.clone()),
            session_id: Some(message.session.clone()),
            label: Some(message.subject.clone()),
            correlation_id: Some(message.correlation.clone()),
            ..Default::default()
        }),
        custom_properties: Some(
            properties.map(|(name, value)| ((*name).to_owned(), quoted(value))).collect(),
        ),
    }
}

/// Takes the client's requests to where the bus really is.
#[derive(Debug)]
struct Transport {
    connection: Connection,
    limits: Limits,
    client: OnceLock<Client>,
}

#[async_trait]
impl HttpClient for Transport {
    async fn execute_request(&self, request: &Request) -> azure_core_021::Result<Response> {
        match self.post(request).await {
            Ok(()) => Ok(Response::new(StatusCode::Created, Headers::new(), Box::pin(stream::empty()))),
            // As an error of ours, since the client's own keeps of an answer its status only.
            Err(failure) => Err(Error::new(ErrorKind::Other, failure)),
        }
    }
}

impl Transport {
    async fn post(&self, request: &Request) -> Result<(), Failure> {
        let (Method::Post, Body::Bytes(body)) = (request.method(), request.body()) else {
            return Err(Failure::Unsendable("it is no message".to_owned()));
        };
        let mut url = self.connection.origin().clone();
        url.set_path(request.url().path());
        let headers = self.headers(request).await?;
        let sending = self.client()?.post(url).headers(headers).body(body.clone()).send();
        let answer = sending.await.map_err(unanswered)?;
        let (status, wait) = (answer.status(), wait(answer.headers()));
        read_away(answer).await;
        if status.is_success() { Ok(()) } else { Err(Failure::Refused { status: status.as_u16(), wait }) }
    }

    /// The request's headers; an identity's token takes the signature's place.
    async fn headers(&self, request: &Request) -> Result<HeaderMap, Failure> {
        let mut headers = HeaderMap::new();
        for (name, value) in request.headers().iter() {
            let name = HeaderName::from_bytes(name.as_str().as_bytes()).map_err(unsendable)?;
            headers.insert(name, HeaderValue::from_str(value.as_str()).map_err(unsendable)?);
        }
        if let Access::Identity(credential) = self.connection.access() {
            let token = credential.shared().get_token(&[SCOPE], None).await.map_err(no_token)?;
            let bearer = format!("Bearer {}", token.token.secret());
            headers.insert(AUTHORIZATION, HeaderValue::try_from(bearer).map_err(unsendable)?);
        }
        if let Some(authorization) = headers.get_mut(AUTHORIZATION) {
            authorization.set_sensitive(true);
        }
        Ok(headers)
    }

    fn client(&self) -> Result<&Client, Failure> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let is_local = self.connection.is_local();
        #[expect(clippy::disallowed_methods, reason = "the bus has limits of its own, set here")]
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(self.limits.connect)
            .timeout(self.limits.answer)
            .redirect(redirect::Policy::none())
            .https_only(!is_local);
        if is_local {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| Failure::Unreachable(reason(error)))?;
        Ok(self.client.get_or_init(|| client))
    }
}

/// Reads an answer to its end, so that its connection serves the next message. What it says isn't kept: its status is the
/// answer.
async fn read_away(mut answer: reqwest::Response) {
    let mut read = 0;
    while read < LONGEST_ANSWER
        && let Ok(Some(chunk)) = answer.chunk().await
    {
        read += chunk.len();
    }
}

/// What `Retry-After` asks for, in seconds, as Azure writes it.
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn unanswered(error: reqwest::Error) -> Failure {
    if error.is_connect() {
        Failure::Unreachable(reason(error))
    } else if error.is_builder() {
        Failure::Unsendable(reason(error))
    } else if error.is_timeout() {
        Failure::Slow
    } else {
        Failure::Lost(reason(error))
    }
}

fn unsendable(error: impl std::error::Error) -> Failure {
    Failure::Unsendable(error.to_string())
}

/// What the identity says, of which only the first line is about us.
#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn no_token(error: azure_core::Error) -> Failure {
    let text = error.to_string();
    Failure::NoToken(text.lines().next().unwrap_or_default().chars().take(LONGEST_REASON).collect())
}

/// The error with its causes: the outermost sentence alone says only that something failed.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text.chars().take(LONGEST_REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bus_asks_for_a_wait_in_seconds() {
        for (asked, seconds) in [("3", Some(3)), (" 0 ", Some(0)), ("soon", None), ("-1", None), ("", None)] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, asked.parse().expect("a value"))]);
            assert_eq!(wait(&headers), seconds.map(Duration::from_secs), "{asked}");
        }
        assert_eq!(wait(&HeaderMap::new()), None);
    }

    #[test]
    fn an_identity_without_a_token_says_why_in_one_short_line() {
        let long = format!("the identity isn't assigned {}\nmore about it", "x".repeat(500));
        let error = azure_core::Error::with_message(azure_core::error::ErrorKind::Credential, long);
        let Failure::NoToken(text) = no_token(error) else { panic!("no token") };
        assert!(text.starts_with("the identity isn't assigned x") && text.len() == LONGEST_REASON, "{text}");
    }
}
