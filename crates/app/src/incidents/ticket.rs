//! The PSA's ticket of an incident, by hand: linking one, and trying again.

use std::sync::Arc;

use domain::id::IncidentId;
use domain::incident::Incident;
use domain::ticket::{Filed, TicketOp, TicketQueue};
use store::{Changes, StoreError, queue_id};

use crate::app::App;
use crate::ctx::Ctx;
use crate::effects::{Effect, link};
use crate::error::Error;
use crate::psa;
use crate::turns::Tries;

/// Links a ticket that somebody made by hand. What was waiting is dropped: past notes are not sent again.
pub async fn link_ticket(
    app: &Arc<App>,
    ctx: &Ctx,
    id: &IncidentId,
    ticket_id: String,
) -> Result<Incident, Error> {
    ctx.must_respond()?;
    let mut tries = Tries::default();
    loop {
        let turn = app.turns.take(&ctx.tenant).await?;
        let found = app.store.get::<Incident>(&ctx.tenant, id.as_str()).await?;
        let mut incident = found.ok_or_else(|| Error::not_found("incident", id.as_str()))?;
        let provider = psa::provider(app, &ctx.tenant).await?;
        let has_it = incident.value.psa_ticket_id.as_ref() == Some(&ticket_id);
        if has_it && incident.value.psa_provider.as_deref() == provider {
            return Ok(incident.value);
        }
        let mut journal = domain::journal::Journal::new(ctx.now);
        let ticket = Filed::bare(ticket_id.clone());
        incident.value.set_ticket(ticket.clone(), provider, ctx.actor(), &mut journal);
        let mut changes = Changes::new();
        if let Some(provider) = provider {
            link(app, &ctx.tenant, (provider, &ticket), id, &mut changes).await?;
        }
        if let Some(record) = incident.value.record(&mut journal) {
            changes.create(&record)?;
        }
        changes.replace(&incident)?;
        match app.store.get::<TicketQueue>(&ctx.tenant, &queue_id(id)).await? {
            Some(mut queue) => {
                queue.value.link(ticket_id.clone(), provider.map(str::to_owned));
                changes.replace(&queue)?;
            }
            None => changes.create(&TicketQueue::new(&incident.value))?,
        }
        match app.store.commit(&ctx.tenant, app.entropy.operation(), changes).await {
            Ok(()) => return Ok(incident.value),
            Err(StoreError::Conflict { .. }) => tries.lost(app, turn).await?,
            Err(error) => return Err(error.into()),
        }
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
        queue.value.retry_now(ctx.now);
        changes.replace(&queue)?;
    } else if incident.first_acknowledged_at.is_some() && incident.psa_ticket_id.is_none() {
        let mut queue = TicketQueue::new(&incident);
        queue.push(TicketOp::Create { assignee: incident.assignee().cloned() }, ctx.now);
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
