//! The pages as a reader gets them: what stands on them in each state, and what doesn't.
#![expect(clippy::unwrap_used, reason = "clippy exempts test functions, not what they share")]

mod acknowledge;
mod alert_sources;
mod coverage_gaps;
mod frame;
mod incident;
mod incidents;
mod mail;
mod on_call_now;
mod problem;
mod psa;
mod sample;
mod schedule;
mod schedules;
mod sign_in;
