//! The rules of on-call, as plain values and pure functions.
//!
//! Invariant: nothing in this crate does I/O, waits, reads a clock or draws randomness. Whoever calls it passes
//! `now` and ids in, so that any night can be replayed in a test.
//!
//! Types here are also what the store keeps: their serde form is the body of a document, and a change to it is a
//! new schema version with an upgrade in the `store` crate.

pub mod id;
pub mod schedule;
