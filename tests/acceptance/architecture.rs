//! The house's rules that a compiler doesn't know: who may depend on whom, and what a file looks like.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// Which of our crates each may use. A new crate, or a new arrow, is a decision and is added here.
const OURS: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("store", &["domain"]),
    ("app", &["domain", "store"]),
    ("embedded", &["app", "domain", "store"]),
    ("azure", &["app", "domain", "store"]),
    ("integrations", &["app", "domain"]),
    ("console", &[]),
    ("handlers", &["app", "azure", "console", "domain", "embedded", "integrations", "store"]),
    ("acceptance", &["app", "azure", "domain", "embedded", "handlers", "integrations", "store"]),
    ("xtask", &["acceptance", "app", "azure", "domain", "embedded", "handlers", "store"]),
];

/// Outside crates that say what a crate of ours is for, and who alone may use them.
const OUTSIDE: [(&str, &[&str]); 14] = [
    ("axum", &["handlers", "acceptance", "xtask"]),
    ("utoipa", &["handlers"]),
    ("clap", &["handlers", "xtask"]),
    ("rusqlite", &["embedded", "xtask"]),
    ("reqwest", &["azure", "integrations", "acceptance", "xtask"]),
    ("azure_data_cosmos", &["azure", "acceptance"]),
    ("azure_data_cosmos_driver", &["acceptance"]),
    ("azure_identity", &["azure"]),
    ("azure_messaging_servicebus", &["azure"]),
    ("azure_security_keyvault_secrets", &["azure"]),
    ("lettre", &["integrations"]),
    ("askama", &["console"]),
    ("chrono-tz", &["domain", "app", "integrations", "handlers", "acceptance", "xtask"]),
    ("tokio", &["app", "azure", "embedded", "integrations", "handlers", "acceptance", "xtask"]),
];

fn packages() -> Vec<Package> {
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec();
    metadata.expect("the workspace's metadata").packages
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace's folder").to_owned()
}

fn used(package: &Package) -> BTreeSet<String> {
    let normal = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
    normal.map(|dependency| dependency.name.clone()).collect()
}

#[test]
fn arrows_point_down_only() {
    let allowed: BTreeMap<&str, &[&str]> = OURS.into_iter().collect();
    for package in packages() {
        let name = package.name.as_str();
        let may = allowed.get(name).unwrap_or_else(|| panic!("{name} is a new crate: say what it may use"));
        for dependency in used(&package) {
            let is_ours = allowed.contains_key(dependency.as_str());
            assert!(!is_ours || may.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
}

#[test]
fn outside_crates_stay_where_they_belong() {
    for package in packages() {
        for dependency in used(&package) {
            for (outside, may) in OUTSIDE {
                let name = package.name.as_str();
                assert!(dependency != outside || may.contains(&name), "{name} must not use {outside}");
            }
        }
    }
}

#[test]
fn versions_and_lints_come_from_the_workspace() {
    for package in packages() {
        let manifest = std::fs::read_to_string(&package.manifest_path).expect("a manifest");
        assert!(manifest.contains("[lints]\nworkspace = true"), "{}", package.name);
        let own = manifest.lines().find(|line| line.contains("version = ") || line.contains("path = \"../"));
        assert_eq!(own, None, "{}: the version stands in the workspace's table", package.name);
    }
}

#[test]
fn every_file_says_what_it_is_and_is_of_a_readable_size() {
    let mut files = Vec::new();
    for folder in ["handlers/src", "crates", "tests", "xtask/src"] {
        collect(&root().join(folder), &mut files);
    }
    assert!(files.len() > 100, "the files were found");
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source file");
        let name = file.display();
        assert!(text.starts_with("//!") || text.starts_with("#!["), "{name} begins with what it is");
        let lines = text.lines().count();
        assert!(lines <= 400, "{name} has {lines} lines: is there a second thing inside?");
        assert!(file.file_name().is_none_or(|file| file != "mod.rs"), "{name}: foo.rs beside foo/");
    }
}

#[test]
fn the_committed_description_of_the_api_is_current() {
    let committed = std::fs::read_to_string(root().join("docs/openapi.json")).expect("docs/openapi.json");
    let current = handlers::openapi().to_pretty_json().expect("a description");
    assert_eq!(committed.trim_end(), current, "run `cargo xtask openapi` and look at what changed");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
