//! Placeholder.
use std::sync::Arc;
pub(super) fn router() -> axum::Router<Arc<crate::edge::Edge>> { axum::Router::new() }
