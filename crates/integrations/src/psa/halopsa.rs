//! HaloPSA, over its REST API, as an API application that signs in with client credentials.
//!
//! Invariants: a ticket carries our key in its details and a note in its last line, since HaloPSA keeps no keys of others;
//! what has no id there, be it a technician, a client or a priority, never keeps a ticket from being made; every note is
//! private, whatever outcome it had to be written with.

mod access;
mod acting;
mod answer;
mod check;
mod choice;
mod filing;
mod lists;
mod reading;
mod ticket;
mod wire;

use std::time::Duration;

use app::port::{
    Filed, Secret, TicketError, TicketName, TicketNote, TicketResolution, TicketSystem, TicketView, TimeSpent,
};
use async_trait::async_trait;
use domain::id::TenantId;
use domain::input::Wrong;
use domain::psa::{CheckPoint, HaloSettings, PsaHome, PsaMapping};
use domain::ticket::{NewTicket, Technician, TicketFacts};
use url::Url;

use self::access::Access;
use self::answer::{Call, NAME};
use self::filing::unassigned;
use self::lists::{Lists, named, or_none};
use super::patience::{PATIENCE, Until};
use crate::http::Http;

/// One tenant's HaloPSA.
#[derive(Debug)]
pub struct HaloPsa {
    access: Access,
    lists: Lists,
    settings: HaloSettings,
    mapping: PsaMapping,
    patience: Duration,
}

impl HaloPsa {
    /// Who reports what we make.
    pub(crate) const REPORTER: &str = wire::REPORTER;

    /// The HaloPSA of these settings; `secret` is the API application's client secret. Nothing is connected to, and no secret
    /// is read, yet. The errors are about `base_url` and `client_id`.
    pub fn new(
        settings: &HaloSettings,
        mapping: &PsaMapping,
        secret: Secret,
        http: Http,
    ) -> Result<Self, Vec<Wrong>> {
        let client_id = settings.client_id.trim();
        let mut wrong = Vec::new();
        if client_id.is_empty() || client_id.chars().any(char::is_control) {
            wrong.push(Wrong::new("client_id", "must be the client id of the API application"));
        }
        let base = match base(&settings.base_url) {
            Ok(base) if wrong.is_empty() => base,
            Ok(_) => return Err(wrong),
            Err(problem) => {
                wrong.insert(0, Wrong::new("base_url", problem));
                return Err(wrong);
            }
        };
        let access = Access::new(base, client_id.to_owned(), secret, http);
        Ok(Self {
            access,
            lists: Lists::default(),
            settings: settings.clone(),
            mapping: mapping.clone(),
            patience: PATIENCE,
        })
    }

    /// Our key of a ticket whose details, plain or as markup, end as those that we write do.
    pub(crate) fn key_in(details: &str) -> Option<&str> {
        wire::ticket_key(details)
    }

    fn filed(&self, id: i64) -> Filed {
        let id = id.to_string();
        let url = self.access.url(&["tickets"], &[("id", &id)]);
        Filed { id, number: None, url: Some(url.into()) }
    }
}

fn base(url: &str) -> Result<Url, String> {
    let mut url = Url::parse(url.trim()).map_err(|error| format!("is not an address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("starts with neither https:// nor http://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("contains a user or password; sign-in is by the client id and its secret".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has a query or a fragment, which mean nothing here".to_owned());
    }
    // HaloPSA shows the address with `/api` at its end to whoever makes an application.
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/api").unwrap_or(path).to_owned();
    url.set_path(&path);
    Ok(url)
}

/// The number that a ticket id is; another can't be a ticket's.
fn number(id: &str) -> Result<i64, TicketError> {
    id.trim().parse().ok().filter(|id| *id > 0).ok_or(TicketError::NotFound)
}

#[async_trait]
impl TicketSystem for HaloPsa {
    fn name(&self) -> &'static str {
        NAME
    }

    fn home(&self) -> PsaHome {
        PsaHome::new("halopsa", &self.settings.account())
    }

    /// Who is mapped, or has a mail address that isn't known to be nobody's there.
    fn recognizes(&self, technician: &Technician) -> bool {
        let mail = technician.email.trim();
        self.mapping.technicians.contains_key(&technician.user_id)
            || (!mail.is_empty() && !self.lists.is_nobody(&self.access, mail))
    }

    async fn create(&self, ticket: &NewTicket) -> Result<Filed, TicketError> {
        let until = Until::after(self.patience);
        let mut filing = until.look(NAME, self.filing(ticket)).await?;
        let body = wire::ticket(ticket, &filing);
        let mut answered = self.access.post(Call::Create, until, "tickets", &body).await;
        // An agent who left meanwhile, or may not have tickets of this type, is no reason to have none.
        if let (Err(refused), Some(technician), Some(_)) = (&answered, &ticket.assignee, filing.agent)
            && answer::is_about(refused, &["agent", "technician"])
        {
            filing.agent = None;
            filing.lines.push(unassigned(technician));
            let body = wire::ticket(ticket, &filing);
            answered = self.access.post(Call::Create, until, "tickets", &body).await;
        }
        let answer = answered?;
        let id = wire::one(&answer.body).and_then(|made| ticket::id(&made));
        id.map(|id| self.filed(id)).ok_or_else(|| answer::without_id(answer.status))
    }

    async fn find(
        &self,
        _: &TenantId,
        external_ref: &str,
        number: u64,
    ) -> Result<Option<TicketView>, TicketError> {
        Until::after(self.patience).look(NAME, self.search(external_ref, number)).await
    }

    async fn read(&self, _: &TenantId, id: &str) -> Result<TicketView, TicketError> {
        let id = number(id)?;
        let look = async { self.view(id, &self.ticket(id).await?).await };
        Until::after(self.patience).look(NAME, look).await
    }

    async fn add_note(&self, _: &TenantId, id: &str, note: &TicketNote) -> Result<(), TicketError> {
        self.note(number(id)?, note).await
    }

    async fn complete(&self, _: &TenantId, id: &str, end: &TicketResolution) -> Result<(), TicketError> {
        let id = number(id)?;
        let until = Until::after(self.patience);
        let name = self.settings.closed_status();
        let statuses = self.lists.statuses(&self.access).await?;
        let status = named(&statuses, name).ok_or_else(|| {
            TicketError::Refused(format!(
                "{NAME} has no status '{name}': choose another closed status, and retry"
            ))
        })?;
        let body = wire::complete(id, status.id, end);
        self.access.post(Call::Change, until, "tickets", &body).await.map(drop)
    }

    async fn take(&self, _: &TenantId, id: &str, technician: &Technician) -> Result<(), TicketError> {
        let id = number(id)?;
        let until = Until::after(self.patience);
        let name = self.settings.working_status();
        self.access.token().await?;
        let statuses = or_none(self.lists.statuses(&self.access).await)?;
        let status = named(&statuses, name).map(|status| status.id);
        let agent = self.agent(technician).await?;
        if agent.is_none() && status.is_none() {
            return Ok(());
        }
        let taken =
            self.access.post(Call::Change, until, "tickets", &wire::take(id, agent, status)).await.map(drop);
        match taken {
            Err(error) if agent.is_some() && answer::is_about(&error, &["agent", "technician"]) => {
                if status.is_none() {
                    return Ok(());
                }
                let body = wire::take(id, None, status);
                self.access.post(Call::Change, until, "tickets", &body).await.map(drop)
            }
            taken => taken,
        }
    }

    async fn add_time(&self, _: &TenantId, id: &str, time: &TimeSpent) -> Result<(), TicketError> {
        self.spend(number(id)?, time).await
    }

    async fn fetch(&self, _: &TenantId, name: &TicketName) -> Result<Option<TicketFacts>, TicketError> {
        let (TicketName::Id(id) | TicketName::Number(id)) = name;
        let Ok(id) = number(id) else { return Ok(None) };
        let ticket = match self.ticket(id).await {
            Err(TicketError::NotFound) => return Ok(None),
            ticket => ticket?,
        };
        let statuses = or_none(self.lists.statuses(&self.access).await)?;
        let url = self.filed(id).url.unwrap_or_default();
        Ok(ticket::facts(&ticket, url, &statuses))
    }

    async fn check(&self, _: &TenantId) -> Vec<CheckPoint> {
        self.checked().await
    }
}

#[cfg(test)]
mod tests;
