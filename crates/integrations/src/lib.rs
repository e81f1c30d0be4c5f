//! One file for each vendor: alert sources coming in, channels and PSAs going out. Knows the domain and the ports of
//! `app`, and nothing of the store or of who calls it.
//!
//! Invariant: nothing here keeps state that a restart would miss; connections are opened at first use.

mod address;
pub mod alert_source;
pub mod calendar;
pub mod channel;
pub mod http;
pub mod hub;
#[cfg(test)]
mod peer;
pub mod psa;
mod setting;

pub use setting::SettingError;
