//! iCalendar (RFC 5545), out and in: the feeds that calendar programs subscribe to, and the calendars of others that a
//! layer is read from.
//!
//! Invariants: what is written depends on nothing but what it is written from; what is read is bounded in time and in
//! memory, whatever it says; and what can't be read is named, not guessed.

mod event;
mod feed;
mod fetch;
mod read;
mod recurrence;
mod time;

use app::port::{CalendarError, CalendarEvent, CalendarWindow, Calendars};
use async_trait::async_trait;

pub use self::feed::{Feed, FeedEvent, write};
use crate::http::Http;

/// Which addresses a calendar may be fetched from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reachable {
    /// Any, and `http://` too on this machine itself: for one's own machine and for tests.
    Anywhere,
    /// Those of the public internet: nothing inside the network that this runs in, least of all the addresses at which
    /// a cloud gives out its secrets.
    PublicOnly,
}

/// Reads calendars in iCalendar format.
///
/// What a calendar's time zones look like doesn't matter, only their names do: IANA names, Windows names, and names
/// that the file itself explains with either (`X-LIC-LOCATION`, `X-MICROSOFT-CDO-TZID`). An occurrence ends at the wall
/// clock's time that its event names, also when the clocks were changed in between: a handoff at nine stays at nine.
///
/// A file is unreadable as a whole when it is larger than 1 MB; when more than 200 of its events repeat in the window,
/// or they repeat too often on their way there; when more than 10 000 occurrences lie in the window; and when one of
/// its events can't be understood. Reading the worst of files takes about a second.
#[derive(Debug, Clone)]
pub struct ICalendar {
    http: Http,
    reachable: Reachable,
}

impl ICalendar {
    /// Nothing is connected to yet. `PublicOnly` calls go out directly, past any proxy that the environment names, since
    /// a proxy would look the address up anew.
    pub fn new(http: Http, reachable: Reachable) -> Self {
        Self { http, reachable }
    }
}

#[async_trait]
impl Calendars for ICalendar {
    async fn fetch(&self, url: &str) -> Result<String, CalendarError> {
        fetch::fetch(&self.http, self.reachable, url).await
    }

    fn read(&self, text: &str, window: CalendarWindow) -> Result<Vec<CalendarEvent>, CalendarError> {
        read::read(text, window).map_err(CalendarError::Unreadable)
    }
}

#[cfg(test)]
mod tests;
