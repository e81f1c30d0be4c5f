//! What a new ticket is filed under: HaloPSA's ids of its type, priority, client and technician.
//!
//! Invariant: what has no id there is left out and told in the ticket's text; only what can't be asked for now is an error.

use app::port::TicketError;
use domain::ticket::{NewTicket, Technician};

use super::answer::NAME;
use super::lists::{named, or_none};
use super::wire::Filing;
use super::{HaloPsa, choice};

impl HaloPsa {
    /// The ids that a new ticket is made with.
    pub(super) async fn filing(&self, ticket: &NewTicket) -> Result<Filing, TicketError> {
        // A sign-in that is refused is no list that is: it ends here.
        self.access.token().await?;
        let mut filing = Filing::default();
        if let Some(name) = &self.settings.ticket_type {
            let types = or_none(self.lists.ticket_types(&self.access).await)?;
            filing.ticket_type = named(&types, name).map(|entry| entry.id);
        }
        let priorities = or_none(self.lists.priorities(&self.access, filing.ticket_type).await)?;
        let mapped = self.mapping.priorities.get(&ticket.severity).map(String::as_str);
        filing.priority = choice::priority(&priorities, mapped, ticket.severity).map(|entry| entry.id);
        filing.client = self.client(ticket.client.as_deref(), &mut filing.lines).await?;
        if let Some(technician) = &ticket.assignee {
            filing.agent = self.agent(technician).await?;
            if filing.agent.is_none() {
                filing.lines.push(unassigned(technician));
            }
        }
        Ok(filing)
    }

    /// The client by the mapping or its own name, else the default one; a client that isn't there is told in `lines`.
    async fn client(
        &self,
        client: Option<&str>,
        lines: &mut Vec<String>,
    ) -> Result<Option<i64>, TicketError> {
        if let Some(own) = client.filter(|own| !own.trim().is_empty()) {
            let name = self.mapping.company(client).unwrap_or(own);
            // Only whoever wrote the mapping means a number by a number.
            if let Some(id) = self.client_id(name, name != own).await? {
                return Ok(Some(id));
            }
            lines.push(format!("Client: {} (not found in {NAME})", own.trim()));
        }
        match &self.mapping.default_company {
            Some(name) => self.client_id(name, true).await,
            None => Ok(None),
        }
    }

    async fn client_id(&self, name: &str, may_be_number: bool) -> Result<Option<i64>, TicketError> {
        if may_be_number && let Ok(id) = name.trim().parse() {
            return Ok(Some(id));
        }
        let found = or_none(self.lists.clients_like(&self.access, name).await)?;
        Ok(found.iter().find(|client| client.is_called(name) && !client.off).map(|client| client.id))
    }

    pub(super) async fn agent(&self, technician: &Technician) -> Result<Option<i64>, TicketError> {
        let mapped = self.mapping.technicians.get(&technician.user_id);
        let mail = mapped.map_or(technician.email.as_str(), String::as_str).trim();
        if mapped.is_some()
            && let Ok(id) = mail.parse()
        {
            return Ok(Some(id));
        }
        if mail.is_empty() {
            return Ok(None);
        }
        let found = or_none(self.lists.agents_like(&self.access, mail).await)?;
        Ok(found.iter().find(|agent| agent.is_called(mail) && !agent.off).map(|agent| agent.id))
    }
}

/// That nobody has the ticket, though somebody should.
pub(super) fn unassigned(technician: &Technician) -> String {
    format!("Acknowledged by: {} (not found among the technicians of {NAME})", technician.name)
}
