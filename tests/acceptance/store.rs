//! The document port, on every backend: SQLite on this machine. What is only SQLite's, the backup, is here too.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use acceptance::conformance::Backend;
use acceptance::document_port_conformance;
use embedded::sqlite::SqliteDocuments;
use store::{Batch, Document, Documents, Index, Kind, Lookup, OperationId, Range, StoreError, Write};
use tempfile::TempDir;

/// A database file in a folder of its own.
#[derive(Debug)]
struct Sqlite {
    folder: TempDir,
}

impl Sqlite {
    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn documents(&self, name: &str) -> SqliteDocuments {
        SqliteDocuments::open(&self.file(name)).expect("a database that can be opened")
    }
}

impl Backend for Sqlite {
    async fn empty() -> Self {
        Self { folder: TempDir::with_prefix("oncall-store-").expect("a folder") }
    }

    async fn open(&self) -> Arc<dyn Documents> {
        Arc::new(self.documents("oncall.db"))
    }
}

document_port_conformance!(Sqlite);

fn created(id: String) -> Write {
    let body = "{}".to_owned();
    Write::Create(Document { id, kind: Kind::Service, schema: 1, index: Index::default(), lives: None, body })
}

/// Two documents that are never apart, numbered.
async fn create_pair(documents: &SqliteDocuments, number: usize) {
    let writes = ["a", "b"].map(|side| created(format!("svc_{number:05}_{side}"))).to_vec();
    let operation = OperationId(format!("pair-{number}"));
    let told = documents.commit(Batch { partition: "org".to_owned(), operation, writes }).await;
    assert_eq!(told, Ok(()));
}

async fn ids(documents: &SqliteDocuments) -> Vec<String> {
    let lookup = Lookup::OfKind { partition: "org".to_owned(), kind: Kind::Service };
    let found = documents.find(&lookup, &Range::first(100_000)).await.expect("a lookup");
    found.documents.into_iter().map(|stored| stored.id).collect()
}

#[tokio::test]
async fn a_backup_is_a_consistent_copy_made_while_others_write() {
    const BEFORE: usize = 200;
    let sqlite = Sqlite::empty().await;
    let documents = Arc::new(sqlite.documents("oncall.db"));
    for number in 0..BEFORE {
        create_pair(&documents, number).await;
    }
    let done = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let (documents, done) = (Arc::clone(&documents), Arc::clone(&done));
        async move {
            let mut number = BEFORE;
            while !done.load(Ordering::Acquire) {
                create_pair(&documents, number).await;
                number += 1;
            }
            number
        }
    });
    for round in 0..3 {
        let earlier = ids(&documents).await;
        let copy = format!("backup-{round}.db");
        assert_eq!(documents.back_up(&sqlite.file(&copy)).await, Ok(()));
        let copied = ids(&sqlite.documents(&copy)).await;
        assert!(copied.starts_with(&earlier), "what was answered before is in it");
        assert!(copied.chunks(2).all(|pair| pair.len() == 2 && pair[0].trim_end_matches('a') == pair[1].trim_end_matches('b')));
    }
    done.store(true, Ordering::Release);
    let written = writing.await.expect("the writer");
    assert_eq!(ids(&documents).await.len(), 2 * written);
}

#[tokio::test]
async fn a_backup_is_a_store_of_its_own() {
    let sqlite = Sqlite::empty().await;
    let documents = sqlite.documents("oncall.db");
    create_pair(&documents, 1).await;
    assert_eq!(documents.back_up(&sqlite.file("backup.db")).await, Ok(()));
    let copy = sqlite.documents("backup.db");
    create_pair(&copy, 2).await;
    assert_eq!((ids(&documents).await.len(), ids(&copy).await.len()), (2, 4));
}

#[tokio::test]
async fn a_backup_writes_over_nothing() {
    let sqlite = Sqlite::empty().await;
    let documents = sqlite.documents("oncall.db");
    create_pair(&documents, 1).await;
    std::fs::write(sqlite.file("notes.txt"), "keep me").expect("a file");
    let told = documents.back_up(&sqlite.file("notes.txt")).await;
    assert!(matches!(told, Err(StoreError::Unavailable(_))), "{told:?}");
    assert_eq!(std::fs::read_to_string(sqlite.file("notes.txt")).expect("a file"), "keep me");
}
