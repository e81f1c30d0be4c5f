//! What should be in a tenant's partition and what is, side by side: both come by id, so that neither has to be held.

use std::cmp::Ordering;
use std::collections::VecDeque;

use domain::id::TenantId;

use super::inventory::Inventory;
use super::record::{Place, Record};
use super::{Source, TransferError};
use crate::document::{Document, Kind};
use crate::port::Documents;

/// The walk along both. The document of the tenant itself is passed over: it is written when all else is done.
pub(super) struct Walk<'a> {
    tenant: &'a TenantId,
    expected: Box<dyn Iterator<Item = Result<Record, TransferError>> + 'a>,
    inventory: Inventory<'a>,
    found: VecDeque<Record>,
    is_over: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn along(source: &'a dyn Source, documents: &'a dyn Documents, tenant: &'a TenantId) -> Self {
        let own = |record: &Result<Record, TransferError>| {
            record
                .as_ref()
                .map_or(true, |record| record.place == Place::Tenant && record.kind != Kind::Tenant.as_str())
        };
        Self {
            tenant,
            expected: Box::new(source.records().filter(own)),
            inventory: Inventory::of_partition(documents, tenant),
            found: VecDeque::new(),
            is_over: false,
        }
    }

    /// The next document that should be there, and whether it is; `None` after the last.
    ///
    /// What is there and shouldn't be, or says something else, is [`TransferError::Stranger`].
    pub(super) async fn next(&mut self) -> Result<Option<(Document, bool)>, TransferError> {
        self.look().await?;
        let stranger = |record: &Record| TransferError::Stranger { id: record.id.clone() };
        let Some(expected) = self.expected.next().transpose()? else {
            return self.found.front().map_or(Ok(None), |record| Err(stranger(record)));
        };
        let (document, expected) = expected.revive(self.tenant)?;
        let Some(found) = self.found.front() else { return Ok(Some((document, false))) };
        match found.id.cmp(&expected.id) {
            Ordering::Greater => Ok(Some((document, false))),
            Ordering::Equal if *found == expected => {
                self.found.pop_front();
                Ok(Some((document, true)))
            }
            Ordering::Equal | Ordering::Less => Err(stranger(found)),
        }
    }

    /// Reads on in the store while nothing is known of what comes next there.
    async fn look(&mut self) -> Result<(), TransferError> {
        while self.found.is_empty() && !self.is_over {
            match self.inventory.next().await? {
                None => self.is_over = true,
                Some(some) => {
                    for record in some {
                        self.found.push_back(record?);
                    }
                }
            }
        }
        Ok(())
    }
}
