//! Tenants and their people: who somebody with a token or a session is here, and how an organization begins.

mod attempt;
mod demo;
mod organization;
mod people;
mod session;

pub use attempt::Attempt;
pub use demo::{DEMO_TENANT, Demo, first_start};
pub use people::{admit, home, members, resume, sign_in};
pub use session::{Session, Sessions};
