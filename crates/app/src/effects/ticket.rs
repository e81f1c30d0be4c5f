//! Telling the PSA, one thing after the other, what is queued for an incident.
//!
//! Invariants: the head of the queue is taken in the store before it is sent; what may have been sent before is looked for
//! first; nothing is sent to a ticket that is closed there.

use std::sync::Arc;

use domain::actor::Actor;
use domain::id::{IncidentId, TenantId};
use domain::incident::Incident;
use domain::journal::Journal;
use domain::ticket::{self, NewTicket, TicketOp, TicketQueue};
use domain::timeline::Event;
use domain::user::User;
use store::{Changes, StoreError, Versioned, queue_id};
use tracing::{error, warn};

use crate::app::App;
use crate::error::Error;
use crate::port::{TicketError, TicketNote, TicketResolution, TicketSystem};
use crate::turns::Tries;

/// What an attempt came to, beside an error.
enum Done {
    /// The PSA has a ticket, new or found.
    Ticket(String),
    /// The PSA has the note, or will have no more of them.
    Note,
    /// The ticket is complete; it may have been before.
    Completed { already_closed: bool },
}

/// Works through the queue until it is empty, somebody else is at it, or the PSA wants us to wait.
pub(super) async fn work(app: &Arc<App>, tenant: &TenantId, incident: &IncidentId) -> Result<(), Error> {
    let Some(psa) = &app.tickets else { return Ok(()) };
    loop {
        let now = app.clock.now();
        let Some(mut queue) = app.store.get::<TicketQueue>(tenant, &queue_id(incident)).await? else {
            return Ok(());
        };
        let Some(op) = queue.value.ops.front().cloned() else { return Ok(()) };
        if queue.value.due_at.is_none_or(|due| due > now) {
            return Ok(());
        }
        queue.value.begin(now);
        let mut changes = Changes::new();
        changes.replace(&queue)?;
        if !app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await? {
            return Ok(());
        }
        let result = attempt(app, psa.as_ref(), tenant, &queue.value, &op).await?;
        if !write_down(app, tenant, (incident, &op), result).await? {
            return Ok(());
        }
    }
}

/// Tries the head. The outer error is ours (the store); the inner one is the PSA's.
async fn attempt(
    app: &App,
    psa: &dyn TicketSystem,
    tenant: &TenantId,
    queue: &TicketQueue,
    op: &TicketOp,
) -> Result<Result<Done, TicketError>, Error> {
    let in_doubt = queue.is_in_doubt();
    Ok(match (op, &queue.ticket_id) {
        (TicketOp::Create { .. }, Some(ticket)) => Ok(Done::Ticket(ticket.clone())),
        (TicketOp::Create { assignee }, None) => {
            let found = app.store.get::<Incident>(tenant, queue.incident_id.as_str()).await?;
            let incident =
                found.ok_or_else(|| Error::not_found("incident", queue.incident_id.as_str()))?.value;
            let assignee = match assignee {
                Some(id) => app.store.get::<User>(tenant, id.as_str()).await?.map(|user| user.value),
                None => None,
            };
            create(psa, NewTicket::of(&incident, assignee.as_ref(), queue.followed), in_doubt).await
        }
        (TicketOp::Note { note_id, at, author, text }, Some(ticket)) => {
            let external_ref = ticket::note_ref(note_id);
            let note = TicketNote { external_ref, author: author.clone(), text: text.clone(), at: *at };
            add_note(psa, tenant, ticket, &note).await
        }
        (TicketOp::Complete { at, by, note }, Some(ticket)) => {
            let summary = note.clone().unwrap_or_default();
            complete(psa, tenant, ticket, &TicketResolution { at: *at, by: by.clone(), summary }).await
        }
        (TicketOp::Take { .. } | TicketOp::Time { .. }, _) => Ok(Done::Note),
        // Nothing stands in the queue without a ticket before it.
        (TicketOp::Note { .. }, None) => Ok(Done::Note),
        (TicketOp::Complete { .. }, None) => Ok(Done::Completed { already_closed: true }),
    })
}

async fn create(psa: &dyn TicketSystem, ticket: NewTicket, in_doubt: bool) -> Result<Done, TicketError> {
    if in_doubt && let Some(found) = psa.find(&ticket.tenant_id, &ticket.external_ref).await? {
        return Ok(Done::Ticket(found.filed.id));
    }
    psa.create(&ticket).await.map(|filed| Done::Ticket(filed.id))
}

async fn add_note(
    psa: &dyn TicketSystem,
    tenant: &TenantId,
    id: &str,
    note: &TicketNote,
) -> Result<Done, TicketError> {
    let ticket = psa.read(tenant, id).await?;
    if ticket.closed || ticket.note_refs.contains(&note.external_ref) {
        return Ok(Done::Note);
    }
    match psa.add_note(tenant, id, note).await {
        Ok(()) | Err(TicketError::Closed) => Ok(Done::Note),
        Err(error) => Err(error),
    }
}

async fn complete(
    psa: &dyn TicketSystem,
    tenant: &TenantId,
    id: &str,
    end: &TicketResolution,
) -> Result<Done, TicketError> {
    if psa.read(tenant, id).await?.closed {
        return Ok(Done::Completed { already_closed: true });
    }
    match psa.complete(tenant, id, end).await {
        Ok(()) => Ok(Done::Completed { already_closed: false }),
        Err(TicketError::Closed) => Ok(Done::Completed { already_closed: true }),
        Err(error) => Err(error),
    }
}

/// Writes down how the head went; answers whether to go on with the next.
async fn write_down(
    app: &Arc<App>,
    tenant: &TenantId,
    (id, op): (&IncidentId, &TicketOp),
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
                error!(target: "psa-ticket-creation", incident = %id, ticket, "made while another was linked by hand");
            }
            return Ok(false);
        }
        // What is queued after this commit brings its own effect.
        let go_on = apply(&mut queue, &mut incident, &mut journal, &result) && !queue.value.ops.is_empty();
        let mut changes = Changes::new();
        changes.replace(&queue)?;
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

fn apply(
    queue: &mut Versioned<TicketQueue>,
    incident: &mut Versioned<Incident>,
    journal: &mut Journal,
    result: &Result<Done, TicketError>,
) -> bool {
    let (queue, incident, now) = (&mut queue.value, &mut incident.value, journal.at);
    match result {
        Ok(done) => {
            match done {
                Done::Ticket(ticket) => {
                    queue.ticket_id = Some(ticket.clone());
                    incident.set_ticket(ticket.clone(), Actor::System, journal);
                }
                Done::Note => {}
                Done::Completed { already_closed } => {
                    if let Some(ticket_id) = incident.psa_ticket_id.clone() {
                        let already_closed = *already_closed;
                        journal.write(Actor::System, Event::TicketCompleted { ticket_id, already_closed });
                    }
                }
            }
            queue.done(now);
            true
        }
        Err(failure) => {
            let problem = failure.to_string();
            let first = queue.problem.as_deref() != Some(problem.as_str());
            let retrying = match failure {
                TicketError::Refused(_) | TicketError::NotFound | TicketError::Closed => false,
                TicketError::Unavailable { .. } | TicketError::Unknown(_) => true,
            };
            if retrying {
                warn!(target: "psa-ticket-creation", incident = %incident.id, %problem, "the PSA is tried again");
                let after = if let TicketError::Unavailable { after, .. } = failure { *after } else { None };
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
