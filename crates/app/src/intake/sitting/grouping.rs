//! Grouping: a new problem joins an incident that is open for others like it.
//!
//! Invariants: a problem that joined is followed by its own key, so that its repeats find the incident and its end is told
//! apart from the end of all; a problem joins what maintenance keeps quiet only if it would itself be kept quiet for as long,
//! so that nobody's maintenance silences what is not in it.

use chrono::{DateTime, TimeDelta, Utc};
use domain::alert::Outcome;
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::maintenance::MaintenanceWindow;
use domain::source::Grouping;
use store::OpenKey;

use super::books::Point;
use super::{Arrival, Sitting, by};
use crate::error::Error;

/// The entry of a group, and the entry's own answer to how long it may be joined.
pub(super) struct Group {
    pub(super) key: String,
    /// For so long after its first alert; `None`: as long as it is open.
    within: Option<TimeDelta>,
}

/// The group that an alert belongs to, where it belongs to one.
pub(super) fn group_of(arrival: &Arrival) -> Option<Group> {
    let source = &arrival.source;
    let what = source.grouping.group_of(&arrival.signal)?;
    let group = |scope: &str| OpenKey::group_of(scope, &what);
    Some(match source.grouping {
        // Of one service, whichever source it comes from.
        Grouping::Time { minutes } => {
            Group { key: group(source.service_id.as_str()), within: Some(TimeDelta::minutes(minutes.into())) }
        }
        _ => Group { key: group(source.id.as_str()), within: None },
    })
}

impl Sitting<'_> {
    /// Joins the open incident of the alert's group, if there is one that it may join; answers what that came to.
    pub(super) async fn join_group(
        &mut self,
        arrival: &Arrival,
        key: &str,
        dedup_key: &str,
    ) -> Result<Option<(Outcome, IncidentId)>, Error> {
        let Some(group) = group_of(arrival) else { return Ok(None) };
        let Some(id) = self.open_incident(&group.key).await? else { return Ok(None) };
        let since = self.books.key(&group.key).and_then(|entry| entry.since);
        let is_late = since.zip(group.within).is_some_and(|(since, within)| self.now >= since + within);
        if is_late {
            return Ok(None);
        }
        let is_held = self.books.incident(&id).is_some_and(Incident::is_held);
        if is_held && !self.is_quiet_for_as_long(arrival, &id).await? {
            return Ok(None);
        }
        let now = self.now;
        let (incident, journal) = self.books.open_mut(&id)?;
        incident.join(&arrival.signal, by(&arrival.source), journal);
        if incident.gather(dedup_key) {
            self.writes += 1;
            self.books.point(key, &id, Point { since: Some(now), ..Point::default() });
        }
        let outcome = if is_held { self.look_at_suppressed(&id).await? } else { Outcome::Grouped };
        Ok(Some((outcome, id)))
    }

    /// Whether maintenance would keep an alert's own incident quiet until the end of what holds the group's. Where nothing
    /// holds that any more, the alert wakes it.
    async fn is_quiet_for_as_long(&mut self, arrival: &Arrival, id: &IncidentId) -> Result<bool, Error> {
        self.load_windows().await?;
        let held = self.books.incident(id).and_then(|incident| self.window_over(incident));
        let Some((_, held_until)) = held else { return Ok(true) };
        Ok(self.quiet_until(arrival).await?.is_some_and(|until| until >= held_until))
    }

    /// Until when maintenance would keep an alert's own incident quiet. The windows are loaded.
    async fn quiet_until(&mut self, arrival: &Arrival) -> Result<Option<DateTime<Utc>>, Error> {
        let service = self.service(&arrival.source.service_id).await?;
        let client = arrival.signal.client.as_deref().or(service.client.as_deref());
        let over = MaintenanceWindow::over_problem(self.windows(), &service.id, client, self.now);
        Ok(over.map(|(_, until)| until))
    }
}
