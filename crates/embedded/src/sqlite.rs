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

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use rusqlite::Connection;
    use store::{Document, Index, Kind, OperationId, Write};

    use super::*;

    fn notice(id: &str, lives: Option<TimeDelta>) -> Document {
        let (kind, index, body) = (Kind::Notice, Index::default(), "{}".to_owned());
        Document { id: id.to_owned(), kind, schema: 1, index, lives, body }
    }

    async fn write(documents: &SqliteDocuments, operation: &str, writes: Vec<Write>) {
        let operation = OperationId(operation.to_owned());
        let batch = Batch { partition: "org".to_owned(), operation, writes };
        assert_eq!(documents.commit(batch).await, Ok(()));
    }

    async fn is_there(documents: &SqliteDocuments, id: &str) -> bool {
        documents.get("org", id).await.expect("a store").is_some()
    }

    #[tokio::test]
    async fn what_has_lived_long_enough_is_gone_with_the_next_write() {
        let folder = std::env::temp_dir().join(format!("oncall-expiry-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("oncall.db");
        let documents = SqliteDocuments::open(&path).expect("a database");
        let day = Some(TimeDelta::days(1));
        let created = ["short", "kept", "plain"].map(|id| notice(id, day.filter(|_| id != "plain")));
        write(&documents, "created", created.map(Write::Create).into()).await;
        let kept = documents.get("org", "kept").await.expect("a store").expect("a document");
        write(&documents, "kept", vec![Write::Replace(notice("kept", None), kept.etag)]).await;
        // A day goes by, for the database.
        let aside = Connection::open(&path).expect("a connection");
        aside.execute("UPDATE document SET expires_at = expires_at - 86400", []).expect("an update");
        write(&documents, "another", vec![Write::Create(notice("another", None))]).await;
        assert!(!is_there(&documents, "short").await);
        assert!(is_there(&documents, "kept").await, "its last writing says that it stays");
        assert!(is_there(&documents, "plain").await);
        drop((documents, aside));
        std::fs::remove_dir_all(folder).expect("removed");
    }
}
