//! How old the last finished tick is, which says whether anybody is escalated at all, and how long what ticks find due has
//! waited.
//!
//! Invariants: a process that ticks tells both, whatever becomes of its ticks; one that was never asked to tick (each group
//! of functions is a process of its own), or no longer is since the timer moved to another, tells nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use app::TickReport;
use opentelemetry::metrics::Meter;

/// How long a process counts as one that ticks. When all have stopped, the host's own requests tell that nobody ticks.
const TICKING: Duration = Duration::from_mins(15);

/// How long a wait that was seen is told. Most ticks fall between two tries and see nothing, and numbers are collected once a
/// minute: of the ticks around each collection the longest wait counts.
const SEEN: Duration = Duration::from_mins(2);

static TICKS: Mutex<Ticks> = Mutex::new(Ticks { began: None, since: None, seen: None });

/// The ticks of this process so far.
struct Ticks {
    /// When the last one was begun.
    began: Option<Instant>,
    /// Since when a finished tick is waited for: since the last one, or since the first that was begun.
    since: Option<Instant>,
    /// The longest wait of late, and when it was seen.
    seen: Option<(Instant, u64)>,
}

impl Ticks {
    fn begin(&mut self, now: Instant) {
        if !self.is_ticking(now) {
            self.since = Some(now);
        }
        self.began = Some(now);
    }

    fn finish(&mut self, now: Instant, waited: u64) {
        self.since = Some(now);
        if self.waited(now).is_none_or(|seconds| seconds <= waited) {
            self.seen = Some((now, waited));
        }
    }

    fn is_ticking(&self, now: Instant) -> bool {
        self.began.is_some_and(|began| now.saturating_duration_since(began) <= TICKING)
    }

    /// How old the last finished tick is.
    fn age(&self, now: Instant) -> Option<Duration> {
        let since = self.since.filter(|_| self.is_ticking(now))?;
        Some(now.saturating_duration_since(since))
    }

    /// The longest wait that ticks saw of late, in seconds.
    fn waited(&self, now: Instant) -> Option<u64> {
        let (at, seconds) = self.seen?;
        (now.saturating_duration_since(at) <= SEEN).then_some(seconds)
    }
}

/// A tick begins.
pub(crate) fn began() {
    ticks().begin(Instant::now());
}

/// A tick did its work.
pub(crate) fn finished(report: &TickReport) {
    ticks().finish(Instant::now(), report.oldest_waiting_seconds);
}

/// Tells both whenever numbers are collected.
pub(super) fn observe(meter: &Meter) {
    meter
        .f64_observable_gauge("oncall.tick.age_seconds")
        .with_unit("s")
        .with_description("Since the last finished tick of this process")
        .with_callback(|gauge| {
            if let Some(age) = ticks().age(Instant::now()) {
                gauge.observe(age.as_secs_f64(), &[]);
            }
        })
        .build();
    meter
        .u64_observable_gauge("oncall.outbox.oldest_due_seconds")
        .with_unit("s")
        .with_description("The longest that anything had waited which this process's last ticks found due")
        .with_callback(|gauge| {
            if let Some(seconds) = ticks().waited(Instant::now()) {
                gauge.observe(seconds, &[]);
            }
        })
        .build();
}

fn ticks() -> MutexGuard<'static, Ticks> {
    TICKS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A_SECOND: Duration = Duration::from_secs(1);
    const A_MINUTE: Duration = Duration::from_mins(1);

    fn none() -> (Ticks, Instant) {
        (Ticks { began: None, since: None, seen: None }, Instant::now())
    }

    #[test]
    fn a_process_that_never_ticked_tells_nothing() {
        let (ticks, now) = none();
        assert_eq!((ticks.age(now), ticks.waited(now)), (None, None));
    }

    #[test]
    fn the_age_counts_from_the_last_tick_that_finished() {
        let (mut ticks, start) = none();
        ticks.begin(start);
        assert_eq!(ticks.age(start + A_SECOND), Some(A_SECOND), "the first hasn't finished");
        ticks.finish(start + A_SECOND, 0);
        ticks.begin(start + A_SECOND + A_MINUTE);
        assert_eq!(ticks.age(start + A_SECOND + A_MINUTE), Some(A_MINUTE));
    }

    #[test]
    fn ticks_that_fail_for_hours_go_on_being_told() {
        let (mut ticks, start) = none();
        for minute in 0..=180 {
            ticks.begin(start + A_MINUTE * minute);
        }
        assert_eq!(ticks.age(start + A_MINUTE * 180), Some(A_MINUTE * 180));
    }

    #[test]
    fn a_process_that_lost_the_timer_falls_silent_and_begins_anew_when_it_has_it_again() {
        let (mut ticks, start) = none();
        ticks.begin(start);
        ticks.finish(start, 400);
        assert_eq!(ticks.age(start + TICKING), Some(TICKING));
        let later = start + TICKING + A_SECOND;
        assert_eq!((ticks.age(later), ticks.waited(later)), (None, None));
        ticks.begin(later);
        assert_eq!(ticks.age(later), Some(Duration::ZERO));
    }

    #[test]
    fn a_wait_outlives_the_ticks_between_two_tries_until_it_is_two_minutes_old() {
        let (mut ticks, start) = none();
        ticks.finish(start, 30);
        ticks.finish(start + A_SECOND, 400);
        ticks.finish(start + A_MINUTE, 0);
        assert_eq!(ticks.waited(start + A_SECOND + SEEN), Some(400));
        ticks.finish(start + A_SECOND * 2 + SEEN, 0);
        assert_eq!(ticks.waited(start + A_SECOND * 2 + SEEN), Some(0));
    }
}
