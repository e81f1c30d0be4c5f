//! Reading tickets, the notes that we wrote to them, and which of them are ours.
//!
//! Invariant: what a search found is looked at before it is believed.

use app::port::{TicketError, TicketView};
use serde_json::Value;

use super::answer::{self, Call};
use super::lists::or_none;
use super::{HaloPsa, ticket, wire};

/// How many actions of a ticket are looked through for our notes; fewer, where that many are too long.
const ACTIONS: [&str; 2] = ["200", "25"];

/// How many found tickets are opened to see whether they are ours.
const OPENED: usize = 10;

impl HaloPsa {
    /// The ticket as HaloPSA tells it.
    pub(super) async fn ticket(&self, id: i64) -> Result<Value, TicketError> {
        let url = self.access.url(&["api", "tickets", &id.to_string()], &[("includedetails", "true")]);
        let answer = self.access.get(Call::Read, &url).await?;
        // What isn't there is nothing at all, or a ticket without a number.
        if matches!(answer.body.trim_ascii(), b"" | b"null") {
            return Err(TicketError::NotFound);
        }
        let ticket = wire::one(&answer.body).ok_or_else(|| answer::not_understood("a ticket"))?;
        if ticket::id(&ticket).is_some() { Ok(ticket) } else { Err(TicketError::NotFound) }
    }

    /// The ticket with our keys of its notes; `id` is what it was asked for by.
    pub(super) async fn view(&self, id: i64, ticket: &Value) -> Result<TicketView, TicketError> {
        let statuses = or_none(self.lists.statuses(&self.access).await)?;
        // Another one in its place is the one that it was merged into.
        let closed = ticket::id(ticket) != Some(id) || ticket::is_over(ticket, &self.settings, &statuses);
        Ok(TicketView { filed: self.filed(id), closed, note_refs: self.note_refs(id).await? })
    }

    pub(super) async fn note_refs(&self, id: i64) -> Result<Vec<String>, TicketError> {
        for count in ACTIONS {
            let id = id.to_string();
            let query = [("ticket_id", id.as_str()), ("count", count), ("includehtmlnote", "false")];
            let url = self.access.url(&["api", "actions"], &query);
            let answer = self.access.get(Call::Read, &url).await?;
            if let Some(actions) = wire::rows(&answer.body, "actions") {
                let texts = actions.iter().filter_map(|action| {
                    wire::text(action, "note").or_else(|| wire::text(action, "note_html"))
                });
                return Ok(texts.filter_map(wire::mark).map(str::to_owned).collect());
            }
        }
        Err(answer::not_understood("a list of actions"))
    }

    /// The ticket that carries our key. The search lags, and what it looks at is a setting there: the latest tickets are
    /// looked through as well.
    pub(super) async fn search(&self, external_ref: &str) -> Result<Option<TicketView>, TicketError> {
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

    /// The first of these tickets that carries our key.
    pub(super) async fn ours(
        &self,
        found: &[Value],
        external_ref: &str,
    ) -> Result<Option<Value>, TicketError> {
        let mut opened = 0;
        for ticket in found {
            if ticket::carries(ticket, external_ref) {
                return Ok(Some(ticket.clone()));
            }
            let foreign = wire::text(ticket, "reportedby").is_some_and(|by| by != wire::REPORTER);
            if ticket::has_details(ticket) || foreign || opened == OPENED {
                continue;
            }
            let Some(id) = ticket::id(ticket) else { continue };
            opened += 1;
            match self.ticket(id).await {
                Ok(whole) if ticket::carries(&whole, external_ref) => return Ok(Some(whole)),
                Ok(_) | Err(TicketError::NotFound | TicketError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}
