//! Deliveries that only name a ticket: the PSA is asked what it says.
//!
//! Invariants: the sender waits for the PSA no longer than it can; a PSA that doesn't answer in time is asked again by the
//! tick. A PSA that won't tell, or goes on not answering, eats no page: the ticket's name pages, and what the PSA says of
//! the ticket later reaches the same incident. So does the name of a ticket that is known: it reaches its incident, by its
//! id as well as by its number.

use std::sync::Arc;
use std::time::Duration;

use domain::autotask::{self, dedup_key};
use domain::id::TenantId;
use domain::severity::Severity;
use domain::signal::{Signal, TicketMention};
use domain::source::{AlertSource, SourceType};
use tokio::time::timeout;

use crate::app::App;
use crate::error::Error;
use crate::port::{TicketError, TicketName};
use crate::psa;

/// How long the sender of a ticket's name is kept waiting: its own patience is five seconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// What came of asking.
pub(super) enum Asked {
    /// What the ticket says.
    Says(Box<Signal>),
    /// The PSA has no such ticket.
    Unknown(String),
    /// The PSA can't be asked now.
    NoAnswer(String),
}

/// Asks the tenant's PSA about a ticket.
pub(super) async fn ask(
    app: &Arc<App>,
    tenant: &TenantId,
    source: &AlertSource,
    name: &TicketName,
) -> Result<Asked, Error> {
    let desk = match psa::of(app, tenant).await {
        Ok(desk) => desk.filter(|desk| desk.home.word() == source.source_type.word()),
        // Settings that can't be used are as good as none.
        Err(Error::Invalid(_)) => None,
        Err(error) => return Err(error),
    };
    let says_its_name = |why: &str| Asked::Says(Box::new(unread(source.source_type, name, why)));
    let Some(desk) = desk else {
        return Ok(says_its_name(&format!("no connection to {} is set up", source.source_type)));
    };
    let asked = timeout(PATIENCE, desk.system.fetch(tenant, name)).await;
    Ok(match asked {
        Err(_) => Asked::NoAnswer(format!("{} did not answer in time", desk.system.name())),
        Ok(Ok(Some(facts))) => Asked::Says(Box::new(autotask::signal(&facts))),
        Ok(Ok(None) | Err(TicketError::NotFound | TicketError::Closed)) => {
            Asked::Unknown(format!("{} has no ticket '{}'", desk.system.name(), text(name)))
        }
        // However often it is asked, it will say the same; whoever is on call can't wait until somebody has looked.
        Ok(Err(TicketError::Refused(problem))) => says_its_name(&problem),
        Ok(Err(TicketError::Unavailable { reason, .. } | TicketError::Unknown { reason, .. })) => {
            Asked::NoAnswer(reason)
        }
    })
}

/// A ticket that nobody can be asked about pages all the same, unless it is one that is known; `why` is for people.
pub(super) fn unread(psa: SourceType, name: &TicketName, why: &str) -> Signal {
    let (id, number) = match name {
        TicketName::Id(id) => (id.clone(), None),
        TicketName::Number(number) => (String::new(), Some(number.trim().to_owned())),
    };
    let name = text(name);
    Signal {
        dedup_key: Some(dedup_key(name)),
        ticket: Some(TicketMention { id, number, unread: true, ..TicketMention::default() }),
        degraded: Some(format!("the ticket can't be read: {why}")),
        ..Signal::trigger(format!("{psa} ticket {name}"), Severity::High)
    }
}

fn text(name: &TicketName) -> &str {
    let (TicketName::Id(text) | TicketName::Number(text)) = name;
    text
}
