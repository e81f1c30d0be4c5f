//! Who is on call: the answers of one schedule, single-threaded and in memory, and those of all schedules of a tenant. Runs
//! in this process.
//!
//! Invariant: a schedule and its elder are asked in turn, so that whatever else the machine does meets both alike.

mod sample;
mod tenant;

use std::hint::black_box;
use std::time::{Duration, Instant};
use std::{io, iter};

use anyhow::{Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use domain::schedule::{Override, Schedule, Shift};
use tempfile::TempDir;

use super::quantile;

pub(super) use tenant::TenantFigures;

/// Overrides of the one schedule, spread over a year.
pub(super) const OVERRIDES: u32 = 50;
const APART: TimeDelta = TimeDelta::hours(175);

/// Instants, spread over a year.
pub(super) const INSTANTS: u32 = 5_000;
const STEP: TimeDelta = TimeDelta::minutes(105);

/// How often all of them are asked about.
pub(super) const PASSES: u32 = 9;

/// Final schedules of each of the two.
const FINALS: u32 = 101;

const FINAL: TimeDelta = TimeDelta::days(90);

/// The schedules, measured.
#[derive(Debug)]
pub(super) struct ScheduleFigures {
    /// `Schedule::on_call_at` of one instant: who, why, and until when.
    pub(super) on_call_at: Duration,
    /// `Schedule::shifts` of one instant: who and why.
    pub(super) who: Duration,
    /// Final schedules of 90 days.
    pub(super) finals: Vec<Duration>,
    /// The same of the schedule whose anchors are ten years older.
    pub(super) elder: Vec<Duration>,
    pub(super) on_call_now: TenantFigures,
    pub(super) scan: TenantFigures,
}

/// Measures one schedule, `shown` schedules on the page of who is on call now, and `scanned` ones for gaps.
pub(super) fn measure(
    folder: impl Fn() -> io::Result<TempDir>,
    shown: u32,
    scanned: u32,
) -> Result<ScheduleFigures> {
    let schedule = sample::schedule(0, u32::MAX, TimeDelta::zero());
    let overrides = sample::overrides(&schedule, OVERRIDES, sample::start(), APART);
    let on_call_at = each_instant(|at| black_box(schedule.on_call_at(&overrides, at)).len())?;
    let instant = TimeDelta::nanoseconds(1);
    let who = each_instant(|at| black_box(schedule.shifts(&overrides, at, at + instant)).len())?;
    let (finals, elder) = final_schedules(&schedule, &overrides)?;
    let on_call_now = tenant::on_call_now(folder()?.path(), shown)?;
    let scan = tenant::scan(folder()?.path(), scanned)?;
    Ok(ScheduleFigures { on_call_at, who, finals, elder, on_call_now, scan })
}

/// What an instant takes in the median pass; `ask` answers how many are on call then.
fn each_instant(ask: impl Fn(DateTime<Utc>) -> usize) -> Result<Duration> {
    let instants = iter::successors(Some(sample::start()), |at| Some(*at + STEP));
    let instants: Vec<_> = instants.take(INSTANTS as usize).collect();
    let mut passes = Vec::new();
    for _ in 0..PASSES {
        let begun = Instant::now();
        let people: usize = instants.iter().map(|at| ask(*at)).sum();
        passes.push(begun.elapsed());
        ensure!(people >= instants.len(), "somebody is on call at every instant");
    }
    Ok(quantile(&passes, 5) / INSTANTS)
}

/// Final schedules of a schedule and, in turn, of the same begun ten years sooner.
fn final_schedules(schedule: &Schedule, overrides: &[Override]) -> Result<(Vec<Duration>, Vec<Duration>)> {
    let elder = sample::schedule(0, u32::MAX, sample::TEN_YEARS);
    let (from, to) = (sample::start(), sample::start() + FINAL);
    let ask = |schedule: &Schedule, times: &mut Vec<Duration>| {
        let begun = Instant::now();
        let shifts = black_box(schedule.shifts(overrides, from, to));
        times.push(begun.elapsed());
        shifts
    };
    let (mut own, mut elders) = (Vec::new(), Vec::new());
    for _ in 0..FINALS {
        let (shifts, of_elder) = (ask(schedule, &mut own), ask(&elder, &mut elders));
        let alike = |(one, other): (&Shift, &Shift)| {
            (&one.user, one.starts, one.ends) == (&other.user, other.starts, other.ends)
        };
        let are_alike = shifts.len() == of_elder.len() && shifts.iter().zip(&of_elder).all(alike);
        ensure!(are_alike, "ten years later the same people are on call");
    }
    Ok((own, elders))
}
