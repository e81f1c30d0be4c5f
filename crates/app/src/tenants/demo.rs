//! The demo tenant: what a first start makes, so that an alert can be sent a minute later.
//!
//! Invariant: made once; a second start finds it and changes nothing.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use domain::finding::CoverageReport;
use domain::handoff::HandoffWatch;
use domain::id::{ContactMethodId, LayerId, PolicyId, ScheduleId, ServiceId, SourceId, TenantId, UserId};
use domain::policy::{EscalationPolicy, Step, Target};
use domain::schedule::{Counting, Coverage, Duty, Layer, LayerMode, Rotation, RotationUnit, Schedule, Turns};
use domain::service::Service;
use domain::source::{AlertSource, KeyHash, SourceType};
use domain::source_watch::SourceWatch;
use domain::tenant::Tenant;
use domain::user::{ChannelKind, ContactMethod, Role, ShiftNotices, User};
use store::{Changes, KeyEntry, StoreError};

use crate::app::App;
use crate::error::Error;

/// The demo tenant's id.
pub const DEMO_TENANT: &str = "demo";

/// What a start found or made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demo {
    /// The tenant.
    pub tenant: TenantId,
    /// Made just now.
    pub is_new: bool,
    /// The key still opens the demo's alert source (it can be rotated away).
    pub key_works: bool,
}

/// Makes the demo tenant unless it is there. `key` is its alert source's key, the same at every start.
pub async fn first_start(app: &App, key: &str) -> Result<Demo, Error> {
    let tenant: TenantId = DEMO_TENANT.parse().map_err(|_| Error::Internal("the demo's id".to_owned()))?;
    let now = app.clock.now();
    let made = make(app, &tenant, key, now).await?;
    let key_works = crate::intake::open_door(app, key).await?.is_some();
    Ok(Demo { tenant, is_new: made, key_works })
}

async fn make(app: &App, tenant: &TenantId, key: &str, now: DateTime<Utc>) -> Result<bool, Error> {
    if app.store.get::<Tenant>(tenant, "tenant").await?.is_some() {
        return Ok(false);
    }
    let [ann, ben, olivia] = [
        person(tenant, "ann", "Ann Archer", Role::Member),
        person(tenant, "ben", "Ben Brook", Role::Member),
        person(tenant, "olivia", "Olivia Owner", Role::Owner),
    ];
    let schedule = rota(&[&ann, &ben], now);
    let policy = EscalationPolicy {
        id: PolicyId::derived(&[DEMO_TENANT, "after-hours"]),
        name: "After hours".to_owned(),
        steps: vec![
            Step { targets: vec![Target::Schedule(schedule.id.clone())], delay_minutes: 5 },
            Step { targets: vec![Target::User(olivia.id.clone())], delay_minutes: 10 },
        ],
        repeat: 1,
    };
    let service = Service {
        id: ServiceId::derived(&[DEMO_TENANT, "servers"]),
        name: "Client servers".to_owned(),
        policy_id: policy.id.clone(),
        client: None,
        auto_resolve_hours: None,
    };
    let id = SourceId::derived(&[DEMO_TENANT, "monitoring"]);
    let mut source = AlertSource::new(id, "Monitoring", SourceType::Generic, service.id.clone());
    source.key_hash = Some(KeyHash::of(key));
    let watch = SourceWatch::begin(source.id.clone(), now);
    enter_in_directory(app, tenant, &source.id, key, now).await?;
    let mut changes = Changes::new();
    changes.create(&Tenant {
        id: tenant.clone(),
        name: "Demo MSP".to_owned(),
        default_service_id: service.id.clone(),
        last_resort: Some(olivia.id.clone()),
        zone: schedule.zone,
        gap_scan_days: None,
    })?;
    for user in [&ann, &ben, &olivia] {
        changes.create(user)?;
    }
    changes.create(&schedule)?;
    changes.create(&HandoffWatch::begin(schedule.id.clone(), now))?;
    changes.create(&CoverageReport::begin(now))?;
    changes.create(&policy)?;
    changes.create(&service)?;
    changes.create(&source)?;
    changes.create(&watch)?;
    Ok(app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?)
}

/// The signpost from a key to its door, put up before the door is: one without a door opens nothing.
async fn enter_in_directory(
    app: &App,
    tenant: &TenantId,
    source: &SourceId,
    key: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut changes = Changes::new();
    changes.create(&KeyEntry {
        hash: KeyHash::of(key),
        tenant_id: tenant.clone(),
        source_id: source.clone(),
        created_at: now,
    })?;
    match app.store.commit_to_directory(app.entropy.operation(), changes).await {
        Ok(()) | Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn person(tenant: &TenantId, subject: &str, name: &str, role: Role) -> User {
    let id: UserId = User::id_of(tenant, subject);
    let email = format!("{subject}@msp.example");
    User {
        contact_methods: vec![ContactMethod {
            id: ContactMethodId::derived(&[id.as_str(), "email"]),
            channel: ChannelKind::Email,
            address: email.clone(),
            verified: true,
        }],
        id,
        subject: subject.to_owned(),
        name: name.to_owned(),
        email,
        role,
        disabled: false,
        rules: Vec::new(),
        shift_notices: ShiftNotices::default(),
    }
}

/// A week each, changing over on Mondays at nine in Chicago, begun so that somebody is on call already.
fn rota(people: &[&User], now: DateTime<Utc>) -> Schedule {
    let zone = chrono_tz::America::Chicago;
    let today = now.with_timezone(&zone).date_naive();
    let monday = today.week(chrono::Weekday::Mon).checked_first_day().unwrap_or(today);
    let start = monday.checked_sub_signed(TimeDelta::weeks(1)).unwrap_or(monday);
    Schedule {
        id: ScheduleId::derived(&[DEMO_TENANT, "primary"]),
        name: "Primary".to_owned(),
        zone,
        mode: LayerMode::Union,
        layers: vec![Layer {
            id: LayerId::derived(&[DEMO_TENANT, "weekly"]),
            name: "Weekly".to_owned(),
            duty: Duty::Turns(Turns {
                rotation: Rotation { every: 1, unit: RotationUnit::Weeks },
                participants: people.iter().map(|user| Some(user.id.clone())).collect(),
                anchor: start.and_time(NaiveTime::from_hms_opt(9, 0, 0).unwrap_or(NaiveTime::MIN)),
                changes: Vec::new(),
                counting: Counting::Clock,
            }),
            starts: None,
            ends: None,
            restrictions: Vec::new(),
        }],
        coverage: Coverage::Always,
        owner: None,
        former: Vec::new(),
    }
}
