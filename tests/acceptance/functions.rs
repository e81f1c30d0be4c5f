//! The function app as the Functions host reads it: `host.json`, `local.settings.json`, and one folder a function.
//!
//! Holds what the host would only tell at start-up, or never: above all that no public route can reach a trigger's
//! own path, on which the host delivers messages and ticks to the same port.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

const PUBLIC_ROOTS: [&str; 3] = ["api", "app", "v2"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace").to_owned()
}

fn read(path: &str) -> Value {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn names_in(path: &str) -> BTreeSet<String> {
    fs::read_dir(root().join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
        .map(|entry| entry.expect("a readable entry").file_name().into_string().expect("a UTF-8 name"))
        .collect()
}

/// Every function's `function.json`, by the function's name.
fn functions() -> BTreeMap<String, Value> {
    let functions: BTreeMap<_, _> = names_in("function-app")
        .into_iter()
        .map(|name| {
            let function = read(&format!("function-app/{name}/function.json"));
            (name, function)
        })
        .collect();
    assert!(functions.len() > 1, "no functions found");
    functions
}

fn bindings(function: &Value) -> &[Value] {
    function["bindings"].as_array().expect("bindings is an array")
}

fn is_trigger(binding: &Value) -> bool {
    binding["type"].as_str().is_some_and(|kind| kind.ends_with("Trigger"))
}

/// The binding that a function starts from.
fn trigger<'a>(name: &str, function: &'a Value) -> &'a Value {
    let mut triggers = bindings(function).iter().filter(|binding| is_trigger(binding));
    let trigger = triggers.next().unwrap_or_else(|| panic!("{name} has no trigger"));
    assert!(triggers.next().is_none(), "{name} has two triggers");
    trigger
}

/// The names and triggers of all functions of one kind.
fn triggered_by(kind: &str) -> Vec<(String, Value)> {
    let found: Vec<_> = functions()
        .iter()
        .map(|(name, function)| (name.clone(), trigger(name, function).clone()))
        .filter(|(_, trigger)| trigger["type"] == kind)
        .collect();
    assert!(!found.is_empty(), "no function has a {kind}");
    found
}

/// Route templates as the host sees them: behind the prefix of `host.json`, or behind the function's name.
fn public_routes() -> Vec<String> {
    let host = read("host.json");
    let prefix = host["extensions"]["http"]["routePrefix"].as_str().unwrap_or("api").to_owned();
    triggered_by("httpTrigger")
        .into_iter()
        .map(|(name, trigger)| {
            let route = trigger["route"].as_str().unwrap_or(&name);
            format!("{prefix}/{route}").trim_start_matches('/').to_owned()
        })
        .collect()
}

/// Whether a path has the form of a route template: `{*rest}` takes any number of segments, `{name}` one, a literal
/// itself in any letter case. Errs on the side of matching: a segment with any brace in it takes everything.
fn matches(template: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    for part in template.split('/') {
        if part.starts_with("{*") {
            return true;
        }
        match segments.next() {
            Some(segment) if part.contains('{') || part.eq_ignore_ascii_case(segment) => {}
            None if part.ends_with("?}") || part.contains('=') => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

#[test]
fn route_templates_match_as_the_host_matches() {
    for (template, path, matched) in [
        ("{*path}", "bus-rmm", true),
        ("{**path}", "bus-rmm", true),
        ("{name}", "bus-rmm", true),
        ("bus-{name}", "bus-rmm", true),
        ("BUS-RMM/{id?}", "bus-rmm", true),
        ("bus-rmm/{*path}", "bus-rmm", true),
        ("api/{*path}", "bus-rmm", false),
        ("api/{*path}", "api", true),
        ("{a}/{b}", "bus-rmm", false),
        ("bus-rmm/more", "bus-rmm", false),
    ] {
        assert_eq!(matches(template, path), matched, "{template} {path}");
    }
}

#[test]
fn every_function_has_one_trigger_a_valid_name_and_no_other_file() {
    for (name, function) in functions() {
        trigger(&name, &function);
        let mut letters = name.chars();
        assert!(letters.next().is_some_and(|first| first.is_ascii_alphabetic()), "{name}");
        assert!(letters.all(|next| next.is_ascii_alphanumeric() || next == '_' || next == '-'), "{name}");
        assert!(name.len() <= 128 && !name.eq_ignore_ascii_case("host"), "{name}");
        // A single other file would be taken for a script.
        let files = names_in(&format!("function-app/{name}"));
        assert_eq!(files, BTreeSet::from(["function.json".to_owned()]), "{name}");
    }
}

#[test]
fn public_routes_start_with_a_fixed_root() {
    let roots: BTreeSet<String> =
        public_routes().iter().filter_map(|route| route.split('/').next()).map(str::to_owned).collect();
    assert_eq!(roots, PUBLIC_ROOTS.map(str::to_owned).into());
}

#[test]
fn no_public_route_reaches_a_trigger() {
    let routes = public_routes();
    for (name, function) in functions() {
        if trigger(&name, &function)["type"] == "httpTrigger" {
            continue;
        }
        for route in &routes {
            assert!(!matches(route, &name), "{route} reaches {name}");
        }
    }
}

#[test]
fn http_functions_are_proxied_whole_and_open_to_every_method() {
    for (name, trigger) in triggered_by("httpTrigger") {
        // With any other binding the host stops proxying and sends an envelope instead.
        let function = &functions()[&name];
        assert_eq!(bindings(function).len(), 2, "{name}");
        let answers = bindings(function)
            .iter()
            .filter(|binding| binding["type"] == "http" && binding["direction"] == "out")
            .count();
        assert_eq!(answers, 1, "{name}");
        assert_eq!(trigger["authLevel"], "anonymous", "{name}");
        let methods = json!(["get", "post", "put", "patch", "delete", "head", "options"]);
        assert_eq!(trigger["methods"], methods, "{name}");
    }
    assert_eq!(read("host.json")["customHandler"]["enableProxyingHttpRequest"], true);
}

#[test]
fn bus_functions_get_one_message_at_a_time_in_its_exact_bytes() {
    let mut subscriptions = BTreeSet::new();
    for (name, trigger) in triggered_by("serviceBusTrigger") {
        assert_eq!(trigger["dataType"], "binary", "{name}");
        assert_eq!(trigger["cardinality"], "one", "{name}");
        assert_eq!(trigger["isSessionsEnabled"], false, "{name}");
        assert_eq!(trigger["name"], "message", "{name}");
        assert_eq!(trigger["connection"], "BUS_CONNECTION_STRING", "{name}");
        subscriptions.insert(trigger["subscriptionName"].as_str().expect("a subscription").to_owned());
    }
    assert_eq!(subscriptions, ["backups", "rmm", "security"].map(str::to_owned).into());
}

#[test]
fn timers_wait_for_their_schedule_and_retry_in_full() {
    for (name, trigger) in triggered_by("timerTrigger") {
        assert_eq!(trigger["name"], "timer", "{name}");
        // It would fire on every instance that starts.
        assert_eq!(trigger["runOnStartup"], false, "{name}");
        // A retry with a field missing keeps the function from loading.
        let retry = &functions()[&name]["retry"];
        if !retry.is_null() {
            assert_eq!(retry["strategy"], "fixedDelay", "{name}");
            assert!(retry["maxRetryCount"].is_u64() && retry["delayInterval"].is_string(), "{name}: {retry}");
        }
    }
}

#[test]
fn the_host_starts_the_binary_by_its_bare_name_and_drops_no_request() {
    let host = read("host.json");
    // The deployment tool makes executable only the entry with this very name.
    assert_eq!(host["customHandler"]["description"], json!({"defaultExecutablePath": "oncall"}));
    // It would hide failures from the broker by trying again in memory.
    assert!(host.get("retry").is_none());
    let sampling = &host["logging"]["applicationInsights"]["samplingSettings"];
    assert_eq!(sampling["excludedTypes"], "Request;Exception");
}

#[test]
fn a_local_run_finds_every_setting_and_no_secret() {
    let local = read("local.settings.json");
    let values = local["Values"].as_object().expect("Values is an object");
    for (name, function) in functions() {
        for setting in settings_in(&function) {
            assert!(
                values.contains_key(&setting),
                "{name} uses %{setting}%, which local.settings.json lacks"
            );
        }
        // Without a bus to connect to, the host would not start.
        if trigger(&name, &function)["type"] == "serviceBusTrigger" {
            assert_eq!(values[&format!("AzureWebJobs.{name}.Disabled")], "true");
        }
    }
    for (name, value) in values {
        let value = value.as_str().unwrap_or_else(|| panic!("{name}: the host takes texts only"));
        let is_secret = ["_KEY", "_SECRET", "_STRING"].iter().any(|ending| name.ends_with(ending));
        assert!(!is_secret || value.is_empty(), "{name} holds a secret");
    }
}

/// The names between percent signs in any text of a value.
fn settings_in(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => text.split('%').skip(1).step_by(2).map(str::to_owned).collect(),
        Value::Array(items) => items.iter().flat_map(settings_in).collect(),
        Value::Object(members) => members.values().flat_map(settings_in).collect(),
        _ => Vec::new(),
    }
}
