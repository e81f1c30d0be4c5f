//! Alerts from The One Stack: Defend by its internal route, RMM, Security and Backups over the bus.
//!
//! Invariant: a message is either taken (or dropped by its product's rule, and counted) or refused with an error, so that
//! the broker delivers it again and in the end puts it where a person finds it; the same message twice is one alert.

use std::sync::Arc;

use domain::alert::Outcome;
use domain::delivery::Request;
use domain::id::{AlertId, DeliveryId, SourceId, TenantId};
use domain::source::{AlertSource, SourceType};
use domain::tenant::Tenant;
use tracing::info;

use super::masking::kept;
use super::{Arrival, Draft, Received, Taken, receive, watched};
use crate::app::App;
use crate::error::Error;
use crate::port::StackMessage;

/// Takes a message of a product in, as it came over the bus. `broker_id` is the broker's id of it, used where the
/// message carries none of its own.
pub async fn deliver_message(
    app: &Arc<App>,
    product: SourceType,
    broker_id: Option<&str>,
    body: &[u8],
) -> Result<Received, Error> {
    let message = app
        .reader
        .read_message(product, body)
        .map_err(|unreadable| Error::invalid(unreadable.field, unreadable.problem))?;
    let raw = String::from_utf8_lossy(body);
    // A message without any id is known by what it says.
    let id = message.id.clone().or(broker_id.map(str::to_owned)).unwrap_or_else(|| raw.clone().into_owned());
    take(app, product, message, Some(&id), kept(body)).await
}

/// Takes a detection of Defend in. A repeat is known by its dedup key, so it needs no message id.
pub async fn escalate_detection(app: &Arc<App>, body: &[u8]) -> Result<Received, Error> {
    let message = app
        .reader
        .read_message(SourceType::Defend, body)
        .map_err(|unreadable| Error::invalid(unreadable.field, unreadable.problem))?;
    take(app, SourceType::Defend, message, None, kept(body)).await
}

async fn take(
    app: &Arc<App>,
    product: SourceType,
    message: StackMessage,
    id: Option<&str>,
    body: String,
) -> Result<Received, Error> {
    let unknown = || Error::invalid("tenant_id", format!("'{}' is no tenant here", message.tenant));
    let tenant: TenantId = message.tenant.parse().map_err(|_| unknown())?;
    let home = app.store.get::<Tenant>(&tenant, "tenant").await?.ok_or_else(unknown)?.value;
    let dedup_key = message.signal.dedup_key();
    if !product.takes(&message.signal) {
        info!(product = product.as_str(), severity = %message.signal.severity, "dropped by the product's rule");
        app.dropped.count(product);
        let taken = Taken { outcome: Outcome::Ignored, incident: None, dedup_key, degraded: None };
        return Ok(Received::Taken(vec![taken]));
    }
    let now = app.clock.now();
    let source = door(app, &home, product).await?;
    let mut delivery = Draft::new(app, &source, Request { body, ..Request::default() }, now);
    delivery.value.alerts = 1;
    if let Some(id) = id {
        delivery.value.id = DeliveryId::derived(&[tenant.as_str(), product.as_str(), id]);
    }
    let arrival = Arrival {
        alert_id: match id {
            Some(id) => AlertId::derived(&[tenant.as_str(), product.as_str(), id]),
            None => delivery.value.alert_id(0),
        },
        may_repeat: id.is_some(),
        source: Arc::new(source),
        signal: message.signal.bounded(),
        delivery_id: delivery.value.id.clone(),
        delivery: Some(delivery),
        at: now,
    };
    let source = Arc::clone(&arrival.source);
    let taken = receive(app, &tenant, vec![arrival]).await?;
    watched::watch(app, &tenant, &source.id, now).await;
    Ok(Received::Taken(taken))
}

/// The tenant's door for a product: as the manager set it up, else to the default service.
async fn door(app: &App, tenant: &Tenant, product: SourceType) -> Result<AlertSource, Error> {
    let id = AlertSource::built_in_id(&tenant.id, product);
    if let Some(found) = app.store.get::<AlertSource>(&tenant.id, id.as_str()).await? {
        return Ok(found.value);
    }
    Ok(as_built(tenant, product))
}

/// A product's door that nobody has set up.
fn as_built(tenant: &Tenant, product: SourceType) -> AlertSource {
    let id = AlertSource::built_in_id(&tenant.id, product);
    AlertSource::new(id, product.label(), product, tenant.default_service_id.clone())
}

/// The product's door with this id, where it is one that nobody has set up.
pub(crate) fn built_in(tenant: &Tenant, id: &SourceId) -> Option<AlertSource> {
    let products = SourceType::ALL.iter().filter(|product| !product.has_key());
    products.map(|product| as_built(tenant, *product)).find(|door| door.id == *id)
}
