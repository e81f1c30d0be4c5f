//! Tenants: the organizations everything belongs to.

use serde::{Deserialize, Serialize};

use crate::id::{ServiceId, TenantId, UserId};

/// One Hub organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// The Hub's organization id.
    pub id: TenantId,
    /// The organization's name.
    pub name: String,
    /// Where incidents go that name no service.
    pub default_service_id: ServiceId,
    /// Who is told when a policy reaches nobody at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_resort: Option<UserId>,
    /// The zone its pages show times in.
    pub zone: chrono_tz::Tz,
}
