//! What a delivery would say by other settings.

use std::sync::Arc;

use app::{Error, Preview, Sample};
use axum::Json;
use axum::extract::State;
use domain::id::{DeliveryId, SourceId};
use domain::severity::Severity;
use domain::signal::{Action, Signal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::parts::MappingBody;
use crate::edge::Edge;
use crate::extract::{IdPath, JsonBody, SignedIn};
use crate::problem::Problem;

/// What to read, and how: one of `delivery_id` and `body`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct SampleBody {
    /// A delivery of this source that is kept.
    delivery_id: Option<String>,
    /// A body as a sender would send it.
    body: Option<String>,
    /// What a sender would say that the body is.
    content_type: Option<String>,
    /// The mapping to read it with; left out, the source's own.
    mapping: Option<MappingBody>,
}

/// What it says.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct PreviewBody {
    /// In order; empty when it would be answered `ignored`.
    alerts: Vec<PreviewedAlert>,
    /// Where there is no alert: why.
    message: Option<String>,
}

/// An alert, as it would be taken in.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewedAlert {
    /// `trigger`, `acknowledge`, `resolve`, `unacknowledge` or `note`.
    #[schema(value_type = String)]
    action: Action,
    title: String,
    description: String,
    #[schema(value_type = String)]
    severity: Severity,
    /// The one that it would be known by, also where it is derived.
    dedup_key: String,
    client: Option<String>,
    device: Option<String>,
    hostname: Option<String>,
    link: Option<String>,
    /// What could not be understood.
    warning: Option<String>,
}

impl From<Signal> for PreviewedAlert {
    fn from(signal: Signal) -> Self {
        Self {
            dedup_key: signal.dedup_key(),
            action: signal.action,
            title: signal.title,
            description: signal.description,
            severity: signal.severity,
            client: signal.client,
            device: signal.device.name,
            hostname: signal.device.hostname,
            link: signal.link,
            warning: signal.degraded,
        }
    }
}

impl SampleBody {
    fn read(self) -> Result<Sample, Error> {
        match (self.delivery_id, self.body) {
            (Some(id), None) => {
                let unknown = |_| Error::invalid("delivery_id", "is no delivery's id");
                Ok(Sample::Kept(id.parse::<DeliveryId>().map_err(unknown)?))
            }
            (None, Some(body)) => Ok(Sample::Body { body, content_type: self.content_type }),
            _ => Err(Error::invalid("body", "give either it or delivery_id")),
        }
    }
}

/// Says what a delivery would be understood as, with this or another mapping. Nothing is taken in, and nobody is paged. For
/// managers.
#[utoipa::path(
    post, path = "/api/alert-sources/{id}/preview", operation_id = "preview_delivery", tag = "alert sources",
    security(("bearer" = [])), params(("id" = String, Path)), request_body = SampleBody,
    responses((status = 200, body = PreviewBody),
        (status = 400, body = Problem, description = "It would be refused, or the mapping can't be used"),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub(in crate::http::api) async fn preview(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<SourceId>,
    JsonBody(mut body): JsonBody<SampleBody>,
) -> Result<Json<PreviewBody>, Problem> {
    let mapping = body.mapping.take().map(Into::into);
    let (alerts, message) = match app::preview(&edge.app, &ctx, &id, body.read()?, mapping).await? {
        Preview::Alerts(signals) => (signals, None),
        Preview::Nothing(why) => (Vec::new(), Some(why)),
    };
    let alerts = alerts.into_iter().map(PreviewedAlert::from).collect();
    Ok(Json(PreviewBody { alerts, message }))
}
