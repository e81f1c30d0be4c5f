//! Taking a tenant in: everything asleep, read back, then awake.
//!
//! Invariant: whatever it stops at, doing it again ends the same. Until the tenant's own document is there nobody signs in, no
//! door opens and no due time is set; it is written together with the first of the due times, and after it nothing that
//! was changed meanwhile is written over.

use chrono::{DateTime, Utc};
use domain::id::TenantId;

use super::record::{Place, Record};
use super::walk::Walk;
use super::{HOME, Source, TransferError, is_there};
use crate::document::{Batch, Document, Index, Kind, MOST_BYTES, MOST_WRITES, OperationId, Write};
use crate::port::{Documents, StoreError};

/// How often a due time is set again that somebody else was faster with.
const TRIES: usize = 5;

/// What became of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// How many documents the tenant has.
    pub documents: usize,
    /// How many of them were there already, from the same transfer before; all of them where it had been read back by then.
    pub resumed: usize,
    /// How many have something due.
    pub due: usize,
    /// The first of these times.
    pub first_due: Option<DateTime<Utc>>,
}

/// What has to be at hand all the time: little, beside the rest.
#[derive(Debug, Default)]
struct Apart {
    home: Option<(Document, Record)>,
    due: Vec<(Document, Record)>,
    doors: Vec<(Document, Record)>,
    documents: usize,
}

/// Writes what `source` has of a tenant, and reads it back.
///
/// `name` names the transfer: the same for the same records, and for no others.
pub async fn receive(
    documents: &dyn Documents,
    tenant: &TenantId,
    name: &str,
    source: &dyn Source,
) -> Result<Received, TransferError> {
    let apart = Apart::of(source, tenant)?;
    let arrival = Arrival { documents, tenant, name };
    arrival.doors_are_free(&apart.doors).await?;
    let mut resumed = apart.documents;
    if !is_there(documents, tenant).await? {
        // Once without writing: what doesn't fit is told before anything is changed.
        resumed = arrival.count(source).await?;
        arrival.lay_down(source).await?;
        arrival.verify(source).await?;
    }
    arrival.wake(&apart).await?;
    arrival.open_doors(&apart.doors).await?;
    let first_due = apart.due.iter().filter_map(|(document, _)| document.index.due_at).min();
    Ok(Received { documents: apart.documents, resumed, due: apart.due.len(), first_due })
}

impl Apart {
    /// Reads every record once: all of them can be read, belong together, and are in order.
    fn of(source: &dyn Source, tenant: &TenantId) -> Result<Self, TransferError> {
        let mut apart = Self::default();
        let mut last: Option<(Place, String)> = None;
        for record in source.records() {
            let record = record?;
            let here = (record.place, record.id.clone());
            if last.as_ref().is_some_and(|last| *last >= here) {
                return Err(TransferError::Odd { id: here.1, reason: "is there twice, or out of order" });
            }
            last = Some(here);
            apart.documents += 1;
            let (document, record) = record.revive(tenant)?;
            if document.kind == Kind::Tenant {
                apart.home = Some((document, record));
            } else if record.place == Place::Directory {
                apart.doors.push((document, record));
            } else if document.index.due_at.is_some() {
                apart.due.push((document, record));
            }
        }
        if apart.home.is_none() {
            return Err(TransferError::Odd {
                id: tenant.to_string(),
                reason: "itself is not among the records",
            });
        }
        Ok(apart)
    }
}

/// A tenant that is being taken in.
struct Arrival<'a> {
    documents: &'a dyn Documents,
    tenant: &'a TenantId,
    name: &'a str,
}

impl Arrival<'_> {
    /// No key of this tenant opens a door of another one.
    async fn doors_are_free(&self, doors: &[(Document, Record)]) -> Result<(), TransferError> {
        for (door, record) in doors {
            self.is_as(record).await.map_err(|error| match error {
                TransferError::Store(StoreError::Corrupt { .. }) => {
                    TransferError::Stranger { id: door.id.clone() }
                }
                error => error,
            })?;
        }
        Ok(())
    }

    /// Whether a record is there; one that is different is [`TransferError::Stranger`].
    async fn is_as(&self, record: &Record) -> Result<bool, TransferError> {
        let partition = record.place.partition(self.tenant);
        let Some(stored) = self.documents.get(partition, &record.id).await? else { return Ok(false) };
        if Record::read(record.place, self.tenant, stored)? == *record {
            return Ok(true);
        }
        Err(TransferError::Stranger { id: record.id.clone() })
    }

    /// How many of the documents are there; nothing else may be.
    async fn count(&self, source: &dyn Source) -> Result<usize, TransferError> {
        let mut walk = Walk::along(source, self.documents, self.tenant);
        let mut there = 0;
        while let Some((_, is_there)) = walk.next().await? {
            there += usize::from(is_there);
        }
        Ok(there)
    }

    /// Reads everything back: all of it is there, each as it was to be, and nothing beside it.
    async fn verify(&self, source: &dyn Source) -> Result<(), TransferError> {
        let mut walk = Walk::along(source, self.documents, self.tenant);
        loop {
            match walk.next().await {
                Ok(Some((_, true))) => {}
                Ok(Some((Document { id, .. }, false))) | Err(TransferError::Stranger { id }) => {
                    return Err(TransferError::NotVerified { id });
                }
                Ok(None) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes what isn't there yet, with no due time, so that nothing is done about it.
    async fn lay_down(&self, source: &dyn Source) -> Result<(), TransferError> {
        let mut walk = Walk::along(source, self.documents, self.tenant);
        let (mut writes, mut bytes) = (Vec::new(), 0);
        while let Some((document, is_there)) = walk.next().await? {
            if is_there {
                continue;
            }
            let size = document.body.len();
            if writes.len() == MOST_WRITES || bytes + size > MOST_BYTES {
                self.commit(Place::Tenant, std::mem::take(&mut writes)).await?;
                bytes = 0;
            }
            bytes += size;
            let index = Index { due_at: None, ..document.index.clone() };
            writes.push(Write::Create(Document { index, ..document }));
        }
        self.commit(Place::Tenant, writes).await
    }

    /// Writes the tenant's own document, and gives back the due times.
    async fn wake(&self, apart: &Apart) -> Result<(), TransferError> {
        let Some((home, home_record)) = &apart.home else { return Ok(()) };
        let was_there = is_there(self.documents, self.tenant).await?;
        let mut chunks = chunks(&apart.due);
        let first = chunks.next().unwrap_or_default();
        let mut writes = vec![Write::Create(home.clone())];
        writes.extend(self.due_again(first).await?);
        // Written before by this transfer is good, by anybody else is not.
        match self.commit(Place::Tenant, writes).await {
            Err(TransferError::Store(StoreError::Conflict { .. })) => {
                return Err(TransferError::Taken(self.tenant.clone()));
            }
            told => told?,
        }
        if !was_there && !self.is_as(home_record).await? {
            return Err(TransferError::NotVerified { id: HOME.to_owned() });
        }
        for chunk in chunks {
            self.wake_some(chunk).await?;
        }
        Ok(())
    }

    async fn wake_some(&self, due: &[(Document, Record)]) -> Result<(), TransferError> {
        let mut tries = 1;
        loop {
            let writes = self.due_again(due).await?;
            match self.commit(Place::Tenant, writes).await {
                // It is awake then, and somebody is at work on it.
                Err(TransferError::Store(StoreError::Conflict { .. })) if tries < TRIES => tries += 1,
                told => return told,
            }
        }
    }

    /// What is still as it was laid down, with its due time. Whatever was changed since has the due time of that change.
    async fn due_again(&self, due: &[(Document, Record)]) -> Result<Vec<Write>, TransferError> {
        let mut writes = Vec::new();
        for (document, record) in due {
            let Some(stored) = self.documents.get(self.tenant.as_str(), &document.id).await? else {
                continue;
            };
            let etag = stored.etag.clone();
            if Record::read(Place::Tenant, self.tenant, stored)? == *record {
                writes.push(Write::Replace(document.clone(), etag));
            }
        }
        Ok(writes)
    }

    /// Puts up the signposts from the keys, last of all, and reads them back.
    async fn open_doors(&self, doors: &[(Document, Record)]) -> Result<(), TransferError> {
        for doors in doors.chunks(MOST_WRITES) {
            let mut writes = Vec::new();
            for (document, record) in doors {
                if !self.is_as(record).await? {
                    writes.push(Write::Create(document.clone()));
                }
            }
            self.commit(Place::Directory, writes).await?;
            for (_, record) in doors {
                if !self.is_as(record).await? {
                    return Err(TransferError::NotVerified { id: record.id.clone() });
                }
            }
        }
        Ok(())
    }

    /// Commits some of the writes. They are named by the first of them, so that the same ones are the same operation when
    /// all is done again.
    async fn commit(&self, place: Place, writes: Vec<Write>) -> Result<(), TransferError> {
        let step = match writes.first() {
            None => return Ok(()),
            Some(Write::Create(document)) => format!("lay-{}", document.id),
            Some(write) => format!("wake-{}", write.id()),
        };
        let operation = OperationId(format!("import-{}-{}-{step}", self.name, self.tenant));
        let partition = place.partition(self.tenant).to_owned();
        Ok(self.documents.commit(Batch { partition, operation, writes }).await?)
    }
}

/// As many as one batch takes, with room for the tenant's own document in each.
fn chunks(due: &[(Document, Record)]) -> impl Iterator<Item = &[(Document, Record)]> {
    let mut left = due;
    std::iter::from_fn(move || {
        let (mut bytes, mut count) = (0, 0);
        for (document, _) in left.iter().take(MOST_WRITES - 1) {
            bytes += document.body.len();
            if count > 0 && bytes > MOST_BYTES - 100_000 {
                break;
            }
            count += 1;
        }
        let (some, rest) = left.split_at(count);
        left = rest;
        (!some.is_empty()).then_some(some)
    })
}
