//! Fixtures, read by a format alone: a JSON body, or a request with headers and body.

use app::port::{ReceivedBody, Unreadable};
use domain::signal::Signal;
use serde_json::Value;

use crate::alert_source::format::{Came, Format, Found, Said};

pub(in crate::alert_source) fn said(format: &dyn Format, fixture: &str) -> Result<Said, Unreadable> {
    let request = serde_json::from_str::<Value>(fixture).ok().filter(|value| value.get("method").is_some());
    let (kind, body) = match &request {
        None => ("application/json", fixture),
        Some(request) => {
            (request["headers"]["content-type"].as_str().unwrap(), request["body"].as_str().unwrap())
        }
    };
    format.read(&Came::of(ReceivedBody { content_type: Some(kind), ..ReceivedBody::bare(body.as_bytes()) }))
}

/// What was found in a delivery that says something.
pub(in crate::alert_source) fn found(format: &dyn Format, fixture: &str) -> Vec<Found> {
    match said(format, fixture) {
        Ok(Said::Alerts(found)) => found,
        other => panic!("{other:?}"),
    }
}

/// The one signal of a delivery that has one.
pub(in crate::alert_source) fn signal(format: &dyn Format, fixture: &str) -> Signal {
    let mut found = found(format, fixture);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0).signal
}

/// Why a delivery that doesn't concern anybody doesn't.
pub(in crate::alert_source) fn nothing(format: &dyn Format, fixture: &str) -> String {
    match said(format, fixture) {
        Ok(Said::Nothing(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// The field without which a delivery makes no sense.
pub(in crate::alert_source) fn missing(format: &dyn Format, fixture: &str) -> String {
    said(format, fixture).unwrap_err().field
}
