//! Telling the PSA, one thing after the other, what is queued for an incident.
//!
//! Invariants: the head of the queue is taken in the store before it is sent; what may have been sent before is looked for
//! first; a ticket that is closed there is told nothing more: a note that would be lost makes another ticket, which says
//! what it follows. So does a note whose ticket is in a PSA that the tenant has no more.

mod attempt;

use std::sync::Arc;

use domain::actor::Actor;
use domain::id::{IncidentId, TenantId};
use domain::incident::Incident;
use domain::journal::Journal;
use domain::psa::PsaHome;
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
        let home = desk.map(|desk| &desk.home);
        let mut changes = Changes::new();
        // A ticket linked by hand meanwhile has emptied the queue: the head is no longer ours to end.
        let go_on = if queue.value.ops.front() == Some(op) {
            let apart = (&mut queue.value, &mut incident.value);
            // What is queued after this commit brings its own effect.
            apply(apart, home, &mut journal, &result) && !queue.value.ops.is_empty()
        } else {
            let (Ok(Done::Ticket(ticket)), Some(_)) = (&result, &queue.value.abandoned) else {
                return Ok(false);
            };
            error!(target: "psa-ticket-creation", incident = %id, ticket = ticket.id, "made while another was linked by hand");
            queue.value.abandoned = None;
            let ticket_id = Some(ticket.id.clone());
            journal.write(Actor::System, Event::TicketLeftOver { ticket_id });
            false
        };
        changes.replace(&queue)?;
        if let (Ok(Done::Ticket(ticket) | Done::Theirs(ticket)), Some(home)) = (&result, home) {
            link(app, tenant, (home, ticket), id, &mut changes).await?;
        }
        let was_written = incident.value.record(&mut journal);
        if let Some(record) = &was_written {
            changes.create(record)?;
        }
        if was_written.is_some() || matches!(result, Ok(Done::Theirs(_))) {
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
    (home, ticket): (&PsaHome, &Filed),
    incident: &IncidentId,
    changes: &mut Changes,
) -> Result<(), StoreError> {
    let number = ticket.number.as_deref().map(TicketLink::by_number);
    for ticket_id in [Some(ticket.id.clone()), number].into_iter().flatten() {
        let key = TicketLink::key_of(home, &ticket_id);
        let (home, incident_id) = (home.clone(), incident.clone());
        let link = TicketLink { home, ticket_id, incident_id, closed: false, state: None };
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
    home: Option<&PsaHome>,
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
            tell(done, (queue, incident), home, journal);
            queue.done(now);
            // Whoever acknowledged before the ticket could be read takes it now.
            if let (Done::Theirs(_), Some(assignee)) = (done, incident.assignee()) {
                queue.push_first(TicketOp::Take { assignee: assignee.clone(), at: now }, now);
            }
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
    home: Option<&PsaHome>,
    journal: &mut Journal,
) {
    let ticket_id = incident.psa_ticket_id.clone().unwrap_or_default();
    match done {
        Done::Ticket(ticket) => {
            queue.ticket_id = Some(ticket.id.clone());
            queue.home = home.cloned();
            incident.set_ticket(ticket.clone(), home.cloned(), Actor::System, journal);
        }
        Done::Theirs(ticket) => {
            queue.ticket_id = Some(ticket.id.clone());
            queue.home = home.cloned();
            if let Some(home) = home {
                incident.adopt_ticket(ticket.clone(), home.clone());
            }
        }
        Done::Taken => journal.write(Actor::System, Event::TicketTaken { ticket_id }),
        Done::Note | Done::Nothing | Done::ClosedThere => {}
        Done::Completed { already_closed, time } => {
            match time {
                Time::Filed(minutes) => journal.write(Actor::System, Event::TimeFiled { minutes: *minutes }),
                Time::Refused(problem) => {
                    journal.write(Actor::System, Event::TimeRefused { reason: problem.clone() });
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
    queue.completes(incident.completion(None, None));
    journal.write(Actor::System, Event::TicketFollowed { ticket_id });
}
