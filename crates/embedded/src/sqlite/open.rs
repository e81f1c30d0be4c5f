//! Opening the file: the pragmas that the promises rest on, and the schema, step by step.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use store::StoreError;

use super::unavailable;
use crate::private;

/// How long a writer of this process waits for a writer of another one.
const BUSY: Duration = Duration::from_secs(10);

/// The schema, forward only: the database's `user_version` says how many of these it has.
const MIGRATIONS: &[&str] = &[include_str!("schema.sql"), include_str!("expiry.sql")];

/// The one connection that writes.
pub(super) fn for_writing(path: &Path) -> Result<Connection, StoreError> {
    make(path)?;
    let attempt = || -> rusqlite::Result<Connection> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "cache_size", -8_000)?;
        // Savepoints keep what they may have to take back in memory, not in a file.
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        // Fewer, larger checkpoints: each one stands in the way of the commits behind it.
        connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
        connection.set_prepared_statement_cache_capacity(32);
        migrate(&mut connection)?;
        Ok(connection)
    };
    attempt().map_err(|error| unavailable(&error))
}

/// One of the connections that read.
pub(super) fn for_reading(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "cache_size", -2_000)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// A consistent copy of the database in a new file.
pub(super) fn copy(path: &Path, target: &Path) -> Result<(), StoreError> {
    // An empty one is taken, any other is refused.
    if !target.exists() {
        make(target)?;
    }
    let attempt = || -> rusqlite::Result<()> {
        let connection = for_reading(path)?;
        connection.execute("VACUUM INTO ?1", [target.to_string_lossy()])?;
        Ok(())
    };
    attempt().map_err(|error| unavailable(&error))
}

fn make(path: &Path) -> Result<(), StoreError> {
    let unavailable = |error| StoreError::Unavailable(format!("{} can't be opened: {error}", path.display()));
    private::database(path).map_err(unavailable)
}

fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    // Under the write lock, so that two processes starting together don't both do it.
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let done: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (version, migration) in (1_u32..).zip(MIGRATIONS).filter(|(version, _)| *version > done) {
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", version)?;
    }
    transaction.commit()
}
