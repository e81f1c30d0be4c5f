//! Timers: each is one tick of the app, reported.

use std::sync::Arc;

use app::{App, Error, TickReport};
use tracing::{debug, info};

/// Escalates what is due and does what is still to be done.
pub(crate) async fn escalation_tick(app: &Arc<App>) -> Result<TickReport, Error> {
    let report = app::tick(app).await?;
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
