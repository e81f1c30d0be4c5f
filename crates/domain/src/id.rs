//! Identities: one type per thing, printed with a prefix that says what it names (`inc_01J…`).
//!
//! Invariant: an id made by a person's step is fresh (time and randomness from the caller); an id made by an
//! automatic step is derived from what it is about, so that doing the step twice names the same thing.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use ulid::Ulid;

/// A text that is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not {kind} id, which looks like {prefix}_…")]
pub struct IdError {
    text: String,
    kind: &'static str,
    prefix: &'static str,
}

/// The part of an id after its prefix, from what the id is about: the same parts always give the same text.
fn derived(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") apart from ("a", "bc").
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    Ulid::from_bytes(bytes).to_string()
}

fn fresh(at: DateTime<Utc>, entropy: u128) -> String {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    Ulid::from_parts(millis, entropy).to_string()
}

fn is_body(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// What every id of this kind starts with, before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new id; sorts by `at` (to the millisecond), then by `entropy` (80 bits are used).
            pub fn fresh(at: DateTime<Utc>, entropy: u128) -> Self {
                Self(format!(concat!($prefix, "_{}"), fresh(at, entropy)).into())
            }

            /// The one id for what `parts` describe.
            pub fn derived(parts: &[&str]) -> Self {
                Self(format!(concat!($prefix, "_{}"), derived(parts)).into())
            }

            /// The id as text, prefix included.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                match text.strip_prefix(concat!($prefix, "_")) {
                    Some(body) if is_body(body) => Ok(Self(text.into())),
                    _ => Err(IdError { text: text.chars().take(80).collect(), kind: $kind, prefix: $prefix }),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }
    };
}

typed_id!(
    /// An incident.
    IncidentId, "inc", "an incident"
);
typed_id!(
    /// One received alert.
    AlertId, "alt", "an alert"
);
typed_id!(
    /// A person of a tenant.
    UserId, "usr", "a user"
);
typed_id!(
    /// A named set of users.
    TeamId, "team", "a team"
);
typed_id!(
    /// An address of a user on a channel.
    ContactMethodId, "cm", "a contact method"
);
typed_id!(
    /// A schedule.
    ScheduleId, "sch", "a schedule"
);
typed_id!(
    /// A layer of a schedule.
    LayerId, "lay", "a layer"
);
typed_id!(
    /// An override of a schedule.
    OverrideId, "ovr", "an override"
);
typed_id!(
    /// An escalation policy.
    PolicyId, "pol", "an escalation policy"
);
typed_id!(
    /// A service.
    ServiceId, "svc", "a service"
);
typed_id!(
    /// An alert source.
    SourceId, "src", "an alert source"
);
typed_id!(
    /// A page: one attempt chain to reach one person on one contact method for one step.
    PageId, "page", "a page"
);
typed_id!(
    /// A note on an incident.
    NoteId, "note", "a note"
);
typed_id!(
    /// Somebody's time off, or a holiday.
    TimeOffId, "off", "a time off"
);
typed_id!(
    /// Something wrong with who is on call.
    FindingId, "fnd", "a finding"
);
typed_id!(
    /// A message to one person that is about no incident.
    NoticeId, "ntc", "a notice"
);
typed_id!(
    /// One delivery to an alert source.
    DeliveryId, "dlv", "a delivery"
);
typed_id!(
    /// A maintenance window.
    MaintenanceId, "mnt", "a maintenance window"
);
typed_id!(
    /// A secret that somebody entered.
    SecretId, "sec", "a secret"
);
typed_id!(
    /// A calendar that others subscribe to.
    FeedId, "cal", "a calendar"
);

/// A tenant: the Hub's organization id (`org_id`, or `tenantId` in a Hub token), taken as it comes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantId(Box<str>);

impl TenantId {
    /// The id as the Hub writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TenantId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if is_body(text) {
            Ok(Self(text.into()))
        } else {
            Err(IdError { text: text.chars().take(80).collect(), kind: "a tenant", prefix: "" })
        }
    }
}

impl TryFrom<String> for TenantId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<TenantId> for String {
    fn from(id: TenantId) -> Self {
        id.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_ids_sort_by_time() {
        let early = IncidentId::fresh(DateTime::UNIX_EPOCH, u128::MAX);
        let late = IncidentId::fresh(DateTime::UNIX_EPOCH + chrono::TimeDelta::milliseconds(1), 0);
        assert!(early < late);
    }

    #[test]
    fn derived_ids_keep_the_borders_of_their_parts() {
        assert_eq!(PageId::derived(&["a", "b"]), PageId::derived(&["a", "b"]));
        assert_ne!(PageId::derived(&["ab", "c"]), PageId::derived(&["a", "bc"]));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let user = UserId::derived(&["x"]);
        let told = user.as_str().parse::<IncidentId>().map_err(|e| e.to_string());
        assert_eq!(told, Err(format!("'{user}' is not an incident id, which looks like inc_…")));
    }

    #[test]
    fn an_id_cannot_carry_anything_but_letters_digits_and_dashes() {
        for text in ["inc_", "inc_a/b", "inc_ ", "inc_é", "inc"] {
            assert!(text.parse::<IncidentId>().is_err(), "{text}");
        }
    }
}
