//! One attempt at the head of a PSA queue.
//!
//! Invariant: what changes something in the PSA and may have been done before is looked for before it is done again.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::id::{TenantId, UserId};
use domain::incident::{Incident, Status};
use domain::ticket::{self, Filed, NewTicket, Spent, Technician, TicketOp, TicketQueue};
use domain::user::User;

use tokio::time::Instant;

use crate::app::App;
use crate::error::{Error, FieldError};
use crate::port::{TicketError, TicketName, TicketNote, TicketResolution, TicketSystem, TimeSpent};
use crate::psa::Desk;

/// How long after its begin an attempt of several steps may still go on to the last: that one ends within fifty seconds by
/// itself, and so before the lease on the queue's head.
const LAST_STEP: Duration = Duration::from_secs(35);

/// What an attempt came to, beside an error.
#[derive(Debug)]
pub(super) enum Done {
    /// The PSA has a ticket of ours, new or found.
    Ticket(Filed),
    /// The PSA has the ticket that the incident was opened by.
    Theirs(Filed),
    /// The ticket is the acknowledger's.
    Taken,
    /// The PSA has the note.
    Note,
    /// There was nothing to do.
    Nothing,
    /// The ticket is closed in the PSA, and something would be lost.
    ClosedThere,
    /// The ticket is complete; it may have been before.
    Completed { already_closed: bool, time: Time },
}

/// What became of the time that was worked.
#[derive(Debug)]
pub(super) enum Time {
    /// There was none to file.
    None,
    /// So many minutes are there.
    Filed(i64),
    /// The PSA won't have it, which keeps no ticket open.
    Refused(String),
}

/// What is tried, and where.
struct At<'a> {
    psa: &'a dyn TicketSystem,
    tenant: &'a TenantId,
    /// The ticket.
    id: &'a str,
    /// The PSA may be adding this very thing at this moment.
    is_under_way: bool,
}

impl At<'_> {
    /// Nothing is added that the PSA may be adding already, and that could not be found there yet.
    fn wait_for_the_first(&self) -> Result<(), TicketError> {
        if !self.is_under_way {
            return Ok(());
        }
        let reason = format!("{} did not answer; it may still be at it", self.psa.name());
        Err(TicketError::Unavailable { reason, after: None })
    }
}

/// Settings that can't be used any more, as a refusal.
pub(super) fn unusable(fields: &[FieldError]) -> String {
    let wrong: Vec<String> =
        fields.iter().map(|wrong| format!("{} {}", wrong.field, wrong.problem)).collect();
    format!("the PSA's settings can't be used: {}", wrong.join("; "))
}

/// Tries the head. The outer error is ours (the store); the inner one is the PSA's.
pub(super) async fn attempt(
    app: &App,
    desk: &Desk,
    tenant: &TenantId,
    queue: &TicketQueue,
    op: &TicketOp,
) -> Result<Result<Done, TicketError>, Error> {
    if queue.is_elsewhere(&desk.home) {
        return Ok(elsewhere(desk, queue, op));
    }
    let psa = desk.system.as_ref();
    let Some(id) = &queue.ticket_id else {
        return match op {
            TicketOp::Create { assignee } => create(app, desk, (tenant, queue), assignee.as_ref()).await,
            // Nothing stands in the queue without a ticket before it.
            _ => Ok(Ok(Done::Nothing)),
        };
    };
    let is_under_way = queue.may_be_under_way(app.clock.now()) && !psa.knows_repeats();
    let at = At { psa, tenant, id, is_under_way };
    Ok(match op {
        TicketOp::Create { .. } => Ok(Done::Ticket(Filed::bare(id.clone()))),
        TicketOp::Take { assignee, .. } => match technician(app, tenant, assignee).await? {
            Some(technician) => take(&at, &technician).await,
            None => Ok(Done::Nothing),
        },
        TicketOp::Note { note_id, at: written, author, text } => {
            let external_ref = ticket::note_ref(note_id);
            let note = TicketNote { external_ref, author: author.clone(), text: text.clone(), at: *written };
            let found = app.store.get::<Incident>(tenant, queue.incident_id.as_str()).await?;
            let is_over = found.is_some_and(|found| found.value.status == Status::Resolved);
            add_note(&at, &note, is_over).await
        }
        TicketOp::Complete { at: ended, by, note, spent } => {
            let summary = note.clone().unwrap_or_default();
            let time = match spent.as_ref().filter(|_| desk.time_entries) {
                Some(spent) => time(app, tenant, queue, spent, &summary).await?,
                None => None,
            };
            let end = TicketResolution { at: *ended, by: by.clone(), summary };
            complete(&at, &end, time.as_ref(), queue.is_in_doubt()).await
        }
    })
}

/// The ticket is in another PSA than the tenant's present one: what is still to be done about the incident gets a ticket
/// here, and nothing can be closed there.
fn elsewhere(desk: &Desk, queue: &TicketQueue, op: &TicketOp) -> Result<Done, TicketError> {
    match op {
        TicketOp::Create { .. } | TicketOp::Take { .. } | TicketOp::Note { .. } => Ok(Done::ClosedThere),
        TicketOp::Complete { .. } => {
            let ticket = queue.ticket_id.as_deref().unwrap_or_default();
            let there = queue.home.as_ref().map(ToString::to_string).unwrap_or_default();
            Err(TicketError::Refused(format!(
                "ticket {ticket} is in {there}, and work is filed in {} now: close it there by hand",
                desk.home,
            )))
        }
    }
}

async fn create(
    app: &App,
    desk: &Desk,
    (tenant, queue): (&TenantId, &TicketQueue),
    assignee: Option<&UserId>,
) -> Result<Result<Done, TicketError>, Error> {
    let found = app.store.get::<Incident>(tenant, queue.incident_id.as_str()).await?;
    let incident = found.ok_or_else(|| Error::not_found("incident", queue.incident_id.as_str()))?.value;
    match theirs(desk, tenant, &incident).await {
        Ok(None) => {}
        Ok(Some(ticket)) => return Ok(Ok(Done::Theirs(ticket))),
        Err(error) => return Ok(Err(error)),
    }
    let assignee = match assignee {
        Some(id) => app.store.get::<User>(tenant, id.as_str()).await?.map(|user| user.value),
        None => None,
    };
    let ticket = NewTicket::of(&incident, assignee.as_ref(), queue.followed);
    Ok(file(desk.system.as_ref(), &ticket, queue, app.clock.now()).await)
}

/// The ticket that an incident was opened by, where that could only be told by its number then.
async fn theirs(desk: &Desk, tenant: &TenantId, incident: &Incident) -> Result<Option<Filed>, TicketError> {
    let Some(number) = incident.unread_ticket(&desk.home) else { return Ok(None) };
    match desk.system.fetch(tenant, &TicketName::Number(number.to_owned())).await {
        Ok(facts) => Ok(facts.map(Filed::from)),
        Err(TicketError::NotFound | TicketError::Closed) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn file(
    psa: &dyn TicketSystem,
    ticket: &NewTicket,
    queue: &TicketQueue,
    now: DateTime<Utc>,
) -> Result<Done, TicketError> {
    if queue.is_in_doubt()
        && let Some(found) = psa.find(&ticket.tenant_id, &ticket.external_ref, ticket.number).await?
    {
        return Ok(Done::Ticket(found.filed));
    }
    if queue.may_be_under_way(now) && !psa.knows_repeats() {
        let reason = queue.problem.clone().unwrap_or_else(|| format!("{} did not answer", psa.name()));
        return Err(TicketError::Unavailable { reason, after: None });
    }
    psa.create(ticket).await.map(Done::Ticket)
}

async fn technician(app: &App, tenant: &TenantId, id: &UserId) -> Result<Option<Technician>, Error> {
    let found = app.store.get::<User>(tenant, id.as_str()).await?;
    Ok(found.map(|user| Technician::from(&user.value)))
}

async fn take(at: &At<'_>, technician: &Technician) -> Result<Done, TicketError> {
    match at.psa.read(at.tenant, at.id).await {
        Ok(ticket) if !ticket.closed => {}
        // Nothing is lost with it; the next note makes another ticket.
        Ok(_) | Err(TicketError::NotFound) => return Ok(Done::Nothing),
        Err(error) => return Err(error),
    }
    match at.psa.take(at.tenant, at.id, technician).await {
        Ok(()) => Ok(Done::Taken),
        Err(TicketError::Closed | TicketError::NotFound) => Ok(Done::Nothing),
        Err(error) => Err(error),
    }
}

/// A note to a ticket that was closed there while the incident goes on is for a new ticket: nobody looks at the old one any
/// more. After the end it belongs to the closed one, as long as that takes it.
async fn add_note(at: &At<'_>, note: &TicketNote, is_over: bool) -> Result<Done, TicketError> {
    let ticket = match at.psa.read(at.tenant, at.id).await {
        Err(TicketError::NotFound) => return Ok(Done::ClosedThere),
        read => read?,
    };
    if ticket.note_refs.contains(&note.external_ref) {
        return Ok(Done::Note);
    }
    if ticket.closed && !is_over {
        return Ok(Done::ClosedThere);
    }
    at.wait_for_the_first()?;
    match at.psa.add_note(at.tenant, at.id, note).await {
        Ok(()) => Ok(Done::Note),
        Err(TicketError::Closed) => Ok(Done::ClosedThere),
        Err(error) => Err(error),
    }
}

async fn time(
    app: &App,
    tenant: &TenantId,
    queue: &TicketQueue,
    spent: &Spent,
    summary: &str,
) -> Result<Option<TimeSpent>, Error> {
    let technician = technician(app, tenant, &spent.user).await?;
    Ok(technician.map(|technician| TimeSpent {
        external_ref: ticket::time_ref(&queue.incident_id),
        technician,
        from: spent.from,
        to: spent.to,
        summary: summary.to_owned(),
    }))
}

async fn complete(
    at: &At<'_>,
    end: &TicketResolution,
    time: Option<&TimeSpent>,
    in_doubt: bool,
) -> Result<Done, TicketError> {
    let began = Instant::now();
    let gone = Done::Completed { already_closed: true, time: Time::None };
    match at.psa.read(at.tenant, at.id).await {
        // An earlier try may have closed it: then its time is there, and is looked for by its key.
        Ok(ticket) if ticket.closed && in_doubt => {
            let time = file_time(at, time).await?;
            return Ok(Done::Completed { already_closed: false, time });
        }
        Ok(ticket) if ticket.closed => return Ok(gone),
        Err(TicketError::NotFound) => return Ok(gone),
        read => read.map(drop)?,
    }
    // Before the end, since a PSA may take none for a closed ticket.
    let time = file_time(at, time).await?;
    if began.elapsed() > LAST_STEP {
        // The next attempt finds the time by its key.
        let reason = format!("{} is too slow now: the ticket is still to be closed", at.psa.name());
        return Err(TicketError::Unavailable { reason, after: None });
    }
    match at.psa.complete(at.tenant, at.id, end).await {
        Ok(()) => Ok(Done::Completed { already_closed: false, time }),
        Err(TicketError::Closed | TicketError::NotFound) => {
            Ok(Done::Completed { already_closed: true, time })
        }
        Err(error) => Err(error),
    }
}

async fn file_time(at: &At<'_>, time: Option<&TimeSpent>) -> Result<Time, TicketError> {
    let Some(time) = time else { return Ok(Time::None) };
    at.wait_for_the_first()?;
    match at.psa.add_time(at.tenant, at.id, time).await {
        Ok(()) => Ok(Time::Filed((time.to - time.from).num_minutes())),
        Err(TicketError::Refused(problem)) => Ok(Time::Refused(problem)),
        Err(error @ (TicketError::Closed | TicketError::NotFound)) => Ok(Time::Refused(error.to_string())),
        Err(error) => Err(error),
    }
}
