//! The binary `oncall`: a route per trigger, the same process under the Functions host and by itself.
//!
//! Reading order: [`config`] says what is wanted, [`compose`] puts it together, `http` is the public surface,
//! `functions` the host's triggers, `standalone` the process by itself, `cli` what else the command does.

pub mod cli;
pub mod compose;
pub mod config;
mod door;
mod edge;
mod extract;
mod functions;
mod http;
mod invocation;
mod logging;
mod problem;
mod queue;
mod session;
mod standalone;
mod telemetry;
mod timer;

pub use edge::Edge;
pub use http::openapi;
