//! The document port with a meter on it: what a use-case asks of the store, counted where every backend is asked the same,
//! and what that costs in Cosmos DB.
//!
//! Invariant: the meter changes nothing and hides nothing: what is asked twice is counted twice, what fails as well.

mod charge;
mod envelope;
mod night;

use std::collections::HashMap;
use std::ops::AddAssign;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use serde::Serialize;
use store::{Batch, Documents, Found, Lookup, Range, StoreError, Stored, Write};

use self::envelope::Envelope;
pub use self::night::{Metering, UseCase};

/// Operations at the port.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Operations {
    /// Point reads, whether or not there was something.
    pub reads: u32,
    /// Lookups in one partition.
    pub queries: u32,
    /// Lookups over all partitions.
    pub wide_queries: u32,
    /// What all lookups loaded: what they answered, and one more each where they told that there is more.
    pub rows: u32,
    /// Commits: one transaction each.
    pub commits: u32,
    /// What all commits wrote.
    pub writes: u32,
}

/// What was asked of a store.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Tally {
    /// How often.
    pub operations: Operations,
    /// Point reads that found nothing.
    pub missed: u32,
    /// Writes that made something new.
    pub creates: u32,
    /// Writes over what was there.
    pub replaces: u32,
    /// Writes that took something away.
    pub deletes: u32,
    /// Entries in indexes, of everything that was written.
    pub entries: u32,
    /// Of everything that was read, in its envelope.
    pub bytes_read: u64,
    /// Of everything that was written, in its envelope.
    pub bytes_written: u64,
    /// In request units, computed; see `charge.rs` for how.
    pub charge: f64,
}

impl AddAssign for Operations {
    fn add_assign(&mut self, more: Self) {
        self.reads += more.reads;
        self.queries += more.queries;
        self.wide_queries += more.wide_queries;
        self.rows += more.rows;
        self.commits += more.commits;
        self.writes += more.writes;
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, more: Self) {
        self.operations += more.operations;
        self.missed += more.missed;
        self.creates += more.creates;
        self.replaces += more.replaces;
        self.deletes += more.deletes;
        self.entries += more.entries;
        self.bytes_read += more.bytes_read;
        self.bytes_written += more.bytes_written;
        self.charge += more.charge;
    }
}

/// Documents with a meter on them.
#[derive(Debug)]
pub struct Metered {
    documents: Arc<dyn Documents>,
    meter: Mutex<Meter>,
}

#[derive(Debug, Default)]
struct Meter {
    tally: Tally,
    /// What is kept, by partition and id.
    kept: HashMap<(String, String), Envelope>,
}

impl Metered {
    /// Puts a meter on documents, before anything is written to them: sizes are those of what was seen being written.
    pub fn new(documents: Arc<dyn Documents>) -> Arc<Self> {
        Arc::new(Self { documents, meter: Mutex::default() })
    }

    /// What was asked since the last time.
    pub fn take(&self) -> Tally {
        std::mem::take(&mut self.meter().tally)
    }

    fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Meter {
    fn envelope(&self, partition: &str, id: &str, body: &str) -> Envelope {
        let kept = self.kept.get(&(partition.to_owned(), id.to_owned()));
        kept.copied().unwrap_or_else(|| Envelope::around(body))
    }

    fn count_read(&mut self, found: Option<&Stored>) {
        let read = found.map(|stored| self.envelope(&stored.partition, &stored.id, &stored.body));
        let bytes = read.map_or(0, |read| read.bytes);
        self.tally += Tally {
            operations: Operations { reads: 1, ..Operations::default() },
            missed: u32::from(read.is_none()),
            bytes_read: bytes.into(),
            charge: charge::read(bytes),
            ..Tally::default()
        };
    }

    fn count_lookup(&mut self, lookup: &Lookup, found: &Found) {
        let is_wide = matches!(lookup, Lookup::Due { .. } | Lookup::AnyDue { .. });
        let size = |stored: &Stored| self.envelope(&stored.partition, &stored.id, &stored.body).bytes;
        let mut rows: Vec<u32> = found.documents.iter().map(size).collect();
        // That there is more is known from one more, of which nobody here sees the size.
        rows.extend(found.next.is_some().then_some(0));
        let counted = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        self.tally += Tally {
            operations: Operations {
                queries: u32::from(!is_wide),
                wide_queries: u32::from(is_wide),
                rows: counted,
                ..Operations::default()
            },
            bytes_read: rows.iter().map(|bytes| u64::from(*bytes)).sum(),
            charge: charge::query(rows),
            ..Tally::default()
        };
    }

    fn count_commit(&mut self, batch: &Batch) {
        self.tally.operations.commits += 1;
        for write in &batch.writes {
            let (envelope, mut counted) = match write {
                Write::Create(document) | Write::Replace(document, _) => {
                    let envelope = Envelope::of(&batch.partition, &batch.operation, document);
                    let bytes_written = envelope.bytes.into();
                    (envelope, Tally { bytes_written, entries: envelope.entries, ..Tally::default() })
                }
                Write::Delete(id, _) => (self.envelope(&batch.partition, id, ""), Tally::default()),
            };
            let Envelope { bytes, entries } = envelope;
            let kept = (batch.partition.clone(), write.id().to_owned());
            match write {
                Write::Create(_) => {
                    (counted.creates, counted.charge) = (1, charge::insert(bytes, entries));
                    self.kept.insert(kept, envelope);
                }
                Write::Replace(..) => {
                    (counted.replaces, counted.charge) = (1, charge::replace(bytes, entries));
                    self.kept.insert(kept, envelope);
                }
                Write::Delete(..) => {
                    (counted.deletes, counted.charge) = (1, charge::delete(bytes, entries));
                    self.kept.remove(&kept);
                }
            }
            counted.operations.writes = 1;
            self.tally += counted;
        }
    }
}

/// What `async_trait` makes of the port's methods, written out.
impl Documents for Metered {
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
            let found = self.documents.get(partition, id).await;
            self.meter().count_read(found.as_ref().ok().and_then(Option::as_ref));
            found
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
            let found = self.documents.find(lookup, range).await;
            self.meter().count_lookup(lookup, found.as_ref().unwrap_or(&Found::default()));
            found
        })
    }

    fn commit<'a, 'd>(&'a self, batch: Batch) -> BoxFuture<'d, Result<(), StoreError>>
    where
        'a: 'd,
        Self: 'd,
    {
        Box::pin(async move {
            self.meter().count_commit(&batch);
            self.documents.commit(batch).await
        })
    }

    fn health<'a, 'd>(&'a self) -> BoxFuture<'d, Result<(), StoreError>>
    where
        'a: 'd,
        Self: 'd,
    {
        self.documents.health()
    }
}
