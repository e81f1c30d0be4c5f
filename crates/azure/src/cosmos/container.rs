//! The container's definition, as the deployment makes it too: `container.json`.

use serde::Deserialize;
use serde_json::Value;

/// The definition's text, in the form of Cosmos DB's own resource model; the deployment reads the same file.
pub const DEFINITION: &str = include_str!("container.json");

/// What a container needs to be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    /// Its name.
    pub id: String,
    /// What it is divided by.
    pub partition_key: PartitionKey,
    /// Seconds; -1: a document lives until it is deleted, unless it says otherwise.
    pub default_ttl: i64,
    /// What is indexed.
    pub indexing_policy: Value,
}

/// What a container is divided by.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PartitionKey {
    /// One path.
    pub paths: Vec<String>,
}

impl Definition {
    /// The container of the product.
    pub fn of_product() -> Result<Self, serde_json::Error> {
        serde_json::from_str(DEFINITION)
    }
}

/// The container's name, as the definition says it.
pub(super) const NAME: &str = "documents";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cosmos::key::Keys;

    #[test]
    fn the_definition_indexes_the_keys_and_nothing_else() {
        let definition = Definition::of_product().unwrap();
        assert_eq!(definition.id, NAME);
        assert_eq!(definition.partition_key.paths, ["/partition"]);
        let all = Keys {
            by_kind: Some(String::new()),
            by_parent: Some(String::new()),
            by_sort: Some(String::new()),
            by_state: Some(String::new()),
            by_due: Some(String::new()),
        };
        let names = serde_json::to_value(all).unwrap();
        let mut paths: Vec<Value> = vec![json!({ "path": "/partition/?" })];
        paths.extend(names.as_object().unwrap().keys().map(|name| json!({ "path": format!("/{name}/?") })));
        let mut indexed = definition.indexing_policy["includedPaths"].as_array().unwrap().clone();
        paths.sort_by_key(Value::to_string);
        indexed.sort_by_key(Value::to_string);
        assert_eq!(indexed, paths);
        assert_eq!(definition.indexing_policy["excludedPaths"][0], json!({ "path": "/*" }));
    }
}
