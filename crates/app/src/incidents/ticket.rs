//! The PSA's ticket of an incident, by hand: linking one, and trying again.

use std::sync::Arc;
use std::time::Duration;

use domain::actor::Actor;
use domain::id::{IncidentId, TenantId};
use domain::incident::Incident;
use domain::journal::Journal;
use domain::ticket::{Filed, TicketOp, TicketQueue};
use domain::timeline::Event;
use store::{Changes, StoreError, queue_id};
use tokio::time::timeout;

use crate::app::App;
use crate::ctx::Ctx;
use crate::effects::{Effect, link};
use crate::error::Error;
use crate::port::{TicketError, TicketName};
use crate::psa;
use crate::turns::Tries;

/// How long whoever links a ticket is kept waiting for the PSA to say which one it is.
const PATIENCE: Duration = Duration::from_secs(5);

/// Links a ticket that somebody made by hand. What was waiting is dropped: past notes are not sent again.
pub async fn link_ticket(
    app: &Arc<App>,
    ctx: &Ctx,
    id: &IncidentId,
    ticket_id: String,
) -> Result<Incident, Error> {
    ctx.must_respond()?;
    let ticket = named(app, &ctx.tenant, ticket_id).await?;
    let mut tries = Tries::default();
    loop {
        let turn = app.turns.take(&ctx.tenant).await?;
        let found = app.store.get::<Incident>(&ctx.tenant, id.as_str()).await?;
        let mut incident = found.ok_or_else(|| Error::not_found("incident", id.as_str()))?;
        let home = psa::home(app, &ctx.tenant).await?;
        let has_it = incident.value.psa_ticket_id.as_ref() == Some(&ticket.id);
        if has_it && incident.value.psa_home == home {
            return Ok(incident.value);
        }
        let mut journal = Journal::new(ctx.now);
        incident.value.set_ticket(ticket.clone(), home.clone(), ctx.actor(), &mut journal);
        let mut changes = Changes::new();
        if let Some(home) = &home {
            link(app, &ctx.tenant, (home, &ticket), id, &mut changes).await?;
        }
        match app.store.get::<TicketQueue>(&ctx.tenant, &queue_id(id)).await? {
            Some(mut queue) => {
                if queue.value.making().is_some() {
                    journal.write(Actor::System, Event::TicketLeftOver { ticket_id: None });
                }
                queue.value.link(ticket.id.clone(), home);
                changes.replace(&queue)?;
            }
            None => changes.create(&TicketQueue::new(&incident.value))?,
        }
        if let Some(record) = incident.value.record(&mut journal) {
            changes.create(&record)?;
        }
        changes.replace(&incident)?;
        match app.store.commit(&ctx.tenant, app.entropy.operation(), changes).await {
            Ok(()) => return Ok(incident.value),
            Err(StoreError::Conflict { .. }) => tries.lost(app, turn).await?,
            Err(error) => return Err(error.into()),
        }
    }
}

/// The ticket that a person names by its id or by the number that people know it by.
async fn named(app: &App, tenant: &TenantId, name: String) -> Result<Filed, Error> {
    let desk = match psa::of(app, tenant).await {
        Ok(desk) => desk,
        // Settings that can't be used are as good as none.
        Err(Error::Invalid(_)) => None,
        Err(error) => return Err(error),
    };
    let Some(desk) = desk else { return Ok(Filed::bare(name)) };
    let text = name.trim_start_matches('#');
    let is_id = text.bytes().all(|b| b.is_ascii_digit());
    let sought = if is_id { TicketName::Id(text.to_owned()) } else { TicketName::Number(text.to_owned()) };
    let asked = timeout(PATIENCE, desk.system.fetch(tenant, &sought)).await;
    let psa = desk.system.name();
    match asked {
        Ok(Ok(Some(facts))) => Ok(facts.into()),
        _ if !desk.system.ids_are_numbers() => Ok(Filed::bare(name)),
        Ok(Ok(None) | Err(TicketError::NotFound)) => {
            Err(Error::invalid("ticket_id", format!("{psa} has no ticket '{name}'")))
        }
        // A ticket is linked while its PSA is away, too, as long as it is clear which one.
        _ if is_id => Ok(Filed::bare(text.to_owned())),
        _ => Err(Error::Unavailable(format!(
            "{psa} can't be asked which ticket '{name}' is: give the ticket's id, or try again later"
        ))),
    }
}

/// Tries again now what the PSA refused, or files what was acknowledged before there was a PSA.
pub async fn retry_ticket(app: &Arc<App>, ctx: &Ctx, id: &IncidentId) -> Result<(), Error> {
    ctx.must_respond()?;
    if psa::of(app, &ctx.tenant).await?.is_none() {
        return Err(Error::Conflict {
            code: "psa-not-configured",
            detail: "no PSA is set up: a manager does that in the settings".to_owned(),
        });
    }
    let found = app.store.get::<Incident>(&ctx.tenant, id.as_str()).await?;
    let incident = found.ok_or_else(|| Error::not_found("incident", id.as_str()))?.value;
    let mut changes = Changes::new();
    if let Some(mut queue) = app.store.get::<TicketQueue>(&ctx.tenant, &queue_id(id)).await? {
        queue.value.completes(incident.completion(None, None));
        queue.value.retry_now(ctx.now);
        changes.replace(&queue)?;
    } else if incident.first_acknowledged_at.is_some() && incident.psa_ticket_id.is_none() {
        let mut queue = TicketQueue::new(&incident);
        queue.push(TicketOp::Create { assignee: incident.assignee().cloned() }, ctx.now);
        queue.completes(incident.completion(None, None));
        changes.create(&queue)?;
    } else {
        return Err(Error::Conflict {
            code: "psa-nothing-to-retry",
            detail: "there is nothing to tell the PSA: the ticket is made when the incident is acknowledged"
                .to_owned(),
        });
    }
    // Lost, somebody is at it this moment, which is what was asked for.
    app.store.commit_unless_lost(&ctx.tenant, app.entropy.operation(), changes).await?;
    app.runner.start(app, &ctx.tenant, vec![Effect::Ticket(id.clone())]);
    Ok(())
}
