//! Moving a tenant from one store to another, whatever keeps either: everything that is its own as records, and the way
//! back in.
//!
//! Invariant: in the store that it comes to, nothing of a tenant is done and no door of its opens before all of it is there
//! and has been read back. `docs/decisions/0012-moving-a-tenant.md` says why.

mod inventory;
mod receive;
mod record;
mod walk;

use domain::id::TenantId;

use crate::document::{Batch, MOST_WRITES, OperationId, Write};
use crate::lookup::{Lookup, Range};
use crate::port::{Documents, StoreError};

pub use inventory::Inventory;
pub use receive::{Received, receive};
pub use record::{Place, Record};

/// The id of the one document without which a tenant isn't there.
const HOME: &str = "tenant";

/// Why a tenant was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// A store failed, or a record can't be read by this version.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What it comes from can't be read.
    #[error("{0}")]
    Source(String),
    /// What it comes from is not one whole tenant.
    #[error("'{id}' {reason}")]
    Odd {
        /// The record.
        id: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The tenant is there, and not by this transfer.
    #[error("'{0}' is in this store already")]
    Taken(TenantId),
    /// Something of the tenant is there, and not by this transfer.
    #[error("'{id}' is in this store already, and is not what would be written")]
    Stranger {
        /// The document.
        id: String,
    },
    /// What was written is not what is read.
    #[error("'{id}' was written, and is not read back the same")]
    NotVerified {
        /// The document.
        id: String,
    },
}

/// A tenant's records, by place and then by id.
///
/// They are read several times, one after the other, and must be the same each time.
pub trait Source {
    /// All of them, from the first one on.
    fn records(&self) -> Box<dyn Iterator<Item = Result<Record, TransferError>> + '_>;
}

/// Whether a store has a tenant.
pub async fn is_there(documents: &dyn Documents, tenant: &TenantId) -> Result<bool, StoreError> {
    Ok(documents.get(tenant.as_str(), HOME).await?.is_some())
}

/// Deletes what a transfer that didn't end left behind; answers how many documents that were.
///
/// A tenant that is there is [`TransferError::Taken`]: it is nobody's left-over.
pub async fn sweep(documents: &dyn Documents, tenant: &TenantId) -> Result<usize, TransferError> {
    if is_there(documents, tenant).await? {
        return Err(TransferError::Taken(tenant.clone()));
    }
    let lookup = Lookup::Everything { partition: tenant.to_string() };
    let range = Range::first(u32::try_from(MOST_WRITES).unwrap_or(1));
    let mut swept = 0;
    loop {
        let found = documents.find(&lookup, &range).await?.documents;
        let Some(first) = found.first() else { return Ok(swept) };
        // Its etag makes the name new: another document may have had this id before.
        let operation = OperationId(format!("sweep-{}-{}", first.id, first.etag.0));
        swept += found.len();
        let writes = found.into_iter().map(|stored| Write::Delete(stored.id, stored.etag)).collect();
        documents.commit(Batch { partition: tenant.to_string(), operation, writes }).await?;
    }
}
