//! The watch over the calendars that a schedule's layers are read from: when they are read again.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::id::ScheduleId;
use crate::page::LEASE;
use crate::retry;

/// How often a calendar is read again.
const EVERY: TimeDelta = TimeDelta::hours(1);
const FIRST_RETRY: TimeDelta = TimeDelta::minutes(5);

/// The watch over one schedule's calendars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarWatch {
    /// Which schedule.
    pub schedule_id: ScheduleId,
    /// How many times in a row one of them could not be read.
    #[serde(default)]
    pub failures: u32,
    /// When they are read again; while somebody reads them, when anybody may.
    pub due_at: DateTime<Utc>,
}

impl CalendarWatch {
    /// The watch over calendars that were just read.
    pub fn begin(schedule_id: ScheduleId, now: DateTime<Utc>) -> Self {
        Self { schedule_id, failures: 0, due_at: now + EVERY }
    }

    /// Takes it: nobody else reads them until the lease ends.
    pub fn take(&mut self, now: DateTime<Utc>) {
        self.due_at = now + LEASE + LEASE;
    }

    /// They were read, or one of them could not be.
    pub fn read(&mut self, all: bool, now: DateTime<Utc>) {
        if all {
            *self = Self::begin(self.schedule_id.clone(), now);
        } else {
            self.failures = self.failures.saturating_add(1);
            self.due_at = now + retry::backoff(self.failures, FIRST_RETRY, EVERY);
        }
    }
}
