//! Deliveries as tools send them, kept as files: `fixtures/alerts/<type>/<case>.json` is a JSON body, `<case>.http.json` a
//! whole request.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// One delivery.
#[derive(Debug, Clone, Deserialize)]
pub struct Fixture {
    /// `POST` where nothing is said.
    #[serde(default = "post")]
    pub method: String,
    /// Without the key.
    #[serde(default)]
    pub query: String,
    /// As they are sent.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[serde(default)]
    pub body: String,
}

fn post() -> String {
    "POST".to_owned()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/alerts")
}

impl Fixture {
    /// A case of a type.
    ///
    /// # Panics
    /// When there is no such file, or it isn't a request.
    pub fn read(source_type: &str, case: &str) -> Self {
        let at = folder().join(source_type);
        if let Ok(body) = fs::read_to_string(at.join(format!("{case}.json"))) {
            let headers = BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]);
            return Self { method: post(), query: String::new(), headers, body };
        }
        let path = at.join(format!("{case}.http.json"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Every case of a type, by name.
    ///
    /// # Panics
    /// When there is no folder for the type.
    pub fn cases(source_type: &str) -> Vec<String> {
        let entries = fs::read_dir(folder().join(source_type)).expect("a folder of the type's deliveries");
        let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        let case = |name: String| {
            name.split_once('.')
                .filter(|(_, kind)| matches!(*kind, "json" | "http.json"))
                .map(|(case, _)| case.to_owned())
        };
        let mut cases: Vec<String> = names.filter_map(case).collect();
        cases.sort();
        cases
    }
}
