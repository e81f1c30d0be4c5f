//! Effects: what a commit wanted done. Each is a document with a due time, run right after its commit by whoever made it
//! and from the tick by whoever comes first.
//!
//! Invariants: whoever runs an effect has taken it (by if-match) until its lease ends; what it is done with is asked of the
//! store at that moment; how it ended is in the store before anybody may forget it.

mod calendars;
mod event;
pub(crate) mod maintenance;
mod notice;
mod page;
mod runner;
pub(crate) mod source;
mod ticket;
mod write_down;

use std::sync::Arc;

use domain::id::{DeliveryId, IncidentId, MaintenanceId, NoticeId, PageId, ScheduleId, SourceId, TenantId};

use crate::app::App;
use crate::error::Error;
use crate::intake::read_again;
use crate::psa;

pub(crate) use runner::Runner;
pub(crate) use ticket::link;

/// One thing to do for a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Send this page.
    Page(PageId, Hold),
    /// Tell the PSA what is queued for this incident.
    Ticket(IncidentId),
    /// Publish this event.
    Event(String, Hold),
    /// Read this schedule's calendars again.
    Calendars(ScheduleId),
    /// Send this notice; whoever comes first takes it.
    Notice(NoticeId),
    /// Read this delivery again, which waits for something outside.
    Delivery(DeliveryId),
    /// This maintenance window opens or closes.
    Maintenance(MaintenanceId),
    /// Look after this alert source.
    Source(SourceId),
    /// Look whether the PSA still lets us do what we need.
    PsaCheck,
}

/// Whose an effect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// It was born leased to this process, which committed it.
    Born,
    /// It was found due: it must be taken first.
    Due,
}

async fn run(app: &Arc<App>, tenant: &TenantId, effect: &Effect) -> Result<(), Error> {
    match effect {
        Effect::Page(id, hold) => page::send(app, tenant, id.as_str(), *hold).await,
        Effect::Ticket(id) => ticket::work(app, tenant, id).await,
        Effect::Event(id, hold) => event::publish(app, tenant, &store::event_id(id), *hold).await,
        Effect::Calendars(id) => calendars::read_again(app, tenant, id).await,
        Effect::Delivery(id) => read_again(app, tenant, id).await,
        Effect::Maintenance(id) => maintenance::turn(app, tenant, id).await,
        Effect::Source(id) => source::look(app, tenant, id).await,
        Effect::PsaCheck => psa::daily(app, tenant).await,
        Effect::Notice(id) => notice::send(app, tenant, id.as_str()).await,
    }
}
