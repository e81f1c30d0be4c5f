//! The bus of one machine: subscriptions with redelivery and dead letters, kept in a file beside the documents, and
//! life-cycle events handed to whoever listens in this process.
//!
//! Invariants: a message is gone only after it was taken in; one that can't be read comes back at once, ten times at most,
//! and then stands among the dead letters; one that could not be taken just now comes back as often as it takes; a receiver
//! that vanishes loses its hold after a minute.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::port::{Bus, BusError};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::event::CloudEvent;
use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::sync::broadcast;

use crate::private;

/// How often a message is delivered before it is put aside.
pub const MOST_DELIVERIES: u32 = 10;

const HOLD: TimeDelta = TimeDelta::seconds(60);

const DEFERRED: TimeDelta = TimeDelta::seconds(5);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
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
    /// Its name, unlike any other's, also those of another file.
    pub name: String,
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
        if path != Path::new(":memory:") {
            private::database(path).map_err(|error| BusError(format!("{}: {error}", path.display())))?;
        }
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

    /// Sends a message, named by 128 random bits, to a subscription; it is durable when this answers.
    pub fn send(
        &self,
        subscription: &str,
        body: &[u8],
        name: u128,
        now: DateTime<Utc>,
    ) -> Result<(), BusError> {
        self.with(|connection| {
            connection.execute(
                "INSERT INTO message (name, subscription, body, visible_at) VALUES (?1, ?2, ?3, ?4)",
                params![format!("{name:032x}"), subscription, body, now.timestamp_millis()],
            )?;
            Ok(())
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
                     RETURNING id, name, subscription, body, deliveries",
                )?
                .query_row(params![now.timestamp_millis(), (now + HOLD).timestamp_millis()], |row| {
                    Ok(Message {
                        id: row.get(0)?,
                        name: row.get(1)?,
                        subscription: row.get(2)?,
                        body: row.get(3)?,
                        deliveries: row.get(4)?,
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

    /// It could not be taken just now, through no fault of its own: it comes back in a few seconds, and that counts for
    /// nothing.
    pub fn defer(&self, message: &Message, now: DateTime<Utc>) -> Result<(), BusError> {
        self.with(|connection| {
            connection
                .execute(
                    "UPDATE message SET visible_at = ?2, deliveries = deliveries - 1 WHERE id = ?1",
                    params![message.id, (now + DEFERRED).timestamp_millis()],
                )
                .map(|_| ())
        })
    }

    /// It can't be read: it comes back, or stands among the dead letters if it came too often.
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
        bus.send("rmm", b"good", 1, now).expect("sent");
        let good = bus.receive(now).expect("a bus").expect("a message");
        assert_eq!(
            (good.subscription.as_str(), good.body.as_slice(), good.deliveries),
            ("rmm", &b"good"[..], 1)
        );
        assert_eq!(bus.receive(now), Ok(None), "it is held");
        bus.complete(&good).expect("completed");
        bus.send("rmm", b"bad", 2, now).expect("sent");
        for delivery in 1..=MOST_DELIVERIES {
            let bad = bus.receive(now).expect("a bus").expect("a message");
            assert_eq!(bad.deliveries, delivery);
            bus.abandon(&bad, now).expect("abandoned");
        }
        assert_eq!(bus.receive(now), Ok(None));
        assert_eq!(bus.dead_letters(), Ok(1));
    }

    #[test]
    fn a_message_that_could_not_be_taken_just_now_never_dies_of_it() {
        let bus = LocalBus::open(Path::new(":memory:")).expect("a bus");
        let mut now = DateTime::UNIX_EPOCH;
        bus.send("rmm", b"x", 4, now).expect("sent");
        for _ in 0..3 * MOST_DELIVERIES {
            let message = bus.receive(now).expect("a bus").expect("a message");
            assert_eq!(message.deliveries, 1);
            bus.defer(&message, now).expect("deferred");
            assert_eq!(bus.receive(now), Ok(None), "it waits");
            now += DEFERRED;
        }
        assert_eq!(bus.dead_letters(), Ok(0));
    }

    #[test]
    fn a_receiver_that_vanishes_loses_its_hold() {
        let bus = LocalBus::open(Path::new(":memory:")).expect("a bus");
        let now = DateTime::UNIX_EPOCH;
        bus.send("rmm", b"x", 3, now).expect("sent");
        bus.receive(now).expect("a bus").expect("a message");
        let again = bus.receive(now + HOLD).expect("a bus").expect("a message");
        assert_eq!(again.deliveries, 2);
    }
}
