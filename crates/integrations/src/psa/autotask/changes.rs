//! Changing a ticket that is there: notes, whose it is, its end, and time.
//!
//! Invariants: a ticket that is over is changed no more, though Autotask itself would let us; notes are shown to nobody
//! outside; time is looked for before it is filed.

use app::port::{TicketError, TicketNote, TicketResolution, TimeSpent};
use domain::ticket::{Stage, Technician};
use reqwest::Method;
use serde_json::{Value, json};

use super::Autotask;
use super::answer::{self, Call, NAME};
use super::api::{PAGE, Request, condition, number};
use super::directory::Assignment;
use super::note;
use super::ticket;
use crate::psa::patience::Until;

impl Autotask {
    pub(super) async fn note(&self, id: i64, note: &TicketNote) -> Result<(), TicketError> {
        let until = self.until();
        let note_type = self.picklists.note_type(&self.api).await?;
        let publish = self.picklists.internal(&self.api).await?;
        let body = note::new_note(id, note, note_type, publish);
        let mut request = Request::change(Method::POST, format!("Tickets/{id}/Notes"), body, until);
        if self.settings.impersonate {
            request.on_behalf_of = self.directory.resource_called(&self.api, &note.author).await?;
        }
        match self.api.ask(Call::Note, &request).await {
            // Not in somebody else's name, then; theirs stands in the text.
            Err(TicketError::Refused(_)) if request.on_behalf_of.is_some() => {
                request.on_behalf_of = None;
                self.api.ask(Call::Note, &request).await.map(drop)
            }
            answered => answered.map(drop),
        }
    }

    pub(super) async fn end(&self, id: i64, end: &TicketResolution) -> Result<(), TicketError> {
        let until = self.until();
        let ticket = self.open_item(id).await?;
        let changes = json!({
            "id": id,
            "status": self.status(Stage::Closed).await?,
            "resolution": ticket::resolution(&ticket, end),
        });
        self.change(&ticket, &changes, until).await
    }

    pub(super) async fn give(&self, id: i64, technician: &Technician) -> Result<(), TicketError> {
        let until = self.until();
        let ticket = self.open_item(id).await?;
        let changes = self.given(id, &ticket, technician).await?;
        if ticket::is_so(&ticket, &changes) {
            return Ok(());
        }
        match self.change(&ticket, &changes, until).await {
            // Nothing was done; a number that we remembered may be wrong by now.
            Err(TicketError::Refused(reason)) => {
                self.forget().await;
                let fresh = self.given(id, &ticket, technician).await?;
                if fresh == changes {
                    Err(TicketError::Refused(reason))
                } else {
                    self.change(&ticket, &fresh, until).await
                }
            }
            done => done,
        }
    }

    /// What changes when a ticket is given to a technician. Whom Autotask doesn't know, it can't be given to; but it is
    /// worked on.
    async fn given(&self, id: i64, ticket: &Value, technician: &Technician) -> Result<Value, TicketError> {
        let mut changes = json!({ "id": id, "status": self.status(Stage::Working).await? });
        if let Some(Assignment { resource, role }) = self.assignment(technician).await? {
            changes["assignedResourceID"] = json!(resource);
            // In any of their roles it is theirs.
            if number(&ticket["assignedResourceID"]) != Some(resource) {
                changes["assignedResourceRoleID"] = json!(role);
            }
        }
        Ok(changes)
    }

    pub(super) async fn spend(&self, id: i64, time: &TimeSpent) -> Result<(), TicketError> {
        let until = self.until();
        let filter = [condition("eq", "ticketID", id)];
        let filed =
            self.api.found(&Request::query("TimeEntries", &filter, &["id", "summaryNotes"], PAGE)).await?;
        if note::refs(&filed, "summaryNotes").contains(&time.external_ref) {
            return Ok(());
        }
        let Some(who) = self.assignment(&time.technician).await? else {
            return Err(TicketError::Refused(format!(
                "{NAME} has no active resource with a service desk role for {}, whose time is to be filed",
                time.technician.name
            )));
        };
        let body = note::new_time(id, time, who);
        self.api.ask(Call::Time, &Request::change(Method::POST, "TimeEntries", body, until)).await.map(drop)
    }

    async fn open_item(&self, id: i64) -> Result<Value, TicketError> {
        let ticket = self.item(id).await?;
        if self.is_over(&ticket).await? { Err(TicketError::Closed) } else { Ok(ticket) }
    }

    /// Changes some fields; where only whole tickets can be changed, with all others as they were a moment ago.
    async fn change(&self, ticket: &Value, changes: &Value, until: Until) -> Result<(), TicketError> {
        let patch = Request::change(Method::PATCH, "Tickets", changes.clone(), until);
        let mut answer = self.api.answer(Call::Change, &patch).await?;
        if answer::is_unsupported(&answer) {
            let whole = ticket::whole(ticket, changes);
            let put = Request::change(Method::PUT, "Tickets", whole, until);
            answer = self.api.answer(Call::Change, &put).await?;
        }
        // Some answer with the ticket's id, some with nothing.
        if answer.status.is_success() { Ok(()) } else { answer::checked(Call::Change, &answer).map(drop) }
    }
}
