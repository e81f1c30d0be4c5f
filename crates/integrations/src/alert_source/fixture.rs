//! Fixtures, read as a source's door reads them.

use app::port::{ReceivedBody, Unreadable};
use domain::id::{ServiceId, SourceId};
use domain::signal::Signal;
use domain::source::{AlertSource, SourceType};
use serde_json::Value;

use super::format::{Found, Said};

/// A source with nothing set.
pub(super) fn source(source_type: SourceType) -> AlertSource {
    let (id, service) = (SourceId::derived(&["fixture"]), ServiceId::derived(&["fixture"]));
    AlertSource::new(id, "fixture", source_type, service)
}

/// What a fixture says: a JSON body, or a request with method, query, headers and body.
pub(super) fn said(source_type: SourceType, fixture: &str) -> Result<Said, Unreadable> {
    said_to(&source(source_type), fixture)
}

/// The same to a source with settings.
pub(super) fn said_to(source: &AlertSource, fixture: &str) -> Result<Said, Unreadable> {
    let request = serde_json::from_str::<Value>(fixture).ok().filter(|value| value.get("method").is_some());
    let format = super::format(source.source_type);
    let Some(request) = request else {
        let received =
            ReceivedBody { content_type: Some("application/json"), ..ReceivedBody::bare(fixture.as_bytes()) };
        return super::reading::read(source, format, received);
    };
    let received = ReceivedBody {
        content_type: request["headers"]["content-type"].as_str(),
        query: request["query"].as_str().unwrap_or_default(),
        ..ReceivedBody::bare(request["body"].as_str().unwrap_or_default().as_bytes())
    };
    super::reading::read(source, format, received)
}

/// The signals of what was said.
pub(super) fn signals(said: Result<Said, Unreadable>) -> Vec<Signal> {
    match said {
        Ok(Said::Alerts(found)) => found.into_iter().map(|Found { signal, .. }| signal).collect(),
        other => panic!("{other:?}"),
    }
}

/// The one signal of what was said.
pub(super) fn signal(said: Result<Said, Unreadable>) -> Signal {
    let mut signals = signals(said);
    assert_eq!(signals.len(), 1, "{signals:?}");
    signals.remove(0)
}
