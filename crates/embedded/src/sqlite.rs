//! Documents in SQLite: WAL, `synchronous=FULL`, one writer that groups commits, readers apart.
//!
//! Invariants: a commit is answered only after the file system has it; commits that wait together share one
//! fsync, and each of them still happens whole or not at all; a second process on the same file is safe.

mod open;
mod query;
mod reader;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use store::{Batch, Documents, Found, Lookup, Range, StoreError, Stored};

use reader::Readers;
use writer::Writer;

/// A database file with its writer and its readers. Dropping it ends the writer after what it had accepted.
#[derive(Debug)]
pub struct SqliteDocuments {
    path: PathBuf,
    readers: Arc<Readers>,
    writer: Writer,
}

impl SqliteDocuments {
    /// Opens the database at `path`, creating or upgrading it where needed.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = open::for_writing(path)?;
        Ok(Self {
            path: path.to_owned(),
            readers: Arc::new(Readers::new(path.to_owned())),
            writer: Writer::start(connection)?,
        })
    }

    /// Writes a consistent copy to `target`, which must not exist, while everything goes on.
    pub async fn back_up(&self, target: &Path) -> Result<(), StoreError> {
        let (path, target) = (self.path.clone(), target.to_owned());
        blocking(move || open::copy(&path, &target)).await
    }
}

#[async_trait]
impl Documents for SqliteDocuments {
    /// Runs on the calling task: a read by key takes microseconds, a hop to another thread several times that.
    async fn get(&self, partition: &str, id: &str) -> Result<Option<Stored>, StoreError> {
        self.readers.with(|connection| query::get(connection, partition, id))
    }

    async fn find(&self, lookup: &Lookup, range: &Range) -> Result<Found, StoreError> {
        let (readers, lookup, range) = (Arc::clone(&self.readers), lookup.clone(), range.clone());
        blocking(move || readers.with(|connection| query::find(connection, &lookup, &range))).await
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.writer.commit(batch).await
    }

    async fn health(&self) -> Result<(), StoreError> {
        self.get("", "").await.map(|_| ())
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(StoreError::Unavailable(error.to_string())),
    }
}

fn unavailable(error: &rusqlite::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
