//! Zones: the part of Autotask that a user's data lies in, and where it is reached.
//!
//! Invariant: the secret goes only to Autotask, or to the host that was named in the settings: an answer that names
//! another one is not believed.

use app::port::TicketError;
use serde_json::Value;
use url::Url;

use super::answer::{NAME, unavailable};

/// Where the zone of any user is known.
const ANYWHERE: &str = "https://webservices.autotask.net";

/// Its letters' case matters.
const SERVICE: &str = "ATServicesRest";
const VERSION: &str = "V1.0";

/// A user's zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zone {
    /// Of the calls; ends with a slash.
    pub(super) rest: Url,
    /// Of what people look at; ends with a slash.
    pub(super) web: Option<Url>,
}

impl Zone {
    /// Where people look at a ticket.
    pub(super) fn ticket_url(&self, id: i64) -> Option<String> {
        let mut url = self.web.as_ref()?.join("Mvc/ServiceDesk/TicketDetail.mvc").ok()?;
        url.query_pairs_mut().append_pair("ticketId", &id.to_string());
        Some(url.into())
    }
}

/// Where the zone of `username` is asked for. The error says what is wrong with `zone_url`.
pub(super) fn question(zone_url: Option<&str>, username: &str) -> Result<Url, String> {
    let text = zone_url.map(str::trim).filter(|url| !url.is_empty()).unwrap_or(ANYWHERE);
    let mut url = Url::parse(text).map_err(|error| format!("is not an address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("starts with neither https:// nor http://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("contains a user or password, which mean nothing here".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has a query or a fragment, which mean nothing here".to_owned());
    }
    // People copy the address with more or less of the path that is the same for everybody.
    let kept: Vec<String> = url
        .path_segments()
        .into_iter()
        .flatten()
        .take_while(|segment| !segment.eq_ignore_ascii_case(SERVICE))
        .map(str::to_owned)
        .collect();
    url.path_segments_mut()
        .map_err(|()| "is not a web address".to_owned())?
        .clear()
        .extend(kept.iter().filter(|segment| !segment.is_empty()))
        .extend([SERVICE, VERSION, "zoneInformation"]);
    url.query_pairs_mut().append_pair("user", username);
    Ok(url)
}

/// The zone that was answered.
pub(super) fn read(answer: &Value, asked: &Url) -> Result<Zone, TicketError> {
    let address = |name: &str| {
        let text = answer[name].as_str()?.trim();
        Url::parse(&if text.ends_with('/') { text.to_owned() } else { format!("{text}/") }).ok()
    };
    let url = address("url").ok_or_else(none)?;
    if !is_believed(&url, asked) {
        return Err(TicketError::Refused(format!(
            "{NAME} named a zone at {}, which is none of its own hosts",
            url.host_str().unwrap_or("no host")
        )));
    }
    let rest =
        url.join(&format!("{VERSION}/")).map_err(|_| unavailable("named a zone that is no address"))?;
    Ok(Zone { rest, web: address("webUrl").filter(|web| matches!(web.scheme(), "http" | "https")) })
}

/// There is no such user.
pub(super) fn none() -> TicketError {
    TicketError::Refused(format!("{NAME} knows no zone of this API user: look at the user's name"))
}

fn is_believed(url: &Url, asked: &Url) -> bool {
    let is_autotasks =
        url.scheme() == "https" && url.host_str().is_some_and(|host| host.ends_with(".autotask.net"));
    let is_the_same = url.scheme() == asked.scheme() && url.host() == asked.host();
    url.username().is_empty() && (is_autotasks || is_the_same)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_zone_is_asked_for_at_the_path_that_is_the_same_everywhere() {
        let path = "/ATServicesRest/V1.0/zoneInformation?user=api%40msp.test";
        for (zone_url, asked) in [
            (None, "https://webservices.autotask.net"),
            (Some(" "), "https://webservices.autotask.net"),
            (Some("http://127.0.0.1:81"), "http://127.0.0.1:81"),
            (
                Some("https://webservices3.autotask.net/atservicesrest/v1.0/"),
                "https://webservices3.autotask.net",
            ),
            (Some("https://proxy.test/autotask/"), "https://proxy.test/autotask"),
        ] {
            let url = question(zone_url, "api@msp.test").unwrap();
            assert_eq!(url.as_str(), format!("{asked}{path}"));
        }
        for wrong in ["autotask", "ftp://x.test", "https://me:pw@x.test", "https://x.test/?a=b"] {
            question(Some(wrong), "api").unwrap_err();
        }
    }

    #[test]
    fn only_autotasks_own_hosts_and_the_one_that_was_asked_are_believed() {
        let asked = question(Some("http://127.0.0.1:81"), "api").unwrap();
        for (url, rest) in [
            (
                "https://webservices3.autotask.net/ATServicesRest/",
                Some("https://webservices3.autotask.net/ATServicesRest/V1.0/"),
            ),
            ("http://127.0.0.1:82/ATServicesRest", Some("http://127.0.0.1:82/ATServicesRest/V1.0/")),
            ("http://webservices3.autotask.net/ATServicesRest/", None),
            ("https://autotask.net.evil.test/ATServicesRest/", None),
            ("https://evilautotask.net/ATServicesRest/", None),
            ("", None),
        ] {
            let zone = read(&json!({ "url": url, "webUrl": "https://ww3.autotask.net" }), &asked);
            assert_eq!(zone.as_ref().ok().map(|zone| zone.rest.as_str()), rest, "{url} {zone:?}");
        }
        let zone =
            read(&json!({ "url": "http://127.0.0.1/", "webUrl": "https://ww3.autotask.net/" }), &asked)
                .unwrap();
        let link = "https://ww3.autotask.net/Mvc/ServiceDesk/TicketDetail.mvc?ticketId=7";
        assert_eq!(zone.ticket_url(7).as_deref(), Some(link));
    }
}
