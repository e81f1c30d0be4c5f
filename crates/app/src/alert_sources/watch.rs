//! The watch over each alert source, as managers' steps change it.
//!
//! Invariant: a source with a key and its watch begin and end in one commit.

use chrono::{DateTime, Utc};
use domain::delivery::Delivery;
use domain::id::SourceId;
use domain::source::{AlertSource, SourceType};
use domain::source_watch::SourceWatch;
use futures::future::try_join_all;
use store::{Changes, Cursor, Range, source_watch_id};

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;

/// How many deliveries are looked at for a sign of life of the sender; those before it are tests and looks of our own.
const SINCE_THEN: u32 = 50;

/// Since when a source is quieter than it ever was; `None`: it isn't, or nobody can tell.
pub async fn quiet_since(app: &App, ctx: &Ctx, id: &SourceId) -> Result<Option<DateTime<Utc>>, Error> {
    let watch = app.store.get::<SourceWatch>(&ctx.tenant, &source_watch_id(id)).await?;
    let Some(since) = watch.and_then(|watch| watch.value.quiet_since()) else { return Ok(None) };
    // The watch itself hears of what came at its next look, up to an hour later; whoever mends a sender looks here now.
    let after = Some(Cursor::Beyond(since.timestamp_micros()));
    let range = Range { after, ..Range::first(SINCE_THEN) };
    let came = app.store.oldest_of::<Delivery>(&ctx.tenant, id.as_str(), &range).await?;
    let is_heard = came.items.iter().any(|delivery| delivery.value.is_senders());
    Ok(Some(since).filter(|_| !is_heard))
}

/// The same of each of some sources, in their order.
pub async fn quiet_since_each(
    app: &App,
    ctx: &Ctx,
    sources: &[AlertSource],
) -> Result<Vec<Option<DateTime<Utc>>>, Error> {
    try_join_all(sources.iter().map(|source| quiet_since(app, ctx, &source.id))).await
}

/// The watch over a new source.
pub(super) fn begin(source: &AlertSource, now: DateTime<Utc>) -> SourceWatch {
    let mut watch = SourceWatch::begin(source.id.clone(), now);
    watch.due_at = due_at(source, &watch, now);
    watch
}

/// Has the watch keep to a source's new longest silence.
pub(super) async fn adjust(
    app: &App,
    ctx: &Ctx,
    source: &AlertSource,
    changes: &mut Changes,
) -> Result<(), Error> {
    let Some(mut kept) = app.store.get::<SourceWatch>(&ctx.tenant, &source_watch_id(&source.id)).await?
    else {
        return Ok(changes.create(&begin(source, ctx.now))?);
    };
    kept.value.due_at = due_at(source, &kept.value, ctx.now);
    Ok(changes.replace(&kept)?)
}

/// Ends the watch, if there is one.
pub(super) async fn end(app: &App, ctx: &Ctx, id: &SourceId, changes: &mut Changes) -> Result<(), Error> {
    // A product's door goes on without its settings.
    app.watched.forget(id);
    if let Some(kept) = app.store.get::<SourceWatch>(&ctx.tenant, &source_watch_id(id)).await? {
        changes.delete(&kept);
    }
    Ok(())
}

/// A heartbeat is looked at when it has been silent for too long, which may be by now.
fn due_at(source: &AlertSource, watch: &SourceWatch, now: DateTime<Utc>) -> DateTime<Utc> {
    if source.source_type != SourceType::Heartbeat {
        return watch.due_at;
    }
    let silent_since = watch.heard_at.unwrap_or(watch.since);
    (silent_since + source.longest_silence()).max(now)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use domain::id::ServiceId;
    use domain::source_watch::LOOK_EVERY;

    use super::*;

    #[test]
    fn a_heartbeat_is_looked_at_when_it_is_too_long_silent_and_others_every_hour() {
        let now: DateTime<Utc> = "2026-11-20T21:04:05Z".parse().unwrap();
        let id = SourceId::derived(&["x"]);
        let service = ServiceId::derived(&["x"]);
        let mut source = AlertSource::new(id, "x", SourceType::Generic, service);
        assert_eq!(begin(&source, now).due_at, now + LOOK_EVERY);
        (source.source_type, source.silence_minutes) = (SourceType::Heartbeat, Some(10));
        let mut watch = begin(&source, now);
        assert_eq!(watch.due_at, now + TimeDelta::minutes(10));
        watch.heard_at = Some(now + TimeDelta::minutes(4));
        let later = now + TimeDelta::minutes(8);
        assert_eq!(due_at(&source, &watch, later), now + TimeDelta::minutes(14));
        source.silence_minutes = Some(1);
        assert_eq!(due_at(&source, &watch, later), later, "it is late already");
    }
}
