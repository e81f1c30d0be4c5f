//! What came to an alert source's door.
//!
//! Invariant: whoever goes on where an answer ended sees each delivery once, however many came in the same instant or
//! meanwhile.

use chrono::{DateTime, Utc};
use domain::delivery::Delivery;
use domain::id::{DeliveryId, SourceId};
use store::{Cursor, Range};

use super::get;
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::intake::{WholeDelivery, whole};

/// The most that are read at once.
const AT_ONCE: usize = 25;

/// Some deliveries, newest first.
#[derive(Debug)]
pub struct DeliveryPage {
    /// The deliveries, without their bodies.
    pub deliveries: Vec<Delivery>,
    /// Where the older ones start.
    pub older: Option<String>,
}

/// A delivery's place among those of its source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    received_at: DateTime<Utc>,
    id: DeliveryId,
}

impl Place {
    fn of(delivery: &Delivery) -> Self {
        Self { received_at: delivery.received_at, id: delivery.id.clone() }
    }

    fn parse(text: &str) -> Option<Self> {
        let (micros, id) = text.split_once('.')?;
        let received_at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
        Some(Self { received_at, id: id.parse().ok()? })
    }

    fn in_words(&self) -> String {
        format!("{}.{}", self.received_at.timestamp_micros(), self.id)
    }
}

/// The deliveries to a source, newest first, `limit` at a time, from where `after` (an earlier answer's `older`) says.
pub async fn deliveries(
    app: &App,
    ctx: &Ctx,
    source: &SourceId,
    (after, limit): (Option<&str>, u32),
) -> Result<DeliveryPage, Error> {
    ctx.must_manage("read what was delivered")?;
    get(app, ctx, source).await?;
    let unknown = || Error::invalid("after", "is not what a list gave");
    let before = after.map(|text| Place::parse(text).ok_or_else(unknown)).transpose()?;
    let limit = limit as usize;
    let mut deliveries = newest(app, ctx, source, before.as_ref(), limit + 1).await?;
    let is_more = deliveries.len() > limit;
    deliveries.truncate(limit);
    let older = deliveries.last().filter(|_| is_more).map(|last| Place::of(last).in_words());
    Ok(DeliveryPage { deliveries, older })
}

/// One delivery to a source, as it came.
pub async fn delivery(
    app: &App,
    ctx: &Ctx,
    source: &SourceId,
    id: &DeliveryId,
) -> Result<WholeDelivery, Error> {
    ctx.must_manage("read what was delivered")?;
    get(app, ctx, source).await?;
    let found = app.store.get::<Delivery>(&ctx.tenant, id.as_str()).await?;
    let found = found.map(|found| found.value).filter(|delivery| delivery.source_id == *source);
    let found = found.ok_or_else(|| Error::not_found("delivery", id.as_str()))?;
    Ok(whole(app, &ctx.tenant, found).await?)
}

/// The newest `wanted` of those before a place; one that this version can't read hides no other.
async fn newest(
    app: &App,
    ctx: &Ctx,
    source: &SourceId,
    before: Option<&Place>,
    wanted: usize,
) -> Result<Vec<Delivery>, Error> {
    // Others may have come in the same instant: those after the place are passed over.
    let from = before.map(|place| Cursor::Beyond(place.received_at.timestamp_micros() + 1));
    let mut range = Range { after: from, ..Range::first(0) };
    let mut all: Vec<Delivery> = Vec::with_capacity(wanted);
    loop {
        range.limit = u32::try_from(AT_ONCE.min(wanted - all.len())).unwrap_or(1);
        let found = app.store.newest_of::<Delivery>(&ctx.tenant, source.as_str(), &range).await?;
        let read = found.items.into_iter().map(|found| found.value);
        let read = read.filter(|delivery| before.is_none_or(|place| Place::of(delivery) < *place));
        all.extend(read.map(|mut delivery| {
            // Nobody reads it in a list, and it may be large.
            delivery.request.body = String::new();
            delivery
        }));
        match found.next {
            Some(next) if all.len() < wanted => range.after = Some(next),
            _ => return Ok(all),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written_and_nothing_else_is() {
        let received_at = "2026-11-20T21:04:05.000007Z".parse().unwrap();
        let place = Place { received_at, id: DeliveryId::derived(&["x"]) };
        assert_eq!(Place::parse(&place.in_words()), Some(place));
        for text in
            ["", "5", "5.", "5.src_x", "x.dlv_x", "99999999999999999999.dlv_x", "9223372036854775807.dlv_x"]
        {
            assert_eq!(Place::parse(text), None, "{text}");
        }
    }
}
