//! The use-cases and the ticks: load, let the domain decide, commit, and only then act.
//!
//! Invariants: a change, its timeline and what it wants done are one commit; nothing is done that wasn't committed before;
//! whatever was committed is done even if this process dies, by the next tick of any process.

mod ack_link;
pub mod alert_sources;
mod app;
mod change;
pub mod claims;
mod clock;
pub mod coverage_gaps;
mod ctx;
mod dropped;
mod effects;
mod entered_secret;
mod error;
pub mod explain;
pub mod feeds;
mod handoffs;
mod incidents;
mod intake;
mod keeping;
pub mod maintenance;
mod notices;
pub mod on_call;
pub mod overrides;
pub mod people;
pub mod policies;
pub mod port;
pub mod psa;
pub mod readiness;
mod roster;
pub mod schedules;
pub mod services;
pub mod settings;
pub mod teams;
pub mod tenants;
mod tick;
pub mod time_off;
mod turns;

pub use ack_link::{AckGrant, AckLinks, LinkError};
pub use app::{App, Parts, Settings};
pub use clock::{Clock, Entropy, OsEntropy, SystemClock};
pub use ctx::Ctx;
pub use dropped::Dropped;
pub use error::{Error, FieldError};
pub use incidents::{
    IncidentDetail, IncidentFilter, IncidentPage, NewIncident, TicketStanding, acknowledge,
    acknowledge_by_link, add_note, alerts, create, detail, escalate, first_body, get, link_ticket, list,
    open_link, resolve, retry_ticket, ticket_standing, timeline,
};
pub use intake::{
    Delivery, Preview, Received, Sample, Taken, TestAlert, WholeDelivery, deliver, deliver_asking,
    deliver_message, escalate_detection, preview, replay, test,
};
pub use on_call::on_call_now;
pub use tick::{TickReport, tick};
