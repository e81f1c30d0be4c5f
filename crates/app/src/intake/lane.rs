//! Lanes: one for each tenant whose alerts are coming in. Alerts that wait together are decided and committed together,
//! so that a storm of repeats costs one write of its incident for each commit and not one for each alert.
//!
//! Invariants: a lane is an economy. Two processes have two lanes for a tenant, and the store's if-match keeps them right.
//! Whoever waits in a lane waits for no more than one failure of the store.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::id::TenantId;
use store::StoreError;
use tokio::sync::{mpsc, oneshot};

use super::sitting::Sitting;
use super::{Arrival, Taken};
use crate::app::App;
use crate::error::Error;
use crate::turns::Tries;

/// How many alerts of one tenant may wait; the next sender is told to come back.
const WAITING: usize = 1_024;

/// How many alerts are decided together.
const TOGETHER: usize = 64;

/// How long an idle lane is kept.
const IDLE: Duration = Duration::from_secs(30);

type Waiting = (Arrival, oneshot::Sender<Result<Taken, Error>>);

/// The lanes of this process.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    open: Mutex<HashMap<TenantId, mpsc::Sender<Waiting>>>,
}

impl Lanes {
    /// Takes one alert in; answers when it is in the store.
    pub(crate) async fn take(
        &self,
        app: &Arc<App>,
        tenant: &TenantId,
        arrival: Arrival,
    ) -> Result<Taken, Error> {
        let (answer, answered) = oneshot::channel();
        self.enter(app, tenant, (arrival, answer))?;
        answered.await.unwrap_or_else(|_| Err(Error::Internal("the lane ended".to_owned())))
    }

    fn enter(&self, app: &Arc<App>, tenant: &TenantId, waiting: Waiting) -> Result<(), Error> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = match open.entry(tenant.clone()) {
            Entry::Occupied(lane) => match lane.get().try_send(waiting) {
                Ok(()) => return Ok(()),
                Err(mpsc::error::TrySendError::Full(_)) => return Err(Error::Overloaded),
                Err(mpsc::error::TrySendError::Closed(waiting)) => waiting,
            },
            Entry::Vacant(_) => waiting,
        };
        let (sender, receiver) = mpsc::channel(WAITING);
        // A new channel has room for one.
        drop(sender.try_send(waiting));
        open.insert(tenant.clone(), sender);
        tokio::spawn(run(Arc::clone(app), tenant.clone(), receiver));
        Ok(())
    }

    /// Closes an idle lane, unless somebody has just come in.
    fn close(&self, tenant: &TenantId, receiver: &mut mpsc::Receiver<Waiting>) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if !receiver.is_empty() {
            return false;
        }
        open.remove(tenant);
        true
    }
}

async fn run(app: Arc<App>, tenant: TenantId, mut receiver: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(TOGETHER);
    loop {
        match tokio::time::timeout(IDLE, receiver.recv_many(&mut batch, TOGETHER)).await {
            Ok(0) => return,
            Ok(_) => {
                if let Err(error) = serve(&app, &tenant, &mut batch).await {
                    turn_away(&error, &mut batch, &mut receiver);
                }
            }
            Err(_) if app.lanes.close(&tenant, &mut receiver) => return,
            Err(_) => {}
        }
    }
}

/// Decides and commits everything in `batch`, in as few commits as the store takes, and answers everybody. After an error,
/// those who are left in `batch` have no answer yet.
async fn serve(app: &Arc<App>, tenant: &TenantId, batch: &mut Vec<Waiting>) -> Result<(), Error> {
    while !batch.is_empty() {
        let taken = together(app, tenant, batch).await?;
        for ((_, answer), taken) in batch.drain(..taken.len()).zip(taken) {
            // A sender that hung up is answered by what is in the store.
            drop(answer.send(taken));
        }
    }
    Ok(())
}

/// Answers everybody in `batch` with `error`. When the store failed, so does everybody who came in while it did: each of
/// its failures may take as long as its time-out, and senders wait for a few of those at the most.
fn turn_away(error: &Error, batch: &mut Vec<Waiting>, receiver: &mut mpsc::Receiver<Waiting>) {
    for (_, answer) in batch.drain(..) {
        drop(answer.send(Err(error.clone())));
    }
    while is_the_stores(error)
        && let Ok((_, answer)) = receiver.try_recv()
    {
        drop(answer.send(Err(error.clone())));
    }
}

/// Whether it is the store that failed, so that the next alert would fare no better.
fn is_the_stores(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_) | Error::Overloaded)
}

/// Takes as many of `batch` from its front as fit into one commit; answers what became of each of those. One that can't
/// be decided is answered so by itself; when the store fails, so do all of them.
async fn together(
    app: &Arc<App>,
    tenant: &TenantId,
    batch: &[Waiting],
) -> Result<Vec<Result<Taken, Error>>, Error> {
    let mut tries = Tries::default();
    let mut most = batch.len();
    loop {
        let turn = app.turns.take(tenant).await?;
        let mut sitting = Sitting::begin(app, tenant);
        let mut taken = Vec::with_capacity(batch.len());
        for (arrival, _) in batch.iter().take(most) {
            if !sitting.has_room() {
                break;
            }
            match sitting.decide(arrival).await {
                Err(error) if is_the_stores(&error) => return Err(error),
                decided => taken.push(decided),
            }
        }
        match sitting.commit().await {
            Ok(effects) => {
                drop(turn);
                app.runner.start(app, tenant, effects);
                return Ok(taken);
            }
            Err(StoreError::TooLarge { .. }) if taken.len() > 1 => most = taken.len() / 2,
            // One that is too large by itself is nobody else's trouble.
            Err(error @ StoreError::TooLarge { .. }) => return Ok(vec![Err(error.into())]),
            Err(StoreError::Conflict { .. }) => tries.lost(app, turn).await?,
            Err(error) => return Err(error.into()),
        }
    }
}
