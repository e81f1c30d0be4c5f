//! The port that a backend implements. It speaks the smaller language of the two (atomic only within a partition), so
//! that neither promises what the other can't keep. `tests/acceptance/store.rs` holds each of them to this text.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::document::{Batch, Stored};
use crate::lookup::{Found, Lookup, Range};

/// What the caller should do about a failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else wrote this document first: read again, decide again.
    #[error("'{id}' was changed by somebody else")]
    Conflict {
        /// The first document of the batch that stood against it.
        id: String,
    },
    /// Too much at once: try later.
    #[error("the store asks to slow down")]
    Throttled {
        /// How long to wait, where it said.
        after: Option<Duration>,
    },
    /// The store can't be reached or can't write: try later; nothing is known to be written.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What is stored can't be read by this version.
    #[error("'{id}' can't be read: {reason}")]
    Corrupt {
        /// Which document.
        id: String,
        /// Why.
        reason: String,
    },
    /// The batch is larger than a backend takes.
    #[error("a change of {writes} writes and {bytes} bytes is too large")]
    TooLarge {
        /// How many writes.
        writes: usize,
        /// How many bytes.
        bytes: usize,
    },
}

/// Documents in partitions.
#[async_trait]
pub trait Documents: fmt::Debug + Send + Sync {
    /// Reads one; sees every commit that has been answered.
    async fn get(&self, partition: &str, id: &str) -> Result<Option<Stored>, StoreError>;

    /// Finds some; sees every commit that has been answered.
    async fn find(&self, lookup: &Lookup, range: &Range) -> Result<Found, StoreError>;

    /// Writes all of it, durably, or nothing. A batch whose operation has been committed before is answered as committed
    /// and not written again, as long as a document still carries that operation; so is one of nothing but deletes
    /// whose documents are all gone, whoever deleted them.
    async fn commit(&self, batch: Batch) -> Result<(), StoreError>;

    /// Answers when the store can be read.
    async fn health(&self) -> Result<(), StoreError>;
}
