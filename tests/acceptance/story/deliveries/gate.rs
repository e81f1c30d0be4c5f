//! A store in which one read can be held back: somebody has read, and what they read grows old.

use std::sync::{Mutex, PoisonError};

use acceptance::cosmos::Cosmos;
use async_trait::async_trait;
use store::{Batch, Documents, Found, Lookup, Range, StoreError, Stored};
use tokio::sync::Semaphore;

/// The store.
#[derive(Debug)]
pub(in crate::story) struct Gate {
    documents: Box<dyn Documents>,
    /// The document whose next read is held back.
    held: Mutex<Option<String>>,
    read: Semaphore,
    go_on: Semaphore,
}

impl Gate {
    /// A store that holds nothing back.
    pub(in crate::story) async fn open() -> Self {
        let documents = Box::new(Cosmos::empty().await.documents().await);
        Self { documents, held: Mutex::default(), read: Semaphore::new(0), go_on: Semaphore::new(0) }
    }

    /// The next read of this document is held back once it was read.
    pub(in crate::story) fn hold(&self, id: &str) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.to_owned());
    }

    /// Waits until it was read.
    pub(in crate::story) async fn was_read(&self) {
        self.read.acquire().await.expect("never closed").forget();
    }

    /// Whoever has read it goes on.
    pub(in crate::story) fn open_up(&self) {
        self.go_on.add_permits(1);
    }

    fn holds(&self, id: &str) -> bool {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.take_if(|held| held == id).is_some()
    }
}

#[async_trait]
impl Documents for Gate {
    async fn get(&self, partition: &str, id: &str) -> Result<Option<Stored>, StoreError> {
        let found = self.documents.get(partition, id).await;
        if self.holds(id) {
            self.read.add_permits(1);
            self.go_on.acquire().await.expect("never closed").forget();
        }
        found
    }

    async fn find(&self, lookup: &Lookup, range: &Range) -> Result<Found, StoreError> {
        self.documents.find(lookup, range).await
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.documents.commit(batch).await
    }

    async fn health(&self) -> Result<(), StoreError> {
        self.documents.health().await
    }
}
