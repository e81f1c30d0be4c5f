//! Calendars: the iCalendar files that others publish and that a layer can be read from.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// One occurrence of an event, recurrences expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEvent {
    /// The event's `SUMMARY`, trimmed; who has the shift, by name or mail address.
    pub summary: String,
    /// Mail addresses of its attendees, without `mailto:`.
    pub attendees: Vec<String>,
    /// The first instant.
    pub starts: DateTime<Utc>,
    /// The first instant after it.
    pub ends: DateTime<Utc>,
}

/// Why a calendar could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// It is not an iCalendar file, or an event in it makes no sense.
    #[error("{0}")]
    Unreadable(String),
    /// The address may not be fetched, such as one inside this network.
    #[error("{0}")]
    Refused(String),
    /// The address can't be reached now, or answers with an error.
    #[error("{0}")]
    Unavailable(String),
}

/// The stretch of time whose occurrences are wanted, and the zone for times that name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarWindow {
    /// Times without a zone, and whole days, are in this one.
    pub zone: Tz,
    /// Occurrences that end after this.
    pub from: DateTime<Utc>,
    /// Occurrences that start before this.
    pub to: DateTime<Utc>,
}

/// Reads calendars.
#[async_trait]
pub trait Calendars: fmt::Debug + Send + Sync {
    /// Fetches the text of a calendar from an `https` address (`webcal` means the same).
    async fn fetch(&self, url: &str) -> Result<String, CalendarError>;

    /// The occurrences in a window, by start.
    fn read(&self, text: &str, window: CalendarWindow) -> Result<Vec<CalendarEvent>, CalendarError>;
}
