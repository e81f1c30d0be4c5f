//! The rules of on-call, as plain values and pure functions.
//!
//! Invariant: nothing in this crate does I/O, waits, reads a clock or draws randomness. Whoever calls it passes
//! `now` and ids in, so that any night can be replayed in a test.
//!
//! Types here are also what the store keeps: their serde form is the body of a document, and a change to it is a
//! new schema version with an upgrade in the `store` crate.

pub mod actor;
pub mod alert;
pub mod autotask;
pub mod calendar_watch;
pub mod delivery;
pub mod escalation;
pub mod event;
pub mod explain;
pub mod feed;
pub mod finding;
pub mod halopsa;
pub mod handoff;
pub mod id;
pub mod incident;
pub mod input;
pub mod journal;
pub mod maintenance;
pub mod notice;
pub mod page;
pub mod policy;
pub mod psa;
pub mod readiness;
pub mod retry;
pub mod roster;
#[cfg(test)]
pub(crate) mod sample;
pub mod schedule;
pub mod service;
pub mod severity;
pub mod signal;
pub mod source;
pub mod source_watch;
pub mod team;
pub mod tenant;
pub mod ticket;
pub mod time_off;
pub mod timeline;
pub mod tour;
pub mod user;
pub mod vault;
pub mod when;
