//! Reading deliveries: from a tool's own format to signals.

use std::fmt;

use domain::signal::Signal;
use domain::source::SourceType;

/// A delivery as it came.
#[derive(Debug, Clone, Copy)]
pub struct ReceivedBody<'a> {
    /// What the sender says the body is; often wrong.
    pub content_type: Option<&'a str>,
    /// The query string; the key in it, if any, is not looked at.
    pub query: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// A message of a product of The One Stack.
#[derive(Debug, Clone, PartialEq)]
pub struct StackMessage {
    /// The Hub's organization id, as the message says it.
    pub tenant: String,
    /// The message's own id, where it has one.
    pub id: Option<String>,
    /// What it says.
    pub signal: Signal,
}

/// A delivery that can't be read even leniently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{field}' {problem}")]
pub struct Unreadable {
    /// Which field.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Knows every tool's format.
pub trait SignalReader: fmt::Debug + Send + Sync {
    /// The signals of one delivery to a door with a key, in order; at least one.
    fn read(&self, source_type: SourceType, received: ReceivedBody<'_>) -> Result<Vec<Signal>, Unreadable>;

    /// A message of a product of The One Stack.
    fn read_message(&self, product: SourceType, body: &[u8]) -> Result<StackMessage, Unreadable>;
}
