//! A store that is asked again where it asks to slow down, or was away for a moment: a whole tenant is more than it takes at
//! once, and nobody wants to begin anew.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use store::{Batch, Documents, Found, Lookup, Range, StoreError, Stored};

/// How often it is asked again.
const TRIES: usize = 60;

/// How often, of these, after it could not be reached.
const AWAY: usize = 5;

/// How long to wait where it doesn't say.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest that it is waited for once.
const LONGEST: Duration = Duration::from_secs(30);

/// The store.
#[derive(Debug)]
pub(super) struct Patient(pub(super) Arc<dyn Documents>);

impl Patient {
    async fn ask<T, F>(ask: impl Fn() -> F + Send) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>> + Send,
    {
        let mut away = 0;
        for _ in 1..TRIES {
            match ask().await {
                Err(StoreError::Throttled { after }) => {
                    tokio::time::sleep(after.unwrap_or(PAUSE).min(LONGEST)).await;
                }
                Err(StoreError::Unavailable(_)) if away < AWAY => {
                    away += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                told => return told,
            }
        }
        ask().await
    }
}

#[async_trait]
impl Documents for Patient {
    async fn get(&self, partition: &str, id: &str) -> Result<Option<Stored>, StoreError> {
        Self::ask(|| self.0.get(partition, id)).await
    }

    async fn find(&self, lookup: &Lookup, range: &Range) -> Result<Found, StoreError> {
        Self::ask(|| self.0.find(lookup, range)).await
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        Self::ask(|| self.0.commit(batch.clone())).await
    }

    async fn health(&self) -> Result<(), StoreError> {
        self.0.health().await
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn it_asks_again_while_it_is_told_to_slow_down_and_not_for_ever() {
        for (throttled, good) in [(0, true), (3, true), (TRIES - 1, true), (TRIES, false)] {
            let asked = AtomicUsize::new(0);
            let told = Patient::ask(|| {
                let slow = asked.fetch_add(1, Ordering::Relaxed) < throttled;
                ready(if slow { Err(StoreError::Throttled { after: Some(Duration::ZERO) }) } else { Ok(()) })
            })
            .await;
            assert_eq!((told.is_ok(), asked.into_inner()), (good, (throttled + 1).min(TRIES)));
        }
    }

    #[tokio::test]
    async fn any_other_failure_is_told_at_once() {
        let asked = AtomicUsize::new(0);
        let lost = || StoreError::Conflict { id: "inc_1".to_owned() };
        let told: Result<(), _> = Patient::ask(|| {
            asked.fetch_add(1, Ordering::Relaxed);
            ready(Err(lost()))
        })
        .await;
        assert_eq!((told, asked.into_inner()), (Err(lost()), 1));
    }
}
