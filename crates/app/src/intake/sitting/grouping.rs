//! Grouping: a new problem joins an incident that is open for others like it.
//!
//! Invariant: a problem that joined is followed by its own key, so that its repeats find the incident and its end is told
//! apart from the end of all.

use chrono::TimeDelta;
use domain::id::IncidentId;
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
    /// Joins the open incident of the alert's group, if there is one.
    pub(super) async fn join_group(
        &mut self,
        arrival: &Arrival,
        key: &str,
        dedup_key: &str,
    ) -> Result<Option<IncidentId>, Error> {
        let Some(group) = group_of(arrival) else { return Ok(None) };
        let Some(id) = self.open_incident(&group.key).await? else { return Ok(None) };
        let since = self.books.key(&group.key).and_then(|entry| entry.since);
        let is_late = since.zip(group.within).is_some_and(|(since, within)| self.now >= since + within);
        if is_late {
            return Ok(None);
        }
        let now = self.now;
        let (incident, journal) = self.books.open_mut(&id)?;
        incident.join(&arrival.signal, by(&arrival.source), journal);
        if incident.gather(dedup_key) {
            self.writes += 1;
            self.books.point(key, &id, Point { since: Some(now), ..Point::default() });
        }
        Ok(Some(id))
    }
}
