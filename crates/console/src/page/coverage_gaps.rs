//! What is, or soon will be, wrong with who is on call, and putting somebody there.
//!
//! Invariant: every finding says what is wrong, when, and what to do about it, whether or not it can be filled from here.

use askama::Template;
use chrono::{DateTime, FixedOffset};

use crate::{Candidates, Layout, RenderError, routes};

/// The page at [`routes::COVERAGE_GAPS`].
#[derive(Debug, Clone, Template)]
#[template(path = "coverage_gaps.html")]
pub struct CoverageGapsPage {
    /// The frame.
    pub layout: Layout,
    /// When the last scan was; `None`: there was none yet.
    pub scanned_at: Option<DateTime<FixedOffset>>,
    /// How far it looked.
    pub until: Option<DateTime<FixedOffset>>,
    /// What it found, by start.
    pub findings: Vec<FindingRow>,
    /// How many more there are, later ones.
    pub left_out: usize,
    /// Whether the viewer may scan.
    pub can_scan: bool,
}

/// One finding.
#[derive(Debug, Clone)]
pub struct FindingRow {
    /// Its id, as it stands in addresses.
    pub id: String,
    /// What is wrong.
    pub kind: FindingKind,
    /// The same in one sentence, without its full stop.
    pub summary: String,
    /// What a person should do about it.
    pub what_to_do: String,
    /// The zone of its times.
    pub time_zone: String,
    /// The first instant.
    pub starts: DateTime<FixedOffset>,
    /// The first instant after it, or the end of what was looked at.
    pub ends: DateTime<FixedOffset>,
    /// The scan that saw it first.
    pub first_seen: DateTime<FixedOffset>,
    /// The schedule it is about.
    pub schedule_id: Option<String>,
    /// Who could take it over; `None` where that mends nothing, or the viewer may not.
    pub fill: Option<Candidates>,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// Nobody is on call although somebody should be.
    Gap,
    /// Somebody is on call whom nothing reaches.
    Unreachable,
    /// Somebody is on call during their own time off.
    TimeOff,
    /// A step of an escalation policy would reach nobody.
    EmptyStep,
}

/// Findings of one kind.
#[derive(Debug)]
struct Group<'a> {
    kind: FindingKind,
    findings: Vec<&'a FindingRow>,
}

impl FindingKind {
    const ALL: [Self; 4] = [Self::Gap, Self::Unreachable, Self::TimeOff, Self::EmptyStep];

    fn heading(self) -> &'static str {
        match self {
            Self::Gap => "Nobody on call",
            Self::Unreachable => "On call, but can’t be reached",
            Self::TimeOff => "On call during time off",
            Self::EmptyStep => "Escalation steps that reach nobody",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Gap => "gaps",
            Self::Unreachable => "unreachable",
            Self::TimeOff => "time-off",
            Self::EmptyStep => "empty-steps",
        }
    }
}

impl CoverageGapsPage {
    const SECTION: Option<&str> = Some(routes::COVERAGE_GAPS);

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }

    /// By kind, the worst first; none that is empty.
    fn groups(&self) -> Vec<Group<'_>> {
        let group =
            |kind| Group { kind, findings: self.findings.iter().filter(|row| row.kind == kind).collect() };
        FindingKind::ALL.into_iter().map(group).filter(|group| !group.findings.is_empty()).collect()
    }

    fn has_begun(&self, row: &FindingRow) -> bool {
        row.starts <= self.layout.now
    }
}
