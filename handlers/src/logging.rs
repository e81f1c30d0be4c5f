//! The log: lines for people on one machine, one JSON object a line under the host (which reads standard output).

use tracing_subscriber::EnvFilter;

use crate::config::{Config, Mode};

/// Starts logging. `filter` is `ONCALL_LOG` in the usual directive syntax.
pub(crate) fn start(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_target(true);
    match config.mode {
        Mode::Standalone { .. } => builder.with_ansi(false).compact().init(),
        Mode::Functions { .. } => builder.json().flatten_event(true).init(),
    }
}
