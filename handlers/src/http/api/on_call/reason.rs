//! What puts somebody on call, on the wire.

use domain::roster::By;
use serde::Serialize;
use utoipa::ToSchema;

/// What puts somebody on call.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(in crate::http::api) enum OnCallReason {
    /// It is their turn; counted by the clock, from 0 at the layer's anchor.
    Layer { layer_id: String, layer_name: String, turn: u64 },
    /// A calendar says so.
    Calendar { layer_id: String, layer_name: String },
    /// An override.
    Override {
        override_id: String,
        /// `replace` or `add`.
        override_kind: &'static str,
        /// Whose turns they take.
        original_user_id: Option<String>,
        /// In the words of whoever made it.
        reason: Option<String>,
        /// Who made it.
        made_by: String,
    },
}

impl From<By> for OnCallReason {
    fn from(by: By) -> Self {
        match by {
            By::Layer { layer_id, layer, turn } => {
                Self::Layer { layer_id: layer_id.to_string(), layer_name: layer, turn }
            }
            By::Calendar { layer_id, layer } => {
                Self::Calendar { layer_id: layer_id.to_string(), layer_name: layer }
            }
            By::Override { override_id, stands_in_for, reason, made_by } => Self::Override {
                override_id: override_id.to_string(),
                override_kind: if stands_in_for.is_some() { "replace" } else { "add" },
                original_user_id: stands_in_for.map(|id| id.to_string()),
                reason,
                made_by: made_by.map(|actor| actor.to_string()).unwrap_or_default(),
            },
        }
    }
}
