//! Calendar feeds: a schedule's or a person's shifts at a secret address that calendar programs subscribe to.
//!
//! Invariants: whoever has the address needs nothing else, so it is told once and kept as a hash only; an address stops
//! working with the commit that makes another, or none; what is wrong with one that doesn't work is not told.

mod address;
mod agenda;

pub use address::{Address, made_since, open, shut};
pub use agenda::{Agenda, AgendaEntry, read};
