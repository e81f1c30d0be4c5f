//! Every schedule: who has it now, who is next, and whether somebody is missing in the days to come.
//!
//! Invariant: a schedule with gaps can't be mistaken for one without.

use askama::Template;
use chrono::{DateTime, FixedOffset};

use crate::on_call_now::ScheduleNow;
use crate::{Layout, RenderError, routes};

/// The page at [`routes::SCHEDULES`].
#[derive(Debug, Clone, Template)]
#[template(path = "schedules.html")]
pub struct SchedulesPage {
    /// The frame.
    pub layout: Layout,
    /// Every schedule, in the order to show them.
    pub schedules: Vec<ScheduleRow>,
}

/// One schedule of the list.
#[derive(Debug, Clone)]
pub struct ScheduleRow {
    /// Who has it at this moment.
    pub now: ScheduleNow,
    /// Where the gaps of the next 14 days start.
    pub gaps: Vec<DateTime<FixedOffset>>,
}

impl SchedulesPage {
    const SECTION: Option<&str> = Some(routes::SCHEDULES);

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }
}
