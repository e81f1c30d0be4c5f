//! The domain's values as documents: the id, the schema version and the indexed paths of each, in one place.

use domain::alert::Alert;
use domain::event::OutgoingEvent;
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::page::Page;
use domain::policy::{EscalationPolicy, Team};
use domain::schedule::{Override, Schedule};
use domain::service::Service;
use domain::source::AlertSource;
use domain::tenant::Tenant;
use domain::ticket::TicketQueue;
use domain::timeline::TimelineRecord;
use domain::user::User;

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
entity!(Schedule, Schedule, |schedule| schedule.id.to_string(), |_| Index::default());
entity!(EscalationPolicy, Policy, |policy| policy.id.to_string(), |_| Index::default());
entity!(Service, Service, |service| service.id.to_string(), |_| Index::default());
entity!(AlertSource, AlertSource, |source| source.id.to_string(), |_| Index::default());

entity!(Override, Override, |cover| cover.id.to_string(), |cover| Index {
    parent: Some(cover.schedule_id.to_string()),
    sort: Some(cover.starts.timestamp_micros()),
    ..Index::default()
});

entity!(Incident, Incident, |incident| incident.id.to_string(), |incident| Index {
    state: Some(incident.status.as_str()),
    sort: i64::try_from(incident.number).ok(),
    due_at: incident.escalation.due_at,
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

entity!(TicketQueue, TicketQueue, |queue| queue_id(&queue.incident_id), |queue| Index {
    due_at: queue.due_at,
    ..Index::default()
});

entity!(OutgoingEvent, Event, |outgoing| event_id(&outgoing.event.id), |outgoing| Index {
    due_at: Some(outgoing.due_at),
    ..Index::default()
});

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
