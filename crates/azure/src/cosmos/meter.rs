//! What each operation cost and took, told as one event: the log shows it at `debug`, telemetry counts the charge.

use std::time::Duration;

use azure_core::http::Context;
use azure_data_cosmos::diagnostics::{CosmosOperationContext, DiagnosticsContext, DiagnosticsHandler};
use tracing::{Level, debug, event, warn};

/// How long an operation takes that is worth a line by itself.
const SLOW: Duration = Duration::from_secs(1);

/// Listens to the SDK's diagnostics.
#[derive(Debug)]
pub(super) struct Meter;

impl DiagnosticsHandler for Meter {
    fn handle(&self, diagnostics: &DiagnosticsContext, context: &Context<'_>) {
        let named =
            context.value::<CosmosOperationContext>().and_then(CosmosOperationContext::operation_name);
        let operation = named.or_else(|| diagnostics.operation_name()).unwrap_or("operation");
        let charge = diagnostics.total_request_charge().value();
        let took = diagnostics.duration();
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let status = diagnostics.effective_status().map(|status| status.to_string());
        event!(
            target: "oncall::metrics",
            Level::TRACE,
            histogram.oncall.cosmos.request_charge = charge,
            operation,
        );
        if took >= SLOW {
            let activity = diagnostics.activity_id().as_str();
            warn!(operation, status, charge, ms, activity, "a slow operation");
        } else {
            debug!(operation, status, charge, ms, "an operation");
        }
    }
}
