//! Making, changing and shutting the secret address of a feed.
//!
//! Invariant: the signpost from a secret to its feed is put up before the feed knows the secret, and means nothing while it
//! doesn't. One that a crash leaves behind leads to a feed that doesn't know it.

use chrono::{DateTime, Utc};
use domain::feed::{CalendarFeed, FeedOf};
use domain::source::KeyHash;
use store::{Changes, FeedEntry, StoreError};

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::schedules;
use crate::turns::Tries;

/// A feed's address, told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// With `https`, as the deployment is reached.
    pub url: String,
    /// The same for programs that subscribe to `webcal`.
    pub webcal_url: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
}

/// Makes a new address; the one before stops working.
pub async fn open(app: &App, ctx: &Ctx, of: FeedOf) -> Result<Address, Error> {
    may(app, ctx, &of).await?;
    let secret = draw(app);
    let feed = CalendarFeed {
        id: CalendarFeed::id_of(&ctx.tenant, &of),
        of,
        hash: Some(KeyHash::of(&secret)),
        made_at: ctx.now,
    };
    let mut changes = Changes::new();
    changes.create(&FeedEntry {
        hash: KeyHash::of(&secret),
        tenant_id: ctx.tenant.clone(),
        feed_id: feed.id.clone(),
    })?;
    app.store.commit_to_directory(app.entropy.operation(), changes).await?;
    keep(app, ctx, feed).await?;
    let url = format!("{}/api/calendars/{secret}.ics", app.settings.public_url);
    let webcal_url = match url.split_once("://") {
        Some((_, rest)) => format!("webcal://{rest}"),
        None => url.clone(),
    };
    Ok(Address { url, webcal_url, made_at: ctx.now })
}

/// Shuts the address, if there is one.
pub async fn shut(app: &App, ctx: &Ctx, of: FeedOf) -> Result<(), Error> {
    if made_since(app, ctx, &of).await?.is_none() {
        return Ok(());
    }
    let id = CalendarFeed::id_of(&ctx.tenant, &of);
    keep(app, ctx, CalendarFeed { id, of, hash: None, made_at: ctx.now }).await
}

/// Since when a feed has the address that it has; `None` when it has none.
pub async fn made_since(app: &App, ctx: &Ctx, of: &FeedOf) -> Result<Option<DateTime<Utc>>, Error> {
    may(app, ctx, of).await?;
    let id = CalendarFeed::id_of(&ctx.tenant, of);
    let found = app.store.get::<CalendarFeed>(&ctx.tenant, id.as_str()).await?;
    Ok(found.filter(|feed| feed.value.hash.is_some()).map(|feed| feed.value.made_at))
}

/// A schedule's feed is for managers to give out, a person's own for that person alone.
async fn may(app: &App, ctx: &Ctx, of: &FeedOf) -> Result<(), Error> {
    match of {
        FeedOf::Schedule(id) => {
            schedules::get(app, ctx, id).await?;
            ctx.must_manage("give out a schedule's calendar")
        }
        FeedOf::User(id) if *id == ctx.user_id => Ok(()),
        FeedOf::User(_) => Err(Error::Forbidden("give out other people's calendars")),
    }
}

/// 160 bits, like every key of ours, in characters that no address changes.
fn draw(app: &App) -> String {
    format!("{:032x}{:08x}", app.entropy.draw(), app.entropy.draw() & u128::from(u32::MAX))
}

/// Puts the feed in the place of what was kept of it, and takes the old signpost down.
async fn keep(app: &App, ctx: &Ctx, feed: CalendarFeed) -> Result<(), Error> {
    let mut tries = Tries::default();
    loop {
        let turn = app.turns.take(&ctx.tenant).await?;
        let mut changes = Changes::new();
        let kept = app.store.get::<CalendarFeed>(&ctx.tenant, feed.id.as_str()).await?;
        let before = if let Some(mut kept) = kept {
            let before = std::mem::replace(&mut kept.value, feed.clone());
            changes.replace(&kept)?;
            before.hash
        } else {
            changes.create(&feed)?;
            None
        };
        match app.store.commit(&ctx.tenant, app.entropy.operation(), changes).await {
            Ok(()) => return take_down(app, before).await,
            Err(StoreError::Conflict { .. }) => tries.lost(app, turn).await?,
            Err(error) => return Err(error.into()),
        }
    }
}

/// A signpost that leads nowhere any more; whoever else takes it down does the same.
async fn take_down(app: &App, hash: Option<KeyHash>) -> Result<(), Error> {
    let Some(hash) = hash else { return Ok(()) };
    let Some(entry) = app.store.get_from_directory::<FeedEntry>(hash.as_str()).await? else { return Ok(()) };
    let mut changes = Changes::new();
    changes.delete(&entry);
    match app.store.commit_to_directory(app.entropy.operation(), changes).await {
        Ok(()) | Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
