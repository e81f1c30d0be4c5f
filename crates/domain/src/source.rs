//! Alert sources: the doors alerts come in through, each with its own type and secret key.
//!
//! Invariant: the key itself is never kept, only its SHA-256; whoever reads the store can't send an alert.

mod flap;
mod grouping;
mod kind;
mod mapping;

pub use flap::{FlapPause, REMEMBERED};
pub use grouping::{ContentField, Grouping};
pub use kind::SourceType;
pub use mapping::{Mapping, Meaning};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::id::{ServiceId, SourceId, TenantId};
use crate::input::{self, Wrong};
use crate::vault::SecretName;

/// Minutes that a heartbeat may be silent of which nothing is said; one that is made says it.
const USUAL_SILENCE: i64 = 60;

/// One inbound connection, assigned to a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertSource {
    /// Its identity.
    pub id: SourceId,
    /// What the manager calls it.
    pub name: String,
    /// How its deliveries are read.
    #[serde(rename = "type")]
    pub source_type: SourceType,
    /// The service its alerts are about.
    pub service_id: ServiceId,
    /// SHA-256 of the current key; `None` for the sources of The One Stack, which have no key of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_hash: Option<KeyHash>,
    /// Where the sender's format differs from its type's.
    #[serde(default, skip_serializing_if = "Mapping::is_empty")]
    pub mapping: Mapping,
    /// Which alerts become one incident.
    #[serde(default, skip_serializing_if = "Grouping::is_default")]
    pub grouping: Grouping,
    /// When a problem that comes and goes is waited for before anybody is paged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flap_pause: Option<FlapPause>,
    /// A heartbeat's longest silence, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence_minutes: Option<u32>,
    /// Where the secret is kept that the sender signs with; `None`: signatures are not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_secret: Option<SecretName>,
}

impl AlertSource {
    /// A source with nothing set that its type doesn't need.
    pub fn new(
        id: SourceId,
        name: impl Into<String>,
        source_type: SourceType,
        service_id: ServiceId,
    ) -> Self {
        Self {
            id,
            name: name.into(),
            source_type,
            service_id,
            key_hash: None,
            mapping: Mapping::default(),
            grouping: Grouping::default(),
            flap_pause: None,
            silence_minutes: None,
            signing_secret: None,
        }
    }

    /// The identity of a tenant's one source of a product of The One Stack.
    pub fn built_in_id(tenant: &TenantId, source_type: SourceType) -> SourceId {
        SourceId::derived(&[tenant.as_str(), source_type.as_str()])
    }

    /// How long a heartbeat may be silent.
    pub fn longest_silence(&self) -> TimeDelta {
        TimeDelta::minutes(self.silence_minutes.map_or(USUAL_SILENCE, i64::from))
    }

    /// The hours without an alert after which an incident that it opens is taken for over, of those that its service says. A
    /// heartbeat's incident is about nothing coming: only a beat or a person ends it.
    pub fn auto_resolve_hours(&self, of_service: Option<u16>) -> Option<u16> {
        of_service.filter(|_| self.source_type != SourceType::Heartbeat)
    }

    /// What is wrong with its settings, as far as that can be told without reading a template or a path.
    pub fn problems(&self, has_service: bool) -> Vec<Wrong> {
        let mut wrong: Vec<Wrong> = input::name("name", &self.name).into_iter().collect();
        if !has_service {
            wrong.push(Wrong::unknown("service_id", "service", &self.service_id));
        }
        if !self.source_type.has_key() {
            wrong.push(Wrong::new("type", "is a product of The One Stack, which has its source already"));
        }
        wrong.extend(self.grouping.problem());
        if self.source_type.is_psa() && self.grouping == Grouping::None {
            wrong.push(Wrong::new("grouping.by", "must not be none: a ticket is one incident"));
        }
        wrong.extend(self.flap_pause.and_then(FlapPause::problem));
        wrong.extend(self.silence_problem());
        wrong
    }

    fn silence_problem(&self) -> Option<Wrong> {
        let problem = match (self.source_type, self.silence_minutes) {
            (SourceType::Heartbeat, Some(1..=44_640)) => return None,
            (SourceType::Heartbeat, _) => "must be a number of minutes from 1 to 44640 (31 days)",
            (_, None) => return None,
            (_, Some(_)) => "only a heartbeat has one",
        };
        Some(Wrong::new("silence_minutes", problem))
    }
}

/// SHA-256 of a key, in hexadecimal. Keys are 160 random bits, so a plain hash can't be searched.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyHash(String);

impl KeyHash {
    /// The hash of a key as the sender presents it.
    pub fn of(key: &str) -> Self {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(64);
        for byte in Sha256::digest(key.as_bytes()) {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// The hexadecimal text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
