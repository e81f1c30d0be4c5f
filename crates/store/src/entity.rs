//! What makes a value a document, and the small documents that only the store itself needs.

use std::cmp::Ordering;

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{FeedId, IncidentId, SourceId, TenantId};
use domain::psa::PsaHome;
use domain::source::KeyHash;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::{Document, Etag, Index, Kind, Stored};
use crate::port::StoreError;

/// A value that is kept as one document.
pub trait Entity: Serialize + DeserializeOwned + Send {
    /// What it is.
    const KIND: Kind;

    /// The version of its shape; raised with every change to it that an older reader or body would misread.
    const SCHEMA: u16 = 1;

    /// Its id within the tenant.
    fn key(&self) -> String;

    /// By what it is found.
    fn index(&self) -> Index {
        Index::default()
    }

    /// How long it is kept after its last change; `None`: until it is deleted.
    fn lives(&self) -> Option<TimeDelta> {
        None
    }

    /// A body of schema `from` in today's shape; `None` when that shape was never written.
    fn upgrade(from: u16, body: Value) -> Option<Value> {
        let _ = (from, body);
        None
    }
}

/// A value as it was read, with what is needed to replace it.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned<T> {
    /// The value; changed in place, then given to [`crate::Changes::replace`].
    pub value: T,
    /// Whose.
    pub tenant: String,
    /// Which writing of it this is.
    pub etag: Etag,
}

impl<T: Entity> Versioned<T> {
    /// Reads a stored document, whatever older schema it is in.
    ///
    /// A newer schema than this binary knows is left alone: [`StoreError::Corrupt`].
    pub fn read(stored: Stored) -> Result<Self, StoreError> {
        let corrupt = |reason: String| StoreError::Corrupt { id: stored.id.clone(), reason };
        let value = match stored.schema.cmp(&T::SCHEMA) {
            Ordering::Equal => {
                serde_json::from_str(&stored.body).map_err(|error| corrupt(error.to_string()))?
            }
            Ordering::Greater => {
                return Err(corrupt(format!("schema {} is newer than this version knows", stored.schema)));
            }
            Ordering::Less => {
                let body = serde_json::from_str(&stored.body).map_err(|error| corrupt(error.to_string()))?;
                let upgraded = T::upgrade(stored.schema, body)
                    .ok_or_else(|| corrupt(format!("schema {} has no upgrade", stored.schema)))?;
                serde_json::from_value(upgraded).map_err(|error| corrupt(error.to_string()))?
            }
        };
        Ok(Self { value, tenant: stored.partition, etag: stored.etag })
    }
}

/// The document for a value.
pub(crate) fn document<T: Entity>(value: &T) -> Result<Document, StoreError> {
    let id = value.key();
    let body = serde_json::to_string(value)
        .map_err(|error| StoreError::Corrupt { id: id.clone(), reason: error.to_string() })?;
    Ok(Document { id, kind: T::KIND, schema: T::SCHEMA, index: value.index(), lives: value.lives(), body })
}

/// The tenant's running numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// The number of the newest incident.
    pub incidents: u64,
}

impl Entity for Counter {
    const KIND: Kind = Kind::Counter;

    fn key(&self) -> String {
        "counter".to_owned()
    }
}

/// "This problem has this open incident." Its id is derived from source and dedup key, so that there can't be two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenKey {
    /// Derived from what it stands for.
    pub key: String,
    /// The newest incident that it is about.
    pub incident_id: IncidentId,
    /// Older ones, where each alert opens its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<IncidentId>,
    /// When it was first about that incident, where that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// When the problem opened lately, where its source looks for flapping; oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opened: Vec<DateTime<Utc>>,
    /// Nothing is open any more; it is kept for a while for when it opened.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over: bool,
}

impl OpenKey {
    /// The id of the entry for a dedup key of a source.
    pub fn key_of(source: &SourceId, dedup_key: &str) -> String {
        // A hash, since a sender's key may hold anything and be of any length.
        format!("key_{}", KeyHash::of(&format!("{source}|{dedup_key}")).as_str())
    }

    /// One of its incidents is over; answers whether the entry still says something.
    pub fn leave(&mut self, incident: &IncidentId) -> bool {
        self.also.retain(|id| id != incident);
        if self.incident_id == *incident {
            match self.also.pop() {
                Some(older) => self.incident_id = older,
                None => self.over = true,
            }
        }
        !self.over || !self.opened.is_empty()
    }

    /// The id of the entry for what alerts of a source or a service have in common.
    pub fn group_of(scope: &str, what: &str) -> String {
        format!("grp_{}", KeyHash::of(&format!("{scope}|{what}")).as_str())
    }
}

impl Entity for OpenKey {
    const KIND: Kind = Kind::OpenKey;

    fn key(&self) -> String {
        self.key.clone()
    }

    fn lives(&self) -> Option<TimeDelta> {
        if self.over {
            return Some(TimeDelta::days(2));
        }
        // One of a group isn't taken away when a person ends its incident; the incident says that it is over.
        self.since.map(|_| TimeDelta::days(90))
    }
}

/// "This ticket of the PSA is this incident's." Found by the ticket, so that what the PSA says of it reaches its incident.
/// A ticket that people know by a number has a second one, by that, for a PSA that names only the number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketLink {
    /// Where the ticket is.
    pub home: PsaHome,
    /// The PSA's id of the ticket, or [`TicketLink::by_number`].
    pub ticket_id: String,
    /// Whose it is.
    pub incident_id: IncidentId,
    /// The PSA has said that it is closed, and nothing else since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// The state that the PSA last told of: [`domain::signal::TicketMention::state`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

impl TicketLink {
    /// What stands for the id of a ticket that only its number is known of.
    pub fn by_number(number: &str) -> String {
        format!("number:{}", number.trim().to_uppercase())
    }

    /// The id of the link of a ticket. It doesn't tell whose PSA it is: that may not be known when it is asked for, and
    /// the link itself says it.
    pub fn key_of(home: &PsaHome, ticket: &str) -> String {
        // A hash, since a PSA's id may hold anything.
        format!("tick_{}", KeyHash::of(&format!("{}|{ticket}", home.word())).as_str())
    }
}

impl Entity for TicketLink {
    const KIND: Kind = Kind::TicketLink;

    fn key(&self) -> String {
        Self::key_of(&self.home, &self.ticket_id)
    }
}

/// "This key opens this door." Lives outside the tenants, since a request with a key names no tenant.
///
/// Only a signpost: whether the key is (still) good, the alert source says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyEntry {
    /// SHA-256 of the key.
    pub hash: KeyHash,
    /// Whose.
    pub tenant_id: TenantId,
    /// Which door.
    pub source_id: SourceId,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl Entity for KeyEntry {
    const KIND: Kind = Kind::KeyEntry;

    fn key(&self) -> String {
        self.hash.as_str().to_owned()
    }
}

/// "This secret is in the address of this calendar feed." Lives outside the tenants, and is only a signpost: whether the
/// address is (still) good, the feed says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedEntry {
    /// SHA-256 of the secret.
    pub hash: KeyHash,
    /// Whose.
    pub tenant_id: TenantId,
    /// Which feed.
    pub feed_id: FeedId,
}

impl Entity for FeedEntry {
    const KIND: Kind = Kind::FeedEntry;

    fn key(&self) -> String {
        self.hash.as_str().to_owned()
    }
}
