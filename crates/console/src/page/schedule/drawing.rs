//! The picture of a schedule: a band for each week, in it a row for each layer, one for the overrides, one for the final
//! schedule.
//!
//! Invariant: a place is a share of the band's width, so that the picture fits a phone and a wall without a script, and its
//! letters keep their size. Shares are of elapsed time: a day with a clock change is a little longer or shorter.

mod rows;

use std::fmt;

use chrono::{DateTime, Datelike as _, FixedOffset, Weekday};

use super::SchedulePage;
use rows::{Block, Row, rows};

/// How many days stand side by side.
const SIDE_BY_SIDE: usize = 7;

/// Heights in CSS pixels.
const HEAD: u32 = 40;
const NAME: u32 = 20;
const LANE: u32 = 30;
const APART: u32 = 8;

/// Thousandths of a percent of a band's width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Share(i64);

impl Share {
    const ALL: Self = Self(100_000);
    /// Below it, no thumb would find a block.
    const SLIMMEST: Self = Self(600);
    /// From it on, a block has room for a whole name on any screen.
    const WIDE: Self = Self(30_000);
    /// From it on, there is room for a first name on a phone, and for all of it on a wide screen.
    const MIDDLE: Self = Self(9_000);
    /// From it on, there is room for initials on a phone, and for a first name on a wide screen.
    const THIN: Self = Self(5_000);
    /// From it on, there is room for initials on a wide screen.
    const SLIGHT: Self = Self(2_500);
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}%", self.0 / 1_000, self.0 % 1_000)
    }
}

/// Some days side by side.
#[derive(Debug)]
pub(super) struct Band {
    pub(super) days: Vec<DayMark>,
    pub(super) rows: Vec<BandRow>,
    pub(super) height: u32,
    /// Where this moment is.
    pub(super) now: Option<Share>,
    /// What it shows, in words.
    pub(super) label: String,
}

/// One day.
#[derive(Debug)]
pub(super) struct DayMark {
    pub(super) x: Share,
    pub(super) width: Share,
    pub(super) weekday: String,
    pub(super) date: String,
    pub(super) is_weekend: bool,
    pub(super) is_today: bool,
}

/// One row.
#[derive(Debug)]
pub(super) struct BandRow {
    pub(super) name: String,
    pub(super) class: &'static str,
    /// Where its name stands.
    pub(super) name_y: u32,
    /// Where its lanes begin.
    pub(super) y: u32,
    /// How high they are together.
    pub(super) height: u32,
    pub(super) pieces: Vec<Piece>,
}

/// A block, or the part of it that is in the band.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) x: Share,
    pub(super) y: u32,
    pub(super) width: Share,
    pub(super) class: String,
    pub(super) title: String,
    pub(super) name: String,
    pub(super) short_name: String,
    pub(super) initials: String,
    pub(super) link: Option<String>,
}

/// The stretch of time that a band shows.
#[derive(Clone, Copy)]
struct Scale {
    starts: DateTime<FixedOffset>,
    ends: DateTime<FixedOffset>,
}

impl Scale {
    fn at(self, at: DateTime<FixedOffset>) -> Share {
        let length = self.ends.signed_duration_since(self.starts).num_seconds().max(1);
        let passed = at.signed_duration_since(self.starts).num_seconds().clamp(0, length);
        Share(passed * Share::ALL.0 / length)
    }

    fn shows(self, starts: DateTime<FixedOffset>, ends: DateTime<FixedOffset>) -> bool {
        starts < self.ends && self.starts < ends
    }
}

/// The bands of a page.
pub(super) fn bands(page: &SchedulePage) -> Vec<Band> {
    let mut rows = rows(page);
    for row in &mut rows {
        row.blocks.sort_by_key(|block| block.starts);
    }
    let weeks: Vec<_> = page.day_starts.chunks(SIDE_BY_SIDE).collect();
    let ends = weeks.iter().skip(1).map(|week| week[0]).chain([page.ends]);
    weeks.iter().zip(ends).map(|(days, ends)| band(page, days, ends, &rows)).collect()
}

fn band(
    page: &SchedulePage,
    days: &[DateTime<FixedOffset>],
    ends: DateTime<FixedOffset>,
    rows: &[Row],
) -> Band {
    let scale = Scale { starts: days[0], ends };
    let mut y = HEAD;
    let mut drawn = Vec::with_capacity(rows.len());
    for row in rows {
        let row = row.drawn(scale, y);
        y = row.y + row.height + APART;
        drawn.push(row);
    }
    let last = days.last().map(|day| day.format("%-d %b"));
    let label =
        format!("{} to {}", scale.starts.format("%-d %b"), last.map_or_else(String::new, |d| d.to_string()));
    let now = (scale.starts <= page.now && page.now < ends).then(|| scale.at(page.now));
    Band { days: day_marks(page, days, scale), rows: drawn, height: y, now, label }
}

fn day_marks(page: &SchedulePage, days: &[DateTime<FixedOffset>], scale: Scale) -> Vec<DayMark> {
    let ends = days.iter().skip(1).copied().chain([scale.ends]);
    let mark = |(index, (starts, ends)): (usize, (&DateTime<FixedOffset>, DateTime<FixedOffset>))| {
        let (x, until) = (scale.at(*starts), scale.at(ends));
        let says_month = index == 0 || starts.day() == 1;
        DayMark {
            x,
            width: Share(until.0 - x.0),
            weekday: starts.format("%a").to_string(),
            date: starts.format(if says_month { "%-d %b" } else { "%-d" }).to_string(),
            is_weekend: matches!(starts.weekday(), Weekday::Sat | Weekday::Sun),
            is_today: starts.date_naive() == page.now.date_naive(),
        }
    };
    days.iter().zip(ends).enumerate().map(mark).collect()
}

impl Row {
    fn drawn(&self, scale: Scale, y: u32) -> BandRow {
        let shown = self.blocks.iter().filter(|block| scale.shows(block.starts, block.ends));
        // Where each lane is free again: whoever is on call at the same time stands below.
        let mut lanes: Vec<DateTime<FixedOffset>> = Vec::new();
        let mut pieces = Vec::new();
        let top = y + NAME;
        for block in shown {
            let free = lanes.iter().position(|until| *until <= block.starts);
            let lane = free.unwrap_or(lanes.len());
            match lanes.get_mut(lane) {
                Some(until) => *until = block.ends,
                None => lanes.push(block.ends),
            }
            let lane = u32::try_from(lane).unwrap_or_default();
            pieces.push(block.piece(scale, top + lane * LANE));
        }
        let lanes = u32::try_from(lanes.len().max(1)).unwrap_or(1);
        BandRow {
            name: self.name.clone(),
            class: self.class,
            name_y: y + NAME - 6,
            y: top,
            height: lanes * LANE,
            pieces,
        }
    }
}

impl Block {
    fn piece(&self, scale: Scale, y: u32) -> Piece {
        let (x, until) = (scale.at(self.starts), scale.at(self.ends));
        let width = Share(until.0 - x.0).max(Share::SLIMMEST);
        let room = match width {
            width if width >= Share::WIDE => "wide",
            width if width >= Share::MIDDLE => "middle",
            width if width >= Share::THIN => "thin",
            width if width >= Share::SLIGHT => "slight",
            _ => "slim",
        };
        Piece {
            // A slim one at the very end stays inside.
            x: x.min(Share(Share::ALL.0 - width.0)),
            y,
            width,
            class: format!("{} {room}", self.class),
            title: self.title.clone(),
            name: self.name.clone(),
            short_name: self.short_name.clone(),
            initials: self.initials.clone(),
            link: self.link.clone(),
        }
    }
}
