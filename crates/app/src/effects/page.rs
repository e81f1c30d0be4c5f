//! Sending one page: take it, ask again whether it is still wanted, send, write down how it went.
//!
//! Invariants: nothing goes out for an incident that is acknowledged or resolved by then, nor a page that a younger one to
//! the same address says better. A crash between sending and writing down may send twice, under the same idempotency key.
//! What follows from a failure (the user's next contact method, the next step) is committed with it or before it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::actor::Actor;
use domain::escalation;
use domain::id::TenantId;
use domain::incident::Incident;
use domain::page::{Page, PageState};
use domain::timeline::{Entry, Event, TimelineRecord};
use domain::user::User;
use store::{Changes, Versioned};
use tracing::warn;

use super::write_down::write_down;
use super::{Effect, Hold};
use crate::ack_link::AckGrant;
use crate::app::App;
use crate::change;
use crate::error::Error;
use crate::port::{ChannelError, PageMessage};

/// Sends one page, unless it was sent, taken or made needless meanwhile.
pub(super) async fn send(app: &Arc<App>, tenant: &TenantId, id: &str, hold: Hold) -> Result<(), Error> {
    let now = app.clock.now();
    let Some(mut page) = app.store.get::<Page>(tenant, id).await? else { return Ok(()) };
    let is_due = page.value.due_at.is_some_and(|due| due <= now);
    let is_ours = hold == Hold::Born && page.value.begun == 1 && !is_due;
    if page.value.state != PageState::Pending || !(is_due || is_ours) {
        return Ok(());
    }
    let incident = app.store.get::<Incident>(tenant, page.value.incident_id.as_str()).await?;
    let Some(incident) = incident.map(|found| found.value) else { return Ok(()) };
    if !page.value.is_wanted(&incident) || is_superseded(app, tenant, &page.value).await? {
        page.value.cancel();
        write(app, tenant, &page, Changes::new()).await?;
        return Ok(());
    }
    if !page.value.is_held_since_birth(now) || hold == Hold::Due {
        page.value.begin(now);
        if !write(app, tenant, &page, Changes::new()).await? {
            return Ok(());
        }
        let Some(taken) = app.store.get::<Page>(tenant, id).await? else { return Ok(()) };
        page = taken;
    }
    attempt(app, tenant, page, &incident).await
}

/// Only a page that failed before can have a younger one beside it.
async fn is_superseded(app: &App, tenant: &TenantId, page: &Page) -> Result<bool, Error> {
    if page.attempts.is_empty() {
        return Ok(false);
    }
    let pages = app.store.all_of::<Page>(tenant, page.incident_id.as_str()).await?;
    Ok(pages.iter().any(|other| page.is_superseded_by(&other.value)))
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
    let mut changes = Changes::new();
    let mut follows = None;
    let Page { user_name: user, channel, address, .. } = page.value.clone();
    match result {
        Ok(receipt) => {
            let lease = page.value.due_at;
            page.value.sent(now, receipt.clone());
            let event = Event::PageSent { user, channel, address, receipt };
            let record = told(&page.value, now, event);
            let changes = || {
                let mut changes = Changes::new();
                changes.create(&record)?;
                changes.replace(&page)?;
                Ok(changes)
            };
            // Where somebody took it over when our lease had ended, how it ends is theirs to say.
            return write_down(app, tenant, lease, changes).await.map(drop);
        }
        Err(error) => {
            let reason = error.to_string();
            warn!(page = %page.value.id, %reason, "a page could not be handed over");
            let first = page.value.attempts.is_empty();
            let given_up = matches!(error, ChannelError::Rejected(_));
            page.value.failed(now, reason.clone(), given_up);
            if first || given_up {
                // Tried-again failures are told once, not at every attempt; the ledger has them all.
                let event = Event::PageFailed { user, channel, address, reason, given_up };
                changes.create(&told(&page.value, now, event))?;
            }
            if first {
                follows = fall_back(app, tenant, (&page.value, incident), now, &mut changes).await?;
            }
            if given_up && follows.is_none() {
                hurry(app, tenant, &page.value, now).await?;
            }
        }
    }
    if write(app, tenant, &page, changes).await? {
        app.runner.start(app, tenant, follows.into_iter().collect());
    }
    Ok(())
}

/// Commits the page as it is now, with `changes`; answers whether it was us.
async fn write(
    app: &App,
    tenant: &TenantId,
    page: &Versioned<Page>,
    mut changes: Changes,
) -> Result<bool, Error> {
    changes.replace(page)?;
    Ok(app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?)
}

/// The timeline's record of an attempt that has just ended.
fn told(page: &Page, at: DateTime<Utc>, event: Event) -> TimelineRecord {
    TimelineRecord {
        key: format!("{}-{}", page.id, page.begun),
        incident_id: page.incident_id.clone(),
        at,
        entries: vec![Entry { at, actor: Actor::System, event }],
    }
}

/// The channel failed: the user's next contact method is used at once, beside any further try on this one.
async fn fall_back(
    app: &Arc<App>,
    tenant: &TenantId,
    (failed, incident): (&Page, &Incident),
    now: DateTime<Utc>,
    changes: &mut Changes,
) -> Result<Option<Effect>, Error> {
    let Some(user) = app.store.get::<User>(tenant, failed.user_id.as_str()).await? else { return Ok(None) };
    let sending = app.sending();
    // The next after the failed one, in the user's own order.
    let next = user.value.usable(&sending).skip_while(|method| method.id != failed.contact_method_id).skip(1);
    for method in next {
        let due = (now, TimeDelta::zero());
        let page = Page::plan(incident, (failed.purpose, failed.position), &user.value, method, due);
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
        return Ok(Some(Effect::Page(page.id, Hold::Born)));
    }
    Ok(None)
}

/// When this was the last page of its position that could still arrive, nobody heard.
async fn hurry(app: &Arc<App>, tenant: &TenantId, failed: &Page, now: DateTime<Utc>) -> Result<(), Error> {
    let pages = app.store.all_of::<Page>(tenant, failed.incident_id.as_str()).await?;
    let somebody_may_hear = pages.iter().map(|page| &page.value).any(|page| {
        page.id != failed.id
            && (page.position, page.purpose) == (failed.position, failed.purpose)
            && page.state != PageState::Failed
    });
    if somebody_may_hear {
        return Ok(());
    }
    change::change(app, (tenant, &failed.incident_id), now, |incident, _| {
        escalation::nobody_heard(incident, failed.purpose, failed.position, now);
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
