//! What managers set for their whole tenant.

use chrono_tz::Tz;

use super::Tenant;
use crate::id::{ServiceId, UserId};
use crate::input::Wrong;
use crate::user::User;

/// What managers set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How many days ahead coverage is looked at, 1 to 90.
    pub gap_scan_days: u16,
    /// Who is told when a policy reaches nobody at all.
    pub last_resort: Option<UserId>,
    /// Where incidents go that name no service.
    pub default_service_id: ServiceId,
    /// The zone that pages show times in, and that whole days are days of.
    pub zone: Tz,
}

impl Settings {
    /// What holds for a tenant now.
    pub fn of(tenant: &Tenant) -> Self {
        Self {
            gap_scan_days: u16::try_from(tenant.gap_scan_window().num_days()).unwrap_or(u16::MAX),
            last_resort: tenant.last_resort.clone(),
            default_service_id: tenant.default_service_id.clone(),
            zone: tenant.zone,
        }
    }

    /// What is wrong with them. `last_resort` is the user that they name, if there is one; `has_service` says whether the
    /// default service exists.
    pub fn problems(&self, last_resort: Option<&User>, has_service: bool) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        if !(1..=90).contains(&self.gap_scan_days) {
            wrong.push(Wrong::new("gap_scan_days", "must be a number from 1 to 90"));
        }
        match (&self.last_resort, last_resort) {
            (Some(id), None) => wrong.push(Wrong::unknown("last_resort_user_id", "user", id)),
            (Some(_), Some(user)) if user.disabled => {
                let problem = format!("{} is disabled and can't be told", user.name);
                wrong.push(Wrong::new("last_resort_user_id", problem));
            }
            _ => {}
        }
        if !has_service {
            wrong.push(Wrong::unknown("default_service_id", "service", &self.default_service_id));
        }
        wrong
    }

    /// Makes them hold for a tenant.
    pub fn apply(&self, tenant: &mut Tenant) {
        tenant.gap_scan_days = Some(self.gap_scan_days);
        tenant.last_resort.clone_from(&self.last_resort);
        tenant.default_service_id.clone_from(&self.default_service_id);
        tenant.zone = self.zone;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::person;

    #[test]
    fn every_bad_setting_is_named() {
        let ann = person("Ann");
        let good = Settings {
            gap_scan_days: 14,
            last_resort: Some(ann.id.clone()),
            default_service_id: ServiceId::derived(&["servers"]),
            zone: Tz::UTC,
        };
        let fields = |settings: &Settings, user: Option<&User>, has_service| {
            settings.problems(user, has_service).into_iter().map(|wrong| wrong.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(&good, Some(&ann), true), [""; 0]);
        assert_eq!(fields(&good, None, false), ["last_resort_user_id", "default_service_id"]);
        let gone = User { disabled: true, ..ann };
        assert_eq!(fields(&good, Some(&gone), true), ["last_resort_user_id"]);
        for days in [0, 91] {
            let settings = Settings { gap_scan_days: days, last_resort: None, ..good.clone() };
            assert_eq!(fields(&settings, None, true), ["gap_scan_days"]);
        }
    }
}
