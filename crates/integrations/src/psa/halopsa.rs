//! HaloPSA, over its REST API, as an API application that signs in with client credentials.
//!
//! Invariants: a ticket carries our key in its details and a note in its last line, since HaloPSA keeps no keys of others;
//! what has no id there, be it a technician, a client or a priority, never keeps a ticket from being made; every note is
//! private, whatever outcome it had to be written with.

mod access;
mod answer;
mod check;
mod choice;
mod filing;
mod lists;
mod reading;
mod ticket;
mod wire;

use app::port::{
    Filed, Secret, TicketError, TicketName, TicketNote, TicketResolution, TicketSystem, TicketView, TimeSpent,
};
use async_trait::async_trait;
use domain::id::TenantId;
use domain::input::Wrong;
use domain::psa::{CheckPoint, HaloSettings, PsaMapping};
use domain::ticket::{NewTicket, Technician, TicketFacts};
use serde_json::{Value, json};
use url::Url;

use self::access::Access;
use self::answer::{Call, NAME};
use self::filing::unassigned;
use self::lists::{Lists, named, or_none};
use crate::http::Http;

/// The status of a completed ticket, where the settings name none; every new HaloPSA has it.
const CLOSED: &str = "Closed";

/// The status of a ticket that is worked on, where the settings name none and it exists.
const WORKING: &str = "In Progress";

/// The outcome that every new HaloPSA has for private notes, for where outcomes can't be read.
const PRIVATE_NOTE: &str = "Private Note";

/// With how many outcomes a note is tried: the chosen one may be forbidden to the application.
const OUTCOMES_TRIED: usize = 3;

/// One tenant's HaloPSA.
#[derive(Debug)]
pub struct HaloPsa {
    access: Access,
    lists: Lists,
    settings: HaloSettings,
    mapping: PsaMapping,
}

impl HaloPsa {
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
        Ok(Self { access, lists: Lists::default(), settings: settings.clone(), mapping: mapping.clone() })
    }

    fn filed(&self, id: i64) -> Filed {
        let id = id.to_string();
        let url = self.access.url(&["tickets"], &[("id", &id)]);
        Filed { id, number: None, url: Some(url.into()) }
    }

    /// Writes an action with the best outcome that the application may use.
    async fn act(&self, action: impl Fn(&Value) -> Value + Send + Sync) -> Result<(), TicketError> {
        self.access.token().await?;
        let outcomes = or_none(self.lists.outcomes(&self.access).await)?;
        let wanted = self.settings.note_outcome.as_deref();
        let fit = choice::note_outcomes(&outcomes, wanted);
        let mut fit: Vec<Value> = fit.iter().take(OUTCOMES_TRIED).map(|outcome| json!(outcome.id)).collect();
        if fit.is_empty() {
            fit.push(json!(wanted.unwrap_or(PRIVATE_NOTE)));
        }
        let mut last = None;
        for outcome in &fit {
            match self.access.post(Call::Change, "actions", &action(outcome)).await {
                // It was refused, so that nothing was done: the next outcome may be allowed.
                Err(error) if answer::is_about(&error, &["outcome", "action", "permission", "right"]) => {
                    last = Some(error);
                }
                done => return done.map(drop),
            }
        }
        Err(last.unwrap_or_else(|| TicketError::Refused(format!("{NAME} has no outcome for a private note"))))
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

    /// Who is mapped, or has a mail address that isn't known to be nobody's there.
    fn recognizes(&self, technician: &Technician) -> bool {
        let mail = technician.email.trim();
        self.mapping.technicians.contains_key(&technician.user_id)
            || (!mail.is_empty() && !self.lists.is_nobody(&self.access, mail))
    }

    async fn create(&self, ticket: &NewTicket) -> Result<Filed, TicketError> {
        let mut filing = self.filing(ticket).await?;
        let mut answered = self.access.post(Call::Create, "tickets", &wire::ticket(ticket, &filing)).await;
        // An agent who left meanwhile, or may not have tickets of this type, is no reason to have none.
        if let (Err(refused), Some(technician), Some(_)) = (&answered, &ticket.assignee, filing.agent)
            && answer::is_about(refused, &["agent", "technician"])
        {
            filing.agent = None;
            filing.lines.push(unassigned(technician));
            answered = self.access.post(Call::Create, "tickets", &wire::ticket(ticket, &filing)).await;
        }
        let answer = answered?;
        let id = wire::one(&answer.body).and_then(|made| ticket::id(&made));
        id.map(|id| self.filed(id)).ok_or_else(|| answer::without_id(answer.status))
    }

    /// Its search lags, and what it looks at is a setting there: the latest tickets are looked through as well.
    async fn find(&self, _: &TenantId, external_ref: &str) -> Result<Option<TicketView>, TicketError> {
        let pages = [("open_only", "false"), ("pageinate", "true"), ("page_no", "1")];
        let latest = [("page_size", "50"), ("order", "id"), ("orderdesc", "true")];
        let searches: [&[(&str, &str)]; 3] = [
            &[("page_size", "10"), ("search", external_ref)],
            &[("page_size", "10"), ("search_details", external_ref)],
            &latest,
        ];
        for search in searches {
            let url = self.access.url(&["api", "tickets"], &[&pages, search].concat());
            let answer = self.access.get(Call::List, &url).await?;
            let found = wire::rows(&answer.body, "tickets");
            let found = found.ok_or_else(|| answer::not_understood("a list of tickets"))?;
            if let Some(ours) = self.ours(&found, external_ref).await?
                && let Some(id) = ticket::id(&ours)
            {
                return Ok(Some(self.view(id, &ours).await?));
            }
        }
        Ok(None)
    }

    async fn read(&self, _: &TenantId, id: &str) -> Result<TicketView, TicketError> {
        let id = number(id)?;
        self.view(id, &self.ticket(id).await?).await
    }

    async fn add_note(&self, _: &TenantId, id: &str, note: &TicketNote) -> Result<(), TicketError> {
        let id = number(id)?;
        self.act(|outcome| wire::note(id, outcome, note)).await
    }

    async fn complete(&self, _: &TenantId, id: &str, end: &TicketResolution) -> Result<(), TicketError> {
        let id = number(id)?;
        let name = self.settings.closed_status.as_deref().unwrap_or(CLOSED);
        let statuses = self.lists.statuses(&self.access).await?;
        let status = named(&statuses, name).ok_or_else(|| {
            TicketError::Refused(format!(
                "{NAME} has no status '{name}': choose another closed status, and retry"
            ))
        })?;
        self.access.post(Call::Change, "tickets", &wire::complete(id, status.id, end)).await.map(drop)
    }

    async fn take(&self, _: &TenantId, id: &str, technician: &Technician) -> Result<(), TicketError> {
        let id = number(id)?;
        let name = self.settings.working_status.as_deref().unwrap_or(WORKING);
        self.access.token().await?;
        let statuses = or_none(self.lists.statuses(&self.access).await)?;
        let status = named(&statuses, name).map(|status| status.id);
        let agent = self.agent(technician).await?;
        if agent.is_none() && status.is_none() {
            return Ok(());
        }
        let taken = self.access.post(Call::Change, "tickets", &wire::take(id, agent, status)).await;
        match taken {
            Err(error) if agent.is_some() && answer::is_about(&error, &["agent", "technician"]) => {
                match status {
                    Some(_) => self
                        .access
                        .post(Call::Change, "tickets", &wire::take(id, None, status))
                        .await
                        .map(drop),
                    None => Ok(()),
                }
            }
            taken => taken.map(drop),
        }
    }

    /// As an action that is neither reviewed nor ready for billing: a person looks at it first.
    async fn add_time(&self, _: &TenantId, id: &str, time: &TimeSpent) -> Result<(), TicketError> {
        let id = number(id)?;
        if self.note_refs(id).await?.contains(&time.external_ref) {
            return Ok(());
        }
        let agent = self.agent(&time.technician).await?;
        self.act(|outcome| wire::time(id, outcome, time, agent)).await
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
