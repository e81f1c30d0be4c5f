//! The state: one document port that both backends speak exactly, and typed reading and writing once above it.
//!
//! Invariant: whatever must not come apart is one [`Batch`] in one partition (the tenant), committed whole or not at
//! all; nothing above this crate knows which backend keeps it.

pub mod document;
mod entity;
mod kinds;
pub mod lookup;
pub mod port;
mod repository;
pub mod transfer;

pub use document::{Batch, Document, Etag, Index, Kind, OperationId, Stored, Write};
pub use entity::{Counter, Entity, FeedEntry, KeyEntry, OpenKey, TicketLink, Versioned};
pub use kinds::{
    MAINTENANCE, PARKED, PSA, PULSE, calendar_watch_id, delivery_body_id, event_id, queue_id,
    source_watch_id, timeline_id, watch_id,
};
pub use lookup::{Cursor, Found, Lookup, Range};
pub use port::{Documents, StoreError};
pub use repository::{Changes, DIRECTORY, Listed, Store};
