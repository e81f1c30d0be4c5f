//! Something that is opened at its first use.
//!
//! Invariant: one at a time tries; how that failed is the answer to all who waited for it, and to whoever comes right after.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use store::StoreError;
use tokio::sync::OnceCell;

/// What was opened, or how opening it failed last.
pub(super) struct Opened<T> {
    cell: OnceCell<T>,
    failure: Mutex<Option<(Instant, StoreError)>>,
    rest: Duration,
}

impl<T> Opened<T> {
    /// Not opened yet. A failure is the answer for `rest`.
    pub(super) fn new(rest: Duration) -> Self {
        Self { cell: OnceCell::new(), failure: Mutex::default(), rest }
    }

    /// Opened already.
    pub(super) fn with(value: T) -> Self {
        Self { cell: OnceCell::new_with(Some(value)), failure: Mutex::default(), rest: Duration::ZERO }
    }

    /// What was opened, by `open` where nobody did before.
    pub(super) async fn get(
        &self,
        open: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<&T, StoreError> {
        let open = async {
            if let Some(failure) = self.recent_failure() {
                return Err(failure);
            }
            let opened = open.await;
            *self.failure() = opened.as_ref().err().map(|error| (Instant::now(), error.clone()));
            opened
        };
        self.cell.get_or_try_init(|| open).await
    }

    fn recent_failure(&self) -> Option<StoreError> {
        let failure = self.failure();
        failure.as_ref().filter(|(at, _)| at.elapsed() < self.rest).map(|(_, error)| error.clone())
    }

    fn failure(&self) -> MutexGuard<'_, Option<(Instant, StoreError)>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn away() -> StoreError {
        StoreError::Unavailable("away".to_owned())
    }

    /// Counts how often it is tried, and lets others have their turn meanwhile.
    async fn tried<T>(times: &AtomicUsize, answer: Result<T, StoreError>) -> Result<T, StoreError> {
        times.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        answer
    }

    #[tokio::test]
    async fn how_one_attempt_failed_is_the_whole_crowds_answer() {
        let (opened, times) = (Opened::<u8>::new(HOUR), AtomicUsize::new(0));
        let answers = join_all((0..100).map(|_| opened.get(tried(&times, Err(away()))))).await;
        assert!(answers.iter().all(|answer| *answer == Err(away())));
        assert_eq!(opened.get(tried(&times, Ok(1))).await, Err(away()), "it is not the time yet");
        assert_eq!(times.into_inner(), 1);
    }

    #[tokio::test]
    async fn after_its_rest_it_is_tried_again_and_opened_once() {
        let (opened, times) = (Opened::new(Duration::ZERO), AtomicUsize::new(0));
        assert_eq!(opened.get(tried(&times, Err(away()))).await, Err(away()));
        let answers = join_all((2..100).map(|n| opened.get(tried(&times, Ok(n))))).await;
        assert!(answers.iter().all(|answer| *answer == Ok(&2)));
        assert_eq!(times.into_inner(), 2);
    }
}
