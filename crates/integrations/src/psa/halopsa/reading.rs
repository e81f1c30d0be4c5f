//! Reading tickets, the notes that we wrote to them, and which of them are ours.
//!
//! Invariants: what a search found is looked at before it is believed; an incident's number says which tickets are worth
//! looking at and never that one is ours, since another tenant of ours in the same HaloPSA counts from 1, too.

use std::collections::BTreeSet;

use app::port::{TicketError, TicketView};
use serde_json::Value;

use super::answer::{self, Call};
use super::lists::or_none;
use super::{HaloPsa, ticket, wire};

/// How many actions of a ticket are looked through for our notes; fewer, where that many are too long.
const ACTIONS: [&str; 2] = ["200", "25"];

/// How many tickets that don't say whose number they have are opened, of those that one search found, to see whether they are
/// ours.
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

    /// The ticket that carries our key. The search lags, and what it looks at is a setting there: it is asked for the number,
    /// too, and the latest tickets are looked through as well.
    pub(super) async fn search(
        &self,
        external_ref: &str,
        incident: u64,
    ) -> Result<Option<TicketView>, TicketError> {
        let number = incident.to_string();
        let pages = [("open_only", "false"), ("pageinate", "true"), ("page_no", "1")];
        let latest = [("page_size", "100"), ("order", "id"), ("orderdesc", "true")];
        let searches: [&[(&str, &str)]; 4] = [
            &[("page_size", "10"), ("search", external_ref)],
            &[("page_size", "10"), ("search_details", external_ref)],
            &latest,
            &[("page_size", "100"), ("search", &number)],
        ];
        let mut opened = BTreeSet::new();
        for search in searches {
            let url = self.access.url(&["api", "tickets"], &[&pages, search].concat());
            let answer = self.access.get(Call::List, &url).await?;
            let found = wire::rows(&answer.body, "tickets");
            let found = found.ok_or_else(|| answer::not_understood("a list of tickets"))?;
            if let Some(ours) = self.ours(&found, external_ref, incident, &mut opened).await?
                && let Some(id) = ticket::id(&ours)
            {
                return Ok(Some(self.view(id, &ours).await?));
            }
        }
        Ok(None)
    }

    /// The one of these tickets that carries our key; those that were opened before are known not to.
    async fn ours(
        &self,
        found: &[Value],
        external_ref: &str,
        incident: u64,
        opened: &mut BTreeSet<i64>,
    ) -> Result<Option<Value>, TicketError> {
        if let Some(ours) = found.iter().find(|ticket| ticket::carries(ticket, external_ref)) {
            return Ok(Some(ours.clone()));
        }
        for id in worth_opening(found, incident, opened) {
            opened.insert(id);
            match self.ticket(id).await {
                Ok(whole) if ticket::carries(&whole, external_ref) => return Ok(Some(whole)),
                Ok(_) | Err(TicketError::NotFound | TicketError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

/// Which of these tickets may be ours and don't say it here: all that have our number, and then some that have none and
/// aren't known to have been reported by anybody else.
fn worth_opening(found: &[Value], incident: u64, opened: &BTreeSet<i64>) -> Vec<i64> {
    let is_foreign = |ticket: &Value| wire::text(ticket, "reportedby").is_some_and(|by| by != wire::REPORTER);
    let (mut ours, mut unknown) = (Vec::new(), Vec::new());
    for ticket in found.iter().filter(|ticket| !ticket::has_details(ticket)) {
        let Some(id) = ticket::id(ticket).filter(|id| !opened.contains(id)) else { continue };
        match ticket::third_party_id(ticket) {
            Some(number) if number == incident => ours.push(id),
            None if !is_foreign(ticket) => unknown.push(id),
            _ => {}
        }
    }
    unknown.truncate(OPENED);
    ours.append(&mut unknown);
    ours
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tickets_of_our_number_are_opened_first_and_those_of_another_not_at_all() {
        let row = |id: i64, number: Value| json!({ "id": id, "third_party_id": number });
        let mut found: Vec<Value> = (100..120).map(|id| row(id, json!(7))).collect();
        found.extend((200..220).map(|id| row(id, json!(0))));
        found.extend([row(300, json!(42)), row(301, json!("42")), row(302, json!(-1)), json!({ "id": 303 })]);
        found.push(json!({ "id": 304, "reportedby": "jane@contoso.example" }));
        found.push(json!({ "id": 305, "third_party_id": 42, "details": "another key" }));
        let none = BTreeSet::new();
        let expected: Vec<i64> = [300, 301].into_iter().chain(200..210).collect();
        assert_eq!(worth_opening(&found, 42, &none), expected);
        let opened: BTreeSet<i64> = expected.into_iter().collect();
        let expected: Vec<i64> = (210..220).collect();
        assert_eq!(worth_opening(&found, 42, &opened), expected, "none twice");
        assert_eq!(worth_opening(&found[42..], 8, &none), [302, 303]);
    }
}
