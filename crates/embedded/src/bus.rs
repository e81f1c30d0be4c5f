//! The bus of one machine: subscriptions with redelivery and dead letters, kept in a file beside the documents, and
//! life-cycle events handed to whoever listens in this process.
//!
//! Invariants: a message is gone only after it was taken in; one that fails comes back at once, ten times at most, and
//! then stands among the dead letters; a receiver that vanishes loses its hold after a minute.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::port::{Bus, BusError};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::event::CloudEvent;
use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::sync::broadcast;

/// How often a message is delivered before it is put aside.
pub const MOST_DELIVERIES: u32 = 10;

const HOLD: TimeDelta = TimeDelta::seconds(60);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subscription TEXT NOT NULL,
  body BLOB NOT NULL,
  deliveries INTEGER NOT NULL DEFAULT 0,
  visible_at INTEGER NOT NULL,
  dead INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS message_visible ON message (visible_at, id) WHERE dead = 0;
";

/// A message that was received and is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The bus's own number of it.
    pub id: i64,
    /// From which subscription.
    pub subscription: String,
    /// What was sent.
    pub body: Vec<u8>,
    /// Which delivery this is, from 1.
    pub deliveries: u32,
}

/// The bus.
#[derive(Debug, Clone)]
pub struct LocalBus {
    connection: Arc<Mutex<Connection>>,
    events: broadcast::Sender<CloudEvent>,
}

impl LocalBus {
    /// Opens the bus kept in the file at `path`, making it where there is none.
    pub fn open(path: &Path) -> Result<Self, BusError> {
        let attempt = || {
            let connection = Connection::open(path)?;
            connection.busy_timeout(Duration::from_secs(10))?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "cache_size", -256)?;
            connection.execute_batch(SCHEMA)?;
            Ok(connection)
        };
        let connection = attempt().map_err(error)?;
        let (events, _) = broadcast::channel(256);
        Ok(Self { connection: Arc::new(Mutex::new(connection)), events })
    }

    /// Sends a message to a subscription; it is durable when this answers.
    pub fn send(&self, subscription: &str, body: &[u8], now: DateTime<Utc>) -> Result<i64, BusError> {
        self.with(|connection| {
            connection.execute(
                "INSERT INTO message (subscription, body, visible_at) VALUES (?1, ?2, ?3)",
                params![subscription, body, now.timestamp_millis()],
            )?;
            Ok(connection.last_insert_rowid())
        })
    }

    /// The message that waits longest, held for a minute.
    pub fn receive(&self, now: DateTime<Utc>) -> Result<Option<Message>, BusError> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "UPDATE message SET deliveries = deliveries + 1, visible_at = ?2
                     WHERE id = (SELECT id FROM message WHERE dead = 0 AND visible_at <= ?1
                                 ORDER BY visible_at, id LIMIT 1)
                     RETURNING id, subscription, body, deliveries",
                )?
                .query_row(params![now.timestamp_millis(), (now + HOLD).timestamp_millis()], |row| {
                    Ok(Message {
                        id: row.get(0)?,
                        subscription: row.get(1)?,
                        body: row.get(2)?,
                        deliveries: row.get(3)?,
                    })
                })
                .optional()
        })
    }

    /// It was taken in.
    pub fn complete(&self, message: &Message) -> Result<(), BusError> {
        self.with(|connection| {
            connection.execute("DELETE FROM message WHERE id = ?1", [message.id]).map(|_| ())
        })
    }

    /// It failed: it comes back, or stands among the dead letters if it came too often.
    pub fn abandon(&self, message: &Message, now: DateTime<Utc>) -> Result<(), BusError> {
        self.with(|connection| {
            connection
                .execute(
                    "UPDATE message SET visible_at = ?2, dead = (deliveries >= ?3) WHERE id = ?1",
                    params![message.id, now.timestamp_millis(), MOST_DELIVERIES],
                )
                .map(|_| ())
        })
    }

    /// How many messages stand among the dead letters.
    pub fn dead_letters(&self) -> Result<u32, BusError> {
        self.with(|connection| {
            connection.query_row("SELECT count(*) FROM message WHERE dead = 1", [], |row| row.get(0))
        })
    }

    /// Listens to the events published in this process from now on.
    pub fn listen(&self) -> broadcast::Receiver<CloudEvent> {
        self.events.subscribe()
    }

    fn with<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, BusError> {
        work(&self.connection.lock().unwrap_or_else(PoisonError::into_inner)).map_err(error)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn error(error: rusqlite::Error) -> BusError {
    BusError(error.to_string())
}

#[async_trait]
impl Bus for LocalBus {
    /// Hands the event to whoever listens; that nobody does is no failure.
    async fn publish(&self, event: &CloudEvent) -> Result<(), BusError> {
        drop(self.events.send(event.clone()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_back_until_it_is_completed_and_ends_among_the_dead_letters() {
        let bus = LocalBus::open(Path::new(":memory:")).expect("a bus");
        let now = DateTime::UNIX_EPOCH;
        bus.send("rmm", b"good", now).expect("sent");
        let good = bus.receive(now).expect("a bus").expect("a message");
        assert_eq!(
            (good.subscription.as_str(), good.body.as_slice(), good.deliveries),
            ("rmm", &b"good"[..], 1)
        );
        assert_eq!(bus.receive(now), Ok(None), "it is held");
        bus.complete(&good).expect("completed");
        bus.send("rmm", b"bad", now).expect("sent");
        for delivery in 1..=MOST_DELIVERIES {
            let bad = bus.receive(now).expect("a bus").expect("a message");
            assert_eq!(bad.deliveries, delivery);
            bus.abandon(&bad, now).expect("abandoned");
        }
        assert_eq!(bus.receive(now), Ok(None));
        assert_eq!(bus.dead_letters(), Ok(1));
    }

    #[test]
    fn a_receiver_that_vanishes_loses_its_hold() {
        let bus = LocalBus::open(Path::new(":memory:")).expect("a bus");
        let now = DateTime::UNIX_EPOCH;
        bus.send("rmm", b"x", now).expect("sent");
        bus.receive(now).expect("a bus").expect("a message");
        let again = bus.receive(now + HOLD).expect("a bus").expect("a message");
        assert_eq!(again.deliveries, 2);
    }
}
