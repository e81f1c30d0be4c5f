//! A document as Cosmos DB keeps it: the envelope around the body, and the body as JSON, so that people can read it.

use azure_core::http::Etag as CosmosEtag;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use store::{Document, Etag, OperationId, StoreError, Stored};

use super::key::Keys;

/// What is written.
#[derive(Debug, Serialize)]
pub(super) struct Written<'a> {
    id: &'a str,
    partition: &'a str,
    kind: &'static str,
    schema: u16,
    /// The commit that wrote it.
    op: &'a str,
    #[serde(flatten)]
    keys: Keys,
    /// Seconds from now; Cosmos DB deletes it after that.
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
    body: Value,
}

impl<'a> Written<'a> {
    /// Wraps a document of `partition`, written by `operation`.
    pub(super) fn new(
        partition: &'a str,
        operation: &'a OperationId,
        document: &'a Document,
    ) -> Result<Self, StoreError> {
        let corrupt = |error: serde_json::Error| StoreError::Corrupt {
            id: document.id.clone(),
            reason: error.to_string(),
        };
        Ok(Self {
            id: &document.id,
            partition,
            kind: document.kind.as_str(),
            schema: document.schema,
            op: &operation.0,
            keys: Keys::of(partition, document),
            ttl: document.lives.map(|lives| lives.num_seconds().max(1)),
            body: serde_json::from_str(&document.body).map_err(corrupt)?,
        })
    }
}

/// What is read.
#[derive(Debug, Deserialize)]
pub(super) struct Read {
    id: String,
    partition: String,
    kind: String,
    schema: u16,
    body: Box<RawValue>,
    #[serde(rename = "_etag")]
    etag: String,
    /// The key that a lookup found it by.
    pub(super) place: Option<String>,
}

impl From<Read> for Stored {
    fn from(read: Read) -> Self {
        Self {
            partition: read.partition,
            id: read.id,
            kind: read.kind,
            schema: read.schema,
            body: Box::<str>::from(read.body).into_string(),
            // The quotes are HTTP's, and whoever hands it on over HTTP puts their own around it.
            etag: Etag(read.etag.trim_matches('"').to_owned()),
        }
    }
}

/// Which writing of a document a write rests on, as the SDK wants it.
pub(super) fn cosmos_etag(etag: &Etag) -> CosmosEtag {
    CosmosEtag::from(format!("\"{}\"", etag.0))
}
