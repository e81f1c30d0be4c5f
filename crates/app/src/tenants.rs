//! Tenants and their people: who somebody with a token is here, and the demo tenant of a first start.

mod demo;
mod people;

pub use demo::{DEMO_TENANT, Demo, first_start};
pub use people::{home, members, sign_in};
