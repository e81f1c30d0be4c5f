//! The staged folder as the host reads it: host.json, and a function.json in each direct child folder.
//!
//! Invariant: what the host would refuse to load is an error here.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, ensure};
use axum::http::Method;
use serde::{Deserialize, de::DeserializeOwned};

use super::route::Template;

/// What the host starts, and its functions by name.
#[derive(Debug)]
pub(super) struct App {
    pub(super) description: Description,
    pub(super) functions: BTreeMap<String, Function>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Handler {
    description: Description,
    #[serde(default)]
    enable_proxying_http_request: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Description {
    pub(super) default_executable_path: String,
    #[serde(default)]
    pub(super) working_directory: String,
    #[serde(default)]
    pub(super) arguments: Vec<String>,
}

#[derive(Debug)]
pub(super) enum Function {
    Http { route: Template, methods: Vec<Method> },
    Timer { binding: String, schedule: String, retries: Option<i64> },
    ServiceBus { binding: String, binary: bool },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct HostJson {
    version: String,
    custom_handler: Handler,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Debug, Default, Deserialize)]
struct Extensions {
    #[serde(default)]
    http: HttpExtension,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct HttpExtension {
    route_prefix: String,
}

impl Default for HttpExtension {
    fn default() -> Self {
        Self { route_prefix: "api".to_owned() }
    }
}

#[derive(Debug, Deserialize)]
struct FunctionJson {
    bindings: Vec<Binding>,
    retry: Option<Retry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Retry {
    max_retry_count: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Binding {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    route: Option<String>,
    methods: Option<Vec<String>>,
    schedule: Option<String>,
    data_type: Option<String>,
}

impl App {
    pub(super) fn read(root: &Path) -> anyhow::Result<Self> {
        let host: HostJson = read_json(&root.join("host.json"))?;
        ensure!(host.version == "2.0", "host.json has version {}", host.version);
        ensure!(host.custom_handler.enable_proxying_http_request, "this host only proxies HTTP requests");
        let mut functions = BTreeMap::new();
        for entry in fs::read_dir(root).with_context(|| root.display().to_string())? {
            let folder = entry?.path();
            if folder.join("function.json").is_file() {
                let name = folder.file_name().context("a folder has a name")?.to_string_lossy().into_owned();
                let function = Function::read(&folder, &name, &host.extensions.http.route_prefix);
                functions.insert(name.clone(), function.with_context(|| format!("function {name}"))?);
            }
        }
        ensure!(!functions.is_empty(), "no function.json in the folders of {}", root.display());
        Ok(Self { description: host.custom_handler.description, functions })
    }

    /// Whether a function answers this request; `path` is decoded.
    pub(super) fn routes(&self, method: &Method, path: &str) -> bool {
        self.functions.values().any(|function| match function {
            Function::Http { route, methods } => {
                route.matches(path) && (methods.is_empty() || methods.contains(method))
            }
            Function::Timer { .. } | Function::ServiceBus { .. } => false,
        })
    }
}

impl Function {
    fn read(folder: &Path, name: &str, prefix: &str) -> anyhow::Result<Self> {
        let mut characters = name.chars();
        let starts = characters.next().is_some_and(|c| c.is_ascii_alphabetic());
        let legal =
            starts && characters.all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)) && name.len() <= 128;
        ensure!(legal && name != "host", "the host takes no such name");
        // The host takes a lone other file for the function's script.
        ensure!(fs::read_dir(folder)?.count() == 1, "function.json isn't alone in its folder");
        let json: FunctionJson = read_json(&folder.join("function.json"))?;
        let mut triggers = json.bindings.iter().filter(|binding| binding.kind.ends_with("Trigger"));
        let trigger = triggers.next().context("no trigger")?;
        ensure!(triggers.next().is_none(), "more than one trigger");
        match trigger.kind.as_str() {
            "httpTrigger" => {
                // Anything but this pair of bindings falls back to JSON invocations.
                ensure!(
                    json.bindings.len() == 2 && json.bindings.iter().any(|binding| binding.kind == "http")
                );
                let route = Template::new(prefix, trigger.route.as_deref().unwrap_or(name))?;
                let methods = trigger.methods.iter().flatten();
                let methods =
                    methods.map(|method| method.to_ascii_uppercase().parse()).collect::<Result<_, _>>()?;
                Ok(Self::Http { route, methods })
            }
            "timerTrigger" => {
                let schedule = trigger.schedule.clone().context("a timer without a schedule")?;
                let retries = json.retry.map(|retry| retry.max_retry_count);
                Ok(Self::Timer { binding: trigger.name.clone(), schedule, retries })
            }
            "serviceBusTrigger" => {
                let binary = trigger.data_type.as_deref() == Some("binary");
                Ok(Self::ServiceBus { binding: trigger.name.clone(), binary })
            }
            other => anyhow::bail!("this host knows no {other}"),
        }
    }
}

fn read_json<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}
