//! Services: what alerts are about.

use serde::{Deserialize, Serialize};

use crate::id::{PolicyId, ServiceId};
use crate::input::{self, Wrong};

/// What alerts are about; says which escalation policy pages for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its identity.
    pub id: ServiceId,
    /// What the manager calls it.
    pub name: String,
    /// Who is paged for it.
    pub policy_id: PolicyId,
    /// The client its incidents are for, where the alert names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Hours without an alert after which an open incident is taken for over; `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_resolve_hours: Option<u16>,
}

impl Service {
    /// What is wrong with it; `has_policy` says whether its escalation policy exists, `others` are the other services' names.
    pub fn problems(&self, has_policy: bool, others: &[&str]) -> Vec<Wrong> {
        let mut wrong: Vec<Wrong> = input::name("name", &self.name).into_iter().collect();
        if others.iter().any(|other| other.eq_ignore_ascii_case(&self.name)) {
            wrong.push(Wrong::new("name", "another service has this name"));
        }
        if !has_policy {
            wrong.push(Wrong::unknown("escalation_policy_id", "escalation policy", &self.policy_id));
        }
        if let Some(client) = &self.client {
            wrong.extend(input::name("client", client));
        }
        if matches!(self.auto_resolve_hours, Some(0 | 721..)) {
            wrong.push(Wrong::new("auto_resolve_hours", "must be a number from 1 to 720 (30 days), or null"));
        }
        wrong
    }
}
