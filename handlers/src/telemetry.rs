//! What the process tells Application Insights: a span for each request and each invocation, the warnings and errors that
//! were logged inside it, and a few numbers, through OpenTelemetry.
//!
//! Invariants: without a connection string none of it exists, no span, no task, no thread. Nobody ever waits for it: what
//! can't be sent is kept up to a bound and then dropped, and an outage is told in one line of the log. No address, query,
//! header or body is recorded: keys stand in them. Routes are recorded by their template.
//!
//! Sampling: none, whatever the host's `traceparent` says. The host samples for itself and marks most traces as not
//! sampled; a decision at the start can't know which of them will end in a failure of ours; and one span for each request
//! is little. Where a storm makes more than there is room for, successes give way to failures ([`queue`]).
//!
//! Numbers are events whose fields carry a prefix, so that whoever has one to tell needs nothing but `tracing`:
//! `event!(target: "oncall::metrics", Level::TRACE, histogram.oncall.cosmos.request_charge = 2.8, operation = "query")`.
//! The prefixes are `monotonic_counter.`, `counter.`, `histogram.` and `gauge.`; other fields become dimensions and must
//! take few values. They leave every minute, or every `OTEL_METRIC_EXPORT_INTERVAL` milliseconds.

mod destination;
mod ingestion;
mod queue;
mod span;
pub(crate) mod tick;

use std::time::Duration;

use app::{Entropy, OsEntropy};
use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanExporter as _};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata};
use tracing_opentelemetry::{MetricsLayer, OpenTelemetryLayer};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::{Layer, Registry};

pub(crate) use destination::Destination;
pub(crate) use span::{invocation, request};

use crate::config::{Config, Insights};
use destination::NoDestination;
use ingestion::Ingestion;
use queue::Queue;

/// A listener to what is traced.
pub(crate) type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Whose spans and events are told: nobody can say what stands in those of a library.
const OURS: [&str; 9] =
    ["app", "azure", "console", "domain", "embedded", "handlers", "integrations", "oncall", "store"];

/// How long the last words may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// The way to Application Insights, open until the process ends.
#[derive(Debug)]
pub(crate) struct Telemetry {
    queue: Queue,
    sender: JoinHandle<()>,
    tracers: SdkTracerProvider,
    meters: SdkMeterProvider,
}

impl Telemetry {
    /// The way that the settings name, if they name one. Must be called inside the runtime.
    pub(crate) fn of(config: &Config) -> Option<Self> {
        Self::start(config.telemetry.as_ref()?, &OsEntropy).ok()
    }

    /// Opens the way; nothing is connected to before there is something to tell.
    fn start(insights: &Insights, entropy: &dyn Entropy) -> Result<Self, NoDestination> {
        let Insights { destination, credential } = insights;
        let resource = resource(entropy);
        let ingestion = Ingestion::new(destination, credential.clone(), Handle::current());
        let mut exporter = destination.exporter(ingestion)?;
        exporter.set_resource(&resource);
        let reader = PeriodicReader::builder(exporter.clone()).build();
        let meters = SdkMeterProvider::builder().with_resource(resource.clone()).with_reader(reader).build();
        tick::observe(&meters.meter("oncall"));
        let queue = Queue::default();
        let tracers = SdkTracerProvider::builder()
            .with_sampler(Sampler::AlwaysOn)
            .with_resource(resource)
            .with_span_processor(queue.clone())
            .build();
        let sender = tokio::spawn(queue.clone().send(exporter));
        Ok(Self { queue, sender, tracers, meters })
    }

    /// What has to listen to the process's own events and spans.
    pub(crate) fn layers(&self) -> Vec<BoxedLayer> {
        let spans = OpenTelemetryLayer::new(self.tracers.tracer("oncall"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_target(false)
            .with_filter(filter_fn(is_told).with_max_level_hint(LevelFilter::INFO));
        vec![spans.boxed(), MetricsLayer::new(self.meters.clone()).boxed()]
    }

    /// Sends what is left, where that can be done in a moment. Under the host nobody gets here: it kills.
    pub(crate) async fn finish(self) {
        let Self { queue, sender, meters, .. } = self;
        queue.close();
        let metrics = tokio::task::spawn_blocking(move || meters.shutdown_with_timeout(PATIENCE));
        // Whether or not it worked: there is nobody left to tell.
        drop(tokio::time::timeout(PATIENCE, async { drop(tokio::join!(sender, metrics)) }).await);
    }
}

/// Our spans, and what went wrong within them.
fn is_told(metadata: &Metadata<'_>) -> bool {
    let krate = metadata.target().split("::").next().unwrap_or_default();
    let most = if metadata.is_span() { Level::INFO } else { Level::WARN };
    OURS.contains(&krate) && *metadata.level() <= most
}

/// Who tells. Each process is an instance of its own, since what it measures is its own.
fn resource(entropy: &dyn Entropy) -> Resource {
    Resource::builder_empty()
        .with_attributes([
            KeyValue::new("service.name", "oncall"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", format!("{:032x}", entropy.draw())),
        ])
        .build()
}
