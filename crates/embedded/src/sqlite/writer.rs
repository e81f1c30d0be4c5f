//! The writer: one thread, one connection. Batches that wait together go into one transaction, so that they share one
//! fsync; each is a savepoint of its own, so that one's conflict is not the others'.

use std::thread;

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use store::{Batch, Document, Etag, StoreError, Write};
use tokio::sync::{mpsc, oneshot};

use super::unavailable;

/// How many batches may wait; more is answered as throttled, so that a storm can't fill the memory.
const WAITING: usize = 1_024;

/// How many batches share a transaction: a bound on how long the first of them waits for the last.
const GROUPED: usize = 64;

/// Deletes what has lived long enough.
const EXPIRED: &str = "DELETE FROM document WHERE seq IN
  (SELECT seq FROM document WHERE expires_at IS NOT NULL AND expires_at <= unixepoch() LIMIT 10)";

type Answer = Result<(), StoreError>;
type Job = (Batch, oneshot::Sender<Answer>);

/// The way to the writer's thread.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || run(connection, waiting))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self { jobs })
    }

    pub(super) async fn commit(&self, batch: Batch) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.jobs.try_send((batch, answer)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Throttled { after: None },
            mpsc::error::TrySendError::Closed(_) => gone(),
        })?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable("the writer has ended".to_owned())
}

fn run(mut connection: Connection, mut waiting: mpsc::Receiver<Job>) {
    let mut jobs: Vec<Job> = Vec::with_capacity(GROUPED);
    while let Some(first) = waiting.blocking_recv() {
        jobs.push(first);
        while jobs.len() < GROUPED {
            match waiting.try_recv() {
                Ok(job) => jobs.push(job),
                Err(_) => break,
            }
        }
        let (batches, answers): (Vec<Batch>, Vec<oneshot::Sender<Answer>>) = jobs.drain(..).unzip();
        let results = write_group(&mut connection, &batches).unwrap_or_else(|error| {
            let error = unavailable(&error);
            batches.iter().map(|_| Err(error.clone())).collect()
        });
        for (answer, result) in answers.into_iter().zip(results) {
            // Nobody waits for it any more: what is committed is committed all the same.
            drop(answer.send(result));
        }
    }
}

/// Writes all batches in one transaction; an error here means that none of them is written.
fn write_group(connection: &mut Connection, batches: &[Batch]) -> rusqlite::Result<Vec<Answer>> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut answers = Vec::with_capacity(batches.len());
    for batch in batches {
        let savepoint = transaction.savepoint()?;
        let refused = write(&savepoint, batch)?;
        answers.push(match refused {
            None => {
                savepoint.commit()?;
                Ok(())
            }
            Some(id) => {
                // Taken back before anything is read: what this attempt wrote is no trace of an earlier one.
                drop(savepoint);
                if was_written(&transaction, batch)? { Ok(()) } else { Err(StoreError::Conflict { id }) }
            }
        });
    }
    // A few with every group: nobody waits for them, and there are never many.
    transaction.prepare_cached(EXPIRED)?.execute([])?;
    transaction.commit()?;
    Ok(answers)
}

/// Writes one batch; answers the id of the first document that stood against it, and then the batch is to be taken back.
fn write(connection: &Connection, batch: &Batch) -> rusqlite::Result<Option<String>> {
    for write in &batch.writes {
        let written = match write {
            Write::Create(document) => create(connection, batch, document)?,
            Write::Replace(document, etag) => replace(connection, batch, document, etag)?,
            Write::Delete(id, etag) => connection
                .prepare_cached("DELETE FROM document WHERE partition = ?1 AND id = ?2 AND op = ?3")?
                .execute(params![batch.partition, id, etag.0])?,
        };
        if written == 0 {
            return Ok(Some(write.id().to_owned()));
        }
    }
    Ok(None)
}

fn create(connection: &Connection, batch: &Batch, document: &Document) -> rusqlite::Result<usize> {
    let index = &document.index;
    connection
        .prepare_cached(
            "INSERT INTO document (partition, id, kind, schema, op, parent, state, sort, due_at, body, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, unixepoch() + ?11) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            batch.partition,
            document.id,
            document.kind.as_str(),
            document.schema,
            batch.operation.0,
            index.parent,
            index.state,
            index.sort,
            index.due_at.map(|at| at.timestamp_micros()),
            document.body,
            document.lives.map(|lives| lives.num_seconds()),
        ])
}

/// Writes a new body. Most replaces leave the index paths as they are, and then no index is touched.
fn replace(
    connection: &Connection,
    batch: &Batch,
    document: &Document,
    etag: &Etag,
) -> rusqlite::Result<usize> {
    let index = &document.index;
    let values = params![
        batch.partition,
        document.id,
        etag.0,
        document.schema,
        batch.operation.0,
        document.body,
        index.parent,
        index.state,
        index.sort,
        index.due_at.map(|at| at.timestamp_micros()),
        document.lives.map(|lives| lives.num_seconds()),
    ];
    let written = connection
        .prepare_cached(
            "UPDATE document SET schema = ?4, op = ?5, body = ?6, expires_at = unixepoch() + ?11
             WHERE partition = ?1 AND id = ?2 AND op = ?3
               AND parent IS ?7 AND state IS ?8 AND sort IS ?9 AND due_at IS ?10",
        )?
        .execute(values)?;
    if written > 0 {
        return Ok(written);
    }
    connection
        .prepare_cached(
            "UPDATE document SET schema = ?4, op = ?5, body = ?6, parent = ?7, state = ?8, sort = ?9, due_at = ?10,
                                 expires_at = unixepoch() + ?11
             WHERE partition = ?1 AND id = ?2 AND op = ?3",
        )?
        .execute(values)
}

/// Whether any document that the batch would write carries the batch's operation already, from an earlier attempt: then
/// all of it does.
/// A batch of nothing but deletes leaves no trace; finding all of them gone is its being done.
fn was_written(connection: &Connection, batch: &Batch) -> rusqlite::Result<bool> {
    let mut all_gone = true;
    for write in &batch.writes {
        let op: Option<String> = connection
            .prepare_cached("SELECT op FROM document WHERE partition = ?1 AND id = ?2")?
            .query_row(params![batch.partition, write.id()], |row| row.get(0))
            .optional()?;
        match (write, op) {
            (Write::Create(_) | Write::Replace(..), Some(op)) if op == batch.operation.0 => return Ok(true),
            (Write::Delete(..), None) => {}
            _ => all_gone = false,
        }
    }
    Ok(all_gone)
}
