//! One schedule: its layers, its overrides and what they come to, as a picture and as lists; and the form to change it.
//!
//! Invariants: the picture and the lists are made of the same shifts; every block says why this person; a gap can't be
//! overlooked in either.

mod agenda;
mod drawing;
mod form;
mod overrides;

use askama::Template;
use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};

use crate::on_call_now::ScheduleNow;
use crate::{Layout, RenderError, routes};

pub use form::{Entered, FormField, FormProblem, OverrideForm, OverrideKind};
pub use overrides::{Change, OverrideRow, Person, Standing};

use agenda::{Entry, agenda};
use drawing::{Band, bands};

/// How many days a page may show.
pub const DAYS: [u16; 3] = [7, 14, 28];

/// How many it shows unless asked otherwise.
pub const DEFAULT_DAYS: u16 = 14;

/// The page at [`routes::SCHEDULE`]. All its instants are in the schedule's zone.
#[derive(Debug, Clone, Template)]
#[template(path = "schedule.html")]
pub struct SchedulePage {
    /// The frame.
    pub layout: Layout,
    /// The schedule at this moment.
    pub schedule: ScheduleNow,
    /// This moment.
    pub now: DateTime<FixedOffset>,
    /// The first of the days.
    pub from: NaiveDate,
    /// How many were asked for.
    pub days: u16,
    /// Where each day starts; none: there is nothing to draw.
    pub day_starts: Vec<DateTime<FixedOffset>>,
    /// Where the last one ends.
    pub ends: DateTime<FixedOffset>,
    /// The layers, in their order.
    pub layers: Vec<LayerAlone>,
    /// Pending and approved overrides that meet the days or aren't over, by start.
    pub overrides: Vec<OverrideRow>,
    /// The final schedule, by start; cut at the ends of the days.
    pub shifts: Vec<Shift>,
    /// Where nobody is on call although somebody should be, by start; cut at the ends of the days.
    pub gaps: Vec<Gap>,
    /// The form; `None` for whoever may make no override here.
    pub form: Option<OverrideForm>,
}

/// What a layer says, whatever the others do.
#[derive(Debug, Clone)]
pub struct LayerAlone {
    /// Its name.
    pub name: String,
    /// Its shifts, by start; cut at the ends of the days.
    pub shifts: Vec<Shift>,
    /// Its next turns from now on; none for a calendar.
    pub turns: Vec<Turn>,
}

/// Somebody's shift.
#[derive(Debug, Clone)]
pub struct Shift {
    /// Whose.
    pub person: Person,
    /// Whether they are the viewer.
    pub is_viewer: bool,
    /// The first instant.
    pub starts: DateTime<FixedOffset>,
    /// The first instant after it.
    pub ends: DateTime<FixedOffset>,
    /// Why them, such as `turn 3 of the layer Weekly`.
    pub why: String,
}

/// A time in which nobody is on call although somebody should be.
#[derive(Debug, Clone)]
pub struct Gap {
    /// The first instant.
    pub starts: DateTime<FixedOffset>,
    /// The first instant after it.
    pub ends: DateTime<FixedOffset>,
}

/// One turn of a layer.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Counted from 0 at the layer's anchor.
    pub number: u64,
    /// Whose; `None` is a turn that nobody takes.
    pub name: Option<String>,
    /// The first instant, or the one asked about.
    pub starts: DateTime<FixedOffset>,
    /// The first instant after it.
    pub ends: DateTime<FixedOffset>,
}

/// A choice of how many days.
#[derive(Debug)]
struct DaysTab {
    days: u16,
    address: String,
    is_chosen: bool,
}

impl SchedulePage {
    const SECTION: Option<&str> = Some(routes::SCHEDULES);

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }

    /// The address of this very page, where its forms lead back to.
    fn here(&self) -> String {
        routes::schedule_days(&self.schedule.id, self.from, self.days)
    }

    fn moved_by(&self, days: i64) -> String {
        let from = self.from.checked_add_signed(TimeDelta::days(days)).unwrap_or(self.from);
        routes::schedule_days(&self.schedule.id, from, self.days)
    }

    fn earlier(&self) -> String {
        self.moved_by(-i64::from(self.days))
    }

    fn later(&self) -> String {
        self.moved_by(i64::from(self.days))
    }

    fn back_to_today(&self) -> Option<String> {
        let today = self.now.date_naive();
        (self.from != today).then(|| routes::schedule_days(&self.schedule.id, today, self.days))
    }

    fn tabs(&self) -> [DaysTab; 3] {
        DAYS.map(|days| DaysTab {
            days,
            address: routes::schedule_days(&self.schedule.id, self.from, days),
            is_chosen: days == self.days,
        })
    }

    fn bands(&self) -> Vec<Band> {
        bands(self)
    }

    fn agenda(&self) -> Vec<Entry<'_>> {
        agenda(&self.shifts, &self.gaps)
    }

    /// Asked for, not agreed to yet, and still possible.
    fn requests(&self) -> Vec<&OverrideRow> {
        self.overrides.iter().filter(|row| row.is_pending() && row.ends > self.now).collect()
    }

    /// Those that count.
    fn standing(&self) -> Vec<&OverrideRow> {
        self.overrides.iter().filter(|row| !row.is_pending()).collect()
    }

    /// Where the form is filled in with a gap; `None` for whoever can't fill it, and for what is over.
    fn fill(&self, gap: &Gap) -> Option<String> {
        self.offers(OverrideKind::Add, gap.ends)?;
        Some(self.prefilled(OverrideKind::Add, None, (gap.starts, gap.ends)))
    }

    /// Where the form is filled in with a shift, and in which words; `None` also where only a part of it is shown.
    fn change(&self, shift: &Shift) -> Option<(String, &'static str)> {
        let began = shift.starts <= self.now || !self.is_cut_before(&shift.starts);
        if !began || self.is_cut_after(&shift.ends) {
            return None;
        }
        let times = (shift.starts, shift.ends);
        if shift.is_viewer && self.offers(OverrideKind::HandOff, shift.ends).is_some() {
            return Some((self.prefilled(OverrideKind::HandOff, None, times), "Hand off"));
        }
        self.offers(OverrideKind::Replace, shift.ends)?;
        Some((self.prefilled(OverrideKind::Replace, Some(&shift.person.id), times), "Replace"))
    }

    fn offers(&self, kind: OverrideKind, until: DateTime<FixedOffset>) -> Option<()> {
        let form = self.form.as_ref().filter(|_| until > self.now)?;
        form.kinds.contains(&kind).then_some(())
    }

    /// The page with its form filled in. What has begun is changed from now on.
    fn prefilled(
        &self,
        kind: OverrideKind,
        off: Option<&str>,
        (starts, ends): (DateTime<FixedOffset>, DateTime<FixedOffset>),
    ) -> String {
        let starts = starts.max(self.now);
        let mut address = format!("{}&kind={}", self.here(), kind.name());
        if let Some(off) = off {
            address.push_str("&off=");
            address.push_str(&routes::encoded(off));
        }
        let (starts, ends) = (form::clock(&starts), form::clock(&ends));
        format!("{address}&start={}&end={}#override", routes::encoded(&starts), routes::encoded(&ends))
    }

    /// Whether a shift or a gap reaches over the start of the days, or begins just there.
    fn is_cut_before(&self, starts: &DateTime<FixedOffset>) -> bool {
        self.day_starts.first().is_some_and(|first| starts <= first)
    }

    fn is_cut_after(&self, ends: &DateTime<FixedOffset>) -> bool {
        *ends >= self.ends
    }

    /// When, in words, as far as the days show it.
    fn when(&self, starts: &DateTime<FixedOffset>, ends: &DateTime<FixedOffset>) -> String {
        match (self.is_cut_before(starts), self.is_cut_after(ends)) {
            (true, true) => "all the time".to_owned(),
            (true, false) => format!("until {}", self.layout.moment(ends)),
            (false, true) => format!("from {} on", self.layout.moment(starts)),
            (false, false) => self.layout.period(starts, ends),
        }
    }

    /// The running turn is told from now on.
    fn when_turn(&self, turn: &Turn) -> String {
        if turn.starts <= self.now {
            format!("until {}", self.layout.moment(&turn.ends))
        } else {
            self.layout.period(&turn.starts, &turn.ends)
        }
    }
}
