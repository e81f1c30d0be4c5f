//! A store on whose way a process dies: from some commit on it answers nothing any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::BoxFuture;
use store::{Batch, Documents, Found, Lookup, Range, StoreError, Stored};

/// The store, and how many commits are left.
#[derive(Debug)]
pub(super) struct Frail {
    documents: Arc<dyn Documents>,
    commits: AtomicUsize,
    last_is_written: bool,
}

impl Frail {
    /// Lets `commits` through. The one after them fails, having been written or not.
    pub(super) fn after(documents: Arc<dyn Documents>, commits: usize, last_is_written: bool) -> Self {
        Self { documents, commits: AtomicUsize::new(commits + 1), last_is_written }
    }

    fn dead() -> StoreError {
        StoreError::Unavailable("it died".to_owned())
    }

    fn alive(&self) -> Result<(), StoreError> {
        if self.commits.load(Ordering::Acquire) == 0 { Err(Self::dead()) } else { Ok(()) }
    }
}

/// What `async_trait` makes of the port's methods, written out.
impl Documents for Frail {
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
            self.alive()?;
            self.documents.get(partition, id).await
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
        Box::pin(async move {
            self.alive()?;
            self.documents.find(lookup, range).await
        })
    }

    fn commit<'a, 'd>(&'a self, batch: Batch) -> BoxFuture<'d, Result<(), StoreError>>
    where
        'a: 'd,
        Self: 'd,
    {
        Box::pin(async move {
            self.alive()?;
            if self.commits.fetch_sub(1, Ordering::AcqRel) > 1 {
                return self.documents.commit(batch).await;
            }
            if self.last_is_written {
                self.documents.commit(batch).await?;
            }
            Err(Self::dead())
        })
    }

    fn health<'a, 'd>(&'a self) -> BoxFuture<'d, Result<(), StoreError>>
    where
        'a: 'd,
        Self: 'd,
    {
        Box::pin(async move { self.alive() })
    }
}
