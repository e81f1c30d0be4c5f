//! Layers read from calendars.
//!
//! Invariants: what a calendar says becomes shifts of the layer, as far ahead as it is read; events that name nobody we
//! know are told and never guessed at. When a calendar can't be read again, its last shifts stay and the problem is said.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::id::{LayerId, ScheduleId, TenantId};
use domain::schedule::{Calendar, CalendarShift, Duty, Layer, Schedule};
use domain::user::User;
use store::Versioned;

use super::edit::{change, get};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::port::{CalendarError, CalendarEvent, CalendarWindow};

/// How far ahead a calendar is read that is read again long before that.
const AHEAD: TimeDelta = TimeDelta::days(120);

/// How far ahead one is read that is handed over once.
const AHEAD_ONCE: TimeDelta = TimeDelta::days(800);

/// The most shifts of one calendar: beyond that, the schedule would be no readable document.
const MOST_SHIFTS: usize = 2_000;

/// The most events told of that name nobody.
const MOST_UNKNOWN: usize = 20;

/// A calendar to read a layer from.
#[derive(Debug, Clone)]
pub struct Import {
    /// The layer's name; a layer of this name that is read from a calendar is read anew.
    pub name: String,
    /// Where it is, and is read again from.
    pub url: Option<String>,
    /// Its text, handed over once.
    pub text: Option<String>,
}

/// Reads a calendar into a layer of a schedule.
pub async fn import(
    app: &Arc<App>,
    ctx: &Ctx,
    id: &ScheduleId,
    import: Import,
) -> Result<Versioned<Schedule>, Error> {
    ctx.must_manage("change schedules")?;
    let (field, text) = match (&import.url, &import.text) {
        (Some(url), None) => ("url", fetch(app, url).await.map_err(|error| refused("url", &error))?),
        (None, Some(text)) => ("text", text.clone()),
        _ => return Err(Error::invalid("url", "give either `url` or `text`")),
    };
    let users = everybody(app, &ctx.tenant).await?;
    let layer_id = LayerId::fresh(ctx.now, app.entropy.draw());
    let zone = get(app, ctx, id).await?.value.zone;
    let ahead = if import.url.is_some() { AHEAD } else { AHEAD_ONCE };
    let events = read(app, text, zone, (ctx.now, ahead)).await.map_err(|error| refused(field, &error))?;
    let calendar = taken_over(&events, &users, import.url.clone(), ctx.now);
    change(app, (&ctx.tenant, ctx.now), id, |kept, people| {
        let mut edited = kept.value.clone();
        let calendar = calendar.clone();
        let known = edited.layers.iter_mut().find(|layer| layer.name == import.name);
        match known {
            Some(Layer { duty: Duty::Calendar(before), .. }) => before.renew(Ok(calendar)),
            Some(_) => return Err(Error::invalid("name", "is the name of a layer of turns")),
            None => edited.layers.push(Layer {
                id: layer_id.clone(),
                name: import.name.clone(),
                duty: Duty::Calendar(calendar),
                // Who was on call before stays what it was.
                starts: Some(ctx.now),
                ends: None,
                restrictions: Vec::new(),
            }),
        }
        // The calendar names only people whom we know.
        people.check(&edited, Some(&edited))?;
        Ok(edited)
    })
    .await
}

/// Reads every calendar of a schedule that has an address again. Answers whether all of them could be read; `None` when
/// there are none.
pub(crate) async fn read_again(
    app: &Arc<App>,
    tenant: &TenantId,
    id: &ScheduleId,
    now: DateTime<Utc>,
) -> Result<Option<bool>, Error> {
    let schedule = app.store.get::<Schedule>(tenant, id.as_str()).await?;
    let schedule = schedule.ok_or_else(|| Error::not_found("schedule", id.as_str()))?.value;
    let mut said: HashMap<String, Result<Vec<CalendarEvent>, String>> = HashMap::new();
    for layer in &schedule.layers {
        if let Some(url) = address(layer)
            && !said.contains_key(url)
        {
            let read = match fetch(app, url).await {
                Ok(text) => read(app, text, schedule.zone, (now, AHEAD)).await,
                Err(error) => Err(error),
            };
            said.insert(url.to_owned(), read.map_err(|error| error.to_string()));
        }
    }
    if said.is_empty() {
        return Ok(None);
    }
    let users = everybody(app, tenant).await?;
    let kept = change(app, (tenant, now), id, |kept, _| {
        let mut edited = kept.value.clone();
        for layer in &mut edited.layers {
            let Some(events) = address(layer).and_then(|url| said.get(url)) else { continue };
            if let Duty::Calendar(calendar) = &mut layer.duty {
                let fresh =
                    events.as_ref().map(|events| taken_over(events, &users, calendar.url.clone(), now));
                calendar.renew(fresh.map_err(Clone::clone));
            }
        }
        Ok(edited)
    })
    .await?;
    let all =
        kept.value.layers.iter().filter(|layer| address(layer).is_some()).all(|layer| match &layer.duty {
            Duty::Calendar(calendar) => calendar.problem.is_none(),
            Duty::Turns(_) => true,
        });
    Ok(Some(all))
}

/// Where a layer is read from, if it is.
pub(super) fn address(layer: &Layer) -> Option<&str> {
    match &layer.duty {
        Duty::Calendar(calendar) => calendar.url.as_deref(),
        Duty::Turns(_) => None,
    }
}

async fn everybody(app: &App, tenant: &TenantId) -> Result<Vec<User>, Error> {
    Ok(app.store.all::<User>(tenant).await?.into_iter().map(|found| found.value).collect())
}

async fn fetch(app: &App, url: &str) -> Result<String, CalendarError> {
    app.calendars.fetch(url).await
}

/// What a calendar's events say, with the people that they name.
fn taken_over(events: &[CalendarEvent], users: &[User], url: Option<String>, now: DateTime<Utc>) -> Calendar {
    let mut calendar = Calendar { url, read_at: now, shifts: Vec::new(), unknown: Vec::new(), problem: None };
    for event in events {
        match domain::schedule::named_by(&event.summary, &event.attendees, users) {
            Some(user) if calendar.shifts.len() < MOST_SHIFTS => calendar.shifts.push(CalendarShift {
                user: user.id.clone(),
                starts: event.starts,
                ends: event.ends,
            }),
            Some(_) => {
                calendar.problem = Some(format!("only the first {MOST_SHIFTS} shifts were taken over"));
            }
            None if calendar.unknown.len() < MOST_UNKNOWN && !calendar.unknown.contains(&event.summary) => {
                calendar.unknown.push(event.summary.clone());
            }
            None => {}
        }
    }
    calendar
}

/// What a calendar says. A long one takes a while to read, and nothing else is to wait for it.
async fn read(
    app: &Arc<App>,
    text: String,
    zone: Tz,
    (now, ahead): (DateTime<Utc>, TimeDelta),
) -> Result<Vec<CalendarEvent>, CalendarError> {
    let calendars = Arc::clone(&app.calendars);
    let window = CalendarWindow { zone, from: now, to: now + ahead };
    let read = tokio::task::spawn_blocking(move || calendars.read(&text, window)).await;
    read.unwrap_or_else(|panic| Err(CalendarError::Unreadable(panic.to_string())))
}

fn refused(field: &str, error: &CalendarError) -> Error {
    Error::invalid(field, error.to_string())
}
