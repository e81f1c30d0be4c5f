//! Services: what alerts are about.

use serde::{Deserialize, Serialize};

use crate::id::{PolicyId, ServiceId};

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
}
