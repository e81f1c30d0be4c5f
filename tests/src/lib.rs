//! The acceptance harness: the outside world that the stories run in.
//!
//! Real servers and real processes on loopback, which misbehave on command. Nothing here sleeps to be on the safe
//! side: whatever a test waits for wakes it.

pub mod conformance;
mod deadline;
pub mod functions_host;
mod loopback;
pub mod process;
pub mod psa;
pub mod smtp;
pub mod world;
