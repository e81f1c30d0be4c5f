//! One alert source's page.

use ::console::alert_source::{AlertSourcePage, SourceSteps};
use app::Error;
use app::alert_sources::DeliveryPage;
use axum::extract::RawQuery;
use axum::response::Response;
use domain::id::SourceId;
use domain::source::{AlertSource, KeyHash};

use super::super::answer::{self, Stop};
use super::super::visitor::{Named, Visitor};
use super::{delivered, words};

/// How many deliveries stand on a page.
const DELIVERIES: u32 = 20;

/// How much of a mark is enough to tell two keys apart, in bytes.
const MARK: usize = 12;

/// The page.
pub(in super::super) async fn show(
    visitor: Visitor,
    Named(id): Named,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let id: SourceId = visitor.named("alert source", &id)?;
    let (app, ctx) = (visitor.app(), &visitor.ctx);
    let stop = |error| visitor.stop(error);
    let after = after(query.as_deref().unwrap_or_default());
    let source = app::alert_sources::get(app, ctx, &id).await.map_err(stop)?;
    let quiet_since = app::alert_sources::quiet_since(app, ctx, &id).await.map_err(stop)?;
    let range = (after.as_deref(), DELIVERIES);
    let found = if ctx.role.can_manage() {
        app::alert_sources::deliveries(app, ctx, &id, range).await.map_err(stop)?
    } else {
        DeliveryPage { deliveries: Vec::new(), older: None }
    };
    let service = match app::services::get(app, ctx, &source.service_id).await {
        Ok(service) => service.name,
        Err(Error::NotFound { .. }) => "a service that is gone".to_owned(),
        Err(error) => return Err(stop(error)),
    };
    let page = AlertSourcePage {
        layout: visitor.layout(),
        id: id.to_string(),
        name: source.name.clone(),
        kind: source.source_type.label().to_owned(),
        quiet_since: quiet_since.map(|at| visitor.local(at)),
        settings: words::settings(&source, service, &app.settings.public_url),
        steps: ctx.role.can_manage().then(|| SourceSteps { key_mark: key_mark(&source) }),
        deliveries: delivered::rows(&visitor, &found.deliveries),
        is_older: after.is_some(),
        older: found.older,
    };
    Ok(answer::page(page.render()))
}

fn after(query: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "after").map(|(_, value)| value.into_owned())
}

/// Stands for a source's key: a hash of the key's hash, so that not even that is on a page.
pub(super) fn key_mark(source: &AlertSource) -> Option<String> {
    let hash = source.key_hash.as_ref().filter(|_| source.source_type.has_key())?;
    Some(KeyHash::of(hash.as_str()).as_str().chars().take(MARK).collect())
}
