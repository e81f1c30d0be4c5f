//! How large a document is in Cosmos DB, and how many entries in indexes it has.
//!
//! Invariant: the same fields as the adapter writes; a test asks the emulator for what the adapter wrote.

use serde_json::{Map, Value};
use store::{Document, Index, OperationId};

/// What Cosmos DB adds to an item by itself: `_rid`, `_self`, `_etag`, `_attachments` and `_ts`, in bytes.
const SYSTEM: u32 = 203;

/// What the adapter puts around a body at least, for a document whose writing was not seen.
const AROUND: u32 = 250;

/// A document as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Envelope {
    /// Of the item's JSON.
    pub(super) bytes: u32,
    /// In indexes.
    pub(super) entries: u32,
}

impl Envelope {
    /// The envelope of a document that is written.
    pub(super) fn of(partition: &str, operation: &OperationId, document: &Document) -> Self {
        let keys = keys(partition, document);
        // Every item has its partition in an index.
        let entries = count(keys.len() + 1);
        let texts = [
            ("id", document.id.as_str()),
            ("partition", partition),
            ("kind", document.kind.as_str()),
            ("op", &operation.0),
        ];
        let texts = texts.into_iter().map(|(name, text)| (name.to_owned(), Value::from(text)));
        let mut fields: Map<String, Value> = texts.chain(keys).collect();
        fields.insert("schema".to_owned(), document.schema.into());
        if let Some(lives) = document.lives {
            fields.insert("ttl".to_owned(), lives.num_seconds().into());
        }
        let around = Value::Object(fields).to_string().len() + r#","body":"#.len();
        Self { bytes: SYSTEM + count(around + document.body.len()), entries }
    }

    /// The envelope of a document that was written by somebody else.
    pub(super) fn around(body: &str) -> Self {
        Self { bytes: SYSTEM + AROUND + count(body.len()), entries: 2 }
    }
}

/// The adapter's keys: one text for each way that the document is found.
fn keys(partition: &str, document: &Document) -> Vec<(String, Value)> {
    let Document { id, kind, index: Index { parent, state, sort, due_at }, .. } = document;
    // Its sixteen digits, whatever they are.
    let number = "0".repeat(16);
    let key = |parts: &[&str]| parts.join("|");
    let kind = kind.as_str();
    let found_otherwise = parent.is_some() || state.is_some() || due_at.is_some();
    let keys = [
        ("by_kind", (!found_otherwise).then(|| key(&[kind, id]))),
        ("by_parent", parent.as_ref().map(|parent| key(&[parent, kind, &number, id]))),
        ("by_sort", state.and(*sort).map(|_| key(&[kind, &number, id]))),
        ("by_state", state.map(|state| key(&[kind, state, &number, id]))),
        ("by_due", due_at.map(|_| key(&[kind, &number, partition, id]))),
    ];
    keys.into_iter().filter_map(|(name, key)| Some((name.to_owned(), Value::from(key?)))).collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use azure_core::credentials::Secret;
    use azure_data_cosmos::options::Region;
    use azure_data_cosmos::{AccountReference, CosmosClient, RoutingStrategy};
    use chrono::{DateTime, TimeDelta};
    use store::{Batch, Documents as _, Kind, Write};

    use super::*;
    use crate::cosmos::{DATABASE, HostedCosmos, KEY};

    /// One with every key that a document can have at once, and one with none of them.
    fn documents() -> [Document; 2] {
        let plain = Document {
            id: "usr_1".to_owned(),
            kind: Kind::User,
            schema: 1,
            index: Index::default(),
            lives: None,
            body: r#"{"name":"Ann \"A\" Archer"}"#.to_owned(),
        };
        let index = Index {
            parent: Some("inc_1".to_owned()),
            state: Some("triggered"),
            sort: Some(7),
            due_at: Some(DateTime::UNIX_EPOCH),
        };
        let rich = Document { id: "pag_1".to_owned(), kind: Kind::Page, index, ..plain.clone() };
        [plain, Document { lives: Some(TimeDelta::days(90)), ..rich }]
    }

    /// The item as it is in the account.
    async fn item(cosmos: &HostedCosmos, id: &str) -> Map<String, Value> {
        let endpoint = cosmos.url().as_str().parse().unwrap();
        let account = AccountReference::with_authentication_key(endpoint, Secret::from(KEY));
        let client = CosmosClient::builder().build(account, RoutingStrategy::ProximityTo(Region::EAST_US));
        let database = client.await.unwrap().database_client(DATABASE);
        let container = database.container_client("documents", None).await.unwrap();
        let read = container.read_item("msp".to_owned(), id, None).await.unwrap();
        read.into_model().unwrap()
    }

    #[tokio::test]
    async fn a_document_is_as_large_as_what_the_adapter_wrote() {
        let cosmos = HostedCosmos::start().await.unwrap();
        let operation = OperationId("op_1".to_owned());
        let writes = documents().map(Write::Create).to_vec();
        let batch = Batch { partition: "msp".to_owned(), operation: operation.clone(), writes };
        cosmos.inside().documents().await.commit(batch).await.unwrap();
        for (document, entries) in documents().into_iter().zip([2, 5]) {
            let mut item = item(&cosmos, &document.id).await;
            item.retain(|name, _| !name.starts_with('_'));
            let envelope = Envelope::of("msp", &operation, &document);
            assert_eq!(envelope.entries, entries, "{item:?}");
            let indexed = item.keys().filter(|name| name.starts_with("by_")).count() + 1;
            assert_eq!(indexed, entries as usize, "{item:?}");
            assert_eq!(envelope.bytes - SYSTEM, count(Value::Object(item).to_string().len()));
        }
    }
}
