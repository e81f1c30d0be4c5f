//! The cloud: documents in Cosmos DB, events to Service Bus, keys from Key Vault, and the identity that opens them.
//!
//! Invariant: no key of Azure's own is needed in Azure: one identity opens everything. Nothing connects before it is used,
//! and what can't be reached now is tried again at the next use.

pub mod cosmos;
pub mod identity;
pub mod key_vault;
pub mod service_bus;
