//! Tenants: the organizations everything belongs to.

mod settings;

pub use settings::Settings;

use chrono::TimeDelta;
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
    /// How many days ahead its coverage is looked at, where somebody has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap_scan_days: Option<u16>,
}

impl Tenant {
    /// How far ahead its coverage is looked at: 14 days unless somebody has said otherwise, between 1 and 90.
    pub fn gap_scan_window(&self) -> TimeDelta {
        TimeDelta::days(i64::from(self.gap_scan_days.unwrap_or(14).clamp(1, 90)))
    }
}
