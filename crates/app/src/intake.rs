//! Alerts in: a door (key, product or message), its signals, and what became of them.
//!
//! Invariants: a sender is answered only after the store has what it sent; a transport that delivers twice makes one
//! alert; parsing never loses a page.

mod door;
mod lane;
mod sitting;
mod stack;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::alert::Outcome;
use domain::id::{AlertId, IncidentId, TenantId};
use domain::signal::Signal;
use domain::source::AlertSource;
use futures::future::try_join_all;

use crate::app::App;
use crate::error::Error;
use crate::port::ReceivedBody;

pub(crate) use door::open_door;
pub(crate) use lane::Lanes;
pub(crate) use sitting::default_service;
pub use stack::{deliver_message, escalate_detection};

/// One HTTP delivery to a door with a key.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// The key as presented.
    pub key: &'a str,
    /// What came.
    pub received: ReceivedBody<'a>,
}

/// One alert on its way in.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// Fresh, or derived where the transport may deliver twice.
    pub(crate) alert_id: AlertId,
    /// The id is derived: the alert may be here already.
    pub(crate) may_repeat: bool,
    pub(crate) source: Arc<AlertSource>,
    pub(crate) signal: Signal,
    pub(crate) raw: Arc<str>,
    pub(crate) at: DateTime<Utc>,
}

/// What became of one alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// What was done.
    pub outcome: Outcome,
    /// The incident's identity and running number; `None` when nothing was there to act on.
    pub incident: Option<(IncidentId, u64)>,
    /// The key it was known by.
    pub dedup_key: String,
    /// Why the body could not be fully understood.
    pub degraded: Option<String>,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// One for each of its signals, in order; at least one.
    pub taken: Vec<Taken>,
}

/// Takes a delivery to a door with a key. Every wrong key is [`Error::Unauthenticated`], whatever is wrong with it.
pub async fn deliver(app: &Arc<App>, delivery: Delivery<'_>) -> Result<Received, Error> {
    let now = app.clock.now();
    let (tenant, source) = open_door(app, delivery.key).await?.ok_or(Error::Unauthenticated)?;
    let reading = app
        .reader
        .read(&source, delivery.received)
        .map_err(|unreadable| Error::invalid(unreadable.field, unreadable.problem))?;
    let crate::port::Reading::Alerts(signals) = reading else { return Ok(Received { taken: Vec::new() }) };
    let raw = kept(delivery.received.body);
    let source = Arc::new(source);
    let arrivals = signals.into_iter().enumerate().map(|(index, signal)| Arrival {
        alert_id: AlertId::fresh(now, app.entropy.draw()),
        may_repeat: false,
        source: Arc::clone(&source),
        signal: signal.bounded(),
        // Once for each delivery, not once for each of its alerts.
        raw: if index == 0 { Arc::clone(&raw) } else { "(with the delivery's first alert)".into() },
        at: now,
    });
    receive(app, &tenant, arrivals.collect()).await
}

/// Takes alerts of one delivery in: all are in the store when this answers.
pub(crate) async fn receive(
    app: &Arc<App>,
    tenant: &TenantId,
    arrivals: Vec<Arrival>,
) -> Result<Received, Error> {
    let taken =
        try_join_all(arrivals.into_iter().map(|arrival| app.lanes.take(app, tenant, arrival))).await?;
    Ok(Received { taken })
}

/// The most bytes of a body that are kept, as they are stored: a document and its envelope must stay below 2 MB.
const MOST_KEPT: usize = 1_100_000;

/// A body as it is kept: as text, and all of it unless escaping (control characters take six bytes each) would make it
/// larger than a document may be.
fn kept(body: &[u8]) -> Arc<str> {
    let text = String::from_utf8_lossy(body);
    let escaped = |c: char| match c {
        '"' | '\\' | '\n' | '\r' | '\t' => 2,
        c if c.is_control() => 6,
        c => c.len_utf8(),
    };
    let mut size = 0;
    let end = text.char_indices().find(|(_, c)| {
        size += escaped(*c);
        size > MOST_KEPT
    });
    match end {
        None => text.into(),
        Some((end, _)) => format!("{}… (cut here)", &text[..end]).into(),
    }
}
