//! `POST /api/incidents`.

use std::sync::Arc;

use app::{Error, NewIncident};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{IncidentBody, required};
use crate::edge::Edge;
use crate::extract::{JsonBody, SignedIn};
use crate::problem::Problem;

/// An incident to open by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct OpenIncident {
    /// One line.
    title: String,
    #[serde(default)]
    description: String,
    /// `critical`, `high`, `medium`, `low` or `info`.
    severity: String,
    /// What it is about; the tenant's default service unless given.
    service_id: Option<String>,
    /// The customer company.
    client: Option<String>,
}

impl TryFrom<OpenIncident> for NewIncident {
    type Error = Error;

    fn try_from(body: OpenIncident) -> Result<Self, Error> {
        let service_id = body.service_id.as_deref().map(str::parse).transpose();
        Ok(Self {
            title: required("title", &body.title, 1024)?,
            description: body.description,
            severity: body.severity.parse().map_err(|error: domain::severity::UnknownSeverity| {
                Error::invalid("severity", error.to_string())
            })?,
            service_id: service_id
                .map_err(|error: domain::id::IdError| Error::invalid("service_id", error.to_string()))?,
            client: body.client,
        })
    }
}

/// Opens an incident and pages for it.
#[utoipa::path(
    post, path = "/api/incidents", operation_id = "create_incident", tag = "incidents", security(("bearer" = [])),
    request_body = OpenIncident,
    responses((status = 201, body = IncidentBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem))
)]
pub(in crate::http::api) async fn create(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    JsonBody(body): JsonBody<OpenIncident>,
) -> Result<(StatusCode, Json<IncidentBody>), Problem> {
    let incident = app::create(&edge.app, &ctx, body.try_into()?).await?;
    Ok((StatusCode::CREATED, Json(incident.into())))
}
