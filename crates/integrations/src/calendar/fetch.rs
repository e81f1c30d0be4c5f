//! Fetching a calendar whose address somebody has entered; nobody may borrow our place in the network that way.
//!
//! Invariants: a call goes to the very addresses that were looked at before, and to nowhere that they redirect to; and
//! no error contains more of the address than its host, since the rest of it is a calendar's password.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use app::port::CalendarError;
use reqwest::header::ACCEPT;
use tokio::net::lookup_host;
use tokio::time::timeout;
use url::{Host, Url};

use super::Reachable;
use crate::address::is_public;
use crate::http::{Answer, Http, NoAnswer};

const WANTED: &str = "text/calendar, */*;q=0.5";

/// How long a name may take to be looked up.
const LOOK_UP: Duration = Duration::from_secs(5);

pub(super) async fn fetch(http: &Http, reachable: Reachable, url: &str) -> Result<String, CalendarError> {
    let url = parse(url)?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let http = match reachable {
        Reachable::Anywhere => http.clone(),
        Reachable::PublicOnly => http.pinned(public_addresses(&url).await?),
    };
    match http.call(|client| client.get(url).header(ACCEPT, WANTED)).await {
        Ok(answer) if answer.status.is_success() => Ok(decode(answer.body)),
        Ok(answer) => Err(refusal(&host, &answer)),
        Err(NoAnswer::NotSent(reason) | NoAnswer::Sent(reason)) => {
            Err(CalendarError::Unavailable(format!("{host} can't be reached: {reason}")))
        }
    }
}

/// The address, with `https` for `webcal`.
fn parse(url: &str) -> Result<Url, CalendarError> {
    let refused = |problem: &str| CalendarError::Refused(format!("the calendar's address {problem}"));
    let url = url.trim();
    let (scheme, rest) = url.split_once("://").ok_or_else(|| refused("doesn't begin with https://"))?;
    let scheme = scheme.to_ascii_lowercase();
    let scheme = if matches!(scheme.as_str(), "webcal" | "webcals") { "https" } else { scheme.as_str() };
    let url = Url::parse(&format!("{scheme}://{rest}"))
        .map_err(|error| refused(&format!("can't be understood: {error}")))?;
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => Ok(url),
        ("http", Some(host)) if is_this_machine(&host) => Ok(url),
        _ => Err(refused("doesn't begin with https://")),
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Where the host is. Refused if any of it isn't public: who names such an address besides is up to no good.
async fn public_addresses(url: &Url) -> Result<Vec<SocketAddr>, CalendarError> {
    let port = url.port_or_known_default().unwrap_or_default();
    let addresses = match url.host() {
        Some(Host::Ipv4(address)) => vec![SocketAddr::new(IpAddr::V4(address), port)],
        Some(Host::Ipv6(address)) => vec![SocketAddr::new(IpAddr::V6(address), port)],
        Some(Host::Domain(name)) => look_up(name, port).await?,
        None => Vec::new(),
    };
    let host = url.host_str().unwrap_or_default();
    if addresses.iter().all(|address| is_public(address.ip())) {
        return Ok(addresses);
    }
    Err(CalendarError::Refused(format!(
        "{host} is not on the public internet; calendars are read from there only"
    )))
}

async fn look_up(name: &str, port: u16) -> Result<Vec<SocketAddr>, CalendarError> {
    let unavailable = |problem: &str| CalendarError::Unavailable(format!("{name} can't be found: {problem}"));
    match timeout(LOOK_UP, lookup_host((name, port))).await {
        Ok(Ok(found)) => Ok(found.collect()),
        Ok(Err(error)) => Err(unavailable(&error.to_string())),
        Err(_) => Err(unavailable("looking it up took too long")),
    }
}

fn refusal(host: &str, answer: &Answer) -> CalendarError {
    let status = answer.status.as_u16();
    CalendarError::Unavailable(if answer.status.is_redirection() {
        format!("{host} answered {status}: the calendar is at another address")
    } else {
        format!("{host} answered {status}")
    })
}

/// Programs that fold lines by counting bytes break characters in two, so what isn't UTF-8 is looked at again with its
/// lines unfolded. What isn't even then becomes `�`.
fn decode(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap_or_else(|error| {
        let mut unfolded: Vec<u8> = Vec::with_capacity(error.as_bytes().len());
        let mut rest = error.as_bytes();
        while let Some((&byte, after)) = rest.split_first() {
            rest = match rest {
                [b'\r', b'\n', b' ' | b'\t', after @ ..] | [b'\n', b' ' | b'\t', after @ ..] => after,
                _ => {
                    unfolded.push(byte);
                    after
                }
            };
        }
        String::from_utf8_lossy(&unfolded).into_owned()
    })
}
