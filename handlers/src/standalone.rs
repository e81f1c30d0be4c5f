//! The process by itself: it listens, runs its own timers, receives from its own bus, and says at the start what to do next.

mod start;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use app::{Clock as _, OsEntropy, SystemClock};
use chrono::TimeDelta;
use embedded::bus::LocalBus;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tracing::{error, info, warn};

use crate::compose::{Machine, compose};
use crate::config::{Config, Mode, Timetable};
use crate::edge::Edge;
use crate::{queue, timer};

/// How often the bus is asked for messages that another process put there.
const BUS_PAUSE: Duration = Duration::from_millis(500);

/// How often a timer that waits looks at the clock.
const LOOK: Duration = Duration::from_mins(1);

/// When a scan for coverage gaps that failed is tried again.
const SCAN_AGAIN: TimeDelta = TimeDelta::minutes(5);

/// How long requests and effects may take to end when the process is told to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves until the process is told to stop.
pub(crate) async fn serve(config: Config) -> anyhow::Result<()> {
    let address = match config.mode {
        Mode::Standalone { listen } => listen,
        Mode::Functions { port } => ([127, 0, 0, 1], port).into(),
    };
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("can't listen on {address}: is another one running? ONCALL_LISTEN changes the address")
    })?;
    let url = format!("http://{}", listener.local_addr()?);
    let machine = compose(&config, &url, Arc::new(SystemClock), Arc::new(OsEntropy))?;
    let mut tasks = JoinSet::new();
    start::begin(&config, &machine, &mut tasks).await?;
    if matches!(config.mode, Mode::Standalone { .. }) {
        tasks.spawn(tick(Arc::clone(&machine.edge), config.tick.clone()));
        tasks.spawn(scan(Arc::clone(&machine.edge), config.gap_scan.clone()));
    }
    if let Some(bus) = &machine.bus {
        tasks.spawn(receive(Arc::clone(&machine.edge), bus.clone()));
    }
    for off in &config.off {
        warn!(what = off.what, why = %off.why, "off");
    }
    listen(listener, &machine).await?;
    // A tick that is stopped half way loses nothing: what it handed over is waited for, the rest is still due.
    tasks.shutdown().await;
    if tokio::time::timeout(PATIENCE, machine.edge.app.settled()).await.is_err() {
        info!("some effects did not end in time; the next start goes on with them");
    }
    Ok(())
}

async fn listen(listener: TcpListener, machine: &Machine) -> anyhow::Result<()> {
    let (stop, mut stopped) = tokio::sync::watch::channel(false);
    let serving = axum::serve(listener, machine.router()).with_graceful_shutdown(async move {
        told_to_stop().await;
        info!("stopping");
        stop.send_replace(true);
    });
    let patience = async move {
        // The sender lives as long as the server does.
        drop(stopped.wait_for(|stop| *stop).await);
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        served = async { serving.await } => served.context("serving ended"),
        () = patience => Ok(()),
    }
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt => {}
            }
            return;
        }
    }
    drop(interrupt.await);
}

/// The process's own timer. A tick that had more to do than one takes on is followed by the next at once.
async fn tick(edge: Arc<Edge>, timetable: Timetable) {
    loop {
        while tick_once(&edge).await {}
        wait(&edge, &timetable, None).await;
    }
}

/// The same for the scan for coverage gaps. The first one makes up for what was missed while nothing ran; it scans only
/// whoever is due.
async fn scan(edge: Arc<Edge>, timetable: Timetable) {
    loop {
        let task = {
            let edge = Arc::clone(&edge);
            tokio::spawn(async move { timer::gap_scan(&edge.app).await })
        };
        let again = match task.await {
            Ok(Ok(report)) => report.more.then_some(TimeDelta::zero()),
            Ok(Err(error)) => {
                error!(%error, "the scan for coverage gaps failed");
                Some(SCAN_AGAIN)
            }
            Err(panic) => {
                error!(%panic, "the scan for coverage gaps panicked");
                Some(SCAN_AGAIN)
            }
        };
        wait(&edge, &timetable, again).await;
    }
}

/// Waits for the next time of a timetable, or only for `at_most`. Looks at the clock in between: it may be set, and a machine
/// that sleeps doesn't count the time.
async fn wait(edge: &Edge, timetable: &Timetable, at_most: Option<TimeDelta>) {
    let now = edge.app.clock.now();
    let mut until = at_most.map_or_else(|| timetable.next(now), |wait| timetable.next(now).min(now + wait));
    loop {
        let now = edge.app.clock.now();
        let Ok(left) = (until - now).to_std() else { return };
        if left.is_zero() {
            return;
        }
        tokio::time::sleep(left.min(LOOK)).await;
        until = until.min(timetable.next(edge.app.clock.now()));
    }
}

/// One tick, in a task of its own, so that the timer outlives whatever happens in it; answers whether to go on at once.
async fn tick_once(edge: &Arc<Edge>) -> bool {
    let edge = Arc::clone(edge);
    match tokio::spawn(async move { timer::escalation_tick(&edge.app).await }).await {
        Ok(Ok(report)) => report.more && report.escalations > 0,
        Ok(Err(error)) => {
            error!(%error, "the tick failed; the next one tries again");
            false
        }
        Err(panic) => {
            error!(%panic, "the tick panicked; the next one tries again");
            false
        }
    }
}

/// Receives from the machine's own bus.
async fn receive(edge: Arc<Edge>, bus: LocalBus) {
    loop {
        match receive_one(&edge, &bus).await {
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(BUS_PAUSE).await,
            Err(error) => {
                error!(%error, "the bus failed");
                tokio::time::sleep(BUS_PAUSE).await;
            }
        }
    }
}

/// Takes one message in, if there is one; the bus delivers it again when that fails.
pub(crate) async fn receive_one(edge: &Edge, bus: &LocalBus) -> anyhow::Result<bool> {
    let now = edge.app.clock.now();
    let Some(message) = bus.receive(now)? else { return Ok(false) };
    let Some(product) = queue::product(&message.subscription) else {
        error!(subscription = message.subscription, "no such subscription");
        bus.abandon(&message, now)?;
        return Ok(true);
    };
    match queue::deliver(&edge.app, product, Some(&message.name), &message.body).await {
        Ok(taken) => {
            info!(%taken, "from the bus");
            bus.complete(&message)?;
        }
        Err(error @ (app::Error::Overloaded | app::Error::Unavailable(_))) => {
            error!(%error, subscription = message.subscription, "from the bus: later");
            bus.defer(&message, now)?;
        }
        Err(error) => {
            error!(%error, deliveries = message.deliveries, subscription = message.subscription, "from the bus");
            bus.abandon(&message, now)?;
        }
    }
    Ok(true)
}

/// The present, for what happens outside a request.
pub(crate) fn now() -> chrono::DateTime<chrono::Utc> {
    SystemClock.now()
}
