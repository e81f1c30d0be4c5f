//! What can be done to an incident: each is one form, one use-case, and the page that it stood on again.

use ::console::routes;
use app::Error;
use axum::response::Response;
use domain::id::IncidentId;

use super::super::answer::Stop;
use super::super::form::OurForm;
use super::super::notice::{self, Said};
use super::super::visitor::Named;

const LONGEST_NOTE: usize = 20_000;
const LONGEST_TICKET_ID: usize = 100;

/// Takes it.
pub(in super::super) async fn acknowledge(Named(id): Named, form: OurForm) -> Result<Response, Stop> {
    let id = form.visitor.incident(&id)?;
    let result = app::acknowledge(form.visitor.app(), &form.visitor.ctx, &id).await;
    go_on(&form, &id, result.map(|_| Said::Acknowledged))
}

/// Ends it.
pub(in super::super) async fn resolve(Named(id): Named, form: OurForm) -> Result<Response, Stop> {
    let id = form.visitor.incident(&id)?;
    let note = form.fields.text("note", LONGEST_NOTE).map_err(|error| form.visitor.stop(error))?;
    let result = app::resolve(form.visitor.app(), &form.visitor.ctx, &id, note).await;
    go_on(&form, &id, result.map(|_| Said::Resolved))
}

/// Writes a note.
pub(in super::super) async fn add_note(Named(id): Named, form: OurForm) -> Result<Response, Stop> {
    let id = form.visitor.incident(&id)?;
    let text = form.fields.required("note", LONGEST_NOTE).map_err(|error| form.visitor.stop(error))?;
    let result = app::add_note(form.visitor.app(), &form.visitor.ctx, &id, text).await;
    go_on(&form, &id, result.map(|_| Said::NoteAdded))
}

/// Notifies the next step now.
pub(in super::super) async fn escalate(Named(id): Named, form: OurForm) -> Result<Response, Stop> {
    let id = form.visitor.incident(&id)?;
    let result = app::escalate(form.visitor.app(), &form.visitor.ctx, &id).await;
    go_on(&form, &id, result.map(|_| Said::Escalated))
}

/// Links a PSA ticket that was made by hand.
pub(in super::super) async fn link_ticket(Named(id): Named, form: OurForm) -> Result<Response, Stop> {
    let id = form.visitor.incident(&id)?;
    let ticket = form.fields.required("psa_ticket_id", LONGEST_TICKET_ID);
    let ticket = ticket.map_err(|error| form.visitor.stop(error))?;
    let result = app::link_ticket(form.visitor.app(), &form.visitor.ctx, &id, ticket).await;
    go_on(&form, &id, result.map(|_| Said::TicketLinked))
}

/// Asks the PSA again.
pub(in super::super) async fn retry_ticket(Named(id): Named, form: OurForm) -> Result<Response, Stop> {
    let id = form.visitor.incident(&id)?;
    let result = app::retry_ticket(form.visitor.app(), &form.visitor.ctx, &id).await;
    go_on(&form, &id, result.map(|()| Said::TicketRetried))
}

/// Back to where the form stood. A conflict is told there too: that page shows how the incident stands now.
fn go_on(form: &OurForm, id: &IncidentId, result: Result<Said, Error>) -> Result<Response, Stop> {
    let said = match result {
        Ok(said) => said,
        Err(Error::Conflict { code, detail }) => {
            let conflict = || Error::Conflict { code, detail };
            Said::of_conflict(code).ok_or_else(|| form.visitor.stop(conflict()))?
        }
        Err(error) => return Err(form.visitor.stop(error)),
    };
    let own = routes::incident(id.as_str());
    Ok(notice::go_on(form.fields.next().unwrap_or(&own), said))
}
