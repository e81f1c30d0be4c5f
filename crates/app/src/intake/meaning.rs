//! What the statuses of a tenant's own HaloPSA mean, by the settings of its connection.

use domain::id::TenantId;
use domain::psa::{Provider, PsaConnection};
use domain::signal::Signal;
use domain::source::{AlertSource, SourceType};
use store::{PSA, StoreError};

use crate::app::App;

/// Signals of a source, read by what the tenant's settings say.
pub(super) async fn by_settings(
    app: &App,
    tenant: &TenantId,
    source: &AlertSource,
    mut signals: Vec<Signal>,
) -> Result<Vec<Signal>, StoreError> {
    let is_open = |signal: &Signal| signal.ticket.as_ref().is_some_and(|ticket| ticket.status.is_some());
    if source.source_type != SourceType::Halopsa || !signals.iter().any(is_open) {
        return Ok(signals);
    }
    let connection = app.store.get::<PsaConnection>(tenant, PSA).await?;
    if let Some(Provider::Halopsa(settings)) = connection.map(|found| found.value.provider) {
        for signal in &mut signals {
            settings.apply_to(signal);
        }
    }
    Ok(signals)
}
