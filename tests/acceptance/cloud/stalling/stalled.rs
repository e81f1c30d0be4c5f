//! A store that stalls on command, and counts what that costs whoever asks.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use acceptance::world::HandClock;
use app::Clock as _;
use chrono::TimeDelta;
use futures::future::BoxFuture;
use serde_json::Value;
use store::{Batch, DIRECTORY, Documents, Found, Lookup, OperationId, Range, StoreError, Stored, Write};
use tokio::sync::watch;

/// What goes wrong.
#[derive(Debug, Default)]
struct Faults {
    /// While it stalls: what can be read all the same, and how many such reads the first time-out takes.
    stall: Option<(HashSet<String>, usize)>,
    /// How many commits that keep a receipt are still refused.
    refuse: usize,
    /// What a refusal takes, on which clock.
    takes: Option<(Arc<HandClock>, TimeDelta)>,
    refused: Vec<OperationId>,
}

/// The store.
#[derive(Debug)]
pub(super) struct Stalled {
    documents: Arc<dyn Documents>,
    faults: Mutex<Faults>,
    read: watch::Sender<usize>,
    time_outs: AtomicUsize,
}

impl Stalled {
    /// A store that behaves.
    pub(super) fn new(documents: Arc<dyn Documents>) -> Self {
        let (read, _) = watch::channel(0);
        Self { documents, faults: Mutex::default(), read, time_outs: AtomicUsize::new(0) }
    }

    /// From now on no document of a tenant can be read but those with these ids. Their reads are how time passes: when there
    /// were `enough` of them, the time-out is over.
    pub(super) fn stall(&self, but: HashSet<String>, enough: usize) {
        self.faults().stall = Some((but, enough));
    }

    /// Stalls no more.
    pub(super) fn behave(&self) {
        self.faults().stall = None;
    }

    /// How many requests ran into their time-out.
    pub(super) fn time_outs(&self) -> usize {
        self.time_outs.load(Ordering::Acquire)
    }

    /// The next `times` commits that keep a receipt are refused.
    pub(super) fn refuse_receipts(&self, times: usize) {
        self.faults().refuse = times;
    }

    /// A refused commit takes so long.
    pub(super) fn takes(&self, clock: &Arc<HandClock>, time: TimeDelta) {
        self.faults().takes = Some((Arc::clone(clock), time));
    }

    /// The operations of the commits that were refused.
    pub(super) fn refused(&self) -> Vec<OperationId> {
        self.faults().refused.clone()
    }

    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many reads must be through before this one fails; `None` when it doesn't.
    fn stalls(&self, partition: &str, id: &str) -> Option<usize> {
        let faults = self.faults();
        let (but, enough) = faults.stall.as_ref()?;
        (partition != DIRECTORY && !but.contains(id)).then_some(*enough)
    }

    async fn time_out(&self, enough: usize) -> StoreError {
        self.read.subscribe().wait_for(|read| *read >= enough).await.expect("the sender is ours");
        self.time_outs.fetch_add(1, Ordering::AcqRel);
        StoreError::Unavailable("timed out".to_owned())
    }

    fn refuses(&self, batch: &Batch) -> bool {
        let mut faults = self.faults();
        if faults.refuse == 0 || !batch.writes.iter().any(keeps_a_receipt) {
            return false;
        }
        faults.refuse -= 1;
        faults.refused.push(batch.operation.clone());
        if let Some((clock, time)) = &faults.takes {
            clock.set(clock.now() + *time);
        }
        true
    }
}

/// Whether this says of a page or a notice that it went out.
fn keeps_a_receipt(write: &Write) -> bool {
    let Write::Replace(document, _) = write else { return false };
    let body: Value = serde_json::from_str(&document.body).expect("JSON");
    body["state"] == "sent" || body["outcome"]["sent"].is_string()
}

/// What `async_trait` makes of the port's methods, written out.
impl Documents for Stalled {
    fn get<'a, 'b, 'c, 'd>(
        &'a self,
        partition: &'b str,
        id: &'c str,
    ) -> BoxFuture<'d, Result<Option<Stored>, StoreError>>
    where
        'a: 'd,
        'b: 'd,
        'c: 'd,
        Self: 'd,
    {
        Box::pin(async move {
            if let Some(enough) = self.stalls(partition, id) {
                return Err(self.time_out(enough).await);
            }
            let found = self.documents.get(partition, id).await;
            if partition != DIRECTORY && self.faults().stall.is_some() {
                self.read.send_modify(|read| *read += 1);
            }
            found
        })
    }

    fn find<'a, 'b, 'c, 'd>(
        &'a self,
        lookup: &'b Lookup,
        range: &'c Range,
    ) -> BoxFuture<'d, Result<Found, StoreError>>
    where
        'a: 'd,
        'b: 'd,
        'c: 'd,
        Self: 'd,
    {
        self.documents.find(lookup, range)
    }

    fn commit<'a, 'd>(&'a self, batch: Batch) -> BoxFuture<'d, Result<(), StoreError>>
    where
        'a: 'd,
        Self: 'd,
    {
        Box::pin(async move {
            if self.refuses(&batch) {
                return Err(StoreError::Throttled { after: None });
            }
            self.documents.commit(batch).await
        })
    }

    fn health<'a, 'd>(&'a self) -> BoxFuture<'d, Result<(), StoreError>>
    where
        'a: 'd,
        Self: 'd,
    {
        self.documents.health()
    }
}
