//! Defend's door: `POST /api/internal/escalations/create`, with the key that both products share.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use secrecy::ExposeSecret as _;
use subtle::ConstantTimeEq as _;

use super::webhooks::Answer;
use crate::edge::Edge;
use crate::extract::Bounded;
use crate::problem::Problem;

/// Takes a detection in. A wrong key, none, and none configured here are answered alike.
pub(super) async fn escalate(
    State(edge): State<Arc<Edge>>,
    headers: HeaderMap,
    Bounded(body): Bounded,
) -> Result<Json<Answer>, Problem> {
    let presented = headers.get("x-integration-key").map_or(&b""[..], |value| value.as_bytes());
    let good = edge.defend_key.as_ref().is_some_and(|key| {
        let key = key.expose_secret().as_bytes();
        bool::from(key.ct_eq(presented))
    });
    if !good {
        return Err(Problem::unauthenticated("X-Integration-Key is not the key for this"));
    }
    let received = app::escalate_detection(&edge.app, &body).await?;
    Answer::try_from(received).map(Json)
}
