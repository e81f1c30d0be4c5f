//! The HTTP client, and the one distinction that whoever calls with it needs: was the request sent or not?
//!
//! Invariants: no call waits without a limit, follows a redirect (a secret header would go along) or reads an answer
//! without end; the client, with its TLS, is built at the first call and not at start-up.

use std::error::Error as _;
use std::future::ready;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect};
use url::{Host, Url};

use crate::address::is_public;

const USER_AGENT: &str = concat!("TheOneOnCall/", env!("CARGO_PKG_VERSION"));

/// How much of an answer is read.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// The longest wait that a server may ask for.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);

/// How long a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the connection stands.
    pub connect: Duration,
    /// Until the answer is read; the connection included.
    pub total: Duration,
}

impl Default for Timeouts {
    /// 5 seconds to connect, 15 in all.
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(15) }
    }
}

/// The HTTP client; clones share its connections.
#[derive(Debug, Clone, Default)]
pub struct Http {
    timeouts: Timeouts,
    /// The only addresses that names lead to.
    pinned: Option<Pinned>,
    /// Nothing but the public internet is connected to.
    public_only: bool,
    client: Arc<OnceLock<Client>>,
}

/// Looks up nothing: every name leads to these addresses.
#[derive(Debug, Clone)]
struct Pinned(Vec<SocketAddr>);

impl Resolve for Pinned {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(ready(Ok(addresses)))
    }
}

/// Looks names up, and leaves out what isn't public.
#[derive(Debug)]
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|found| is_public(found.ip())).collect();
            if public.is_empty() {
                return Err("its address is not on the public internet".into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

/// A number is looked at here, since it is never looked up; a name when it is.
fn may_be_public(url: &Url) -> bool {
    match url.host().filter(|_| url.scheme() == "https") {
        Some(Host::Ipv4(address)) => is_public(address.into()),
        Some(Host::Ipv6(address)) => is_public(address.into()),
        Some(Host::Domain(_)) => true,
        None => false,
    }
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// How long the server asked to be left alone.
    pub(crate) wait: Option<TimeDelta>,
    /// As much of it as came and as is read; the status stands even where the body was cut off.
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer. Neither text contains the address, whose query may be confidential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The request never left: nothing was done.
    NotSent(String),
    /// The request left, or part of it: it may have been done.
    Sent(String),
}

impl Http {
    /// A client that hasn't connected to anything yet.
    pub fn new(timeouts: Timeouts) -> Self {
        Self { timeouts, ..Self::default() }
    }

    /// One that connects to the public internet only: for addresses that tenants enter, where the process stands among
    /// machines that are none of their business.
    #[must_use]
    pub fn public_only(self) -> Self {
        Self { public_only: true, client: Arc::default(), ..self }
    }

    /// A client with the same limits that connects to these addresses, whatever name it is asked for, and directly. For
    /// a name that was looked up, and whose addresses were looked at, before.
    pub(crate) fn pinned(&self, addresses: Vec<SocketAddr>) -> Self {
        Self { timeouts: self.timeouts, pinned: Some(Pinned(addresses)), ..Self::default() }
    }

    /// Makes one call.
    pub(crate) async fn call(
        &self,
        build: impl FnOnce(&Client) -> RequestBuilder,
    ) -> Result<Answer, NoAnswer> {
        let client = self.client().map_err(|error| NoAnswer::NotSent(reason(error)))?;
        let request = build(client).build().map_err(|error| NoAnswer::NotSent(reason(error)))?;
        if self.public_only && !may_be_public(request.url()) {
            return Err(NoAnswer::NotSent("its address is not https on the public internet".to_owned()));
        }
        match client.execute(request).await {
            Ok(response) => Ok(read(response).await),
            Err(error) if error.is_connect() || error.is_builder() => Err(NoAnswer::NotSent(reason(error))),
            Err(error) => Err(NoAnswer::Sent(reason(error))),
        }
    }

    /// Posts what somebody else has packed; answers the status and the body, as much of it as is read. The error says why
    /// there is no answer, without the address.
    pub async fn post(&self, url: &str, headers: HeaderMap, body: Vec<u8>) -> Result<(u16, Vec<u8>), String> {
        match self.call(|client| client.post(url).headers(headers).body(body)).await {
            Ok(answer) => Ok((answer.status.as_u16(), answer.body)),
            Err(NoAnswer::NotSent(reason) | NoAnswer::Sent(reason)) => Err(reason),
        }
    }

    fn client(&self) -> Result<&Client, reqwest::Error> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the place that sets time-outs and the user agent"
        )]
        let mut client = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(self.timeouts.connect)
            .timeout(self.timeouts.total)
            .redirect(redirect::Policy::none());
        if let Some(pinned) = &self.pinned {
            client = client.no_proxy().dns_resolver(Arc::new(pinned.clone()));
        } else if self.public_only {
            client = client.no_proxy().dns_resolver(Arc::new(PublicOnly));
        }
        let client = client.build()?;
        Ok(self.client.get_or_init(|| client))
    }
}

async fn read(mut response: Response) -> Answer {
    let (status, wait) = (response.status(), wait(response.headers()));
    let mut body = Vec::new();
    while body.len() < LONGEST_ANSWER
        && let Ok(Some(chunk)) = response.chunk().await
    {
        let room = LONGEST_ANSWER - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Answer { status, wait, body }
}

/// What `Retry-After` asks for: seconds, or a date, which is compared with the server's own `Date`, since its clock and
/// ours may differ.
fn wait(headers: &HeaderMap) -> Option<TimeDelta> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let date = |text: &str| DateTime::parse_from_rfc2822(text).ok().map(|date| date.with_timezone(&Utc));
    let asked = text(RETRY_AFTER)?;
    let wait = match asked.parse::<u32>() {
        Ok(seconds) => TimeDelta::seconds(seconds.into()),
        Err(_) => date(asked)? - date(text(DATE)?)?,
    };
    Some(wait.clamp(TimeDelta::zero(), LONGEST_WAIT))
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
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(retry_after: &str, date: Option<&str>) -> Option<TimeDelta> {
        let mut headers = HeaderMap::from_iter([(RETRY_AFTER, retry_after.parse().unwrap())]);
        headers.extend(date.map(|date| (DATE, date.parse().unwrap())));
        wait(&headers)
    }

    #[tokio::test]
    async fn who_may_reach_the_public_internet_only_reaches_no_machine_beside_it() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let http = Http::default().public_only();
        for host in ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "[::ffff:10.0.0.1]"] {
            let url = format!("https://{host}:{port}/");
            let told = http.call(|client| client.get(&url)).await.unwrap_err();
            assert!(matches!(told, NoAnswer::NotSent(_)), "{host}: {told:?}");
        }
        let came = tokio::time::timeout(Duration::from_millis(1), listener.accept()).await;
        assert!(came.is_err(), "nobody connected");
    }

    #[test]
    fn retry_after_is_read_in_seconds_or_as_a_date() {
        let nine = Some("Fri, 20 Nov 2026 21:00:00 GMT");
        for (retry_after, date, seconds) in [
            ("30", None, Some(30)),
            (" 0 ", None, Some(0)),
            ("99999999", None, Some(3600)),
            ("Fri, 20 Nov 2026 21:01:30 GMT", nine, Some(90)),
            ("Fri, 20 Nov 2026 20:00:00 GMT", nine, Some(0)),
            ("Fri, 20 Nov 2026 21:01:30 GMT", None, None),
            ("soon", nine, None),
        ] {
            assert_eq!(waits(retry_after, date), seconds.map(TimeDelta::seconds), "{retry_after}");
        }
        assert_eq!(wait(&HeaderMap::new()), None);
    }
}
