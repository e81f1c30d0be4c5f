//! The senders: keep-alive connections that post alerts as fast as they are answered, all on one thread, so that most
//! of the machine is left to the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use hdrhistogram::Histogram;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use super::connection::{Connection, Request};

/// How many senders there are in a storm.
pub(super) const SENDERS: u32 = 64;

/// After which a run is given up.
const PATIENCE: Duration = Duration::from_mins(3);

/// Which problem each alert is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Problems {
    /// Each its own, numbered from here.
    From(u32),
    /// These many in turn, numbered from 0.
    Among(u32),
}

impl Problems {
    fn of(self, alert: u32) -> u32 {
        match self {
            Self::From(first) => first + alert,
            Self::Among(many) => alert % many,
        }
    }
}

/// How a run went; every alert of it was accepted.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) alerts: u32,
    pub(super) elapsed: Duration,
    /// From the first byte sent to the last received, in microseconds.
    pub(super) answers: Histogram<u64>,
}

/// A runtime on the calling thread.
pub(super) fn runtime() -> Result<Runtime> {
    Builder::new_current_thread().enable_all().build().context("no runtime")
}

/// An empty histogram of microseconds, to three digits.
pub(super) fn microseconds() -> Result<Histogram<u64>> {
    Histogram::new(3).context("no histogram")
}

/// Posts `alerts` alerts to `address` through `senders` connections.
pub(super) fn post(
    address: SocketAddr,
    request: &Request,
    problems: Problems,
    alerts: u32,
    senders: u32,
) -> Result<Run> {
    runtime()?.block_on(async {
        let run = run(address, request, problems, alerts, senders);
        tokio::time::timeout(PATIENCE, run).await.context("the run took too long")?
    })
}

async fn run(
    address: SocketAddr,
    request: &Request,
    problems: Problems,
    alerts: u32,
    senders: u32,
) -> Result<Run> {
    let mut connections = Vec::new();
    for _ in 0..senders {
        connections.push(Connection::open(address).await?);
    }
    let next = Arc::new(AtomicU32::new(0));
    let mut sending = JoinSet::new();
    let begun = Instant::now();
    for connection in connections {
        let (request, next) = (request.clone(), Arc::clone(&next));
        sending.spawn(send(connection, request, move || {
            let alert = next.fetch_add(1, Ordering::Relaxed);
            (alert < alerts).then(|| problems.of(alert))
        }));
    }
    let mut answers = microseconds()?;
    while let Some(sent) = sending.join_next().await {
        answers.add(sent??)?;
    }
    Ok(Run { alerts, elapsed: begun.elapsed(), answers })
}

async fn send(
    mut connection: Connection,
    mut request: Request,
    next: impl Fn() -> Option<u32> + Send,
) -> Result<Histogram<u64>> {
    let mut answers = microseconds()?;
    while let Some(problem) = next() {
        let begun = Instant::now();
        connection.exchange(request.about(problem)).await?;
        answers.record(u64::try_from(begun.elapsed().as_micros())?)?;
    }
    Ok(answers)
}
