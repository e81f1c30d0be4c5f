//! The domain's values as documents: the id, the schema version and the indexed paths of each, in one place.

use chrono::TimeDelta;
use domain::alert::Alert;
use domain::calendar_watch::CalendarWatch;
use domain::delivery::{self, Delivery, DeliveryBody};
use domain::event::OutgoingEvent;
use domain::feed::CalendarFeed;
use domain::finding::CoverageReport;
use domain::handoff::HandoffWatch;
use domain::id::{DeliveryId, IncidentId, ScheduleId, SourceId};
use domain::incident::Incident;
use domain::maintenance::MaintenanceWindow;
use domain::notice::Notice;
use domain::page::Page;
use domain::policy::{EscalationPolicy, Team};
use domain::psa::PsaConnection;
use domain::schedule::{Override, Schedule};
use domain::service::Service;
use domain::source::AlertSource;
use domain::source_watch::{Pulse, SourceWatch};
use domain::tenant::Tenant;
use domain::ticket::TicketQueue;
use domain::time_off::TimeOff;
use domain::timeline::TimelineRecord;
use domain::user::User;
use serde_json::{Map, Value, json};

use crate::document::{Index, Kind};
use crate::entity::Entity;

macro_rules! entity {
    ($type:ty, $kind:ident, $key:expr, $index:expr) => {
        impl Entity for $type {
            const KIND: Kind = Kind::$kind;

            fn key(&self) -> String {
                let key: fn(&Self) -> String = $key;
                key(self)
            }

            fn index(&self) -> Index {
                let index: fn(&Self) -> Index = $index;
                index(self)
            }
        }
    };
}

entity!(Tenant, Tenant, |_| "tenant".to_owned(), |_| Index::default());
entity!(User, User, |user| user.id.to_string(), |_| Index::default());
entity!(Team, Team, |team| team.id.to_string(), |_| Index::default());
entity!(EscalationPolicy, Policy, |policy| policy.id.to_string(), |_| Index::default());
entity!(Service, Service, |service| service.id.to_string(), |_| Index::default());
entity!(AlertSource, AlertSource, |source| source.id.to_string(), |_| Index::default());

// By their end, so that those that are not over yet are found without those that are.
entity!(Override, Override, |cover| cover.id.to_string(), |cover| Index {
    parent: Some(cover.schedule_id.to_string()),
    state: Some(cover.state.as_str()),
    sort: Some(cover.ends.timestamp_micros()),
    ..Index::default()
});

entity!(Incident, Incident, |incident| incident.id.to_string(), |incident| Index {
    state: Some(incident.status.as_str()),
    sort: i64::try_from(incident.number).ok(),
    due_at: incident.due_at(),
    ..Index::default()
});

entity!(TimelineRecord, Timeline, |record| timeline_id(&record.incident_id, &record.key), |record| Index {
    parent: Some(record.incident_id.to_string()),
    sort: Some(record.at.timestamp_micros()),
    ..Index::default()
});

entity!(Alert, Alert, |alert| alert.id.to_string(), |alert| Index {
    parent: alert.incident_id.as_ref().map(ToString::to_string),
    sort: Some(alert.received_at.timestamp_micros()),
    ..Index::default()
});

entity!(Page, Page, |page| page.id.to_string(), |page| Index {
    parent: Some(page.incident_id.to_string()),
    sort: Some(page.created_at.timestamp_micros()),
    due_at: page.due_at,
    ..Index::default()
});

// One that waits for a person to mend something is found by that; they have no order.
entity!(TicketQueue, TicketQueue, |queue| queue_id(&queue.incident_id), |queue| Index {
    state: queue.is_parked().then_some(PARKED),
    sort: queue.is_parked().then_some(0),
    due_at: queue.due_at,
    ..Index::default()
});

entity!(OutgoingEvent, Event, |outgoing| event_id(&outgoing.event.id), |outgoing| Index {
    due_at: Some(outgoing.due_at),
    ..Index::default()
});

impl Entity for Schedule {
    const KIND: Kind = Kind::Schedule;
    const SCHEMA: u16 = 2;

    fn key(&self) -> String {
        self.id.to_string()
    }

    /// Schema 1 had a layer's turns beside its name.
    fn upgrade(from: u16, mut body: Value) -> Option<Value> {
        for layer in body.get_mut("layers").filter(|_| from == 1)?.as_array_mut()? {
            let layer = layer.as_object_mut()?;
            let parts = ["rotation", "participants", "anchor"];
            let turns: Map<String, Value> =
                parts.into_iter().filter_map(|part| layer.remove_entry(part)).collect();
            layer.insert("duty".to_owned(), json!({ "turns": turns }));
        }
        Some(body)
    }
}

// By its end, like an override; `state` only puts it among what is found newest first.
entity!(TimeOff, TimeOff, |off| off.id.to_string(), |off| Index {
    state: Some("entered"),
    sort: Some(off.ends.timestamp_micros()),
    ..Index::default()
});

/// How long a notice that was sent, or given up, can still be looked up.
const FINISHED_NOTICES: TimeDelta = TimeDelta::days(90);

impl Entity for Notice {
    const KIND: Kind = Kind::Notice;

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn index(&self) -> Index {
        Index { due_at: self.due_at, ..Index::default() }
    }

    fn lives(&self) -> Option<TimeDelta> {
        self.due_at.is_none().then_some(FINISHED_NOTICES)
    }
}

impl Entity for Delivery {
    const KIND: Kind = Kind::Delivery;

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn index(&self) -> Index {
        Index {
            parent: Some(self.source_id.to_string()),
            sort: Some(self.received_at.timestamp_micros()),
            due_at: self.due_at,
            ..Index::default()
        }
    }

    fn lives(&self) -> Option<TimeDelta> {
        Some(delivery::KEPT)
    }
}

impl Entity for DeliveryBody {
    const KIND: Kind = Kind::DeliveryBody;

    fn key(&self) -> String {
        delivery_body_id(&self.delivery_id)
    }

    /// As long as its delivery, with which it is written.
    fn lives(&self) -> Option<TimeDelta> {
        Some(delivery::KEPT)
    }
}

entity!(SourceWatch, SourceWatch, |watch| source_watch_id(&watch.source_id), |watch| Index {
    due_at: Some(watch.due_at),
    ..Index::default()
});

// In the directory: it is nobody's.
entity!(Pulse, Pulse, |_| PULSE.to_owned(), |pulse| Index {
    due_at: Some(pulse.due_at()),
    ..Index::default()
});

/// The id of the deployment's pulse.
pub const PULSE: &str = "pulse";

/// How long a maintenance window that is over for good can still be looked up.
const FINISHED_MAINTENANCE: TimeDelta = TimeDelta::days(90);

impl Entity for MaintenanceWindow {
    const KIND: Kind = Kind::Maintenance;

    fn key(&self) -> String {
        self.id.to_string()
    }

    /// By its end, so that those that are not over yet are found without those that are.
    fn index(&self) -> Index {
        Index {
            parent: Some(MAINTENANCE.to_owned()),
            sort: Some(self.ends.map_or(i64::MAX, |ends| ends.timestamp_micros())),
            due_at: self.due_at,
            ..Index::default()
        }
    }

    fn lives(&self) -> Option<TimeDelta> {
        self.due_at.is_none().then_some(FINISHED_MAINTENANCE)
    }
}

/// What every maintenance window of a tenant belongs to.
pub const MAINTENANCE: &str = "maintenance";

entity!(PsaConnection, Psa, |_| PSA.to_owned(), |psa| Index { due_at: Some(psa.due_at), ..Index::default() });

/// The id of a tenant's PSA connection.
pub const PSA: &str = "psa";

/// The state of a queue for the PSA that waits for a person to mend something.
pub const PARKED: &str = "parked";

entity!(HandoffWatch, HandoffWatch, |watch| watch_id(&watch.schedule_id), |watch| Index {
    due_at: watch.due_at,
    ..Index::default()
});

// One for each tenant, found by when its next daily scan is due.
entity!(CoverageReport, CoverageReport, |_| "coverage".to_owned(), |report| Index {
    due_at: Some(report.due_at),
    ..Index::default()
});

entity!(CalendarFeed, Feed, |feed| feed.id.to_string(), |_| Index::default());

entity!(CalendarWatch, CalendarWatch, |watch| calendar_watch_id(&watch.schedule_id), |watch| Index {
    due_at: Some(watch.due_at),
    ..Index::default()
});

/// The id of the body of a delivery, where it is a document of its own.
pub fn delivery_body_id(delivery: &DeliveryId) -> String {
    format!("body_{delivery}")
}

/// The id of the watch over an alert source.
pub fn source_watch_id(source: &SourceId) -> String {
    format!("sw_{source}")
}

/// The id of the watch over a schedule's calendars.
pub fn calendar_watch_id(schedule: &ScheduleId) -> String {
    format!("cw_{schedule}")
}

/// The id of the watch over a schedule's handoffs.
pub fn watch_id(schedule: &ScheduleId) -> String {
    format!("hw_{schedule}")
}

/// The id of a timeline record.
pub fn timeline_id(incident: &IncidentId, key: &str) -> String {
    format!("tl_{incident}_{key}")
}

/// The id of an incident's PSA queue.
pub fn queue_id(incident: &IncidentId) -> String {
    format!("tq_{incident}")
}

/// The id of the document for an outgoing event.
pub fn event_id(event: &str) -> String {
    format!("ev_{event}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_of_schema_1_is_read_as_one_of_today() {
        let old = json!({
            "id": "sch_nights", "name": "Nights", "zone": "America/Chicago", "mode": "union",
            "layers": [{
                "id": "lay_weekly", "name": "Weekly", "rotation": { "every": 1, "unit": "weeks" },
                "participants": ["usr_ann", null], "anchor": "2026-06-01T09:00:00"
            }]
        });
        let schedule: Schedule = serde_json::from_value(Schedule::upgrade(1, old).unwrap()).unwrap();
        assert_eq!(schedule.layers[0].turns().unwrap().participants.len(), 2);
        assert_eq!(Schedule::upgrade(0, json!({ "layers": [] })), None);
    }
}
