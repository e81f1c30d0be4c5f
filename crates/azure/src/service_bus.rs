//! Life-cycle events to a topic of Azure Service Bus, over HTTPS.
//!
//! Invariants: nothing connects before the first event; publishing one event, its quick retries and its token included,
//! ends before the event's lease does; an event has one message id however often it is sent, so that a topic with duplicate
//! detection keeps it once. No text made here contains a key or a token.

mod connection;
mod failure;
mod message;
mod sender;

use std::time::Duration;

use app::port::{Bus, BusError};
use async_trait::async_trait;
use domain::event::CloudEvent;
use tokio::time::{sleep, timeout};
use tracing::debug;

pub use connection::{Connection, ConnectionError};
use failure::Failure;
use message::Message;
use sender::Sender;

/// How often an event is sent again at once; after that the outbox tries, with its own patience.
const QUICK_RETRIES: u32 = 2;

/// The wait before the first quick retry where the bus names none; doubled for the next.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// When publishing one event ends in any case: sooner than the event's lease (`domain::page::LEASE`), so that nobody takes
/// over what is still being sent.
const LONGEST: Duration = Duration::from_secs(20);

/// How long is waited, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until the connection stands.
    pub connect: Duration,
    /// Until the answer to one request is read; the connection included.
    pub answer: Duration,
    /// Between the quick retries of one event, all together; a bus that asks for more is left to the outbox.
    pub waits: Duration,
}

impl Default for Limits {
    /// 3 seconds to connect, 5 for an answer, 2 between retries.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            answer: Duration::from_secs(5),
            waits: Duration::from_secs(2),
        }
    }
}

/// A topic that events are published to.
#[derive(Debug)]
pub struct ServiceBus {
    sender: Sender,
    /// The topic and its namespace, for whoever reads an error.
    place: String,
    waits: Duration,
}

impl ServiceBus {
    /// The topic `topic` where the connection leads. Connects to nothing.
    ///
    /// Fails when the name can't be a topic's, or the connection string is another entity's.
    pub fn new(connection: Connection, topic: &str) -> Result<Self, ConnectionError> {
        Self::with_limits(connection, topic, Limits::default())
    }

    /// The same with other limits.
    pub fn with_limits(connection: Connection, topic: &str, limits: Limits) -> Result<Self, ConnectionError> {
        connection.leads_to(topic)?;
        let place = format!("topic {topic} of {}", connection.host());
        let sender = Sender::new(connection, topic, limits)?;
        Ok(Self { sender, place, waits: limits.waits })
    }

    async fn send(&self, message: &Message) -> Result<(), Failure> {
        let (mut left, mut usual) = (self.waits, FIRST_WAIT);
        for _ in 0..QUICK_RETRIES {
            let Err(failure) = self.sender.send(message).await else { return Ok(()) };
            let Some(wait) = failure.wait(usual).filter(|wait| *wait <= left) else { return Err(failure) };
            debug!(event = message.id, %failure, ?wait, "an event is sent again");
            sleep(wait).await;
            left -= wait;
            usual *= 2;
        }
        self.sender.send(message).await
    }

    fn unavailable(&self, why: impl std::fmt::Display) -> BusError {
        BusError(format!("{}: {why}", self.place))
    }
}

#[async_trait]
impl Bus for ServiceBus {
    async fn publish(&self, event: &CloudEvent) -> Result<(), BusError> {
        let message = Message::of(event).map_err(|error| self.unavailable(error))?;
        let sent = timeout(LONGEST, self.send(&message)).await;
        sent.unwrap_or(Err(Failure::Slow)).map_err(|failure| self.unavailable(failure))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishing_ends_before_the_lease_does_and_is_not_cut_short_by_its_own_limits() {
        let lease = domain::page::LEASE.to_std().expect("a lease is a span of time");
        let limits = Limits::default();
        assert!(LONGEST < lease);
        assert!((QUICK_RETRIES + 1) * limits.answer + limits.waits <= LONGEST);
    }
}
