//! Storms: how many alerts a second are accepted, how long each waits for its answer, and what that costs.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use hdrhistogram::Histogram;

use super::client::{self, Problems, Run, SENDERS};
use super::connection::Request;
use super::oncall::Oncall;
use super::sink::Sink;
use super::{machine, process};

/// Alerts before the counted ones: code, connections and database are warm then.
const WARM_UP: u32 = 200;

/// Longer than a page is its sender's: one that was going to be sent again was by then.
const AFTERWARDS: Duration = Duration::from_secs(35);

/// What the alerts of a storm are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storm {
    /// A new problem each.
    New,
    /// One problem that is open already.
    One,
    /// A thousand problems that are open already, in turn.
    Thousand,
}

impl Storm {
    pub(super) const ALL: [Self; 3] = [Self::New, Self::One, Self::Thousand];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::New => "new incidents",
            Self::One => "repeats of one open incident",
            Self::Thousand => "repeats over 1,000 open incidents",
        }
    }

    /// How many incidents are open before the counted alerts, and which problems those are about.
    fn plan(self) -> (u32, Problems) {
        match self {
            Self::New => (WARM_UP, Problems::From(WARM_UP)),
            Self::One => (1, Problems::Among(1)),
            Self::Thousand => (1_000, Problems::Among(1_000)),
        }
    }
}

/// A storm, measured.
#[derive(Debug)]
pub(super) struct LoadFigures {
    pub(super) alerts: u32,
    pub(super) elapsed: Duration,
    /// In microseconds.
    pub(super) answers: Histogram<u64>,
    /// Processor time of the server.
    pub(super) server: Duration,
    /// Processor time of this process: the senders and the mail server.
    pub(super) client: Duration,
    /// The most memory the server had resident until the end, in bytes.
    pub(super) memory: u64,
    /// Mails that were taken meanwhile.
    pub(super) mails: u32,
    /// How long after the last answer the last page was sent, where each alert made one.
    pub(super) paged_in: Option<Duration>,
}

impl LoadFigures {
    /// Alerts accepted in a second.
    pub(super) fn rate(&self) -> f64 {
        f64::from(self.alerts) / self.elapsed.as_secs_f64()
    }

    /// Microseconds of processor time for each alert.
    pub(super) fn each(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1e6 / f64::from(self.alerts)
    }

    /// Milliseconds within which this part of the answers came.
    pub(super) fn within(&self, part: f64) -> Duration {
        Duration::from_micros(self.answers.value_at_quantile(part))
    }
}

/// Sends `alerts` alerts to a new process on an empty folder.
pub(super) fn measure(
    binary: &Path,
    folder: &Path,
    sink: &Sink,
    storm: Storm,
    alerts: u32,
) -> Result<LoadFigures> {
    let oncall = Oncall::start(binary, folder, sink)?;
    let request = Request::alert(oncall.door());
    let (open, problems) = storm.plan();
    let before = sink.taken();
    // One by one, so that each page goes out at once and none is left for later.
    client::post(oncall.address(), &request, Problems::From(0), open, 1)?;
    sink.wait_for(before + open)?;
    if open < WARM_UP {
        client::post(oncall.address(), &request, problems, WARM_UP, SENDERS)?;
    }
    machine::settle(folder)?;
    let mails = sink.taken();
    let mut figures =
        watched(oncall.pid(), || client::post(oncall.address(), &request, problems, alerts, SENDERS))?;
    figures.mails = sink.taken() - mails;
    if storm == Storm::New {
        figures.paged_in = Some(all_paged(sink, mails + alerts)?);
    }
    Ok(figures)
}

/// Waits until every page is sent, and makes sure that none is sent twice.
fn all_paged(sink: &Sink, pages: u32) -> Result<Duration> {
    let begun = Instant::now();
    sink.wait_for(pages)?;
    let time = begun.elapsed();
    client::runtime()?.block_on(async { tokio::time::sleep(AFTERWARDS).await });
    let taken = sink.taken();
    ensure!(taken == pages, "{taken} mails came where {pages} were due");
    Ok(time)
}

/// Makes a run and reads what the kernel counted for it.
pub(super) fn watched(server: u32, run: impl FnOnce() -> Result<Run>) -> Result<LoadFigures> {
    let times = || Ok::<_, anyhow::Error>((process::cpu(server)?, process::cpu(std::process::id())?));
    let before = times()?;
    let Run { alerts, elapsed, answers } = run()?;
    let after = times()?;
    let memory = process::memory(server, "VmHWM")?;
    let (server, client) = (after.0.saturating_sub(before.0), after.1.saturating_sub(before.1));
    Ok(LoadFigures { alerts, elapsed, answers, server, client, memory, mails: 0, paged_in: None })
}
