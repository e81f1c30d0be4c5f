//! A clock that is moved by hand.

use std::sync::{Mutex, PoisonError};

use app::Clock;
use chrono::{DateTime, Utc};

/// The clock.
#[derive(Debug)]
pub struct HandClock(Mutex<DateTime<Utc>>);

impl HandClock {
    /// A clock that stands at `time`.
    ///
    /// # Panics
    /// When `time` isn't RFC 3339.
    pub fn at(time: &str) -> Self {
        Self(Mutex::new(time.parse().expect("a time")))
    }

    /// Moves it.
    pub fn set(&self, time: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }
}

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
