//! One document of a tenant as it travels, and what each kind of document is rebuilt from.
//!
//! Invariant: a record is what this version would write today: it went through the typed value, whatever older schema and
//! order of names it was stored in. So the same value is the same record everywhere, and nothing is carried that can't be
//! read again.

use domain::alert::Alert;
use domain::calendar_watch::CalendarWatch;
use domain::delivery::{Delivery, DeliveryBody};
use domain::event::OutgoingEvent;
use domain::feed::CalendarFeed;
use domain::finding::CoverageReport;
use domain::handoff::HandoffWatch;
use domain::id::TenantId;
use domain::incident::Incident;
use domain::maintenance::MaintenanceWindow;
use domain::notice::Notice;
use domain::page::Page;
use domain::policy::{EscalationPolicy, Team};
use domain::psa::PsaConnection;
use domain::schedule::{Override, Schedule};
use domain::service::Service;
use domain::source::AlertSource;
use domain::source_watch::SourceWatch;
use domain::tenant::Tenant;
use domain::ticket::TicketQueue;
use domain::time_off::TimeOff;
use domain::timeline::TimelineRecord;
use domain::user::User;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::{Document, Etag, Kind, Stored};
use crate::entity::{Counter, Entity, FeedEntry, KeyEntry, OpenKey, TicketLink, Versioned, document};
use crate::port::StoreError;
use crate::repository::DIRECTORY;

/// Where a document is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the tenant's own partition.
    Tenant,
    /// Outside the tenants, where it leads to one.
    Directory,
}

impl Place {
    /// The partition that this is for a tenant.
    pub(super) fn partition(self, tenant: &TenantId) -> &str {
        match self {
            Self::Tenant => tenant.as_str(),
            Self::Directory => DIRECTORY,
        }
    }
}

/// One document of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Where it is kept.
    #[serde(rename = "in")]
    pub place: Place,
    /// Unique in its place.
    pub id: String,
    /// The word of its kind.
    pub kind: String,
    /// The version of the body's shape.
    pub schema: u16,
    /// What it says, its names in order.
    pub body: Value,
}

impl Record {
    /// The record of a stored document; [`StoreError::Corrupt`] where this version can't read it.
    pub(super) fn read(place: Place, tenant: &TenantId, stored: Stored) -> Result<Self, StoreError> {
        Self::of(place, &rebuild(place, tenant, stored)?)
    }

    /// The document to write for a tenant, and its record, which has today's schema where this one has an older.
    pub(super) fn revive(self, tenant: &TenantId) -> Result<(Document, Self), StoreError> {
        let Self { place, id, kind, schema, body } = self;
        let partition = place.partition(tenant).to_owned();
        let never_read = Etag(String::new());
        let stored = Stored { partition, id, kind, schema, body: body.to_string(), etag: never_read };
        let document = rebuild(place, tenant, stored)?;
        let record = Self::of(place, &document)?;
        Ok((document, record))
    }

    fn of(place: Place, document: &Document) -> Result<Self, StoreError> {
        let Document { id, kind, schema, body, .. } = document;
        let mut body: Value =
            serde_json::from_str(body).map_err(|error| unreadable(id, &error.to_string()))?;
        body.sort_all_objects();
        Ok(Self { place, id: id.clone(), kind: kind.as_str().to_owned(), schema: *schema, body })
    }
}

/// The document that this version would write for what is stored: today's schema, index and length of life.
fn rebuild(place: Place, tenant: &TenantId, stored: Stored) -> Result<Document, StoreError> {
    let Some(kind) = Kind::parse(&stored.kind) else {
        return Err(unreadable(&stored.id, &format!("this version knows no '{}'", stored.kind)));
    };
    let id = stored.id.clone();
    let (belongs, owner, document) = typed(kind, stored)?;
    if (document.id.as_str(), document.kind) != (id.as_str(), kind) {
        return Err(unreadable(&id, "it is kept under a name that isn't its own"));
    }
    if belongs != place {
        return Err(unreadable(&id, "it is kept where its kind isn't"));
    }
    if owner.is_some_and(|owner| owner != *tenant) {
        return Err(unreadable(&id, "it is another tenant's"));
    }
    Ok(document)
}

/// Where a document belongs, whose it says it is, and itself.
type Typed = Result<(Place, Option<TenantId>, Document), StoreError>;

/// The one table over all kinds: what each is read as. A new kind has to be entered before it compiles.
fn typed(kind: Kind, stored: Stored) -> Typed {
    match kind {
        Kind::Tenant => read(Place::Tenant, stored, |tenant: &Tenant| Some(&tenant.id)),
        Kind::Counter => own::<Counter>(stored),
        Kind::User => own::<User>(stored),
        Kind::Team => own::<Team>(stored),
        Kind::Schedule => own::<Schedule>(stored),
        Kind::Override => own::<Override>(stored),
        Kind::Policy => own::<EscalationPolicy>(stored),
        Kind::Service => own::<Service>(stored),
        Kind::AlertSource => own::<AlertSource>(stored),
        Kind::Incident => own::<Incident>(stored),
        Kind::OpenKey => own::<OpenKey>(stored),
        Kind::Timeline => own::<TimelineRecord>(stored),
        Kind::Alert => own::<Alert>(stored),
        Kind::Page => own::<Page>(stored),
        Kind::TicketQueue => own::<TicketQueue>(stored),
        Kind::Event => own::<OutgoingEvent>(stored),
        Kind::TimeOff => own::<TimeOff>(stored),
        Kind::Notice => own::<Notice>(stored),
        Kind::HandoffWatch => own::<HandoffWatch>(stored),
        Kind::CalendarWatch => own::<CalendarWatch>(stored),
        Kind::CoverageReport => own::<CoverageReport>(stored),
        Kind::Delivery => own::<Delivery>(stored),
        Kind::DeliveryBody => own::<DeliveryBody>(stored),
        Kind::SourceWatch => own::<SourceWatch>(stored),
        Kind::Maintenance => own::<MaintenanceWindow>(stored),
        Kind::Psa => own::<PsaConnection>(stored),
        Kind::TicketLink => own::<TicketLink>(stored),
        Kind::Feed => own::<CalendarFeed>(stored),
        Kind::KeyEntry => read(Place::Directory, stored, |entry: &KeyEntry| Some(&entry.tenant_id)),
        Kind::FeedEntry => read(Place::Directory, stored, |entry: &FeedEntry| Some(&entry.tenant_id)),
        Kind::Pulse => Err(unreadable(&stored.id, "it is the deployment's, and no tenant's")),
    }
}

/// A kind that stands in the tenant's partition and needs not say whose it is.
fn own<T: Entity>(stored: Stored) -> Typed {
    read::<T>(Place::Tenant, stored, |_| None)
}

fn read<T: Entity>(place: Place, stored: Stored, owner: fn(&T) -> Option<&TenantId>) -> Typed {
    let value = Versioned::<T>::read(stored)?.value;
    Ok((place, owner(&value).cloned(), document(&value)?))
}

fn unreadable(id: &str, reason: &str) -> StoreError {
    StoreError::Corrupt { id: id.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stored(partition: &str, kind: &str, id: &str, schema: u16, body: &Value) -> Stored {
        Stored {
            partition: partition.to_owned(),
            id: id.to_owned(),
            kind: kind.to_owned(),
            schema,
            body: body.to_string(),
            etag: Etag("1".to_owned()),
        }
    }

    fn msp() -> TenantId {
        "msp".parse().unwrap()
    }

    fn schedule() -> Value {
        json!({
            "id": "sch_nights", "name": "Nights", "zone": "America/Chicago", "mode": "union",
            "layers": [{
                "id": "lay_weekly", "name": "Weekly", "rotation": { "every": 1, "unit": "weeks" },
                "participants": ["usr_ann", null], "anchor": "2026-06-01T09:00:00"
            }]
        })
    }

    #[test]
    fn what_an_older_schema_said_travels_in_todays_and_comes_out_the_same() {
        let old = stored("msp", "schedule", "sch_nights", 1, &schedule());
        let record = Record::read(Place::Tenant, &msp(), old).unwrap();
        assert_eq!(record.schema, Schedule::SCHEMA);
        let (document, again) = record.clone().revive(&msp()).unwrap();
        assert_eq!((again, document.schema), (record, Schedule::SCHEMA));
    }

    #[test]
    fn the_order_of_names_and_unknown_ones_make_no_other_record() {
        let record = |body: &str| {
            let stored =
                Stored { body: body.to_owned(), ..stored("msp", "open_key", "key_1", 1, &json!({})) };
            serde_json::to_string(&Record::read(Place::Tenant, &msp(), stored).unwrap()).unwrap()
        };
        let one = record(r#"{"key":"key_1","incident_id":"inc_1"}"#);
        assert_eq!(record(r#"{ "was": 1, "incident_id": "inc_1", "key": "key_1" }"#), one);
        let line = r#"{"in":"tenant","id":"key_1","kind":"open_key","schema":1,"body":{"incident_id":"inc_1","key":"key_1"}}"#;
        assert_eq!(one, line);
    }

    #[test]
    fn what_this_version_does_not_know_is_no_record() {
        let told = |stored: Stored| Record::read(Place::Tenant, &msp(), stored).unwrap_err().to_string();
        assert!(told(stored("msp", "weather", "w", 1, &json!({}))).contains("knows no 'weather'"));
        assert!(told(stored("msp", "schedule", "sch_nights", 99, &schedule())).contains("newer"));
        assert!(
            told(stored("msp", "counter", "counter", 1, &json!({ "incidents": "many" }))).contains("counter")
        );
        assert!(told(stored("msp", "counter", "counter-2", 1, &json!({ "incidents": 3 }))).contains("name"));
    }

    #[test]
    fn a_kind_is_taken_only_where_it_belongs_and_only_from_its_tenant() {
        let hash = domain::source::KeyHash::of("key");
        let entry = |tenant: &str| {
            let body = json!({
                "hash": hash, "tenant_id": tenant, "source_id": "src_a", "created_at": "2026-01-01T00:00:00Z"
            });
            stored(DIRECTORY, "key_entry", hash.as_str(), 1, &body)
        };
        assert!(Record::read(Place::Directory, &msp(), entry("msp")).is_ok());
        assert!(Record::read(Place::Directory, &msp(), entry("other")).is_err(), "another tenant's door");
        assert!(Record::read(Place::Tenant, &msp(), entry("msp")).is_err(), "not in the tenant's partition");
        let counter = stored("msp", "counter", "counter", 1, &json!({ "incidents": 3 }));
        assert!(Record::read(Place::Directory, &msp(), counter).is_err(), "not among the directory's");
        let pulse = stored(DIRECTORY, "pulse", "pulse", 1, &json!({ "at": "2026-01-01T00:00:00Z" }));
        assert!(Record::read(Place::Directory, &msp(), pulse).is_err(), "no tenant's");
    }
}
