//! The pages: one view model and one template each.
//!
//! Invariant: a page's model can be built without knowing the template, and says everything that the page shows.

pub mod acknowledge;
pub mod alert_source;
pub mod alert_source_preview;
pub mod alert_sources;
pub mod coverage_gaps;
pub mod incident;
pub mod incidents;
pub mod mail;
pub mod on_call_now;
pub mod problem;
pub mod psa;
pub mod schedule;
pub mod schedules;
pub mod sign_in;
