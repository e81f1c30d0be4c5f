//! How old the last finished tick is: the number that says whether anybody is escalated at all.
//!
//! Invariants: a process that ticks tells it, whatever becomes of its ticks; one that was never asked to tick (each group of
//! functions is a process of its own) tells nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use app::TickReport;
use opentelemetry::metrics::Meter;
use tracing::{Level, event};

/// Since when a finished tick is waited for: since the last one, or since the first that was begun.
static SINCE: Mutex<Option<Instant>> = Mutex::new(None);

/// A tick begins.
pub(crate) fn began() {
    since().get_or_insert_with(Instant::now);
}

/// A tick did its work.
pub(crate) fn finished(report: &TickReport) {
    *since() = Some(Instant::now());
    let waited = report.oldest_due_seconds;
    event!(target: "oncall::metrics", Level::TRACE, gauge.oncall.outbox.oldest_due_seconds = waited);
}

/// Tells the age whenever numbers are collected.
pub(super) fn observe(meter: &Meter) {
    meter
        .f64_observable_gauge("oncall.tick.age_seconds")
        .with_unit("s")
        .with_description("Since the last finished tick of this process")
        .with_callback(|gauge| {
            if let Some(age) = age() {
                gauge.observe(age.as_secs_f64(), &[]);
            }
        })
        .build();
}

fn age() -> Option<Duration> {
    since().map(|since| since.elapsed())
}

fn since() -> MutexGuard<'static, Option<Instant>> {
    SINCE.lock().unwrap_or_else(PoisonError::into_inner)
}
