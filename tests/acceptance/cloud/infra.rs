//! What the deployment says and what the code wants, held together: the container, the settings, the subscriptions.
//!
//! The deployment is read as text. What only a compiler could see in it is the compiler's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use handlers::config::Config;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace's folder").to_owned()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The bindings of every function, by the function's name.
fn bindings() -> BTreeMap<String, Vec<Value>> {
    let folders = std::fs::read_dir(root().join("function-app")).expect("the functions");
    let read = |folder: std::fs::DirEntry| {
        let name = folder.file_name().into_string().expect("a plain name");
        let function: Value =
            serde_json::from_str(&text(&format!("function-app/{name}/function.json"))).expect("JSON");
        (name, function["bindings"].as_array().expect("bindings").clone())
    };
    folders.map(|folder| read(folder.expect("a folder"))).collect()
}

/// The names that a module gives settings in: `NAME:`.
fn settings_of(module: &str) -> BTreeSet<String> {
    let is_name = |name: &&str| {
        name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let text = text(module);
    let words = text.split([' ', '\n', '{', ',']).filter_map(|word| word.strip_suffix(':'));
    words.filter(is_name).map(str::to_owned).collect()
}

#[test]
fn the_deployed_container_is_the_one_that_the_code_defines() {
    let module = text("infra/modules/cosmos.bicep");
    let loaded = module.split("loadJsonContent('").nth(1).and_then(|rest| rest.split('\'').next());
    let file = root().join("infra/modules").join(loaded.expect("a definition that is loaded"));
    let deployed = std::fs::read_to_string(&file).expect("the file that is loaded");
    assert_eq!(deployed, azure::cosmos::DEFINITION);
    for part in
        ["definition.id", "definition.partitionKey", "definition.defaultTtl", "definition.indexingPolicy"]
    {
        assert!(module.contains(part), "{part} is deployed");
    }
    // The port promises that reads see every answered commit.
    assert!(module.contains("defaultConsistencyLevel: 'Strong'"));
    assert!(module.contains("disableLocalAuth: true"), "no keys");
}

#[test]
fn every_setting_that_a_function_names_is_deployed() {
    let deployed = settings_of("infra/modules/app.bicep");
    for (function, bindings) in bindings() {
        for binding in bindings {
            for value in binding.as_object().expect("a binding").values().filter_map(Value::as_str) {
                let Some(name) = value.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')) else {
                    continue;
                };
                assert!(deployed.contains(name), "{function} names {name}");
            }
            if let Some(connection) = binding["connection"].as_str() {
                let namespace = format!("{connection}__fullyQualifiedNamespace");
                assert!(deployed.contains(&namespace), "{function} connects by {connection}");
            }
        }
    }
}

#[test]
fn every_subscription_that_a_function_reads_is_deployed() {
    let module = text("infra/modules/bus-access.bicep");
    for (function, bindings) in bindings() {
        for name in bindings.iter().filter_map(|binding| binding["subscriptionName"].as_str()) {
            let words = [format!("'{name}'"), format!(" {name}:")];
            assert!(words.iter().any(|word| module.contains(word)), "{function} reads {name}");
        }
    }
}

/// Whatever the deployment sets is taken: no name that we refuse, none that is missing for a start in Azure.
#[test]
fn the_deployed_settings_are_good_ones() {
    let mut values: BTreeMap<String, String> = [
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", "InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/"),
        ("AZURE_CLIENT_ID", "00000000-0000-0000-0000-000000000000"),
        ("BUS_CONNECTION_STRING__fullyQualifiedNamespace", "sb-oncall.servicebus.windows.net"),
        ("BUS_TOPIC", "oncall"),
        ("COSMOS_DATABASE", "oncall"),
        ("COSMOS_ENDPOINT", "https://cosmos-oncall.documents.azure.com:443/"),
        ("HUB_API_URL", "https://hub.example/api"),
        ("HUB_CLIENT_ID", "oncall"),
        ("HUB_ISSUER", "https://hub.example"),
        ("KEY_VAULT_URL", "https://kv-oncall.vault.azure.net/"),
        ("MAIL_FROM", "oncall@msp.example"),
        ("ONCALL_LINK_SECRET", "0123456789abcdef0123456789abcdef"),
        ("ONCALL_PUBLIC_URL", "https://oncall.msp.example"),
        ("PSA_API_URL", "https://psa.example"),
        ("SMTP_URL", "smtps://user:password@mail.example"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let modules = ["infra/modules/app.bicep", "infra/main.bicep"].map(settings_of);
    let deployed: BTreeSet<String> = modules
        .into_iter()
        .flatten()
        .filter(|name| values.contains_key(name) || name.starts_with("ONCALL_"))
        .collect();
    let ours: BTreeSet<String> = values.keys().filter(|name| *name != "HUB_API_URL").cloned().collect();
    assert!(
        deployed.is_superset(&ours),
        "not deployed: {:?}",
        ours.difference(&deployed).collect::<Vec<_>>()
    );
    for platform in [
        ("FUNCTIONS_CUSTOMHANDLER_PORT", "5000"),
        ("WEBSITE_SITE_NAME", "func-oncall"),
        ("WEBSITE_HOSTNAME", "func-oncall.azurewebsites.net"),
        ("IDENTITY_ENDPOINT", "http://localhost:42356/msi/token"),
        ("IDENTITY_HEADER", "header"),
        ("REGION_NAME", "West Europe"),
    ] {
        values.insert(platform.0.to_owned(), platform.1.to_owned());
    }
    let config = Config::from_vars(values);
    assert!(config.is_ok(), "{:?}", config.err());
}
