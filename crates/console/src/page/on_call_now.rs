//! Who is on call at this moment, until when, and who is next.
//!
//! Invariant: a schedule that should have somebody and has nobody can't be overlooked.

use askama::Template;
use chrono::{DateTime, FixedOffset};

use crate::{Layout, RenderError, routes};

/// The page at [`routes::ON_CALL`].
#[derive(Debug, Clone, Template)]
#[template(path = "on_call_now.html")]
pub struct OnCallNowPage {
    /// The frame.
    pub layout: Layout,
    /// Every schedule, in the order to show them.
    pub schedules: Vec<ScheduleNow>,
}

/// One schedule at this moment.
#[derive(Debug, Clone)]
pub struct ScheduleNow {
    /// Its id, as it stands in addresses.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its IANA time zone.
    pub time_zone: String,
    /// Everyone on call; empty: nobody.
    pub on_call: Vec<OnCallPerson>,
    /// Who takes over at the next change, and when; `None` when nothing changes within sight.
    pub next: Option<NextShift>,
    /// Whether somebody should be on call now; without it, nobody on call is not a gap.
    pub coverage_required: bool,
}

/// Somebody on call.
#[derive(Debug, Clone)]
pub struct OnCallPerson {
    /// Their name.
    pub name: String,
    /// When their shift ends; `None` when no end is within sight.
    pub until: Option<DateTime<FixedOffset>>,
    /// Why them, such as the layer or the override.
    pub reason: Option<String>,
    /// Whether this is the viewer.
    pub is_viewer: bool,
}

/// The next change of a schedule.
#[derive(Debug, Clone)]
pub struct NextShift {
    /// Who is on call from then; empty: nobody.
    pub names: Vec<String>,
    /// From when.
    pub from: DateTime<FixedOffset>,
}

impl OnCallNowPage {
    const SECTION: Option<&str> = Some(routes::ON_CALL);

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }

    fn gaps(&self) -> usize {
        self.schedules.iter().filter(|schedule| schedule.is_gap()).count()
    }
}

impl ScheduleNow {
    pub(crate) fn is_gap(&self) -> bool {
        self.coverage_required && self.on_call.is_empty()
    }
}
