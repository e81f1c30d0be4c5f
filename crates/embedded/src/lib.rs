//! One machine: everything the cloud would give, embedded. Durable and crash-safe, not a mock.

pub mod bus;
pub mod hub;
pub mod private;
pub mod secret;
pub mod secrets;
pub mod sqlite;
