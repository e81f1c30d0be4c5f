//! Deliveries that wait, and their alert source: it isn't deleted while one of them does, and one that is left all the same
//! pages.
//!
//! Invariant: what was answered with a promise to page pages, whoever deletes what meanwhile. What nobody knows yet to be its
//! sender's is no such promise.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::delivery::{Delivery, Verdict};
use domain::id::{SourceId, TenantId};
use domain::source::{AlertSource, SourceType};
use store::{Range, Versioned};

use super::reading::{self, received};
use super::{default_service, ticket, unverified, whole};
use crate::app::App;
use crate::error::Error;
use crate::port::Reading;

/// How long after it came a delivery may still wait, where the tick does its work; then it has paged.
const LONGEST: TimeDelta = TimeDelta::minutes(10);

/// How many deliveries are read together.
const AT_ONCE: u32 = 50;

/// Refuses to go on while a delivery of a source waits that will page. One that comes at this very moment isn't seen.
pub(crate) async fn none_waits(
    app: &App,
    tenant: &TenantId,
    source: &SourceId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut range = Range::first(AT_ONCE);
    loop {
        let some = app.store.newest_of::<Delivery>(tenant, source.as_str(), &range).await?;
        for Versioned { value: delivery, .. } in &some.items {
            if now - delivery.received_at > LONGEST {
                return Ok(());
            }
            if delivery.due_at.is_some() && will_page(app, tenant, delivery).await? {
                let detail = "one of its deliveries waits for an answer from outside, and pages with it or without \
                              it: try again in a few minutes";
                return Err(Error::Conflict {
                    code: "source-has-waiting-deliveries",
                    detail: detail.to_owned(),
                });
            }
        }
        match some.next {
            Some(next) => range.after = Some(next),
            None => return Ok(()),
        }
    }
}

async fn will_page(app: &App, tenant: &TenantId, delivery: &Delivery) -> Result<bool, Error> {
    let is_unknown = unverified::is_one(&whole(app, tenant, delivery.clone()).await?.delivery);
    Ok(!is_unknown && matches!(delivery.verdict, Verdict::Waiting { .. }))
}

/// Takes in what waited for a source that is gone: the ticket that it names pages the people of the default service.
pub(super) async fn take(app: &Arc<App>, tenant: &TenantId, found: Versioned<Delivery>) -> Result<(), Error> {
    let kept = whole(app, tenant, found.value.clone()).await?.delivery;
    if !unverified::is_one(&kept) {
        let service = default_service(app, tenant).await?.id;
        // Nothing else waits for what its ticket says.
        let of = SourceType::Autotask;
        let source = AlertSource::new(kept.source_id.clone(), "A deleted alert source", of, service);
        if let Ok(Reading::Ticket(name)) = app.reader.read(&source, received(&kept, &kept.request.bytes())) {
            let signal = ticket::unread(of, &name, "its alert source was deleted before it could be");
            return reading::take(app, tenant, &Arc::new(source), vec![signal], found.into()).await.map(drop);
        }
    }
    reading::refuse(app, tenant, found.into(), "source", "was deleted").await
}
