//! What an API application of HaloPSA needs, looked at without changing anything.
//!
//! Invariant: each point says what is missing in words that an administrator of HaloPSA can act on; what was kept from
//! before counts for nothing.

use app::port::TicketError;
use domain::psa::CheckPoint;
use domain::severity::Severity;

use super::answer::{Call, NAME, not_understood};
use super::lists::{Entry, named};
use super::{HaloPsa, choice, wire};
use crate::psa::point::point;

/// How many missing things are named.
const NAMED: usize = 5;

impl HaloPsa {
    pub(super) async fn checked(&self) -> Vec<CheckPoint> {
        self.access.sign_out().await;
        self.lists.clear();
        let signed_in = self.access.token().await;
        let mut points = vec![point("sign in", signed_in.map(|_| None))];
        if points[0].missing.is_some() {
            return points;
        }
        points.push(point("read tickets", self.reads_tickets().await));
        points.push(point("create tickets", self.creates_tickets().await));
        points.push(point("write private notes", self.writes_notes().await));
        points.push(point("closed status", self.has_statuses().await));
        points.push(point("priorities", self.has_priorities().await));
        points.push(point("technicians", self.has_technicians().await));
        points.push(point("companies", self.has_mapped_companies().await));
        points.push(point("default company", self.has_company().await));
        points
    }

    async fn reads_tickets(&self) -> Result<Option<String>, TicketError> {
        let query = [("pageinate", "true"), ("page_size", "1"), ("page_no", "1")];
        let answer = self.access.get(Call::List, &self.access.url(&["api", "tickets"], &query)).await?;
        wire::rows(&answer.body, "tickets").ok_or_else(|| not_understood("a list of tickets"))?;
        Ok(None)
    }

    /// By what it takes to make one: HaloPSA doesn't say what an application may do before it does it.
    async fn creates_tickets(&self) -> Result<Option<String>, TicketError> {
        let types = self.lists.ticket_types(&self.access).await?;
        Ok(match &self.settings.ticket_type {
            Some(name) if named(&types, name).is_none() => Some(format!("there is no ticket type '{name}'")),
            None if types.is_empty() => Some("the application sees no ticket type".to_owned()),
            _ => None,
        })
    }

    async fn writes_notes(&self) -> Result<Option<String>, TicketError> {
        let outcomes = self.lists.outcomes(&self.access).await?;
        let wanted = self.settings.note_outcome.as_deref();
        let fit = choice::note_outcomes(&outcomes, wanted);
        Ok(match wanted {
            Some(name) if !outcomes.iter().any(|outcome| outcome.is_called(name)) => {
                Some(format!("there is no outcome '{name}'"))
            }
            None if fit.is_empty() => {
                Some("there is no outcome that is called a note: choose one in the settings".to_owned())
            }
            _ => None,
        })
    }

    async fn has_statuses(&self) -> Result<Option<String>, TicketError> {
        let statuses = self.lists.statuses(&self.access).await?;
        let closed = self.settings.closed_status();
        let others = self.settings.working_status.iter().chain(&self.settings.also_closed);
        let all = [closed].into_iter().chain(others.map(String::as_str));
        Ok(without(all, &statuses).map(|names| format!("there is no status {names}")))
    }

    async fn has_priorities(&self) -> Result<Option<String>, TicketError> {
        let types = self.lists.ticket_types(&self.access).await?;
        let own = self.settings.ticket_type.as_deref().and_then(|name| named(&types, name));
        let priorities = self.lists.priorities(&self.access, own.map(|own| own.id)).await?;
        let mapped = &self.mapping.priorities;
        if let Some(names) = without(mapped.values().map(String::as_str), &priorities) {
            return Ok(Some(format!("there is no priority {names}")));
        }
        let open = |severity: &&Severity| {
            !mapped.contains_key(severity) && choice::priority(&priorities, None, **severity).is_none()
        };
        let open: Vec<&str> = Severity::ALL.iter().filter(open).map(|severity| severity.as_str()).collect();
        Ok((!open.is_empty()).then(|| format!("none fits {}: map it to one of {NAME}'s", open.join(", "))))
    }

    async fn has_technicians(&self) -> Result<Option<String>, TicketError> {
        let agents = self.lists.agents(&self.access).await?;
        let agents: Vec<Entry> = agents.iter().filter(|agent| !agent.off).cloned().collect();
        if agents.is_empty() {
            return Ok(Some("the application sees no agent, so that no ticket is assigned".to_owned()));
        }
        let mapped = self.mapping.technicians.values().map(String::as_str);
        Ok(without(mapped, &agents).map(|names| format!("there is no agent {names}")))
    }

    /// Under which client a ticket goes is what people look at first.
    async fn has_mapped_companies(&self) -> Result<Option<String>, TicketError> {
        let mut missing = Vec::new();
        for (client, name) in &self.mapping.companies {
            if !self.has_client(name).await? {
                missing.push(format!("'{name}' for {client}"));
            }
        }
        Ok(listed(&missing).map(|names| format!("there is no client {names}")))
    }

    async fn has_company(&self) -> Result<Option<String>, TicketError> {
        let Some(name) = &self.mapping.default_company else {
            // Whether there are clients to be seen at all.
            return self.lists.clients_like(&self.access, "").await.map(|_| None);
        };
        let is_there = self.has_client(name).await?;
        Ok((!is_there).then(|| format!("there is no client '{name}'")))
    }

    /// By its name or its number.
    async fn has_client(&self, name: &str) -> Result<bool, TicketError> {
        let Ok(id) = name.trim().parse::<i64>() else {
            let found = self.lists.clients_like(&self.access, name).await?;
            return Ok(found.iter().any(|client| client.is_called(name) && !client.off));
        };
        let url = self.access.url(&["api", "client", &id.to_string()], &[]);
        match self.access.get(Call::Read, &url).await {
            Ok(answer) => {
                let found = wire::one(&answer.body).and_then(|client| wire::number(&client, &["id"]));
                Ok(found == Some(id))
            }
            Err(TicketError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Which of these names nothing goes by.
fn without<'a>(names: impl Iterator<Item = &'a str>, entries: &[Entry]) -> Option<String> {
    let missing: Vec<String> =
        names.filter(|name| named(entries, name).is_none()).map(|name| format!("'{name}'")).collect();
    listed(&missing)
}

/// What is missing, as far as it fits; nothing where nothing is.
fn listed(missing: &[String]) -> Option<String> {
    let more = missing.len().saturating_sub(NAMED);
    let told = missing.get(..NAMED).unwrap_or(missing).join(", ");
    match (missing.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(told),
        (false, more) => Some(format!("{told} and {more} more")),
    }
}
