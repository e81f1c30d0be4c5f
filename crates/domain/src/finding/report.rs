//! The report of a tenant: what the last scan left, carried over to the next.
//!
//! Invariants: a sighting that overlaps or touches a kept finding of the same matter is that finding, also where the window has
//! moved into it; a finding is told once as new and once as near, in one go where it is both.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Finding, SOON, Sighting};
use crate::id::FindingId;

/// The most findings that are kept; the nearest.
const MOST: usize = 500;

/// When the next daily scan may come: less than a day, so that one which ran late doesn't push the next away.
const A_DAY: TimeDelta = TimeDelta::hours(20);

/// What is wrong with a tenant's coverage, as of the last scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageReport {
    /// How many scans there were.
    pub scans: u64,
    /// When the last one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scanned_at: Option<DateTime<Utc>>,
    /// How far it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// What it found, by start.
    pub findings: Vec<Finding>,
    /// How many more there were, later ones.
    pub left_out: usize,
    /// When the next daily scan is due.
    pub due_at: DateTime<Utc>,
}

/// A finding that people are to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What.
    pub finding: Finding,
    /// It runs or is near; else it is only new.
    pub soon: bool,
}

impl CoverageReport {
    /// The report of a tenant that was never scanned: due at once.
    pub fn begin(now: DateTime<Utc>) -> Self {
        Self { scans: 0, scanned_at: None, until: None, findings: Vec::new(), left_out: 0, due_at: now }
    }

    /// Whether the daily scan is due.
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.due_at <= now
    }

    /// A finding, if it is still there.
    pub fn finding(&self, id: &FindingId) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.id == *id)
    }
}

/// The report after a scan, and what of it people are to be told. `found` is by start, in a window from `now` to `until`.
///
/// A scan between two daily ones leaves the next daily one where it is.
pub fn update(
    previous: &CoverageReport,
    found: Vec<Sighting>,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> (CoverageReport, Vec<News>) {
    let scans = previous.scans + 1;
    let left_out = found.len().saturating_sub(MOST);
    let (mut findings, mut news) = (Vec::new(), Vec::new());
    let mut kept = Kept::of(previous);
    for sighting in found.into_iter().take(MOST) {
        let mut finding = kept.carry_over(sighting, now, scans);
        let soon = finding.is_soon(now);
        let told = finding.told_as_new_at.is_some() && (!soon || finding.told_as_soon_at.is_some());
        if !told {
            finding.told_as_new_at.get_or_insert(now);
            if soon {
                finding.told_as_soon_at = Some(now);
            }
            news.push(News { finding: finding.clone(), soon });
        }
        findings.push(finding);
    }
    let is_daily = previous.is_due(now) || previous.scans == 0;
    let due_at = if is_daily { now + A_DAY } else { previous.due_at };
    let (scanned_at, until) = (Some(now), Some(until));
    (CoverageReport { scans, scanned_at, until, findings, left_out, due_at }, news)
}

/// The findings of the last report, by what they are about.
struct Kept<'a> {
    by_key: HashMap<[String; 3], Vec<&'a Finding>>,
    taken: HashSet<&'a FindingId>,
}

impl<'a> Kept<'a> {
    fn of(report: &'a CoverageReport) -> Self {
        let mut by_key: HashMap<_, Vec<_>> = HashMap::new();
        for finding in &report.findings {
            by_key.entry(finding.matter.key()).or_default().push(finding);
        }
        Self { by_key, taken: HashSet::new() }
    }

    /// A sighting as the finding it was before, or as a new one. Of several parts of one finding, the first is it; the
    /// others are findings of their own, but no news.
    fn carry_over(&mut self, sighting: Sighting, now: DateTime<Utc>, scan: u64) -> Finding {
        let Sighting { matter, span, zone, owner } = sighting;
        let key = matter.key();
        let kept = self.by_key.get(&key).into_iter().flatten().copied();
        let kept = kept
            .filter(|kept| kept.starts <= span.ends && span.starts <= kept.ends)
            .min_by_key(|kept| kept.starts);
        // What runs when the window starts began when it began.
        let began = kept.map(|kept| kept.starts).filter(|began| span.starts <= now && *began < span.starts);
        let starts = began.unwrap_or(span.starts);
        let same = kept.filter(|kept| self.taken.insert(&kept.id));
        let fresh = || {
            let at = starts.timestamp_micros().to_string();
            let [kind, whole, part] = &key;
            FindingId::derived(&[kind, whole, part, &at, &scan.to_string()])
        };
        Finding {
            id: same.map_or_else(fresh, |kept| kept.id.clone()),
            first_seen: kept.map_or(now, |kept| kept.first_seen),
            told_as_new_at: kept.and_then(|kept| kept.told_as_new_at),
            // What has moved away since is told again when it comes near again.
            told_as_soon_at: kept.and_then(|kept| kept.told_as_soon_at).filter(|told| starts <= *told + SOON),
            matter,
            zone,
            owner,
            starts,
            ends: span.ends,
        }
    }
}
