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

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use serde_json::json;
    use store::{Index, Kind};

    use super::*;

    fn written(lives: Option<TimeDelta>) -> Value {
        let operation = OperationId("op".to_owned());
        let document = Document {
            id: "ntc_1".to_owned(),
            kind: Kind::Notice,
            schema: 3,
            index: Index::default(),
            lives,
            body: r#"{"b":1,"a":[]}"#.to_owned(),
        };
        serde_json::to_value(Written::new("org", &operation, &document).unwrap()).unwrap()
    }

    #[test]
    fn the_envelope_says_whose_it_is_what_it_is_and_who_wrote_it() {
        let expected = json!({
            "id": "ntc_1", "partition": "org", "kind": "notice", "schema": 3, "op": "op",
            "by_kind": "notice|ntc_1", "body": { "a": [], "b": 1 },
        });
        assert_eq!(written(None), expected);
    }

    #[test]
    fn a_length_of_life_is_whole_seconds_and_never_none() {
        assert_eq!(written(Some(TimeDelta::days(90)))["ttl"], 7_776_000);
        // Zero would be refused, and less would mean for ever.
        assert_eq!(written(Some(TimeDelta::zero()))["ttl"], 1);
        assert_eq!(written(Some(TimeDelta::seconds(-5)))["ttl"], 1);
    }
}
