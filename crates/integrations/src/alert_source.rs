//! Alert sources: from each tool's own format to signals, one file for each tool.
//!
//! Invariants: a door with a key turns whatever comes into at least one signal, since a page must not be lost to a
//! comma; a product of The One Stack is held to its contract, and what breaks it is refused with the field's name.

mod body;
mod fields;
mod format;
mod generic;
mod stack;
mod text;
mod words;

use app::port::{Distrust, ReceivedBody, Reading, SignalReader, StackMessage, Unreadable};
use async_trait::async_trait;
use domain::input::Wrong;
use domain::signal::Signal;
use domain::source::{AlertSource, SourceType};
use secrecy::SecretString;

use self::format::{Came, Format, Found, Said};

/// Knows every format there is here.
#[derive(Debug, Clone, Copy, Default)]
pub struct Readers;

/// The format of a type; a product of The One Stack has no door with a key.
fn format(source_type: SourceType) -> &'static dyn Format {
    match source_type {
        SourceType::Defend | SourceType::Rmm | SourceType::Security | SourceType::Backups => &generic::Generic,
        _ => &generic::Generic,
    }
}

#[async_trait]
impl SignalReader for Readers {
    async fn authenticate(
        &self,
        _source: &AlertSource,
        _secret: Option<&SecretString>,
        _received: ReceivedBody<'_>,
    ) -> Result<(), Distrust> {
        Ok(())
    }

    fn read(&self, source: &AlertSource, received: ReceivedBody<'_>) -> Result<Reading, Unreadable> {
        Ok(match format(source.source_type).read(&Came::of(received))? {
            Said::Alerts(found) => {
                let signals: Vec<Signal> = found.into_iter().map(|Found { signal, .. }| signal).collect();
                Reading::Alerts(signals)
            }
            Said::Nothing(why) => Reading::Nothing(why),
            Said::Confirm(url) => Reading::Confirm(url),
            Said::Ticket(name) => Reading::Ticket(name),
        })
    }

    async fn confirm(&self, _url: &str) -> Result<(), String> {
        Ok(())
    }

    fn read_message(&self, product: SourceType, body: &[u8]) -> Result<StackMessage, Unreadable> {
        stack::read(product, body)
    }

    fn problems(&self, _source: &AlertSource) -> Vec<Wrong> {
        Vec::new()
    }
}
