//! The event bus, outgoing.

use std::fmt;

use async_trait::async_trait;
use domain::event::CloudEvent;

/// The event wasn't published, or it isn't known: publish it again, under the same id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the bus is unavailable: {0}")]
pub struct BusError(pub String);

/// Publishes life-cycle events.
#[async_trait]
pub trait Bus: fmt::Debug + Send + Sync {
    /// Publishes one event; the bus knows it by its id, so publishing it twice is harmless.
    async fn publish(&self, event: &CloudEvent) -> Result<(), BusError>;
}
