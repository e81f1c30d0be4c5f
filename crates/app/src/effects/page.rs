//! Sending one page: take it, ask again whether it is still wanted, send, write down how it went.
//!
//! Invariant: nothing goes out for an incident that is acknowledged or resolved by then. A crash between sending and
//! writing down may send twice, under the same idempotency key; a crash anywhere else sends once.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::actor::Actor;
use domain::id::TenantId;
use domain::incident::{Incident, Status};
use domain::page::{Page, PageState, Purpose};
use domain::timeline::{Entry, Event, TimelineRecord};
use domain::user::User;
use store::{Changes, StoreError, Versioned};
use tracing::warn;

use super::Effect;
use crate::ack_link::AckGrant;
use crate::app::App;
use crate::change;
use crate::error::Error;
use crate::port::{ChannelError, PageMessage};

/// Whether the page is this process's already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// It was born leased to us.
    Ours,
    /// It was found due.
    ToTake,
}

/// Sends one page, unless it was sent, taken or made needless meanwhile.
pub(super) async fn send(app: &Arc<App>, tenant: &TenantId, id: &str, hold: Hold) -> Result<(), Error> {
    let now = app.clock.now();
    let Some(mut page) = app.store.get::<Page>(tenant, id).await? else { return Ok(()) };
    if page.value.state != PageState::Pending {
        return Ok(());
    }
    let incident = app.store.get::<Incident>(tenant, page.value.incident_id.as_str()).await?;
    let Some(incident) = incident.map(|found| found.value) else { return Ok(()) };
    if !page.value.is_wanted(&incident) {
        page.value.cancel();
        return write(app, tenant, &page, None).await.map(|_| ());
    }
    let is_due = page.value.due_at.is_some_and(|due| due <= now);
    if hold == Hold::Ours && (is_due || page.value.begun != 1) {
        // It waited here past its lease: whoever took it over has it now, or the next tick will.
        return Ok(());
    }
    if hold == Hold::ToTake {
        if !is_due {
            return Ok(());
        }
        page.value.begin(now);
        if write(app, tenant, &page, None).await? == Written::Lost {
            return Ok(());
        }
        let Some(taken) = app.store.get::<Page>(tenant, id).await? else { return Ok(()) };
        page = taken;
    }
    attempt(app, tenant, page, &incident).await
}

async fn attempt(
    app: &Arc<App>,
    tenant: &TenantId,
    mut page: Versioned<Page>,
    incident: &Incident,
) -> Result<(), Error> {
    let result = match app.channel(page.value.channel) {
        Some(channel) => channel.send(&message(app, tenant, &page.value, incident)?).await,
        None => Err(ChannelError::Unavailable(format!("{} is not configured", page.value.channel.as_str()))),
    };
    let now = app.clock.now();
    let (user, channel, address) =
        (page.value.user_name.clone(), page.value.channel, page.value.address.clone());
    match result {
        Ok(receipt) => {
            page.value.sent(now, receipt.clone());
            let event = Event::PageSent { user, channel, address, receipt };
            write(app, tenant, &page, Some((now, event))).await.map(|_| ())
        }
        Err(error) => {
            let reason = error.to_string();
            warn!(page = %page.value.id, %reason, "a page could not be handed over");
            let for_good = matches!(error, ChannelError::Rejected(_));
            let first = page.value.attempts.is_empty();
            let given_up = page.value.failed(now, reason.clone(), for_good);
            let event = Event::PageFailed { user, channel, address, reason, given_up };
            // Tried-again failures are written once, not at every attempt; the ledger has them all.
            let event = (first || given_up).then_some((now, event));
            write(app, tenant, &page, event).await?;
            if first {
                fall_back(app, tenant, &page.value, incident, now).await?;
            }
            if given_up {
                hurry(app, tenant, &page.value, now).await?;
            }
            Ok(())
        }
    }
}

/// Whether a page was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Yes,
    /// Somebody else wrote it first: what becomes of it is theirs to say.
    Lost,
}

/// Commits the page as it is now, with what the timeline is told.
async fn write(
    app: &App,
    tenant: &TenantId,
    page: &Versioned<Page>,
    told: Option<(DateTime<Utc>, Event)>,
) -> Result<Written, Error> {
    let mut changes = Changes::new();
    changes.replace(page)?;
    if let Some((at, event)) = told {
        changes.create(&TimelineRecord {
            key: format!("{}-{}", page.value.id, page.value.attempts.len()),
            incident_id: page.value.incident_id.clone(),
            at,
            entries: vec![Entry { at, actor: Actor::System, event }],
        })?;
    }
    match app.store.commit(tenant, app.entropy.operation(), changes).await {
        Ok(()) => Ok(Written::Yes),
        Err(StoreError::Conflict { .. }) => Ok(Written::Lost),
        Err(error) => Err(error.into()),
    }
}

/// The channel failed: the user's next contact method is used at once, beside any further try on this one.
async fn fall_back(
    app: &Arc<App>,
    tenant: &TenantId,
    failed: &Page,
    incident: &Incident,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let Some(user) = app.store.get::<User>(tenant, failed.user_id.as_str()).await? else { return Ok(()) };
    let user = user.value;
    let mut methods =
        user.contact_methods.iter().filter(|method| method.verified && app.channel(method.channel).is_some());
    // The next after the failed one, in the user's own order.
    methods.find(|method| method.id == failed.contact_method_id);
    for method in methods {
        let due = (now, TimeDelta::zero());
        let page = Page::plan(incident, (failed.purpose, failed.position), &user, method, due);
        let mut changes = Changes::new();
        match app.store.get::<Page>(tenant, page.id.as_str()).await? {
            None => changes.create(&page)?,
            Some(mut planned)
                if planned.value.state == PageState::Pending && !planned.value.is_immediate() =>
            {
                planned.value.due_at = page.due_at;
                planned.value.begun = page.begun;
                changes.replace(&planned)?;
            }
            Some(_) => continue,
        }
        match app.store.commit(tenant, app.entropy.operation(), changes).await {
            Ok(()) => {
                app.runner.start(app, tenant, vec![Effect::Page(page.id)]);
                return Ok(());
            }
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// When every page of a step is given up, the step reached nobody after all: the next one is due now.
async fn hurry(app: &Arc<App>, tenant: &TenantId, failed: &Page, now: DateTime<Utc>) -> Result<(), Error> {
    let pages = app.store.all_of::<Page>(tenant, failed.incident_id.as_str()).await?;
    let of_step = |page: &&Versioned<Page>| {
        page.value.position == failed.position && page.value.purpose == failed.purpose
    };
    if failed.purpose != Purpose::Step
        || pages.iter().filter(of_step).any(|page| page.value.state != PageState::Failed)
    {
        return Ok(());
    }
    change::change(app, (tenant, &failed.incident_id), now, |incident, _| {
        let position = failed.position;
        let still_there = incident.status == Status::Triggered
            && incident.escalation.cycle == position.cycle
            && incident.escalation.round == position.round
            && incident.escalation.step == position.step + 1;
        if still_there && incident.escalation.due_at.is_some_and(|due| due > now) {
            incident.escalation.due_at = Some(now);
        }
        Ok(())
    })
    .await
    .map(|_| ())
}

fn message(app: &App, tenant: &TenantId, page: &Page, incident: &Incident) -> Result<PageMessage, Error> {
    let grant =
        AckGrant { tenant: tenant.clone(), incident: incident.id.clone(), user: page.user_id.clone() };
    let token =
        app.links.seal(&grant, app.clock.now()).map_err(|error| Error::Internal(error.to_string()))?;
    let mut facts =
        vec![("Service", incident.service_name.clone()), ("Source", incident.origin.source_name.clone())];
    let more = [
        ("Client", incident.client.clone()),
        ("Device", incident.device.name.clone().or_else(|| incident.device.hostname.clone())),
        ("Link", incident.link.clone()),
    ];
    facts.extend(more.into_iter().filter_map(|(label, value)| Some((label, value?))));
    if let Some(advice) = incident.detection.as_ref().and_then(|found| found.recommended_action.clone()) {
        facts.push(("Recommended action", advice));
    }
    Ok(PageMessage {
        page_id: page.id.clone(),
        attempt: page.begun,
        address: page.address.clone(),
        name: page.user_name.clone(),
        purpose: page.purpose,
        incident_id: incident.id.clone(),
        number: incident.number,
        title: incident.title.clone(),
        severity: incident.severity,
        facts,
        description: incident.description.clone(),
        acknowledge_url: format!("{}/app/a/{token}", app.settings.public_url),
        incident_url: app.incident_url(&incident.id),
        at: page.created_at,
    })
}
