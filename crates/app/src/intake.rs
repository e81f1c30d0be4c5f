//! Alerts in: a door (key, product or message), its signals, and what became of them.
//!
//! Invariants: a sender is answered only after the store has what it sent and what became of it; a transport that delivers
//! twice makes one alert; parsing never loses a page; what is refused is kept, so that it can be read again. A page is for
//! what somebody sent: whoever only looks at a door's address wakes nobody.

mod again;
mod apart;
mod door;
mod lane;
mod late;
mod look;
mod masking;
mod meaning;
mod orphaned;
mod preview;
mod reading;
mod redelivered;
mod sitting;
mod stack;
mod test_alert;
mod ticket;
mod unverified;
mod watched;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::alert::Outcome;
use domain::delivery::{self, Request, Verdict};
use domain::id::{AlertId, DeliveryId, IncidentId, TenantId};
use domain::signal::Signal;
use domain::source::{AlertSource, SourceType};
use futures::future::try_join_all;
use store::{Etag, OpenKey, Versioned};

use crate::app::App;
use crate::effects::source::beat;
use crate::error::Error;
use crate::port::ReceivedBody;

pub(crate) use again::read_again;
pub use again::replay;
pub use apart::WholeDelivery;
pub(crate) use apart::{find as body_apart, whole};
pub(crate) use door::open_door;
pub(crate) use lane::Lanes;
pub(crate) use orphaned::none_waits;
pub use preview::{Preview, Sample, preview};
pub(crate) use sitting::default_service;
pub(crate) use stack::built_in;
pub use stack::{deliver_message, escalate_detection};
pub use test_alert::{TestAlert, test};
pub(crate) use watched::Watched;

/// One HTTP delivery to a door with a key.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// The key as presented.
    pub key: &'a str,
    /// What came.
    pub received: ReceivedBody<'a>,
}

/// A delivery as it will be kept.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) value: delivery::Delivery,
    /// As it was read; `None` when it isn't in the store yet.
    pub(crate) etag: Option<Etag>,
    /// Its alerts may be here already, or on their way.
    pub(crate) may_repeat: bool,
    /// When it came, where somebody has it read again.
    pub(crate) came_at: Option<DateTime<Utc>>,
}

impl Draft {
    fn new(app: &App, source: &AlertSource, request: Request, now: DateTime<Utc>) -> Self {
        let value = delivery::Delivery {
            id: DeliveryId::fresh(now, app.entropy.draw()),
            source_id: source.id.clone(),
            received_at: now,
            request,
            verdict: Verdict::Nothing { why: String::new() },
            alerts: 0,
            replay_of: None,
            is_test: false,
            due_at: None,
            tries: 0,
        };
        Self { value, etag: None, may_repeat: false, came_at: None }
    }
}

impl From<Versioned<delivery::Delivery>> for Draft {
    fn from(found: Versioned<delivery::Delivery>) -> Self {
        Self { value: found.value, etag: Some(found.etag), may_repeat: true, came_at: None }
    }
}

/// One alert on its way in.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) alert_id: AlertId,
    /// The alert may be here already.
    pub(crate) may_repeat: bool,
    pub(crate) source: Arc<AlertSource>,
    pub(crate) signal: Signal,
    pub(crate) delivery_id: DeliveryId,
    /// The delivery itself, with its first alert.
    pub(crate) delivery: Option<Draft>,
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
pub enum Received {
    /// One for each of its signals, in order; at least one.
    Taken(Vec<Taken>),
    /// There was nothing in it to act on; says what it was.
    Nothing(String),
    /// It is kept, and understood as soon as something outside has been asked.
    Waiting,
}

impl Received {
    /// What became of its alerts.
    pub fn taken(&self) -> &[Taken] {
        match self {
            Self::Taken(taken) => taken,
            Self::Nothing(_) | Self::Waiting => &[],
        }
    }
}

/// Takes a delivery to a door with a key. Every wrong key is [`Error::Unauthenticated`], whatever is wrong with it.
pub async fn deliver(app: &Arc<App>, delivery: Delivery<'_>) -> Result<Received, Error> {
    come(app, delivery, false).await
}

/// The same of a request that asks for something by its method, and may be nothing but a look at the door's address.
pub async fn deliver_asking(app: &Arc<App>, delivery: Delivery<'_>) -> Result<Received, Error> {
    come(app, delivery, look::is_one(delivery.received)).await
}

async fn come(app: &Arc<App>, delivery: Delivery<'_>, is_look: bool) -> Result<Received, Error> {
    let now = app.clock.now();
    let (tenant, source) = open_door(app, delivery.key).await?.ok_or(Error::Unauthenticated)?;
    let request = Request { is_look, ..masking::request(delivery.key, delivery.received) };
    let draft = Draft::new(app, &source, request, now);
    if source.source_type == SourceType::Heartbeat {
        beat(app, &tenant, &source, now).await?;
        let key = OpenKey::key_of(&source.id, HEARTBEAT);
        // A beat that ends no silence is no news, and is not kept.
        if app.store.get::<OpenKey>(&tenant, &key).await?.is_none_or(|found| found.value.over) {
            return Ok(Received::Nothing("a heartbeat".to_owned()));
        }
    }
    reading::take_in(app, &tenant, Arc::new(source), delivery, draft).await
}

/// How many alerts of one delivery wait in their tenant's lane at once: several large ones have room beside each other.
const AT_ONCE: usize = 128;

/// A heartbeat's dedup key.
pub(crate) const HEARTBEAT: &str = "heartbeat";

/// Takes the silence of a heartbeat for an alert, or its end, once for each.
pub(crate) async fn take_silence(
    app: &Arc<App>,
    tenant: &TenantId,
    source: &Arc<AlertSource>,
    signal: Signal,
    delivery: delivery::Delivery,
) -> Result<(), Error> {
    let arrival = Arrival {
        alert_id: delivery.alert_id(0),
        may_repeat: true,
        source: Arc::clone(source),
        signal: signal.bounded(),
        delivery_id: delivery.id.clone(),
        at: delivery.received_at,
        delivery: Some(Draft { value: delivery, etag: None, may_repeat: true, came_at: None }),
    };
    receive(app, tenant, vec![arrival]).await.map(drop)
}

/// Takes alerts of one delivery in: all are in the store when this answers.
pub(crate) async fn receive(
    app: &Arc<App>,
    tenant: &TenantId,
    arrivals: Vec<Arrival>,
) -> Result<Vec<Taken>, Error> {
    let mut taken = Vec::with_capacity(arrivals.len());
    let mut arrivals = arrivals.into_iter().peekable();
    while arrivals.peek().is_some() {
        let some = arrivals.by_ref().take(AT_ONCE);
        taken.extend(try_join_all(some.map(|arrival| app.lanes.take(app, tenant, arrival))).await?);
    }
    Ok(taken)
}
