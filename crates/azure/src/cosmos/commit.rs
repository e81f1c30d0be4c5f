//! Committing: one transactional batch, and telling our own lost answer from somebody else's write.
//!
//! The SDK repeats a request whose answer was lost. If the first had been done, the repeat finds our own documents in its way
//! and fails. So before a conflict or an uncertain end is told, the documents are asked which operation wrote them.

use std::collections::BTreeMap;

use azure_data_cosmos::models::TransactionalBatchOperationResult;
use azure_data_cosmos::options::{BatchDeleteOptions, BatchReplaceOptions, Precondition};
use azure_data_cosmos::{ContainerClient, CosmosError, FeedScope, Query, TransactionalBatch};
use futures::TryStreamExt as _;
use serde::Deserialize;
use store::{Batch, Etag, StoreError, Write};

use super::envelope::{Written, cosmos_etag};
use super::failure::{Failure, PARTITION_FULL, store_error};

/// A write of the batch that was not reached, or was taken back, since another one failed.
const FAILED_DEPENDENCY: u16 = 424;

/// "Somebody else is writing this at the same time": as good as a conflict, since what was decided on may have changed.
const RETRY_WITH: u16 = 449;

/// Writes all of it or nothing.
pub(super) async fn commit(container: &ContainerClient, batch: &Batch) -> Result<(), StoreError> {
    if batch.writes.is_empty() {
        return Ok(());
    }
    let answer = match container.execute_transactional_batch(transaction(batch)?, None).await {
        Ok(answer) => answer.into_model().map_err(store_error)?,
        Err(error) if error.status().is_retry_with() => {
            return if was_written(container, batch).await? { Ok(()) } else { Err(conflict(batch, 0)) };
        }
        Err(error) => return Err(store_error(error)),
    };
    let failed = |(_, result): &(usize, &TransactionalBatchOperationResult)| {
        !result.is_success() && result.status_code() != FAILED_DEPENDENCY
    };
    let Some((place, result)) = answer.results().iter().enumerate().find(failed) else { return Ok(()) };
    let may_be_ours = matches!(result.status_code(), 404 | 408 | 409 | 412 | RETRY_WITH | 500..);
    if may_be_ours && was_written(container, batch).await? {
        return Ok(());
    }
    Err(refusal(batch, place, result))
}

/// Why the batch was not written: the write at `place` was answered with `result`.
fn refusal(batch: &Batch, place: usize, result: &TransactionalBatchOperationResult) -> StoreError {
    match result.status_code() {
        404 | 409 | 412 | RETRY_WITH => conflict(batch, place),
        413 => StoreError::TooLarge {
            writes: batch.writes.len(),
            bytes: batch.writes.iter().map(Write::size).sum(),
        },
        429 => StoreError::Throttled { after: result.retry_after() },
        403 if result.substatus_code() == Some(PARTITION_FULL) => Failure::full().into(),
        status => StoreError::Unavailable(format!("Cosmos DB answers {status} to a write of a batch")),
    }
}

fn conflict(batch: &Batch, place: usize) -> StoreError {
    let culprit = batch.writes.get(place).map(|write| write.id().to_owned());
    StoreError::Conflict { id: culprit.unwrap_or_default() }
}

fn transaction(batch: &Batch) -> Result<TransactionalBatch, StoreError> {
    let mut transaction = TransactionalBatch::new(batch.partition.clone());
    for write in &batch.writes {
        transaction = match write {
            Write::Create(document) => transaction
                .create_item(Written::new(&batch.partition, &batch.operation, document)?)
                .map_err(store_error)?,
            Write::Replace(document, etag) => transaction
                .replace_item(
                    document.id.clone(),
                    Written::new(&batch.partition, &batch.operation, document)?,
                    Some(BatchReplaceOptions::default().with_precondition(seen(etag))),
                )
                .map_err(store_error)?,
            Write::Delete(id, etag) => transaction
                .delete_item(id.clone(), Some(BatchDeleteOptions::default().with_precondition(seen(etag)))),
        };
    }
    Ok(transaction)
}

fn seen(etag: &Etag) -> Precondition {
    Precondition::if_match(cosmos_etag(etag))
}

/// Whether any document that the batch would write carries the batch's operation already: then all of it was written.
/// A batch of nothing but deletes leaves no trace; finding all of them gone is its being done.
async fn was_written(container: &ContainerClient, batch: &Batch) -> Result<bool, StoreError> {
    let there = operations(container, batch).await.map_err(store_error)?;
    let is_ours = |write: &Write| match write {
        Write::Create(document) | Write::Replace(document, _) => {
            there.get(&document.id) == Some(&batch.operation.0)
        }
        Write::Delete(..) => false,
    };
    let is_gone = |write: &Write| matches!(write, Write::Delete(id, _) if !there.contains_key(id));
    Ok(batch.writes.iter().any(is_ours) || batch.writes.iter().all(is_gone))
}

#[derive(Deserialize)]
struct Trace {
    id: String,
    op: String,
}

/// Which operation wrote each of the batch's documents that are there.
async fn operations(
    container: &ContainerClient,
    batch: &Batch,
) -> Result<BTreeMap<String, String>, CosmosError> {
    let names: Vec<String> = (0..batch.writes.len()).map(|n| format!("@id{n}")).collect();
    let mut query = Query::from(format!("SELECT c.id, c.op FROM c WHERE c.id IN ({})", names.join(", ")));
    for (name, write) in names.into_iter().zip(&batch.writes) {
        query = query.with_parameter(name, write.id())?;
    }
    let scope = FeedScope::partition(batch.partition.clone());
    let traces: Vec<Trace> = container.query_items(query, scope, None).await?.try_collect().await?;
    Ok(traces.into_iter().map(|trace| (trace.id, trace.op)).collect())
}
