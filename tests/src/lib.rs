//! The acceptance harness: the outside world that the stories run in.
//!
//! Real servers and real processes on loopback, which misbehave on command. Nothing here sleeps to be on the safe
//! side: whatever a test waits for wakes it.

pub mod app_insights;
pub mod autotask;
pub mod cloud;
pub mod conformance;
pub mod cosmos;
mod deadline;
pub mod fault;
pub mod fixture;
pub mod functions_host;
pub mod halopsa;
pub mod hub;
pub mod key_vault;
mod loopback;
pub mod metered;
pub mod process;
pub mod psa;
pub mod service_bus;
pub mod smtp;
pub mod world;
