//! Since when something that is due has been waiting for its turn or for its provider.
//!
//! Invariant: a try that failed moves when something is due, and never since when it has waited: however often a provider is
//! tried, an outage grows older.

use chrono::{DateTime, Utc};
use domain::calendar_watch::CalendarWatch;
use domain::delivery::Delivery;
use domain::event::OutgoingEvent;
use domain::handoff::HandoffWatch;
use domain::incident::Incident;
use domain::maintenance::MaintenanceWindow;
use domain::notice::Notice;
use domain::page::Page;
use domain::psa::PsaConnection;
use domain::source_watch::SourceWatch;
use domain::ticket::TicketQueue;

/// Something that a tick finds due.
pub(super) trait Waiting {
    /// Since when it has waited; `None` when it waits for nothing.
    fn since(&self) -> Option<DateTime<Utc>>;
}

impl Waiting for Incident {
    fn since(&self) -> Option<DateTime<Utc>> {
        self.due_at()
    }
}

impl Waiting for Page {
    /// Not since it was planned, which may be long before it was to go out.
    fn since(&self) -> Option<DateTime<Utc>> {
        self.attempts.first().map(|first| first.at).or(self.due_at)
    }
}

impl Waiting for TicketQueue {
    /// Since its head was first tried, at the latest: an operation doesn't say since when it may be tried, but each try has
    /// waited at least its turn. What stood still until somebody pressed retry doesn't count.
    fn since(&self) -> Option<DateTime<Utc>> {
        let mut since = self.due_at?;
        for tried in 1..=self.begun {
            since -= self.wait_after(tried);
        }
        Some(since)
    }
}

impl Waiting for OutgoingEvent {
    fn since(&self) -> Option<DateTime<Utc>> {
        Some(self.event.time)
    }
}

impl Waiting for Notice {
    fn since(&self) -> Option<DateTime<Utc>> {
        Some(self.created_at)
    }
}

impl Waiting for HandoffWatch {
    fn since(&self) -> Option<DateTime<Utc>> {
        self.due_at
    }
}

impl Waiting for Delivery {
    fn since(&self) -> Option<DateTime<Utc>> {
        Some(self.received_at)
    }
}

impl Waiting for MaintenanceWindow {
    fn since(&self) -> Option<DateTime<Utc>> {
        self.due_at
    }
}

impl Waiting for SourceWatch {
    fn since(&self) -> Option<DateTime<Utc>> {
        Some(self.due_at)
    }
}

impl Waiting for PsaConnection {
    fn since(&self) -> Option<DateTime<Utc>> {
        Some(self.due_at)
    }
}

impl Waiting for CalendarWatch {
    fn since(&self) -> Option<DateTime<Utc>> {
        Some(self.due_at)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use domain::id::IncidentId;
    use domain::ticket::TicketOp;

    use super::*;

    #[test]
    fn a_queue_waits_since_its_head_was_first_tried_however_often_it_is_tried() {
        let began: DateTime<Utc> = "2026-11-20T21:04:05Z".parse().unwrap();
        let mut queue = TicketQueue {
            incident_id: IncidentId::derived(&["one"]),
            ticket_id: None,
            home: None,
            ops: VecDeque::from([TicketOp::Create { assignee: None }]),
            begun: 0,
            due_at: Some(began),
            held_until: None,
            doubt_until: None,
            problem: None,
            followed: 0,
            abandoned: None,
        };
        for _ in 0..20 {
            assert_eq!(queue.since(), Some(began), "after {} tries", queue.begun);
            let now = queue.due_at.unwrap();
            queue.begin(now);
            queue.retry_later(now, "503".to_owned(), None);
        }
        let done = queue.due_at.unwrap();
        queue.done(done);
        assert_eq!(queue.since(), None);
    }
}
