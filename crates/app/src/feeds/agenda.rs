//! What stands at a feed's address.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::feed::{self, CalendarFeed, Entry, FeedOf};
use domain::id::{ScheduleId, TenantId, UserId};
use domain::roster::Rota;
use domain::schedule::Span;
use domain::source::KeyHash;
use domain::tenant::Tenant;
use domain::user::User;
use store::FeedEntry;

use crate::app::App;
use crate::error::Error;
use crate::{roster, schedules};

/// The longest secret that is looked at; ours are 40 characters.
const LONGEST_SECRET: usize = 64;

/// A calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agenda {
    /// What it is called.
    pub name: String,
    /// The zone to show it in.
    pub zone: Tz,
    /// The page of what is in it.
    pub url: Option<String>,
    /// When its address was made. Its entries change without anybody writing them, so they carry this and no later time.
    pub stamp: DateTime<Utc>,
    /// What is in it.
    pub entries: Vec<AgendaEntry>,
}

/// One entry of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaEntry {
    /// What makes it the same entry at the next reading, in all the world.
    pub uid: String,
    /// When.
    pub span: Span,
    /// One line.
    pub summary: String,
    /// Some lines.
    pub description: String,
    /// The schedule's page.
    pub url: String,
}

/// The calendar at the address with this secret. `None` for every address that doesn't work, and whatever is the reason:
/// never made, changed, shut, the schedule gone, the person disabled.
pub async fn read(app: &App, secret: &str) -> Result<Option<Agenda>, Error> {
    let Some((tenant, feed)) = find(app, secret).await? else { return Ok(None) };
    let window = feed::window(app.clock.now());
    let users = roster::all_users(app, &tenant).await?;
    let names = names(&users);
    let name_of = |id: &UserId| names.get(id).map_or_else(|| id.to_string(), |&name| name.to_owned());
    let (name, zone, url, entries) = match &feed.of {
        FeedOf::Schedule(id) => {
            let Some(rota) = rota(app, &tenant, id, window).await? else { return Ok(None) };
            let entries = feed::of_schedule(&rota, window, &name_of);
            (rota.schedule.name, rota.schedule.zone, Some(page(app, id)), entries)
        }
        FeedOf::User(id) => {
            let user = users.iter().find(|user| user.id == *id && !user.disabled);
            let home = app.store.get::<Tenant>(&tenant, "tenant").await?;
            let (Some(user), Some(home)) = (user, home) else { return Ok(None) };
            let rotas = roster::rotas(app, &tenant, window.starts).await?;
            (user.name.clone(), home.value.zone, None, feed::of_user(&rotas, id, window, &name_of))
        }
    };
    let entries = entries.into_iter().map(|entry| addressed(app, entry)).collect();
    Ok(Some(Agenda { name: format!("On call: {name}"), zone, url, stamp: feed.made_at, entries }))
}

/// The feed whose address this secret is in. The directory only says where to look; the feed itself decides, so a changed
/// address is dead with the commit that changed it.
async fn find(app: &App, secret: &str) -> Result<Option<(TenantId, CalendarFeed)>, Error> {
    if secret.is_empty() || secret.len() > LONGEST_SECRET {
        return Ok(None);
    }
    let hash = KeyHash::of(secret);
    let Some(entry) = app.store.get_from_directory::<FeedEntry>(hash.as_str()).await? else {
        return Ok(None);
    };
    let FeedEntry { tenant_id, feed_id, .. } = entry.value;
    let feed = app.store.get::<CalendarFeed>(&tenant_id, feed_id.as_str()).await?;
    let feed = feed.map(|found| found.value).filter(|feed| feed.hash.as_ref() == Some(&hash));
    Ok(feed.map(|feed| (tenant_id, feed)))
}

/// A schedule with the overrides that end after the window's start.
async fn rota(app: &App, tenant: &TenantId, id: &ScheduleId, window: Span) -> Result<Option<Rota>, Error> {
    match schedules::load(app, tenant, id, window.starts).await {
        Ok(found) => Ok(Some(Rota { overrides: found.changes(), schedule: found.schedule.value })),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn names(users: &[User]) -> HashMap<&UserId, &str> {
    users.iter().map(|user| (&user.id, user.name.as_str())).collect()
}

fn page(app: &App, schedule: &ScheduleId) -> String {
    format!("{}/app/schedules/{schedule}", app.settings.public_url)
}

fn addressed(app: &App, entry: Entry) -> AgendaEntry {
    let public = &app.settings.public_url;
    let host = public.split_once("://").map_or(public.as_str(), |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or(host);
    AgendaEntry {
        uid: format!("{}@{host}", entry.key),
        url: page(app, &entry.schedule_id),
        span: entry.span,
        summary: entry.summary,
        description: entry.description,
    }
}
