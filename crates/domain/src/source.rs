//! Alert sources: the doors alerts come in through, each with its own type and secret key.
//!
//! Invariant: the key itself is never kept, only its SHA-256; whoever reads the store can't send an alert.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::id::{ServiceId, SourceId, TenantId};
use crate::severity::Severity;
use crate::signal::{Action, Signal};

/// How a source's deliveries are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceType {
    /// Any JSON, form or text body, with the usual names.
    Generic,
    /// The One Defend, by its internal route.
    Defend,
    /// The One RMM, over the bus.
    Rmm,
    /// The One Security, over the bus.
    Security,
    /// The One Backups, over the bus.
    Backups,
}

impl SourceType {
    /// The word for it; also the incident's `source`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Generic => "webhook",
            Self::Defend => "defend",
            Self::Rmm => "rmm",
            Self::Security => "security",
            Self::Backups => "backups",
        }
    }

    /// The product that triggers through it, where it is one of The One Stack.
    pub fn product(self) -> Option<&'static str> {
        match self {
            Self::Generic => None,
            Self::Defend => Some("The One Defend"),
            Self::Rmm => Some("The One RMM"),
            Self::Security => Some("The One Security"),
            Self::Backups => Some("The One Backups"),
        }
    }
}

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
}

impl AlertSource {
    /// The identity of a tenant's one source of a product of The One Stack.
    pub fn built_in_id(tenant: &TenantId, source_type: SourceType) -> SourceId {
        SourceId::derived(&[tenant.as_str(), source_type.as_str()])
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

impl SourceType {
    /// Whether a signal of this door concerns On-Call at all. RMM hands over critical alerts, Security and Defend
    /// critical and high ones, Backups every failure; a recovery always passes, since it can only resolve.
    pub fn takes(self, signal: &Signal) -> bool {
        let enough = match self {
            Self::Generic | Self::Backups => Severity::Info,
            Self::Rmm => Severity::Critical,
            Self::Security | Self::Defend => Severity::High,
        };
        signal.action != Action::Trigger || signal.severity >= enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_product_hands_over_what_its_rule_says() {
        let takes = |door: SourceType| {
            Severity::ALL.into_iter().filter(|s| door.takes(&Signal::trigger("x", *s))).count()
        };
        assert_eq!(takes(SourceType::Rmm), 1, "critical only");
        assert_eq!(takes(SourceType::Security), 2, "critical and high");
        assert_eq!(takes(SourceType::Defend), 2, "critical and high");
        assert_eq!(takes(SourceType::Backups), 5, "every failure");
        assert_eq!(takes(SourceType::Generic), 5);
    }

    #[test]
    fn a_recovery_always_passes() {
        let mut recovery = Signal::trigger("ok again", Severity::Info);
        recovery.action = Action::Resolve;
        assert!(SourceType::Rmm.takes(&recovery) && SourceType::Security.takes(&recovery));
    }
}
