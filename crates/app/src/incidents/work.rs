//! Working on incidents: each is one decision and one commit.

use std::sync::Arc;

use domain::actor::Actor;
use domain::escalation;
use domain::id::{IncidentId, NoteId, ServiceId};
use domain::incident::{Incident, Opening, Origin};
use domain::journal::Journal;
use domain::severity::Severity;
use domain::signal::Signal;
use store::{Changes, Counter, StoreError};

use crate::app::App;
use crate::change::{change, change_with_people, follow_up};
use crate::ctx::Ctx;
use crate::effects::Effect;
use crate::error::Error;
use crate::turns::Tries;
use crate::{intake, roster};

/// An incident opened by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIncident {
    /// One line.
    pub title: String,
    /// The rest.
    pub description: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about; the tenant's default service where none is named.
    pub service_id: Option<ServiceId>,
    /// The customer company.
    pub client: Option<String>,
}

/// Takes an incident: paging stops, the PSA gets its ticket.
pub async fn acknowledge(app: &Arc<App>, ctx: &Ctx, id: &IncidentId) -> Result<Incident, Error> {
    ctx.must_respond()?;
    acknowledge_as(app, ctx, id, &ctx.actor()).await
}

pub(super) async fn acknowledge_as(
    app: &Arc<App>,
    ctx: &Ctx,
    id: &IncidentId,
    actor: &Actor,
) -> Result<Incident, Error> {
    change(app, (&ctx.tenant, id), ctx.now, |incident, journal| {
        incident.acknowledge(actor.clone(), journal)?;
        Ok(())
    })
    .await
}

/// Ends an incident, with a closing note where there is something to say.
pub async fn resolve(
    app: &Arc<App>,
    ctx: &Ctx,
    id: &IncidentId,
    note: Option<String>,
) -> Result<Incident, Error> {
    ctx.must_respond()?;
    change(app, (&ctx.tenant, id), ctx.now, |incident, journal| {
        incident.resolve(ctx.actor(), note.clone(), journal)?;
        Ok(())
    })
    .await
}

/// Writes a note.
pub async fn add_note(app: &Arc<App>, ctx: &Ctx, id: &IncidentId, text: String) -> Result<NoteId, Error> {
    ctx.must_respond()?;
    let note_id = NoteId::fresh(ctx.now, app.entropy.draw());
    change(app, (&ctx.tenant, id), ctx.now, |incident, journal| {
        incident.add_note(note_id.clone(), text.clone(), ctx.actor(), journal);
        Ok(())
    })
    .await?;
    Ok(note_id)
}

/// Tells the next step's people now.
pub async fn escalate(app: &Arc<App>, ctx: &Ctx, id: &IncidentId) -> Result<Incident, Error> {
    ctx.must_respond()?;
    change_with_people(app, (&ctx.tenant, id), ctx.now, |incident, calling, journal| {
        let plan = (&calling.policy, &calling.roster);
        escalation::escalate_now(incident, plan, ctx.actor(), journal)?;
        Ok(())
    })
    .await
}

/// Opens an incident by hand and tells the first step's people.
pub async fn create(app: &Arc<App>, ctx: &Ctx, new: NewIncident) -> Result<Incident, Error> {
    ctx.must_respond()?;
    let mut tries = Tries::default();
    loop {
        let turn = app.turns.take(&ctx.tenant).await?;
        match open(app, ctx, &new).await {
            Ok((incident, effects)) => {
                drop(turn);
                app.runner.start(app, &ctx.tenant, effects);
                return Ok(incident);
            }
            Err(Opened::Lost) => tries.lost(app, turn).await?,
            Err(Opened::Failed(error)) => return Err(error),
        }
    }
}

/// Why nothing was opened.
enum Opened {
    /// Somebody else took the number: decide again.
    Lost,
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Opened {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

async fn open(app: &Arc<App>, ctx: &Ctx, new: &NewIncident) -> Result<(Incident, Vec<Effect>), Opened> {
    let service = service(app, ctx, new.service_id.as_ref()).await?;
    let counter = app.store.get::<Counter>(&ctx.tenant, "counter").await?;
    let mut changes = Changes::new();
    let number = if let Some(mut counter) = counter {
        counter.value.incidents += 1;
        changes.replace(&counter)?;
        counter.value.incidents
    } else {
        changes.create(&Counter { incidents: 1 })?;
        1
    };
    let mut signal = Signal::trigger(new.title.clone(), new.severity);
    signal.description.clone_from(&new.description);
    signal.client.clone_from(&new.client);
    let opening = Opening {
        id: IncidentId::fresh(ctx.now, app.entropy.draw()),
        tenant_id: ctx.tenant.clone(),
        number,
        origin: Origin {
            source: "manual".to_owned(),
            source_name: ctx.name.clone(),
            product: None,
            source_id: None,
        },
        service: (service.id, service.name, service.policy_id),
        client: service.client,
        auto_resolve_hours: service.auto_resolve_hours,
    };
    let mut journal = Journal::new(ctx.now);
    let mut incident = Incident::open(opening, &signal, String::new(), ctx.actor(), &mut journal);
    let mut calling = roster::load(app, &ctx.tenant, &incident.policy_id, ctx.now).await?;
    calling.complete_for(app, &ctx.tenant, &incident).await?;
    escalation::advance(&mut incident, &calling.policy, &calling.roster, &mut journal);
    let mut effects = Vec::new();
    follow_up(app, &mut incident, &mut journal, &mut changes, &mut effects)?;
    changes.create(&incident)?;
    match app.store.commit(&ctx.tenant, app.entropy.operation(), changes).await {
        Ok(()) => Ok((incident, effects)),
        Err(StoreError::Conflict { .. }) => Err(Opened::Lost),
        Err(error) => Err(error.into()),
    }
}

async fn service(app: &App, ctx: &Ctx, id: Option<&ServiceId>) -> Result<domain::service::Service, Error> {
    match id {
        // A person who names a service means that one.
        Some(id) => match app.store.get(&ctx.tenant, id.as_str()).await? {
            Some(found) => Ok(found.value),
            None => Err(Error::invalid("service_id", format!("there is no service '{id}'"))),
        },
        None => intake::default_service(app, &ctx.tenant).await,
    }
}
