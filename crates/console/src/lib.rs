//! The console's pages: a view model goes in, one complete HTML document comes out.
//!
//! Invariant: rendering is pure. No clock, no storage, no request: every instant, name and right that a page shows
//! stands in its view model. Pages work without scripts and under [`asset::CONTENT_SECURITY_POLICY`]; everything a
//! sender or a person wrote is escaped.

pub mod asset;
mod candidates;
mod layout;
mod page;
pub mod routes;
mod severity;
mod state;
mod time;
mod token;

pub use askama::Error as RenderError;
pub use candidates::{Candidate, Candidates};
pub use layout::{Layout, Notice, Tone, Viewer};
pub use page::{
    acknowledge, alert_source, alert_source_preview, alert_sources, coverage_gaps, incident, incidents, mail,
    on_call_now, problem, psa, schedule, schedules, sign_in,
};
pub use severity::Severity;
pub use state::IncidentState;
pub use token::Token;
