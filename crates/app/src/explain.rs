//! Explaining who would be paged for a service.

use chrono::{DateTime, Utc};
use domain::explain::{self, Explanation, Question};
use domain::id::{PolicyId, ServiceId};
use domain::service::Service;
use domain::severity::Severity;

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::roster;

/// What would happen, and to what it is the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What the incident would be about.
    pub service: Service,
    /// Who is paged for it.
    pub policy_id: PolicyId,
    /// The policy's name.
    pub policy: String,
    /// How bad it would be.
    pub severity: Severity,
    /// When it would be opened.
    pub at: DateTime<Utc>,
    /// What would happen.
    pub explanation: Explanation,
}

/// Tells who would be paged, when and why, if the service had an incident of this severity at `at` and nobody answered.
/// An unknown service is wrong input, named `service_id`.
pub async fn explain(
    app: &App,
    ctx: &Ctx,
    service_id: &ServiceId,
    (severity, at): (Severity, DateTime<Utc>),
) -> Result<Explained, Error> {
    let service = app.store.get::<Service>(&ctx.tenant, service_id.as_str()).await?;
    let unknown = || Error::invalid("service_id", format!("there is no service '{service_id}'"));
    let service = service.ok_or_else(unknown)?.value;
    let (sources, fallback) = roster::everything(app, &ctx.tenant, &service.policy_id, at).await?;
    let question = Question { tenant: &ctx.tenant, service: &service, severity, at };
    let explanation = explain::explain(question, &sources, &fallback);
    Ok(Explained {
        policy_id: sources.policy.id,
        policy: sources.policy.name,
        severity,
        at,
        explanation,
        service,
    })
}
