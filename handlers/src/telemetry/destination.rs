//! Where telemetry goes: the connection string of an Application Insights resource.
//!
//! Invariant: the instrumentation key in it leaves the process in no other way than to the endpoint beside it, and that only
//! over TLS (or to this machine itself).

use std::fmt;

use opentelemetry_application_insights::Exporter;
use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::Ingestion;

/// What a connection string without an endpoint means.
const GLOBAL: &str = "https://dc.services.visualstudio.com/";

/// A connection string that was understood.
#[derive(Clone)]
pub(crate) struct Destination {
    /// Where batches are posted.
    pub(super) track: Url,
    key: SecretString,
}

/// Why a connection string names no destination. Repeats nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoDestination {
    #[error("has no InstrumentationKey: it looks like 'InstrumentationKey=…;IngestionEndpoint=https://…'")]
    NoKey,
    #[error("has an InstrumentationKey that is none: letters, digits and dashes")]
    OddKey,
    #[error("has an IngestionEndpoint that is no https:// address")]
    Endpoint,
}

impl Destination {
    /// Reads `InstrumentationKey=…;IngestionEndpoint=…`, in any order, with whatever else stands there.
    pub(crate) fn parse(text: &str) -> Result<Self, NoDestination> {
        let part = |name: &str| {
            let parts = text.split(';').filter_map(|part| part.split_once('='));
            let mut parts = parts.map(|(name, value)| (name.trim(), value.trim()));
            parts.find(|(found, value)| found.eq_ignore_ascii_case(name) && !value.is_empty())
        };
        let (_, key) = part("InstrumentationKey").ok_or(NoDestination::NoKey)?;
        if !key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-') {
            return Err(NoDestination::OddKey);
        }
        let (_, endpoint) = part("IngestionEndpoint").unwrap_or(("", GLOBAL));
        let mut track = Url::parse(endpoint).map_err(|_| NoDestination::Endpoint)?;
        let is_here = match track.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            _ => false,
        };
        if track.scheme() != "https" && !(track.scheme() == "http" && is_here) {
            return Err(NoDestination::Endpoint);
        }
        track.set_path(&format!("{}/v2.1/track", track.path().trim_end_matches('/')));
        Ok(Self { track, key: key.into() })
    }

    /// The exporter for it. The address is the ingestion's own: the exporter would turn any into https.
    pub(super) fn exporter(&self, ingestion: Ingestion) -> Result<Exporter<Ingestion>, NoDestination> {
        let key = format!("InstrumentationKey={}", self.key.expose_secret());
        Exporter::new_from_connection_string(key, ingestion).map_err(|_| NoDestination::OddKey)
    }
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Destination").field(&self.track.as_str()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "InstrumentationKey=0b0c9c7e-5b7e-4f43-9d5a-6a1f5f0d9a11";

    fn track(rest: &str) -> Result<String, NoDestination> {
        Destination::parse(&format!("{KEY};{rest}")).map(|destination| destination.track.into())
    }

    #[test]
    fn the_endpoint_is_found_among_whatever_else_the_portal_writes() {
        let regional = "https://westeurope-5.in.applicationinsights.azure.com/v2.1/track";
        for rest in [
            "IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/",
            "IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/;LiveEndpoint=https://x/;ApplicationId=7;",
            " ingestionendpoint = https://westeurope-5.in.applicationinsights.azure.com ",
        ] {
            assert_eq!(track(rest).as_deref(), Ok(regional), "{rest}");
        }
        assert_eq!(track("").as_deref(), Ok("https://dc.services.visualstudio.com/v2.1/track"));
        let here = track("IngestionEndpoint=http://127.0.0.1:4318");
        assert_eq!(here.as_deref(), Ok("http://127.0.0.1:4318/v2.1/track"));
    }

    #[test]
    fn what_would_send_the_key_in_the_clear_or_nowhere_is_refused() {
        for rest in [
            "IngestionEndpoint=http://insights.example/",
            "IngestionEndpoint=insights",
            "IngestionEndpoint=file:///x",
        ] {
            assert_eq!(track(rest), Err(NoDestination::Endpoint), "{rest}");
        }
        let parse = |text: &str| Destination::parse(text).map(|_| ());
        assert_eq!(parse("IngestionEndpoint=https://x/"), Err(NoDestination::NoKey));
        assert_eq!(parse("InstrumentationKey="), Err(NoDestination::NoKey));
        assert_eq!(parse("InstrumentationKey=a b"), Err(NoDestination::OddKey));
    }

    #[test]
    fn the_key_is_not_shown() {
        let destination = Destination::parse(KEY).unwrap();
        assert_eq!(
            format!("{destination:?}"),
            "Destination(\"https://dc.services.visualstudio.com/v2.1/track\")"
        );
    }
}
