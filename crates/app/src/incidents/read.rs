//! Looking at incidents.

use domain::alert::Alert;
use domain::delivery::Delivery;
use domain::id::IncidentId;
use domain::incident::{Incident, Status};
use domain::page::Page;
use domain::ticket::TicketQueue;
use domain::timeline::{Entry, TimelineRecord};
use store::{Cursor, Range, queue_id};

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::intake::whole;
use crate::psa;

/// Which incidents to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IncidentFilter {
    /// Triggered or acknowledged.
    #[default]
    Open,
    /// In one state.
    In(Status),
    /// All of them.
    All,
}

/// Some incidents, newest first.
#[derive(Debug)]
pub struct IncidentPage {
    /// The incidents.
    pub incidents: Vec<Incident>,
    /// Where the older ones start.
    pub older: Option<String>,
}

/// How an incident stands with the PSA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketStanding {
    /// No PSA is configured.
    Off,
    /// Nobody has acknowledged yet, so there is nothing to file.
    NotYet,
    /// It is being filed, or something is still to be told.
    Pending,
    /// The PSA has all of it.
    Filed,
    /// The PSA said no, or can't be reached.
    Failed {
        /// What it said.
        reason: String,
        /// It is tried again by itself.
        retrying: bool,
    },
}

/// An incident with everything that belongs to it.
#[derive(Debug)]
pub struct IncidentDetail {
    /// The incident.
    pub incident: Incident,
    /// Oldest first.
    pub timeline: Vec<Entry>,
    /// The page ledger, oldest first.
    pub pages: Vec<Page>,
    /// How it stands with the PSA.
    pub ticket: TicketStanding,
}

/// One incident.
pub async fn get(app: &App, ctx: &Ctx, id: &IncidentId) -> Result<Incident, Error> {
    let found = app.store.get::<Incident>(&ctx.tenant, id.as_str()).await?;
    Ok(found.ok_or_else(|| Error::not_found("incident", id.as_str()))?.value)
}

/// Incidents, newest first, `limit` at a time, from where `after` (an earlier answer's `older`) says.
pub async fn list(
    app: &App,
    ctx: &Ctx,
    filter: IncidentFilter,
    (after, limit): (Option<&str>, u32),
) -> Result<IncidentPage, Error> {
    let states: &[Option<Status>] = match filter {
        IncidentFilter::Open => &[Some(Status::Triggered), Some(Status::Acknowledged)],
        IncidentFilter::In(status) => &[Some(status)],
        IncidentFilter::All => &[None],
    };
    let before = after
        .map(|text| {
            text.parse::<u64>().map_err(|_| Error::invalid("after", "is not a number that a list gave"))
        })
        .transpose()?;
    let mut incidents = Vec::new();
    let mut more = false;
    for state in states {
        let range = Range { after: before.map(newest_before), limit };
        let listed = app.store.newest::<Incident>(&ctx.tenant, state.map(Status::as_str), &range).await?;
        more |= listed.next.is_some();
        incidents.extend(listed.items.into_iter().map(|found| found.value));
    }
    incidents.sort_by_key(|incident| std::cmp::Reverse(incident.number));
    more |= incidents.len() > limit as usize;
    incidents.truncate(limit as usize);
    let older = if more { incidents.last().map(|incident| incident.number.to_string()) } else { None };
    Ok(IncidentPage { incidents, older })
}

fn newest_before(number: u64) -> Cursor {
    Cursor::Beyond(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Everything that happened to an incident, oldest first.
pub async fn timeline(app: &App, ctx: &Ctx, id: &IncidentId) -> Result<Vec<Entry>, Error> {
    get(app, ctx, id).await?;
    entries(app, ctx, id).await
}

async fn entries(app: &App, ctx: &Ctx, id: &IncidentId) -> Result<Vec<Entry>, Error> {
    let records = app.store.all_of::<TimelineRecord>(&ctx.tenant, id.as_str()).await?;
    Ok(records.into_iter().flat_map(|record| record.value.entries).collect())
}

/// The first alerts that an incident gathered, at most `limit`, oldest first.
pub async fn alerts(app: &App, ctx: &Ctx, id: &IncidentId, limit: u32) -> Result<Vec<Alert>, Error> {
    let listed = app.store.first_of::<Alert>(&ctx.tenant, id.as_str(), limit).await?;
    Ok(listed.items.into_iter().map(|found| found.value).collect())
}

/// What came in with an incident's first alert, as it came; `None` when it is no longer kept.
pub async fn first_body(app: &App, ctx: &Ctx, id: &IncidentId) -> Result<Option<String>, Error> {
    let first = alerts(app, ctx, id, 1).await?.into_iter().next();
    let Some(delivery) = first.and_then(|alert| alert.delivery_id) else { return Ok(None) };
    let found = app.store.get::<Delivery>(&ctx.tenant, delivery.as_str()).await?;
    let Some(found) = found else { return Ok(None) };
    let whole = whole(app, &ctx.tenant, found.value).await?;
    Ok((!whole.is_body_gone).then_some(whole.delivery.request.body))
}

/// How an incident stands with the PSA.
pub async fn ticket_standing(app: &App, incident: &Incident) -> Result<TicketStanding, Error> {
    let queue = app.store.get::<TicketQueue>(&incident.tenant_id, &queue_id(&incident.id)).await?;
    Ok(match queue.map(|found| found.value) {
        Some(TicketQueue { problem: Some(reason), due_at, .. }) => {
            TicketStanding::Failed { reason, retrying: due_at.is_some() }
        }
        Some(queue) if !queue.ops.is_empty() => TicketStanding::Pending,
        Some(_) => TicketStanding::Filed,
        None if incident.psa_ticket_id.is_some() => TicketStanding::Filed,
        None if !psa::is_there(app, &incident.tenant_id).await? => TicketStanding::Off,
        None => TicketStanding::NotYet,
    })
}

/// One incident with everything that belongs to it.
pub async fn detail(app: &App, ctx: &Ctx, id: &IncidentId) -> Result<IncidentDetail, Error> {
    let incident = get(app, ctx, id).await?;
    let timeline = entries(app, ctx, id).await?;
    let pages = app.store.all_of::<Page>(&ctx.tenant, id.as_str()).await?;
    let ticket = ticket_standing(app, &incident).await?;
    Ok(IncidentDetail {
        incident,
        timeline,
        pages: pages.into_iter().map(|found| found.value).collect(),
        ticket,
    })
}
