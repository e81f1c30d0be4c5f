//! Timers: each is one tick of the app, reported.

use std::sync::Arc;

use app::coverage_gaps::{self, ScanReport};
use app::{App, Error, TickReport};
use tracing::{debug, info};

use crate::telemetry;

/// Escalates what is due and does what is still to be done.
pub(crate) async fn escalation_tick(app: &Arc<App>) -> Result<TickReport, Error> {
    telemetry::tick::began();
    let report = app::tick(app).await?;
    telemetry::tick::finished(&report);
    if report == TickReport::default() {
        debug!("nothing was due");
    } else {
        info!(
            escalations = report.escalations,
            pages = report.pages,
            tickets = report.tickets,
            events = report.events,
            handoffs = report.handoffs,
            notices = report.notices,
            failed = report.failed,
            more = report.more,
            "tick"
        );
    }
    Ok(report)
}

/// Scans every tenant whose daily scan is due. An error when one of them could not be scanned: it stays due, and the timer's
/// retry finds it.
pub(crate) async fn gap_scan(app: &Arc<App>) -> Result<ScanReport, Error> {
    let report = coverage_gaps::scan_due(app).await?;
    if report == ScanReport::default() {
        debug!("no scan for coverage gaps was due");
    } else {
        let ScanReport { scanned, failed, more } = report;
        info!(scanned, failed, more, "scan for coverage gaps");
    }
    match report.failed {
        0 => Ok(report),
        failed => Err(Error::Unavailable(format!("{failed} tenants could not be scanned for coverage gaps"))),
    }
}
