//! Fixtures, read by a format alone: whole requests, with their query, and without what is tried where a format fails.

use app::port::{ReceivedBody, Unreadable};
use serde_json::Value;

use super::format::{Came, Format, Found, Said};

/// What a fixture says: a JSON body, or a request with its method, query, headers and body.
pub(super) fn said(format: &dyn Format, fixture: &str) -> Result<Said, Unreadable> {
    let value: Value = serde_json::from_str(fixture).unwrap();
    let (content_type, query, body) = match (value["method"].as_str(), value["body"].as_str()) {
        (Some(_), Some(body)) => {
            (value["headers"]["content-type"].as_str(), value["query"].as_str().unwrap_or_default(), body)
        }
        _ => (Some("application/json"), "", fixture),
    };
    format.read(&Came::of(ReceivedBody { content_type, query, ..ReceivedBody::bare(body.as_bytes()) }))
}

/// The one alert of a fixture that has one.
#[track_caller]
pub(super) fn found(format: &dyn Format, fixture: &str) -> Found {
    match said(format, fixture) {
        Ok(Said::Alerts(mut found)) if found.len() == 1 => found.remove(0),
        other => panic!("{other:?}"),
    }
}

/// Why a fixture that concerns nobody doesn't.
#[track_caller]
pub(super) fn nothing(format: &dyn Format, fixture: &str) -> String {
    match said(format, fixture) {
        Ok(Said::Nothing(why)) => why,
        other => panic!("{other:?}"),
    }
}
