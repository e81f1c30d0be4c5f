//! Paths and templates that a manager may write, over bodies that a sender may send.
//!
//! Input: a path, a template and a body, each up to a line end.
#![no_main]

use app::port::{ReceivedBody, SignalReader as _};
use domain::id::{ServiceId, SourceId};
use domain::source::{AlertSource, Mapping, SourceType};
use integrations::alert_source::Readers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.splitn(3, '\n');
    let (Some(path), Some(template), Some(body)) = (parts.next(), parts.next(), parts.next()) else { return };
    let mut source =
        AlertSource::new(SourceId::derived(&["fuzz"]), "Fuzz", SourceType::Generic, ServiceId::derived(&["fuzz"]));
    let (path, template) = (Some(path.to_owned()), Some(template.to_owned()));
    source.mapping = Mapping {
        title: template.clone(),
        description: template,
        severity: path.clone(),
        status: path.clone(),
        dedup_key: path.clone(),
        client: path.clone(),
        device: path.clone(),
        link: path,
        ..Mapping::default()
    };
    let readers = Readers::default();
    // What a manager can't save, nobody reads with.
    if readers.problems(&source).is_empty() {
        let _ = readers.read(&source, ReceivedBody::bare(body.as_bytes()));
    }
});
