//! Making tickets, finding and reading them.
//!
//! Invariant: everything that a new ticket needs is looked up before it is sent, and it is sent in time or not at all:
//! whoever takes over from us must find the ticket, or none.

use std::time::Duration;

use app::port::{Filed, TicketError, TicketName, TicketView};
use domain::ticket::{NewTicket, Stage, TicketFacts};
use reqwest::Method;
use serde_json::Value;

use super::Autotask;
use super::answer::{self, Call, NAME};
use super::api::{PAGE, Request, condition, item, item_id, number, text};
use super::directory::digits;
use super::note;
use super::picklist::Entity;
use super::ticket::{self, Numbers};
use crate::psa::patience::Until;

/// How long a ticket that was made is asked for the number that people know it by.
const LONGEST_NUMBER: Duration = Duration::from_secs(5);

/// More notes of ours than this on one ticket aren't looked through.
const MOST_PAGES: usize = 20;

impl Autotask {
    pub(super) async fn file(&self, ticket: &NewTicket) -> Result<Filed, TicketError> {
        let until = self.until();
        let numbers = until.look(NAME, self.numbers(ticket)).await?;
        match self.make(ticket, &numbers, until).await {
            // Nothing was done; a number that we remembered may be wrong by now.
            Err(TicketError::Refused(reason)) => {
                self.forget().await;
                let fresh = until.look(NAME, self.numbers(ticket)).await?;
                if fresh == numbers {
                    Err(TicketError::Refused(reason))
                } else {
                    self.make(ticket, &fresh, until).await
                }
            }
            made => made,
        }
    }

    async fn make(&self, ticket: &NewTicket, numbers: &Numbers, until: Until) -> Result<Filed, TicketError> {
        let body = ticket::new_ticket(ticket, numbers, self.due_hours());
        let request = Request::change(Method::POST, "Tickets", body, until);
        let answer = self.api.ask(Call::Create, &request).await?;
        let id = item_id(&answer).ok_or_else(|| answer::not_understood(Call::Create))?;
        // The number that people know it by isn't answered; the ticket is there without it, too.
        if let Ok(made) = Until::after(LONGEST_NUMBER).look(NAME, self.item(id)).await
            && let Ok(filed) = self.filed(&made).await
        {
            return Ok(filed);
        }
        let url = self.api.zone().await.ok().and_then(|zone| zone.ticket_url(id));
        Ok(Filed { id: id.to_string(), number: None, url })
    }

    async fn numbers(&self, ticket: &NewTicket) -> Result<Numbers, TicketError> {
        let field = |name| (Entity::Tickets, name);
        let settings = &self.settings;
        let source = match settings.source.as_deref().map(str::trim).filter(|source| !source.is_empty()) {
            Some(label) => Some(self.picklists.value(&self.api, field("source"), label).await?),
            None => None,
        };
        let wanted = self.mapping.priorities.get(&ticket.severity);
        let client = ticket.client.as_deref();
        let (company, is_default) = self.directory.company(&self.api, &self.mapping, client).await?;
        let assignment = match &ticket.assignee {
            Some(technician) => self.assignment(technician).await?,
            None => None,
        };
        Ok(Numbers {
            company,
            is_default,
            queue: self.picklists.value(&self.api, field("queueID"), &settings.queue).await?,
            status: self.status(Stage::New).await?,
            priority: self.picklists.priority(&self.api, ticket.severity, wanted).await?,
            source,
            assignment,
        })
    }

    /// The ticket that carries our key; the first one, should there be several.
    pub(super) async fn by_key(&self, external_ref: &str) -> Result<Option<Value>, TicketError> {
        self.first(condition("eq", "externalID", external_ref)).await
    }

    async fn first(&self, condition: Value) -> Result<Option<Value>, TicketError> {
        let mut found = self.api.found(&Request::query("Tickets", &[condition], &[], PAGE)).await?;
        found.sort_by_key(|ticket| number(&ticket["id"]));
        Ok(found.into_iter().next())
    }

    /// A ticket by its id.
    pub(super) async fn item(&self, id: i64) -> Result<Value, TicketError> {
        let answer = self.api.ask(Call::Read, &Request::get(format!("Tickets/{id}"))).await?;
        item(answer).ok_or(TicketError::NotFound)
    }

    pub(super) async fn view(&self, ticket: &Value) -> Result<TicketView, TicketError> {
        let filed = self.filed(ticket).await?;
        let closed = self.is_over(ticket).await?;
        let id = digits(&filed.id).ok_or_else(|| answer::not_understood(Call::Look))?;
        Ok(TicketView { filed, closed, note_refs: self.note_refs(id).await? })
    }

    async fn filed(&self, ticket: &Value) -> Result<Filed, TicketError> {
        let zone = self.api.zone().await?;
        ticket::filed(ticket, &zone).ok_or_else(|| answer::not_understood(Call::Look))
    }

    /// Whether a ticket is in a closed status, or went into another one.
    pub(super) async fn is_over(&self, ticket: &Value) -> Result<bool, TicketError> {
        let status = self.label(ticket, "status").await?;
        Ok(ticket::is_merged(ticket) || self.settings.is_over(&status))
    }

    async fn label(&self, ticket: &Value, field: &str) -> Result<String, TicketError> {
        match number(&ticket[field]) {
            Some(value) => self.picklists.label(&self.api, (Entity::Tickets, field), value).await,
            None => Ok(String::new()),
        }
    }

    /// Our keys of the notes of a ticket.
    async fn note_refs(&self, id: i64) -> Result<Vec<String>, TicketError> {
        let mut refs = Vec::new();
        let mut after = 0;
        for _ in 0..MOST_PAGES {
            let filter = [
                condition("eq", "ticketID", id),
                condition("contains", "description", note::MARK),
                condition("gt", "id", after),
            ];
            let found =
                self.api.found(&Request::query("TicketNotes", &filter, &["id", "description"], PAGE)).await?;
            refs.extend(note::refs(&found, "description"));
            let last = found.iter().filter_map(|note| number(&note["id"])).max();
            match last.filter(|_| found.len() >= PAGE) {
                Some(last) => after = last,
                None => break,
            }
        }
        Ok(refs)
    }

    pub(super) async fn facts(&self, name: &TicketName) -> Result<Option<TicketFacts>, TicketError> {
        let found = match name {
            TicketName::Number(of_people) => {
                self.first(condition("eq", "ticketNumber", of_people.trim())).await?
            }
            TicketName::Id(id) => match digits(id) {
                Some(id) => match self.item(id).await {
                    Err(TicketError::NotFound) => None,
                    item => Some(item?),
                },
                None => None,
            },
        };
        let Some(ticket) = found else { return Ok(None) };
        let filed = self.filed(&ticket).await?;
        let said = |name: &str| text(&ticket[name]).unwrap_or_default().to_owned();
        let status = self.label(&ticket, "status").await?;
        let client = match number(&ticket["companyID"]) {
            Some(company) => self.directory.company_name(&self.api, company).await?,
            None => None,
        };
        Ok(Some(TicketFacts {
            id: filed.id,
            number: filed.number,
            title: said("title"),
            description: said("description"),
            stage: self.settings.stage(&status),
            status,
            priority: self.label(&ticket, "priority").await?,
            client,
            url: filed.url,
            external_ref: text(&ticket["externalID"]).map(str::to_owned),
            touched: text(&ticket["lastActivityDate"]).map(str::to_owned),
        }))
    }
}
