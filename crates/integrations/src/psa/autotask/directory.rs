//! Whom Autotask knows: companies, resources (its technicians) and their roles.
//!
//! Invariants: a client's own name is never taken for an id; whoever isn't active is nobody; what was found is believed
//! for a day, what wasn't is looked for again each time.

use std::collections::HashMap;
use std::time::Duration;

use app::port::TicketError;
use domain::psa::PsaMapping;
use domain::ticket::Technician;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::answer::{Call, NAME};
use super::api::{Api, PAGE, Request, condition, item, no_such, number, text};

const DAY: Duration = Duration::from_hours(24);

/// All that is asked about whoever is looked for.
const ACTIVE: [&str; 2] = ["id", "isActive"];

/// Somebody that a ticket can be given to, in which role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Assignment {
    pub(super) resource: i64,
    pub(super) role: i64,
}

/// The directory.
#[derive(Debug, Default)]
pub(super) struct Directory {
    /// By what was looked for, such as `company contoso`.
    known: Mutex<HashMap<String, (Instant, i64)>>,
}

impl Directory {
    /// The company of a ticket: as mapped, or by the client's own name, or else the default. Says whether it is that.
    pub(super) async fn company(
        &self,
        api: &Api,
        mapping: &PsaMapping,
        client: Option<&str>,
    ) -> Result<(i64, bool), TicketError> {
        let client = text_of(client);
        let wanted = mapping.company(client).map(str::trim);
        if let Some(wanted) = wanted {
            let is_mapped = Some(wanted) != client;
            let known = match digits(wanted).filter(|_| is_mapped) {
                Some(id) => Some(id),
                None => self.company_named(api, wanted).await?,
            };
            if let Some(id) = known {
                return Ok((id, false));
            }
        }
        match (text_of(mapping.default_company.as_deref()), wanted) {
            (Some(default), _) => Ok((self.default_company(api, default).await?, true)),
            (None, Some(name)) => Err(no_such("active company", name)),
            (None, None) => {
                let problem = "wants a company for each ticket, and no default is set";
                Err(TicketError::Refused(format!("{NAME} {problem}")))
            }
        }
    }

    /// The default company, by its id or name.
    pub(super) async fn default_company(&self, api: &Api, default: &str) -> Result<i64, TicketError> {
        match digits(default) {
            Some(id) => Ok(id),
            None => self.company_named(api, default).await?.ok_or_else(|| no_such("active company", default)),
        }
    }

    /// Whether there is an active company of this id or name.
    pub(super) async fn has_company(&self, api: &Api, name: &str) -> Result<bool, TicketError> {
        let Some(id) = digits(name) else { return Ok(self.company_named(api, name).await?.is_some()) };
        let found = api.found(&Request::query("Companies", &[condition("eq", "id", id)], &ACTIVE, 1)).await?;
        Ok(found.iter().any(is_active))
    }

    /// A company's name.
    pub(super) async fn company_name(&self, api: &Api, id: i64) -> Result<Option<String>, TicketError> {
        match api.ask(Call::Read, &Request::get(format!("Companies/{id}"))).await {
            Ok(answer) => {
                Ok(item(answer).and_then(|company| text(&company["companyName"]).map(str::to_owned)))
            }
            // The ticket can be read, and that is what counts.
            Err(TicketError::NotFound | TicketError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Who a technician is there, as mapped or else by their mail address.
    pub(super) async fn assignment(
        &self,
        api: &Api,
        mapping: &PsaMapping,
        technician: &Technician,
        role: Option<&str>,
    ) -> Result<Option<Assignment>, TicketError> {
        let mapped = mapping.technicians.get(&technician.user_id).map(String::as_str);
        let Some(name) = text_of(mapped).or_else(|| text_of(Some(&technician.email))) else {
            return Ok(None);
        };
        self.assignment_of(api, name, role).await
    }

    /// The same for an id or a mail address.
    pub(super) async fn assignment_of(
        &self,
        api: &Api,
        name: &str,
        role: Option<&str>,
    ) -> Result<Option<Assignment>, TicketError> {
        let Some(resource) = self.resource(api, name).await? else { return Ok(None) };
        let role = self.role(api, resource, role).await?;
        Ok(role.map(|role| Assignment { resource, role }))
    }

    /// The one active resource of this id or mail address.
    pub(super) async fn resource(&self, api: &Api, name: &str) -> Result<Option<i64>, TicketError> {
        let condition = match digits(name) {
            Some(id) => condition("eq", "id", id),
            None => condition("eq", "email", name),
        };
        let query = Request::query("Resources", &[condition], &ACTIVE, PAGE);
        let first = |found: &[Value]| found.iter().find(|found| is_active(found)).and_then(id_of);
        self.remember(api, &format!("resource {}", name.to_lowercase()), &query, first).await
    }

    /// The one active resource of this full name; `None` where there are several.
    pub(super) async fn resource_called(&self, api: &Api, name: &str) -> Result<Option<i64>, TicketError> {
        let Some((first, last)) = name.trim().split_once(' ') else { return Ok(None) };
        let filter = [condition("eq", "firstName", first.trim()), condition("eq", "lastName", last.trim())];
        let query = Request::query("Resources", &filter, &ACTIVE, PAGE);
        let only = |found: &[Value]| {
            let mut active = found.iter().filter(|found| is_active(found)).filter_map(id_of);
            active.next().filter(|_| active.next().is_none())
        };
        self.remember(api, &format!("person {}", name.to_lowercase()), &query, only).await
    }

    /// Whatever was found is looked for again.
    pub(super) async fn forget(&self) {
        self.known.lock().await.clear();
    }

    async fn company_named(&self, api: &Api, name: &str) -> Result<Option<i64>, TicketError> {
        let filter = [condition("eq", "companyName", name)];
        let query = Request::query("Companies", &filter, &ACTIVE, PAGE);
        let first = |found: &[Value]| found.iter().find(|found| is_active(found)).and_then(id_of);
        self.remember(api, &format!("company {}", name.to_lowercase()), &query, first).await
    }

    /// The service desk role of a resource: the one of this name if they have it, else their default, else any.
    async fn role(&self, api: &Api, resource: i64, wanted: Option<&str>) -> Result<Option<i64>, TicketError> {
        let wanted = match text_of(wanted) {
            Some(name) => {
                let query = Request::query("Roles", &[condition("eq", "name", name)], &ACTIVE, PAGE);
                let first = |found: &[Value]| found.iter().find(|found| is_active(found)).and_then(id_of);
                self.remember(api, &format!("role {}", name.to_lowercase()), &query, first).await?
            }
            None => None,
        };
        let filter = [condition("eq", "resourceID", resource)];
        let query = Request::query("ResourceServiceDeskRoles", &filter, &[], PAGE);
        let best = |found: &[Value]| {
            let active: Vec<&Value> = found.iter().filter(|found| is_active(found)).collect();
            let role = |found: &&Value| number(&found["roleID"]);
            let named = active.iter().find(|found| wanted.is_some() && role(found) == wanted);
            let usual = active.iter().find(|found| found["isDefault"] == true);
            named.or(usual).or(active.first()).and_then(role)
        };
        self.remember(api, &format!("role of {resource}"), &query, best).await
    }

    async fn remember(
        &self,
        api: &Api,
        key: &str,
        query: &Request,
        choose: impl Fn(&[Value]) -> Option<i64> + Send,
    ) -> Result<Option<i64>, TicketError> {
        if let Some((since, id)) = self.known.lock().await.get(key)
            && since.elapsed() < DAY
        {
            return Ok(Some(*id));
        }
        let found = choose(&api.found(query).await?);
        if let Some(id) = found {
            self.known.lock().await.insert(key.to_owned(), (Instant::now(), id));
        }
        Ok(found)
    }
}

/// An id, where a text is one.
pub(super) fn digits(text: &str) -> Option<i64> {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn text_of(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn id_of(found: &Value) -> Option<i64> {
    number(&found["id"])
}

fn is_active(found: &Value) -> bool {
    // Older entities have a number for it.
    match &found["isActive"] {
        Value::Bool(active) => *active,
        Value::Number(active) => active.as_i64() != Some(0),
        _ => true,
    }
}
