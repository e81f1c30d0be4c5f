//! Autotask, by its REST API. What is a number there is chosen by its label here.
//!
//! Invariants: our key stands in a ticket's external id and in the last line of each note, so that whatever may have
//! been made is found; an error says whether the work may have been done; nothing that people outside the house read is
//! written; the secret is read for each call.

mod answer;
mod api;
mod changes;
mod check;
mod directory;
mod note;
mod picklist;
mod ticket;
mod tickets;
mod zone;

use std::time::Duration;

use app::port::{
    Filed, Secret, TicketError, TicketName, TicketNote, TicketResolution, TicketSystem, TicketView, TimeSpent,
};
use async_trait::async_trait;
use domain::id::TenantId;
use domain::input::Wrong;
use domain::psa::{AutotaskSettings, CheckPoint, PsaHome, PsaMapping};
use domain::ticket::{NewTicket, Stage, Technician, TicketFacts};

use self::api::Api;
use self::directory::{Assignment, Directory, digits};
use self::picklist::{Entity, Picklists};
use super::patience::{PATIENCE, Until};
use crate::http::Http;

const DUE_HOURS: u16 = 24;

/// Autotask.
#[derive(Debug)]
pub struct Autotask {
    settings: AutotaskSettings,
    mapping: PsaMapping,
    api: Api,
    picklists: Picklists,
    directory: Directory,
    patience: Duration,
}

impl Autotask {
    /// The Autotask of an API user, whose zone is looked for at the first call; `secret` is that user's. The errors name
    /// settings.
    pub fn new(
        settings: &AutotaskSettings,
        mapping: &PsaMapping,
        secret: Secret,
        http: Http,
    ) -> Result<Self, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let user = api::header(&settings.username);
        wrong.extend(user.as_ref().err().map(|problem| Wrong::new("username", *problem)));
        let code = api::header(&settings.integration_code);
        wrong.extend(code.as_ref().err().map(|problem| Wrong::new("integration_code", *problem)));
        let question = zone::question(settings.zone_url.as_deref(), settings.username.trim());
        wrong.extend(question.as_ref().err().map(|problem| Wrong::new("zone_url", problem)));
        if settings.queue.trim().is_empty() {
            wrong.push(Wrong::new("queue", "must not be empty"));
        }
        if settings.due_hours == Some(0) {
            wrong.push(Wrong::new("due_hours", "must not be 0"));
        }
        match (user, code, question) {
            (Ok(user), Ok(code), Ok(question)) if wrong.is_empty() => Ok(Self {
                settings: settings.clone(),
                mapping: mapping.clone(),
                api: Api::new(question, user, code, secret, http),
                picklists: Picklists::default(),
                directory: Directory::default(),
                patience: PATIENCE,
            }),
            _ => Err(wrong),
        }
    }

    /// Until when a call that begins now may send something.
    fn until(&self) -> Until {
        Until::after(self.patience)
    }

    /// The number of the status of a stage.
    async fn status(&self, stage: Stage) -> Result<i64, TicketError> {
        let status = (Entity::Tickets, "status");
        self.picklists.value(&self.api, status, self.settings.status_of(stage)).await
    }

    fn due_hours(&self) -> u16 {
        self.settings.due_hours.unwrap_or(DUE_HOURS)
    }

    /// Whatever is remembered is asked for again.
    async fn forget(&self) {
        self.picklists.forget().await;
        self.directory.forget().await;
    }

    async fn assignment(&self, technician: &Technician) -> Result<Option<Assignment>, TicketError> {
        let role = self.settings.role.as_deref();
        self.directory.assignment(&self.api, &self.mapping, technician, role).await
    }
}

/// The number of a ticket of ours; no other text is one.
fn ticket_id(id: &str) -> Result<i64, TicketError> {
    digits(id).ok_or(TicketError::NotFound)
}

#[async_trait]
impl TicketSystem for Autotask {
    fn name(&self) -> &'static str {
        answer::NAME
    }

    fn home(&self) -> PsaHome {
        PsaHome::new("autotask", &self.settings.account())
    }

    /// Whoever is mapped, or can be looked for by their mail address.
    fn recognizes(&self, technician: &Technician) -> bool {
        let mapped = self.mapping.technicians.get(&technician.user_id);
        mapped.is_some_and(|name| !name.trim().is_empty()) || !technician.email.trim().is_empty()
    }

    async fn create(&self, ticket: &NewTicket) -> Result<Filed, TicketError> {
        self.file(ticket).await
    }

    /// There is one Autotask for each tenant, so that the key alone says which ticket.
    async fn find(
        &self,
        _: &TenantId,
        external_ref: &str,
        _: u64,
    ) -> Result<Option<TicketView>, TicketError> {
        let look = async {
            match self.by_key(external_ref).await? {
                Some(ticket) => Ok(Some(self.view(&ticket).await?)),
                None => Ok(None),
            }
        };
        self.until().look(answer::NAME, look).await
    }

    async fn read(&self, _: &TenantId, id: &str) -> Result<TicketView, TicketError> {
        let id = ticket_id(id)?;
        let look = async { self.view(&self.item(id).await?).await };
        self.until().look(answer::NAME, look).await
    }

    /// A note can be added to a ticket that is complete, as far as Autotask is concerned.
    async fn add_note(&self, _: &TenantId, id: &str, note: &TicketNote) -> Result<(), TicketError> {
        self.note(ticket_id(id)?, note).await
    }

    async fn complete(&self, _: &TenantId, id: &str, end: &TicketResolution) -> Result<(), TicketError> {
        self.end(ticket_id(id)?, end).await
    }

    async fn take(&self, _: &TenantId, id: &str, technician: &Technician) -> Result<(), TicketError> {
        self.give(ticket_id(id)?, technician).await
    }

    async fn add_time(&self, _: &TenantId, id: &str, time: &TimeSpent) -> Result<(), TicketError> {
        self.spend(ticket_id(id)?, time).await
    }

    async fn fetch(&self, _: &TenantId, name: &TicketName) -> Result<Option<TicketFacts>, TicketError> {
        self.facts(name).await
    }

    async fn check(&self, _: &TenantId) -> Vec<CheckPoint> {
        self.points().await
    }
}

#[cfg(test)]
mod tests;
