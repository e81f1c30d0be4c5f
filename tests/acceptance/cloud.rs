//! The cloud's parts: each adapter against a server that speaks its wire, and the binary on all of them.

mod budget;
mod documents;
mod hub;
mod infra;
mod key_vault;
mod service_bus;
mod staged;
mod stalling;
mod telemetry;
mod transfer;
