//! Telling the PSA, one thing after the other, what is queued for an incident.
//!
//! Invariants: the head of the queue is taken in the store before it is sent; what may have been sent before is looked for
//! first; a ticket that is closed there is told nothing more: a note that would be lost makes another ticket, which says
//! what it follows. So does a note whose ticket is in a PSA that the tenant has no more.

mod attempt;

use std::sync::Arc;

use domain::actor::Actor;
use domain::id::{IncidentId, TenantId};
use domain::incident::{Incident, Status};
use domain::journal::Journal;
use domain::ticket::{Filed, TicketOp, TicketQueue};
use domain::timeline::Event;
use store::{Changes, StoreError, TicketLink, queue_id};
use tracing::{error, warn};

use self::attempt::{Done, Time, attempt};
use crate::app::App;
use crate::error::Error;
use crate::port::TicketError;
use crate::psa::{self, Desk};
use crate::turns::Tries;

/// Works through the queue until it is empty, somebody else is at it, or the PSA wants us to wait.
pub(super) async fn work(app: &Arc<App>, tenant: &TenantId, incident: &IncidentId) -> Result<(), Error> {
    loop {
        let now = app.clock.now();
        let Some(mut queue) = app.store.get::<TicketQueue>(tenant, &queue_id(incident)).await? else {
            return Ok(());
        };
        let Some(op) = queue.value.ops.front().cloned() else { return Ok(()) };
        if queue.value.due_at.is_none_or(|due| due > now) {
            return Ok(());
        }
        let desk = psa::of(app, tenant).await;
        // Whoever took the PSA away wants nothing to be told to it; the queue stays for the next one.
        let desk = match desk {
            Ok(None) => Err(TicketError::Refused("no PSA is set up any more".to_owned())),
            Ok(Some(desk)) => Ok(desk),
            Err(Error::Invalid(fields)) => Err(TicketError::Refused(attempt::unusable(&fields))),
            Err(error) => return Err(error),
        };
        queue.value.begin(now);
        let mut changes = Changes::new();
        changes.replace(&queue)?;
        if !app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await? {
            return Ok(());
        }
        let result = match &desk {
            Ok(desk) => attempt(app, desk, tenant, &queue.value, &op).await?,
            Err(refused) => Err(refused.clone()),
        };
        if !write_down(app, tenant, (incident, &op), desk.ok().as_ref(), result).await? {
            return Ok(());
        }
    }
}

/// Writes down how the head went; answers whether to go on with the next.
async fn write_down(
    app: &Arc<App>,
    tenant: &TenantId,
    (id, op): (&IncidentId, &TicketOp),
    desk: Option<&Desk>,
    result: Result<Done, TicketError>,
) -> Result<bool, Error> {
    let mut tries = Tries::default();
    loop {
        let turn = app.turns.take(tenant).await?;
        let found = app.store.get::<TicketQueue>(tenant, &queue_id(id)).await?;
        let Some(mut queue) = found else { return Ok(false) };
        let found = app.store.get::<Incident>(tenant, id.as_str()).await?;
        let Some(mut incident) = found else { return Ok(false) };
        let mut journal = Journal::new(app.clock.now());
        // A ticket linked by hand meanwhile has emptied the queue: the head is no longer ours to end.
        if queue.value.ops.front() != Some(op) {
            if let Ok(Done::Ticket(ticket)) = &result {
                error!(target: "psa-ticket-creation", incident = %id, ticket = ticket.id, "made while another was linked by hand");
            }
            return Ok(false);
        }
        // What is queued after this commit brings its own effect.
        let provider = desk.map(|desk| desk.provider);
        let apart = (&mut queue.value, &mut incident.value);
        let go_on = apply(apart, provider, &mut journal, &result) && !queue.value.ops.is_empty();
        let mut changes = Changes::new();
        changes.replace(&queue)?;
        if let (Ok(Done::Ticket(ticket)), Some(provider)) = (&result, provider) {
            link(app, tenant, (provider, ticket), id, &mut changes).await?;
        }
        if let Some(record) = incident.value.record(&mut journal) {
            changes.create(&record)?;
            changes.replace(&incident)?;
        }
        match app.store.commit(tenant, app.entropy.operation(), changes).await {
            Ok(()) => return Ok(go_on),
            Err(StoreError::Conflict { .. }) => tries.lost(app, turn).await?,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Makes the incident findable by its ticket, and by the number that people know that by.
pub(crate) async fn link(
    app: &App,
    tenant: &TenantId,
    (provider, ticket): (&str, &Filed),
    incident: &IncidentId,
    changes: &mut Changes,
) -> Result<(), StoreError> {
    let number = ticket.number.as_deref().map(TicketLink::by_number);
    for ticket_id in [Some(ticket.id.clone()), number].into_iter().flatten() {
        let key = TicketLink::key_of(provider, &ticket_id);
        let (provider, incident_id) = (provider.to_owned(), incident.clone());
        let link = TicketLink { provider, ticket_id, incident_id, closed: false };
        match app.store.get::<TicketLink>(tenant, &key).await? {
            Some(kept) if kept.value == link => {}
            Some(mut kept) => {
                kept.value = link;
                changes.replace(&kept)?;
            }
            None => changes.create(&link)?,
        }
    }
    Ok(())
}

fn apply(
    (queue, incident): (&mut TicketQueue, &mut Incident),
    provider: Option<&str>,
    journal: &mut Journal,
    result: &Result<Done, TicketError>,
) -> bool {
    let now = journal.at;
    match result {
        Ok(Done::ClosedThere) => {
            follow_up(queue, incident, journal);
            true
        }
        Ok(done) => {
            tell(done, (queue, incident), provider, journal);
            queue.done(now);
            true
        }
        Err(failure) => {
            let problem = failure.to_string();
            let first = queue.problem.as_deref() != Some(problem.as_str());
            let retrying = match failure {
                TicketError::Refused(_) | TicketError::NotFound | TicketError::Closed => false,
                TicketError::Unavailable { .. } | TicketError::Unknown { .. } => true,
            };
            if let TicketError::Unknown { .. } = failure {
                queue.doubt_from(now);
            }
            if retrying {
                warn!(target: "psa-ticket-creation", incident = %incident.id, %problem, "the PSA is tried again");
                let after = match failure {
                    TicketError::Unavailable { after, .. } | TicketError::Unknown { after, .. } => *after,
                    _ => None,
                };
                queue.retry_later(now, problem.clone(), after);
            } else {
                error!(target: "psa-ticket-creation", incident = %incident.id, %problem, "the PSA refused");
                queue.park(problem.clone());
            }
            if first {
                journal.write(Actor::System, Event::TicketFailed { reason: problem, retrying });
            }
            false
        }
    }
}

/// What a deed that went well means for the incident.
fn tell(
    done: &Done,
    (queue, incident): (&mut TicketQueue, &mut Incident),
    provider: Option<&str>,
    journal: &mut Journal,
) {
    let ticket_id = incident.psa_ticket_id.clone().unwrap_or_default();
    match done {
        Done::Ticket(ticket) => {
            queue.ticket_id = Some(ticket.id.clone());
            queue.provider = provider.map(str::to_owned);
            incident.set_ticket(ticket.clone(), provider, Actor::System, journal);
        }
        Done::Taken => journal.write(Actor::System, Event::TicketTaken { ticket_id }),
        Done::Note | Done::Nothing | Done::ClosedThere => {}
        Done::Completed { already_closed, time } => {
            match time {
                Time::Filed(minutes) => journal.write(Actor::System, Event::TimeFiled { minutes: *minutes }),
                Time::Refused(problem) => {
                    let reason = format!("the time was not filed: {problem}");
                    journal.write(Actor::System, Event::TicketFailed { reason, retrying: false });
                }
                Time::None => {}
            }
            if incident.psa_ticket_id.is_some() {
                let already_closed = *already_closed;
                journal.write(Actor::System, Event::TicketCompleted { ticket_id, already_closed });
            }
        }
    }
}

/// The ticket is closed, and a note would be lost: what waits goes to another one, which is completed with the incident.
fn follow_up(queue: &mut TicketQueue, incident: &mut Incident, journal: &mut Journal) {
    let Some(ticket_id) = queue.follow_up(incident.assignee().cloned(), journal.at) else { return };
    let completes = queue.ops.iter().any(|op| matches!(op, TicketOp::Complete { .. }));
    if let (Status::Resolved, Some(end), false) = (incident.status, &incident.resolved, completes) {
        let by = end.by.to_string();
        queue.ops.push_back(TicketOp::Complete { at: end.at, by, note: None, spent: None });
    }
    journal.write(Actor::System, Event::TicketFollowed { ticket_id });
}
