//! Mapping: where one sender's format differs from what its type usually finds.
//!
//! Invariant: an empty mapping changes nothing; a path that finds nothing leaves what the type found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::severity::Severity;
use crate::signal::Action;

/// What a manager maps. Paths are JSONPath (RFC 9535), `$.` may be left out; templates are of Jinja's kind, with the alert's
/// own fields as variables. Paths and templates are read by whoever reads the deliveries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// Path of the list in the body whose elements are the alerts; the other paths start at an element then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    /// Template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// Path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dedup_key: Option<String>,
    /// Path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// What the sender's words for a severity mean, in any case; before what its type knows.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub severities: BTreeMap<String, Severity>,
    /// What the sender's words for a status mean, in any case; before what its type knows.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub statuses: BTreeMap<String, Meaning>,
    /// The severity of an alert that says none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_severity: Option<Severity>,
}

/// What a sender's status means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// There is a problem.
    Trigger,
    /// Somebody over there has it in hand.
    Acknowledge,
    /// The problem is over.
    Resolve,
    /// Nothing that concerns anybody here.
    Ignore,
}

impl Meaning {
    /// What is to be done; `None`: nothing.
    pub fn action(self) -> Option<Action> {
        match self {
            Self::Trigger => Some(Action::Trigger),
            Self::Acknowledge => Some(Action::Acknowledge),
            Self::Resolve => Some(Action::Resolve),
            Self::Ignore => None,
        }
    }
}

impl Mapping {
    /// Nothing is mapped.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
