//! Every reader of deliveries, with whatever a sender may send.
//!
//! Input: a byte for the type, one for the content type, one for the signing headers, the query up to the first line end,
//! and the body. `cargo run -p acceptance --bin fuzz-corpus` makes seeds of the fixtures.
#![no_main]

use app::port::{ReceivedBody, Reading, SignalReader as _};
use domain::id::{ServiceId, SourceId};
use domain::source::{AlertSource, SourceType};
use integrations::alert_source::Readers;
use libfuzzer_sys::fuzz_target;

const KINDS: [Option<&str>; 6] = [
    Some("application/json"),
    Some("application/x-www-form-urlencoded"),
    Some("text/plain; charset=UTF-8"),
    Some("multipart/form-data; boundary=x"),
    Some("text/xml"),
    None,
];

const HEADERS: [(&str, &str); 6] = [
    ("x-amz-sns-message-type", "Notification"),
    ("x-amz-sns-message-type", "SubscriptionConfirmation"),
    ("sentry-hook-resource", "issue"),
    ("sentry-hook-resource", "event_alert"),
    ("sentry-hook-resource", "metric_alert"),
    ("user-agent", "PagerDuty-Webhook/V3.0"),
];

/// More than any reader may make of one delivery.
const MOST: usize = 2_600;

fuzz_target!(|data: &[u8]| {
    let Some(([kind, content, header], rest)) = data.split_first_chunk::<3>() else { return };
    let (query, body) = match rest.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&rest[..end], &rest[end + 1..]),
        None => (&[][..], rest),
    };
    let query = String::from_utf8_lossy(query);
    let source_type = SourceType::ALL[usize::from(*kind) % SourceType::ALL.len()];
    let content_type = KINDS[usize::from(*content) % KINDS.len()];
    let headers: Vec<(String, String)> = HEADERS
        .get(usize::from(*header))
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .into_iter()
        .collect();
    let received = ReceivedBody { content_type, query: &query, headers: &headers, body };
    let source = AlertSource::new(
        SourceId::derived(&["fuzz"]),
        "Fuzz",
        source_type,
        ServiceId::derived(&["fuzz"]),
    );
    let readers = Readers::default();
    if !source_type.has_key() {
        let _ = readers.read_message(source_type, body);
        return;
    }
    if let Ok(Reading::Alerts(signals)) = readers.read(&source, received) {
        assert!(!signals.is_empty() && signals.len() <= MOST, "{} signals", signals.len());
        for signal in signals {
            assert!(!signal.title.trim().is_empty(), "a title says something");
            let bounded = signal.bounded();
            assert!(bounded.dedup_key().len() <= 1_100);
        }
    }
});
