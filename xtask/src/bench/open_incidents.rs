//! Many open incidents, written through the store's own port: each with its entry in the index of open problems, all
//! of them waiting for their next step, so that the index of due times is as long as it can be.

use anyhow::{Context as _, Result};
use app::App;
use chrono::{DateTime, TimeDelta, Utc};
use domain::actor::Actor;
use domain::escalation::Escalation;
use domain::id::{IncidentId, TenantId};
use domain::incident::{Incident, Opening, Origin};
use domain::journal::Journal;
use domain::service::Service;
use domain::severity::Severity;
use domain::signal::Signal;
use domain::source::AlertSource;
use store::{Changes, Counter, Entity, OpenKey};
use tokio::task::JoinSet;

/// Two documents each, in commits of at most a hundred.
const TOGETHER: u32 = 50;

/// Commits under way at once: enough for the writer to group them, and fewer than it lets wait.
const AT_ONCE: usize = 256;

/// How long after their opening the next step is due, of those of which nobody says another time.
const LATER: TimeDelta = TimeDelta::days(30);

/// Opens `many` incidents of the demo tenant at `at`; `due` says, by their place, when a step is due sooner.
pub(super) async fn open(
    app: &App,
    tenant: &TenantId,
    at: DateTime<Utc>,
    many: u32,
    due: impl Fn(u32) -> Option<DateTime<Utc>>,
) -> Result<()> {
    let like = Like { tenant, at, service: first(app, tenant).await?, source: first(app, tenant).await? };
    let mut counter = Changes::new();
    counter.create(&Counter { incidents: u64::from(many) })?;
    app.store.commit(tenant, app.entropy.operation(), counter).await?;

    let mut commits = JoinSet::new();
    for from in (0..many).step_by(TOGETHER as usize) {
        let mut changes = Changes::new();
        for place in from..many.min(from + TOGETHER) {
            let incident = like.incident(place, app.entropy.draw(), due(place).unwrap_or(at + LATER));
            let key = OpenKey::key_of(&like.source.id, &incident.dedup_key);
            changes.create(&OpenKey {
                key,
                incident_id: incident.id.clone(),
                also: Vec::new(),
                since: None,
                opened: Vec::new(),
                over: false,
            })?;
            changes.create(&incident)?;
        }
        if commits.len() >= AT_ONCE {
            commits.join_next().await.context("some are under way")???;
        }
        let (store, tenant, operation) = (app.store.clone(), tenant.clone(), app.entropy.operation());
        commits.spawn(async move { store.commit(&tenant, operation, changes).await });
    }
    while let Some(committed) = commits.join_next().await {
        committed??;
    }
    Ok(())
}

async fn first<T: Entity>(app: &App, tenant: &TenantId) -> Result<T> {
    let all = app.store.all::<T>(tenant).await?;
    Ok(all.into_iter().next().context("the demo tenant has one")?.value)
}

/// What they have in common.
struct Like<'a> {
    tenant: &'a TenantId,
    at: DateTime<Utc>,
    service: Service,
    source: AlertSource,
}

impl Like<'_> {
    /// One whose first step was told when it was opened.
    fn incident(&self, place: u32, entropy: u128, due: DateTime<Utc>) -> Incident {
        let Self { tenant, at, service, source } = self;
        let opening = Opening {
            id: IncidentId::fresh(*at, entropy),
            tenant_id: (*tenant).clone(),
            number: u64::from(place) + 1,
            origin: Origin {
                source: source.source_type.as_str().to_owned(),
                source_name: source.name.clone(),
                product: None,
                source_id: Some(source.id.clone()),
            },
            service: (service.id.clone(), service.name.clone(), service.policy_id.clone()),
            client: Some("Acme Dental".to_owned()),
            auto_resolve_hours: None,
        };
        let signal = Signal::trigger(format!("Disk is full on SRV-{place}"), Severity::Critical);
        let by = Actor::Source { name: source.name.clone() };
        let mut incident =
            Incident::open(opening, &signal, format!("disk-{place}"), by, &mut Journal::new(*at));
        incident.escalation = Escalation { step: 1, due_at: Some(due), ..Escalation::start(*at) };
        incident
    }
}
