//! `cargo xtask bench`: how fast the main job is on this machine, driven from outside over loopback, and written to
//! `docs/benchmarks.md`.
//!
//! Invariant: every figure, and whether its aim is met, comes from the run that is reported; nothing is carried over, but
//! that the section on Cosmos DB, which says of what day it is, can be written by itself. A run that loses a request, a
//! page or a mail stops instead of reporting.

mod aim;
mod client;
mod connection;
mod cosmos;
mod inside;
mod load;
mod machine;
mod markdown;
mod oncall;
mod open_incidents;
mod page;
mod process;
mod release;
mod report;
mod schedule;
mod sink;
mod start;
mod tick;
mod yardstick;

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use anyhow::{Context as _, Result};
use clap::{Parser, ValueEnum};
use tempfile::TempDir;

use cosmos::CosmosFigures;
use load::{LoadFigures, Storm};
use machine::Machine;
use page::PageFigures;
use schedule::ScheduleFigures;
use sink::Sink;
use start::StartFigures;
use tick::TickFigures;

pub(crate) use yardstick::Yardstick;

/// Measure the release binary, print the figures and write them to docs/benchmarks.md
#[derive(Debug, Parser)]
pub(crate) struct Bench {
    /// Measure this only, and print it; of Cosmos DB its section is written too
    only: Option<Only>,
    /// A tenth of the requests and fewer of the rest, printed only: to see that it works
    #[arg(long)]
    quick: bool,
    /// This is the release build that an unoptimised one has made
    #[arg(long, hide = true)]
    built: bool,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    /// Who is on call: one schedule, and all schedules of a tenant
    Schedule,
    /// Operations and request units of each use-case, and the start, on Cosmos DB
    Cosmos,
}

impl Only {
    fn name(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Cosmos => "cosmos",
        }
    }
}

/// How much of everything.
#[derive(Debug, Clone, Copy)]
struct Size {
    requests: u32,
    pages: u32,
    starts: u32,
    open: &'static [u32],
    /// Schedules of a tenant on the page of who is on call now.
    shown: u32,
    /// Schedules of a tenant that are scanned for gaps.
    scanned: u32,
}

const FULL: Size = Size {
    requests: 20_000,
    pages: 200,
    starts: 20,
    open: &[1_000, 100_000, 1_000_000],
    shown: 10_000,
    scanned: 1_000,
};
const QUICK: Size =
    Size { requests: 2_000, pages: 50, starts: 5, open: &[1_000, 20_000], shown: 1_000, scanned: 100 };

/// Everything that was measured.
#[derive(Debug)]
struct Figures {
    machine: Machine,
    binary: u64,
    yardsticks: Vec<LoadFigures>,
    storms: Vec<(Storm, LoadFigures)>,
    page: PageFigures,
    ticks: Vec<TickFigures>,
    schedule: ScheduleFigures,
    starts: Vec<StartFigures>,
    /// Resident a second after the start, in bytes.
    idle: u64,
    cosmos: CosmosFigures,
}

impl Bench {
    pub(crate) fn run(self) -> Result<()> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?;
        if !self.built {
            let wanted: &[_] = match self.only {
                Some(Only::Schedule) => &[release::XTASK],
                Some(Only::Cosmos) => &[release::ONCALL, release::REQUEST_UNITS],
                None => &[release::ONCALL, release::REQUEST_UNITS, release::XTASK],
            };
            release::build(root, wanted)?;
            // Half of what is measured runs in this process; of Cosmos DB, nothing does.
            if cfg!(debug_assertions) && self.only != Some(Only::Cosmos) {
                return release::hand_over(self.only.map(Only::name), self.quick);
            }
        }
        let size = if self.quick { QUICK } else { FULL };
        if let Some(Only::Schedule) = self.only {
            let (machine, figures) = measure_schedule(root, size)?;
            println!("{}", report::write_schedule(&machine, &figures));
            return Ok(());
        }
        let oncall = release::built(release::ONCALL.1)?;
        let file = root.join("docs/benchmarks.md");
        let (shown, page) = if let Some(Only::Cosmos) = self.only {
            let section = cosmos::write(&measure_cosmos(root, &oncall, size)?)?;
            let page = fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
            let page = cosmos::replace_in(&page, &section)?;
            (section, page)
        } else {
            let page = report::write(&measure(root, &oncall, size)?)?;
            (page.clone(), page)
        };
        println!("{shown}");
        if !self.quick {
            fs::write(&file, &page).with_context(|| format!("can't write {}", file.display()))?;
            println!("written to {}", file.display());
        }
        Ok(())
    }
}

fn measure(root: &Path, oncall: &Path, size: Size) -> Result<Figures> {
    let scratch = Scratch::beside_what_is_built(root);
    let sink = Sink::start()?;

    say("machine");
    let machine = Machine::look(scratch.folder()?.path())?;

    say("yardstick");
    let mut yardsticks = vec![yardstick::measure(scratch.folder()?.path(), size.requests)?];
    let mut storms = Vec::new();
    for storm in Storm::ALL {
        say(storm.name());
        storms.push((storm, load::measure(oncall, scratch.folder()?.path(), &sink, storm, size.requests)?));
    }
    say("yardstick again");
    yardsticks.push(yardstick::measure(scratch.folder()?.path(), size.requests)?);

    say("alert to DATA");
    let page = page::measure(oncall, scratch.folder()?.path(), &sink, size.pages)?;

    say("start on an empty folder");
    let mut starts = vec![start::on_empty_folders(oncall, &sink, size.starts, || scratch.folder())?];
    let used = scratch.folder()?;
    say("start on an existing folder");
    starts.push(start::on(
        oncall,
        used.path(),
        &sink,
        size.starts,
        "existing folder, demo tenant only".to_owned(),
    )?);
    let idle = start::idle(oncall, used.path(), &sink)?;

    say(Only::Schedule.name());
    let schedule = schedule::measure(|| scratch.folder(), size.shown, size.scanned)?;

    let mut ticks = Vec::new();
    let mut largest = None;
    for open in size.open {
        say(&format!("tick among {}", markdown::thousands(u64::from(*open))));
        let folder = scratch.folder()?;
        ticks.push(tick::measure(folder.path(), &sink, *open)?);
        largest = Some((folder, *open));
    }
    if let Some((folder, open)) = largest {
        say("start on a large folder");
        let name = format!("existing folder, {} open incidents", markdown::thousands(u64::from(open)));
        starts.push(start::on(oncall, folder.path(), &sink, size.starts, name)?);
    }
    say(Only::Cosmos.name());
    let cosmos = cosmos::measure(oncall, scratch.folder()?.path(), &sink, size.starts)?;
    let binary = fs::metadata(oncall)?.len();
    Ok(Figures { machine, binary, yardsticks, storms, page, ticks, schedule, starts, idle, cosmos })
}

fn measure_cosmos(root: &Path, oncall: &Path, size: Size) -> Result<CosmosFigures> {
    let scratch = Scratch::beside_what_is_built(root);
    say(Only::Cosmos.name());
    cosmos::measure(oncall, scratch.folder()?.path(), &Sink::start()?, size.starts)
}

fn measure_schedule(root: &Path, size: Size) -> Result<(Machine, ScheduleFigures)> {
    let scratch = Scratch::beside_what_is_built(root);
    say("machine");
    let machine = Machine::look(scratch.folder()?.path())?;
    say(Only::Schedule.name());
    Ok((machine, schedule::measure(|| scratch.folder(), size.shown, size.scanned)?))
}

/// Where data folders are made; each is gone when its owner is.
struct Scratch {
    parent: PathBuf,
}

impl Scratch {
    /// A machine's folder for temporary files is often memory, whose fsync costs nothing.
    fn beside_what_is_built(root: &Path) -> Self {
        Self { parent: root.join("target") }
    }

    fn folder(&self) -> io::Result<TempDir> {
        tempfile::Builder::new().prefix("bench-").tempdir_in(&self.parent)
    }
}

fn say(what: &str) {
    println!("measuring: {what}");
}

/// The time below which `of_ten` tenths of `times` lie.
fn quantile(times: &[Duration], of_ten: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let place = (sorted.len() * of_ten / 10).min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or_default()
}
