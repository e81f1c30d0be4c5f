//! Layers read from calendars.
//!
//! Invariants: what a calendar says becomes shifts of the layer, as far ahead as it is read; events that name nobody we
//! know are told and never guessed at. When a calendar can't be read again, its last shifts stay and the problem is said.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{LayerId, ScheduleId};
use domain::schedule::{Calendar, CalendarShift, Duty, Layer, Schedule};
use domain::user::User;
use store::Versioned;

use super::edit::change;
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::port::{CalendarError, CalendarEvent, CalendarWindow};

/// How far ahead a calendar is read. It is read again long before that.
const AHEAD: TimeDelta = TimeDelta::days(120);

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
    let text = match (&import.url, &import.text) {
        (Some(url), None) => app.calendars.fetch(url).await.map_err(|error| refused("url", &error))?,
        (None, Some(text)) => text.clone(),
        _ => return Err(Error::invalid("url", "give either `url` or `text`")),
    };
    let users = app.store.all::<User>(&ctx.tenant).await?;
    let users: Vec<User> = users.into_iter().map(|found| found.value).collect();
    let layer_id = LayerId::fresh(ctx.now, app.entropy.draw());
    change(app, ctx, id, |kept, people| {
        let mut edited = kept.value.clone();
        let field = if import.url.is_some() { "url" } else { "text" };
        let events = read(app, &text, &edited, ctx.now).map_err(|error| refused(field, &error))?;
        let calendar = taken_over(&events, &users, import.url.clone(), ctx.now);
        let known = edited.layers.iter_mut().find(|layer| layer.name == import.name);
        match known {
            Some(Layer { duty: Duty::Calendar(before), .. }) => *before = calendar,
            Some(_) => return Err(Error::invalid("name", "is the name of a layer of turns")),
            None => edited.layers.push(Layer {
                id: layer_id.clone(),
                name: import.name.clone(),
                duty: Duty::Calendar(calendar),
                starts: None,
                ends: None,
                restrictions: Vec::new(),
            }),
        }
        people.check(&edited, Some(&kept.value))?;
        Ok(edited)
    })
    .await
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
                calendar.problem = Some(format!("only the first {MOST_SHIFTS} shifts were taken over"))
            }
            None if calendar.unknown.len() < MOST_UNKNOWN && !calendar.unknown.contains(&event.summary) => {
                calendar.unknown.push(event.summary.clone());
            }
            None => {}
        }
    }
    calendar
}

fn read(
    app: &App,
    text: &str,
    schedule: &Schedule,
    now: DateTime<Utc>,
) -> Result<Vec<CalendarEvent>, CalendarError> {
    app.calendars.read(text, CalendarWindow { zone: schedule.zone, from: now, to: now + AHEAD })
}

fn refused(field: &str, error: &CalendarError) -> Error {
    Error::invalid(field, error.to_string())
}
