//! `GET /api/services`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::service::Service;
use serde::Serialize;
use utoipa::ToSchema;

use crate::edge::Edge;
use crate::extract::SignedIn;
use crate::problem::Problem;

/// What alerts are about.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceBody {
    id: String,
    name: String,
    /// Who is paged for it.
    escalation_policy_id: String,
    /// The customer company that its incidents are for, where the alert names none.
    client: Option<String>,
}

/// Every service.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServiceList {
    services: Vec<ServiceBody>,
}

impl From<Service> for ServiceBody {
    fn from(service: Service) -> Self {
        Self {
            id: service.id.to_string(),
            name: service.name,
            escalation_policy_id: service.policy_id.to_string(),
            client: service.client,
        }
    }
}

/// Every service, by name.
#[utoipa::path(
    get, path = "/api/services", operation_id = "list_services", tag = "services", security(("bearer" = [])),
    responses((status = 200, body = ServiceList), (status = 401, body = Problem))
)]
pub(super) async fn list(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<ServiceList>, Problem> {
    let services = app::services::all(&edge.app, &ctx).await?;
    Ok(Json(ServiceList { services: services.into_iter().map(ServiceBody::from).collect() }))
}
