//! The words that the checks are written in: one partition, seen through one handle.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use store::{
    Batch, Cursor, Document, Documents, Etag, Index, Kind, Lookup, OperationId, Range, StoreError, Stored,
    Write,
};

/// A partition, seen through one handle.
#[derive(Debug, Clone)]
pub(super) struct Partition {
    documents: Arc<dyn Documents>,
    name: String,
}

impl Partition {
    pub(super) fn new(documents: &Arc<dyn Documents>, name: &str) -> Self {
        Self { documents: Arc::clone(documents), name: name.to_owned() }
    }

    /// Commits as an operation of this name.
    pub(super) async fn commit_as(&self, operation: &str, writes: Vec<Write>) -> Result<(), StoreError> {
        let operation = OperationId(operation.to_owned());
        self.documents.commit(Batch { partition: self.name.clone(), operation, writes }).await
    }

    /// Commits as an operation that nobody has used.
    pub(super) async fn commit(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.commit_as(&operation(), writes).await
    }

    /// Creates documents that are not there yet, in as many batches as that takes.
    pub(super) async fn create(&self, documents: impl IntoIterator<Item = Document>) {
        let mut documents = documents.into_iter().peekable();
        while documents.peek().is_some() {
            let writes = documents.by_ref().take(store::document::MOST_WRITES).map(Write::Create).collect();
            assert_eq!(self.commit(writes).await, Ok(()));
        }
    }

    /// Replaces a document by `document`, which has its id, as it is now.
    pub(super) async fn replace(&self, document: Document) {
        let etag = self.etag(&document.id).await;
        assert_eq!(self.commit(vec![Write::Replace(document, etag)]).await, Ok(()));
    }

    /// Deletes a document as it is now.
    pub(super) async fn delete(&self, id: &str) {
        let etag = self.etag(id).await;
        assert_eq!(self.commit(vec![Write::Delete(id.to_owned(), etag)]).await, Ok(()));
    }

    pub(super) async fn get(&self, id: &str) -> Option<Stored> {
        self.documents.get(&self.name, id).await.expect("a store that can be read")
    }

    /// What a document says; `None` where there is none.
    pub(super) async fn text(&self, id: &str) -> Option<String> {
        self.get(id).await.map(|stored| text_of(&stored))
    }

    /// The etag of a document that is there.
    pub(super) async fn etag(&self, id: &str) -> Etag {
        self.get(id).await.unwrap_or_else(|| panic!("'{id}' is there")).etag
    }
}

/// The name of an operation that nobody has used.
pub(super) fn operation() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("op-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A document that says `text` and is found by nothing but its kind and id.
pub(super) fn document(id: &str, text: &str) -> Document {
    let body = json!({ "says": text }).to_string();
    Document { body, ..indexed(Kind::Service, id, Index::default()) }
}

/// What a document made by [`document`] says.
pub(super) fn text_of(stored: &Stored) -> String {
    let body: Value = serde_json::from_str(&stored.body).expect("JSON as it was written");
    body["says"].as_str().expect("a text as it was written").to_owned()
}

/// A document that is found by `index`.
pub(super) fn indexed(kind: Kind, id: &str, index: Index) -> Document {
    Document { id: id.to_owned(), kind, schema: 1, index, lives: None, body: "{}".to_owned() }
}

pub(super) fn conflict(id: &str) -> Result<(), StoreError> {
    Err(StoreError::Conflict { id: id.to_owned() })
}

pub(super) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

/// Partition and id of everything that a lookup finds, read in ranges of `limit`; each but the last is full.
pub(super) async fn found(
    documents: &Arc<dyn Documents>,
    lookup: &Lookup,
    limit: u32,
) -> Vec<(String, String)> {
    let full = usize::try_from(limit).expect("a small limit");
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let first = after.is_none();
        let (page, next) = page(documents, lookup, after, limit).await;
        assert!(first || !page.is_empty(), "{lookup:?}: a cursor leads to something");
        assert!(
            page.len() == full || page.len() < full && next.is_none(),
            "{lookup:?}: only the last may be short"
        );
        all.extend(page.into_iter().map(|stored| (stored.partition, stored.id)));
        assert!(all.len() <= 1_000, "{lookup:?}: the cursors lead in a circle");
        match next {
            Some(next) => after = Some(next),
            None => return all,
        }
    }
}

/// One range of what a lookup finds, and where the next one starts.
pub(super) async fn page(
    documents: &Arc<dyn Documents>,
    lookup: &Lookup,
    after: Option<Cursor>,
    limit: u32,
) -> (Vec<Stored>, Option<Cursor>) {
    let found = documents.find(lookup, &Range { after, limit }).await.expect("a lookup that can be read");
    (found.documents, found.next)
}

/// The ids of everything that a lookup finds.
pub(super) async fn ids(documents: &Arc<dyn Documents>, lookup: &Lookup) -> Vec<String> {
    found(documents, lookup, 1_000).await.into_iter().map(|(_, id)| id).collect()
}
