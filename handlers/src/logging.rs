//! The log: lines for people on one machine, one JSON object a line under the host (which reads standard output and takes
//! each line for one entry).
//!
//! Invariant: telemetry's own machinery (numbers on their way to Application Insights, the libraries' inner voice) is not
//! logged unless `ONCALL_LOG` names it.

mod json_lines;

use tracing::Metadata;
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, Registry, fmt};

use crate::config::{Config, Mode};
use crate::telemetry::{BoxedLayer, Telemetry};
use json_lines::JsonLines;

/// What is silent unless it is named. The longer name wins, so `oncall::metrics=trace` in the setting is heard.
const SILENT: &str = "opentelemetry=off,oncall::metrics=off,typespec_client_core=warn";

/// Starts logging as `ONCALL_LOG` says, in the usual directive syntax, and hands `telemetry` what it wants to hear of.
pub(crate) fn start(config: &Config, telemetry: Option<&Telemetry>) {
    let mut layers = vec![match config.mode {
        Mode::Standalone { .. } => lines(&config.log),
        Mode::Functions { .. } => JsonLines::to(std::io::stdout).with_filter(filter(&config.log)).boxed(),
    }];
    layers.extend(telemetry.into_iter().flat_map(Telemetry::layers));
    tracing_subscriber::registry().with(layers).init();
}

/// Lines for people. What a span says is for machines: they would find each line twice as long.
fn lines(directives: &str) -> BoxedLayer {
    fmt::layer::<Registry>()
        .with_ansi(false)
        .compact()
        .with_filter(filter(directives).and(filter_fn(is_event)))
        .boxed()
}

fn is_event(metadata: &Metadata<'_>) -> bool {
    metadata.is_event()
}

fn filter(directives: &str) -> EnvFilter {
    let filter = EnvFilter::try_new(format!("{SILENT},{directives}"));
    filter.unwrap_or_else(|_| EnvFilter::new(format!("{SILENT},info")))
}
