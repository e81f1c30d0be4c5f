//! Typed reading and writing over the document port.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::id::TenantId;

use crate::document::{Batch, Kind, MOST_BYTES, MOST_WRITES, OperationId, Write};
use crate::entity::{Entity, Versioned, document};
use crate::lookup::{Cursor, Found, Lookup, Range};
use crate::port::{Documents, StoreError};

/// The partition of what belongs to no tenant. No tenant id can be this, since `$` is not allowed in one.
pub const DIRECTORY: &str = "$directory";

/// How many due documents are looked at to tell which kinds are due.
const LOOKED_AT: u32 = 16;

/// The store: cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    documents: Arc<dyn Documents>,
}

/// Some values in a lookup's order.
#[derive(Debug)]
pub struct Listed<T> {
    /// The values.
    pub items: Vec<Versioned<T>>,
    /// Documents that this version can't read; the others are not kept back for them.
    pub unreadable: Vec<StoreError>,
    /// Where the next range starts.
    pub next: Option<Cursor>,
}

impl Store {
    /// A store on a backend.
    pub fn new(documents: Arc<dyn Documents>) -> Self {
        Self { documents }
    }

    /// Reads one value of a tenant.
    pub async fn get<T: Entity>(
        &self,
        tenant: &TenantId,
        id: &str,
    ) -> Result<Option<Versioned<T>>, StoreError> {
        self.documents.get(tenant.as_str(), id).await?.map(Versioned::read).transpose()
    }

    /// Reads one value that belongs to no tenant.
    pub async fn get_from_directory<T: Entity>(&self, id: &str) -> Result<Option<Versioned<T>>, StoreError> {
        self.documents.get(DIRECTORY, id).await?.map(Versioned::read).transpose()
    }

    /// Every value of a kind that a tenant has, by id.
    pub async fn all<T: Entity>(&self, tenant: &TenantId) -> Result<Vec<Versioned<T>>, StoreError> {
        self.every(Lookup::OfKind { partition: tenant.to_string(), kind: T::KIND }).await
    }

    /// Everything of a kind that belongs to `parent`, oldest first.
    pub async fn all_of<T: Entity>(
        &self,
        tenant: &TenantId,
        parent: &str,
    ) -> Result<Vec<Versioned<T>>, StoreError> {
        let lookup =
            Lookup::OfParent { partition: tenant.to_string(), kind: T::KIND, parent: parent.to_owned() };
        self.every(lookup).await
    }

    /// What belongs to `parent` and sorts after `sort`, in that order.
    pub async fn all_of_after<T: Entity>(
        &self,
        tenant: &TenantId,
        parent: &str,
        sort: i64,
    ) -> Result<Vec<Versioned<T>>, StoreError> {
        let lookup =
            Lookup::OfParent { partition: tenant.to_string(), kind: T::KIND, parent: parent.to_owned() };
        self.every_from(lookup, Some(Cursor::Beyond(sort))).await
    }

    /// [`Self::all_of_after`], with what can't be read beside what can.
    pub async fn readable_of_after<T: Entity>(
        &self,
        tenant: &TenantId,
        parent: &str,
        sort: i64,
    ) -> Result<Listed<T>, StoreError> {
        let lookup =
            Lookup::OfParent { partition: tenant.to_string(), kind: T::KIND, parent: parent.to_owned() };
        let mut all = Listed { items: Vec::new(), unreadable: Vec::new(), next: None };
        let mut range = Range { after: Some(Cursor::Beyond(sort)), limit: 500 };
        loop {
            let some = listed(self.documents.find(&lookup, &range).await?);
            all.items.extend(some.items);
            all.unreadable.extend(some.unreadable);
            match some.next {
                Some(next) => range.after = Some(next),
                None => return Ok(all),
            }
        }
    }

    /// What belongs to `parent`, newest first.
    pub async fn newest_of<T: Entity>(
        &self,
        tenant: &TenantId,
        parent: &str,
        range: &Range,
    ) -> Result<Listed<T>, StoreError> {
        let lookup = Lookup::NewestOfParent {
            partition: tenant.to_string(),
            kind: T::KIND,
            parent: parent.to_owned(),
        };
        self.documents.find(&lookup, range).await.map(listed)
    }

    /// What a tenant has of a kind and sorts after `sort`, the greatest first.
    pub async fn newest_after<T: Entity>(
        &self,
        tenant: &TenantId,
        sort: i64,
    ) -> Result<Vec<Versioned<T>>, StoreError> {
        let mut items = Vec::new();
        let mut range = Range::first(500);
        loop {
            let listed = self.newest::<T>(tenant, None, &range).await?;
            if let Some(error) = listed.unreadable.into_iter().next() {
                return Err(error);
            }
            let older = |item: &Versioned<T>| item.value.index().sort <= Some(sort);
            let is_last = listed.items.last().is_none_or(older);
            items.extend(listed.items.into_iter().filter(|item| !older(item)));
            match listed.next {
                Some(next) if !is_last => range.after = Some(next),
                _ => return Ok(items),
            }
        }
    }

    /// The first `limit` of what belongs to `parent`, oldest first.
    pub async fn first_of<T: Entity>(
        &self,
        tenant: &TenantId,
        parent: &str,
        limit: u32,
    ) -> Result<Listed<T>, StoreError> {
        let lookup =
            Lookup::OfParent { partition: tenant.to_string(), kind: T::KIND, parent: parent.to_owned() };
        self.documents.find(&lookup, &Range::first(limit)).await.map(listed)
    }

    /// What belongs to `parent`, oldest first.
    pub async fn oldest_of<T: Entity>(
        &self,
        tenant: &TenantId,
        parent: &str,
        range: &Range,
    ) -> Result<Listed<T>, StoreError> {
        let lookup =
            Lookup::OfParent { partition: tenant.to_string(), kind: T::KIND, parent: parent.to_owned() };
        self.documents.find(&lookup, range).await.map(listed)
    }

    /// The newest first.
    pub async fn newest<T: Entity>(
        &self,
        tenant: &TenantId,
        state: Option<&'static str>,
        range: &Range,
    ) -> Result<Listed<T>, StoreError> {
        let lookup = Lookup::Newest { partition: tenant.to_string(), kind: T::KIND, state };
        self.documents.find(&lookup, range).await.map(listed)
    }

    /// What is due at `now`, of every tenant, longest due first.
    pub async fn due<T: Entity>(&self, now: DateTime<Utc>, range: &Range) -> Result<Listed<T>, StoreError> {
        self.documents.find(&Lookup::Due { kind: T::KIND, now }, range).await.map(listed)
    }

    /// Of which of these kinds something is due at `now`, of any tenant; where much is due, of which it may be.
    pub async fn kinds_due(&self, kinds: &[Kind], now: DateTime<Utc>) -> Result<Vec<Kind>, StoreError> {
        let lookup = Lookup::AnyDue { kinds: kinds.to_vec(), now };
        let found = self.documents.find(&lookup, &Range::first(LOOKED_AT)).await?;
        if found.next.is_some() || found.documents.len() >= LOOKED_AT as usize {
            return Ok(kinds.to_vec());
        }
        let is_due = |kind: &Kind| found.documents.iter().any(|stored| stored.kind == kind.as_str());
        Ok(kinds.iter().copied().filter(is_due).collect())
    }

    /// Commits changes to one tenant, whole or not at all.
    pub async fn commit(
        &self,
        tenant: &TenantId,
        operation: OperationId,
        changes: Changes,
    ) -> Result<(), StoreError> {
        self.write(tenant.as_str(), operation, changes).await
    }

    /// Commits changes where losing against somebody else is as good: answers whether it was us.
    pub async fn commit_unless_lost(
        &self,
        tenant: &TenantId,
        operation: OperationId,
        changes: Changes,
    ) -> Result<bool, StoreError> {
        match self.commit(tenant, operation, changes).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Commits changes to what belongs to no tenant.
    pub async fn commit_to_directory(
        &self,
        operation: OperationId,
        changes: Changes,
    ) -> Result<(), StoreError> {
        self.write(DIRECTORY, operation, changes).await
    }

    /// Answers when the store can be read.
    pub async fn health(&self) -> Result<(), StoreError> {
        self.documents.health().await
    }

    async fn write(
        &self,
        partition: &str,
        operation: OperationId,
        changes: Changes,
    ) -> Result<(), StoreError> {
        let (writes, bytes) = (changes.writes.len(), changes.bytes);
        if writes > MOST_WRITES || bytes > MOST_BYTES {
            return Err(StoreError::TooLarge { writes, bytes });
        }
        self.documents
            .commit(Batch { partition: partition.to_owned(), operation, writes: changes.writes })
            .await
    }

    async fn every<T: Entity>(&self, lookup: Lookup) -> Result<Vec<Versioned<T>>, StoreError> {
        self.every_from(lookup, None).await
    }

    async fn every_from<T: Entity>(
        &self,
        lookup: Lookup,
        after: Option<Cursor>,
    ) -> Result<Vec<Versioned<T>>, StoreError> {
        let mut items = Vec::new();
        let mut range = Range { after, limit: 500 };
        loop {
            let found = self.documents.find(&lookup, &range).await?;
            for stored in found.documents {
                items.push(Versioned::read(stored)?);
            }
            match found.next {
                Some(next) => range.after = Some(next),
                None => return Ok(items),
            }
        }
    }
}

fn listed<T: Entity>(found: Found) -> Listed<T> {
    let mut listed = Listed { items: Vec::new(), unreadable: Vec::new(), next: found.next };
    for stored in found.documents {
        match Versioned::read(stored) {
            Ok(item) => listed.items.push(item),
            Err(error) => listed.unreadable.push(error),
        }
    }
    listed
}

/// The writes of one commit, collected while deciding.
#[derive(Debug, Default)]
pub struct Changes {
    writes: Vec<Write>,
    bytes: usize,
}

impl Changes {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value that must not be there yet.
    pub fn create<T: Entity>(&mut self, value: &T) -> Result<(), StoreError> {
        self.push(Write::Create(document(value)?));
        Ok(())
    }

    /// Replaces a value that must still be as it was read.
    pub fn replace<T: Entity>(&mut self, item: &Versioned<T>) -> Result<(), StoreError> {
        self.push(Write::Replace(document(&item.value)?, item.etag.clone()));
        Ok(())
    }

    /// Deletes a value that must still be as it was read.
    pub fn delete<T: Entity>(&mut self, item: &Versioned<T>) {
        self.push(Write::Delete(item.value.key(), item.etag.clone()));
    }

    /// Puts another commit's changes into this one.
    pub fn append(&mut self, other: Self) {
        self.writes.extend(other.writes);
        self.bytes += other.bytes;
    }

    /// Whether `other` can still be put into this one.
    pub fn has_room_for(&self, other: &Self) -> bool {
        self.writes.len() + other.writes.len() <= MOST_WRITES && self.bytes + other.bytes <= MOST_BYTES
    }

    /// Nothing to write.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    fn push(&mut self, write: Write) {
        self.bytes += write.size();
        self.writes.push(write);
    }
}
