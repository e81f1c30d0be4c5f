//! The tick: its time when nothing is due and when a hundred steps are, among ever more open incidents. Runs in this
//! process, on a clock that is put forward by hand; mail goes out for real.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use app::{App, Clock, OsEntropy, SystemClock, TickReport};
use chrono::{DateTime, TimeDelta, Utc};
use handlers::compose::compose;
use handlers::config::Config;
use tokio::runtime::Builder;

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

/// A clock that stands still until it is put forward.
#[derive(Debug)]
struct Held(Mutex<DateTime<Utc>>);

impl Clock for Held {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn put_to(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

/// Opens `open` incidents in `folder` and ticks among them.
pub(super) fn measure(folder: &Path, sink: &Sink, open: u32) -> Result<TickFigures> {
    ensure!(open >= DUE * ROUNDS, "too few incidents");
    Builder::new_multi_thread().enable_all().build()?.block_on(ticks(folder, sink, open))
}

async fn ticks(folder: &Path, sink: &Sink, open: u32) -> Result<TickFigures> {
    let start = SystemClock.now();
    let clock = Arc::new(Held(Mutex::new(start)));
    let settings = [("ONCALL_DATA_DIR", &*folder.to_string_lossy()), ("SMTP_URL", sink.url()), FROM];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::from_vars(BTreeMap::from(settings)).map_err(|problems| anyhow!("{problems:?}"))?;
    let machine =
        compose(&config, "http://localhost", Arc::clone(&clock) as Arc<dyn Clock>, Arc::new(OsEntropy))?;
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

const FROM: (&str, &str) = ("MAIL_FROM", "oncall@msp.example");

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
