//! The tick: its time when nothing is due and when a hundred steps are, among ever more open incidents. Runs in this
//! process, on a clock that is put forward by hand; mail goes out for real.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use app::{App, Clock as _, SystemClock, TickReport};
use chrono::TimeDelta;
use tokio::runtime::Builder;

use super::inside::{self, Held};
use super::machine;
use super::open_incidents;
use super::sink::Sink;

/// Steps that are due at once.
pub(super) const DUE: u32 = 100;

/// How often that happens. A minute apart, so that all of it is over before the steps after these are due.
pub(super) const ROUNDS: u32 = 7;

const IDLE_TICKS: u32 = 50;

/// How long a page is its sender's before the tick takes it over, and a little more.
const LEASE: TimeDelta = TimeDelta::seconds(31);

/// Ticks among some open incidents.
#[derive(Debug)]
pub(super) struct TickFigures {
    pub(super) open: u32,
    /// Ticks where nothing was due.
    pub(super) idle: Vec<Duration>,
    /// Ticks where [`DUE`] steps were due.
    pub(super) due: Vec<Duration>,
    /// From the beginning of each of the latter until everything that it began had ended, its mails above all.
    pub(super) sent: Vec<Duration>,
    /// Mails that went out until then.
    pub(super) mails: u32,
    /// Of the data folder.
    pub(super) bytes: u64,
    /// What writing the incidents took.
    pub(super) filled_in: Duration,
}

/// Opens `open` incidents in `folder` and ticks among them.
pub(super) fn measure(folder: &Path, sink: &Sink, open: u32) -> Result<TickFigures> {
    ensure!(open >= DUE * ROUNDS, "too few incidents");
    Builder::new_multi_thread().enable_all().build()?.block_on(ticks(folder, sink, open))
}

async fn ticks(folder: &Path, sink: &Sink, open: u32) -> Result<TickFigures> {
    let start = SystemClock.now();
    let clock = Held::at(start);
    let machine = inside::machine(folder, Some(sink), &clock)?;
    let app = &machine.edge.app;
    let tenant = app::tenants::first_start(app, &machine.demo_key).await?.tenant;

    let begun = Instant::now();
    // Spread over all of them, as they would be.
    let apart = open / (DUE * ROUNDS);
    open_incidents::open(app, &tenant, start, open, |place| {
        let (turn, rest) = (place / apart, place % apart);
        (rest == 0 && turn < DUE * ROUNDS).then(|| start + minutes(turn % ROUNDS + 1))
    })
    .await?;
    let filled_in = begun.elapsed();
    machine::settle(folder)?;

    let mut idle = Vec::new();
    // The first one also looks at the demo's handoffs.
    app::tick(app).await?;
    for _ in 0..IDLE_TICKS {
        idle.push(timed(app, TickReport::default()).await?);
    }
    let (mut due, mut sent, mut mails, before) = (Vec::new(), Vec::new(), 0, sink.taken());
    for round in 1..=ROUNDS {
        clock.put_to(start + minutes(round));
        let (begun, taken) = (Instant::now(), sink.taken());
        due.push(timed(app, TickReport { escalations: DUE, ..TickReport::default() }).await?);
        app.settled().await;
        sent.push(begun.elapsed());
        mails += sink.taken() - taken;
        // Pages that found no room beside the others are the next tick's.
        clock.put_to(start + minutes(round) + LEASE);
        let rest = app::tick(app).await?;
        app.settled().await;
        let taken = sink.taken() - before;
        ensure!(
            taken == round * DUE,
            "{taken} mails after {round} rounds of {DUE}; the last tick did {rest:?}"
        );
    }
    Ok(TickFigures { open, idle, due, sent, mails, bytes: machine::size(folder)?, filled_in })
}

fn minutes(minutes: u32) -> TimeDelta {
    TimeDelta::minutes(i64::from(minutes))
}

/// One tick, which must do what is expected of it and nothing else.
async fn timed(app: &Arc<App>, expected: TickReport) -> Result<Duration> {
    let begun = Instant::now();
    let report = app::tick(app).await?;
    let time = begun.elapsed();
    ensure!(report == expected, "the tick did {report:?}");
    Ok(time)
}
