//! Reading deliveries: from a tool's own format to signals.

use std::fmt;

use async_trait::async_trait;
use domain::input::Wrong;
use domain::signal::Signal;
use domain::source::{AlertSource, SourceType};
use secrecy::SecretString;

/// A delivery as it came.
#[derive(Debug, Clone, Copy)]
pub struct ReceivedBody<'a> {
    /// What the sender says the body is; often wrong.
    pub content_type: Option<&'a str>,
    /// The query string; the key in it, if any, is not looked at.
    pub query: &'a str,
    /// The headers that a reader may want to see; names in lower case, never one with a key.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: &'a [u8],
}

impl<'a> ReceivedBody<'a> {
    /// A body by itself.
    pub fn bare(body: &'a [u8]) -> Self {
        Self { content_type: None, query: "", headers: &[], body }
    }

    /// The value of a header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What a delivery says.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// Its signals, in order; at least one.
    Alerts(Vec<Signal>),
    /// Nothing that concerns anybody, such as the tool's test; says what it is, for people.
    Nothing(String),
    /// The sender wants to know whether we want its messages: yes, when this address is opened.
    Confirm(String),
    /// A ticket of the PSA is new or has changed: what it says has to be asked for.
    Ticket(TicketName),
}

/// How a ticket is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketName {
    /// By the PSA's id.
    Id(String),
    /// By the number that people know it by.
    Number(String),
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

/// Why a delivery is not believed to be the sender's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// It is signed by somebody else, or not at all.
    #[error("{0}")]
    NotTheirs(String),
    /// What it takes to tell can't be had now: the sender should try again.
    #[error("{0}")]
    NotKnown(String),
}

/// Knows every tool's format.
#[async_trait]
pub trait SignalReader: fmt::Debug + Send + Sync {
    /// Whether the delivery is its sender's, for types that sign. `secret` is the source's signing secret, where it has one.
    async fn authenticate(
        &self,
        source: &AlertSource,
        secret: Option<&SecretString>,
        received: ReceivedBody<'_>,
    ) -> Result<(), Distrust>;

    /// What one delivery to a door with a key says.
    fn read(&self, source: &AlertSource, received: ReceivedBody<'_>) -> Result<Reading, Unreadable>;

    /// What a sender names a message by each time it sends it; `None`: it doesn't, or not in a way that could be relied on.
    fn redelivery_id(&self, source_type: SourceType, received: ReceivedBody<'_>) -> Option<String> {
        let _ = (source_type, received);
        None
    }

    /// Tells a sender that its messages are wanted. The error says why that didn't work.
    async fn confirm(&self, url: &str) -> Result<(), String>;

    /// A message of a product of The One Stack.
    fn read_message(&self, product: SourceType, body: &[u8]) -> Result<StackMessage, Unreadable>;

    /// What is wrong with the paths and templates of a source's settings.
    fn problems(&self, source: &AlertSource) -> Vec<Wrong>;
}
