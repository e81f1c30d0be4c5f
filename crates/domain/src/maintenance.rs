//! Maintenance windows: times in which alerts of some services or clients are recorded, and nobody is paged.
//!
//! Invariants: whether a window is open is a question of the instant alone; a window never loses a problem: what still
//! stands when it closes is paged then.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::id::{MaintenanceId, ServiceId};
use crate::incident::Incident;
use crate::input::{self, Wrong};
use crate::schedule::{Window, open_at};

/// One window, or one that comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaintenanceWindow {
    /// Its identity.
    pub id: MaintenanceId,
    /// What people call it.
    pub name: String,
    /// When it begins; of one that comes back, not before.
    pub starts: DateTime<Utc>,
    /// The first instant after it; of one that comes back, `None`: until it is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<DateTime<Utc>>,
    /// When it is open between the two; `None`: all the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekly: Option<Weekly>,
    /// Of which services; with `clients` empty too, of all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceId>,
    /// Of which clients, by name in any case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<String>,
    /// When it opens or closes next, so that the incidents it is about are looked at then; `None`: never again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
}

/// The same local hours in each week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weekly {
    /// As those of a layer; at least one.
    pub hours: Vec<Window>,
    /// Whose local time.
    pub zone: Tz,
}

impl MaintenanceWindow {
    /// Until when it is open, if it is open at an instant.
    pub fn open_until(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let ends = self.ends.unwrap_or(DateTime::<Utc>::MAX_UTC);
        if at < self.starts || at >= ends {
            return None;
        }
        match &self.weekly {
            None => Some(ends),
            Some(weekly) => {
                let open = open_at(&weekly.hours, weekly.zone, at);
                open.value.then(|| open.ends.min(ends))
            }
        }
    }

    /// The first instant after `at` at which it opens or closes, or at least may; `None`: it is over for good.
    pub fn next_turn(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let ends = self.ends.unwrap_or(DateTime::<Utc>::MAX_UTC);
        if at < self.starts {
            return Some(self.starts);
        }
        if at >= ends {
            return None;
        }
        let turns = self.weekly.as_ref().map(|weekly| open_at(&weekly.hours, weekly.zone, at).ends);
        let next = turns.map_or(ends, |turns| turns.min(ends));
        (next < DateTime::<Utc>::MAX_UTC).then_some(next)
    }

    /// Whether it is about a service, or a client.
    pub fn concerns(&self, service: &ServiceId, client: Option<&str>) -> bool {
        let everything = self.services.is_empty() && self.clients.is_empty();
        let is_client = |name: &str| self.clients.iter().any(|own| own.to_lowercase() == name.to_lowercase());
        everything || self.services.contains(service) || client.is_some_and(is_client)
    }

    /// Which of several windows keeps an incident quiet for the longest, and until when.
    pub fn over<'a>(
        windows: impl IntoIterator<Item = &'a Self>,
        incident: &Incident,
        at: DateTime<Utc>,
    ) -> Option<(&'a Self, DateTime<Utc>)> {
        Self::over_problem(windows, &incident.service_id, incident.client.as_deref(), at)
    }

    /// The same for a problem of a service, and of a client, that has no incident yet.
    pub fn over_problem<'a>(
        windows: impl IntoIterator<Item = &'a Self>,
        service: &ServiceId,
        client: Option<&str>,
        at: DateTime<Utc>,
    ) -> Option<(&'a Self, DateTime<Utc>)> {
        let concerning = windows.into_iter().filter(|window| window.concerns(service, client));
        concerning
            .filter_map(|window| Some((window, window.open_until(at)?)))
            .max_by_key(|(window, until)| (*until, window.id.clone()))
    }

    /// Ends it now, before it has begun or after; what it holds is due to be let go.
    pub fn end(&mut self, now: DateTime<Utc>) {
        self.starts = self.starts.min(now);
        self.ends = Some(now);
        self.due_at = Some(now);
    }

    /// Whether nothing can be held by it: it hasn't begun, and since it was last changed it was looked at, or made like this.
    pub fn has_never_begun(&self, now: DateTime<Utc>) -> bool {
        self.starts > now && self.due_at == Some(self.starts)
    }

    /// What is wrong with it; `has_service` says whether there is such a service.
    pub fn problems(&self, has_service: impl Fn(&ServiceId) -> bool) -> Vec<Wrong> {
        let mut wrong: Vec<Wrong> = input::name("name", &self.name).into_iter().collect();
        match (self.ends, &self.weekly) {
            (Some(ends), _) if ends <= self.starts => wrong.push(Wrong::new("ends", "must be after starts")),
            (None, None) => wrong.push(Wrong::new("ends", "is missing; only one that comes back has none")),
            _ => {}
        }
        if self.weekly.as_ref().is_some_and(|weekly| !(1..=50).contains(&weekly.hours.len())) {
            wrong.push(Wrong::new("weekly.hours", "must be 1 to 50 stretches of a week"));
        }
        for (index, service) in self.services.iter().enumerate().filter(|(_, id)| !has_service(id)) {
            wrong.push(Wrong::unknown(format!("service_ids[{index}]"), "service", service));
        }
        for (index, client) in self.clients.iter().enumerate() {
            wrong.extend(input::name(&format!("clients[{index}]"), client));
        }
        for (field, count) in [("service_ids", self.services.len()), ("clients", self.clients.len())] {
            if count > 200 {
                wrong.push(Wrong::new(field, "must not be more than 200"));
            }
        }
        wrong
    }
}

#[cfg(test)]
mod tests;
