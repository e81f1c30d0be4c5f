//! Effects: what a commit wanted done. Each is a document with a due time, run right after its commit by whoever made it
//! and from the tick by whoever comes first.
//!
//! Invariants: whoever runs an effect has taken it (by if-match) until its lease ends; what it is done with is asked of the
//! store at that moment; how it ended is in the store before anybody may forget it.

mod event;
mod page;
mod runner;
mod ticket;

use std::sync::Arc;

use domain::id::{IncidentId, PageId, TenantId};

use crate::app::App;
use crate::error::Error;

pub(crate) use runner::Runner;

/// One thing to do for a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Send this page, which is leased to us.
    Page(PageId),
    /// Tell the PSA what is queued for this incident.
    Ticket(IncidentId),
    /// Publish this event, which is leased to us.
    Event(String),
}

/// Runs one effect that this process committed.
pub(crate) async fn run(app: &Arc<App>, tenant: &TenantId, effect: &Effect) -> Result<(), Error> {
    match effect {
        Effect::Page(id) => page::send(app, tenant, id.as_str(), page::Hold::Ours).await,
        Effect::Ticket(id) => ticket::work(app, tenant, id).await,
        Effect::Event(id) => event::publish(app, tenant, &store::event_id(id), event::Hold::Ours).await,
    }
}

/// Runs one effect that the tick found due: it must be taken first.
pub(crate) async fn take_over(app: &Arc<App>, tenant: &TenantId, effect: &Effect) -> Result<(), Error> {
    match effect {
        Effect::Page(id) => page::send(app, tenant, id.as_str(), page::Hold::ToTake).await,
        Effect::Ticket(id) => ticket::work(app, tenant, id).await,
        Effect::Event(id) => event::publish(app, tenant, &store::event_id(id), event::Hold::ToTake).await,
    }
}
