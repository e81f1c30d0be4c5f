//! The handler as the host runs it: one child process, always at the same port, killed without a word.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use anyhow::{Context as _, bail};
use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full};
use reqwest::{Body, Client, redirect::Policy};
use serde_json::Value;
use tokio::{
    sync::watch,
    time::{self, Instant},
};

use super::{Invocation, Outcome, guid, staged::Description};
use crate::{
    deadline, loopback,
    process::child::{Leash, Output, command},
};

pub(super) const HOST_VERSION: &str = "4.1054.250.26428";

/// How often the host asks whether the handler is there.
const PING: Duration = Duration::from_millis(25);
/// `initializationTimeout`.
const PATIENCE: Duration = Duration::from_secs(30);
/// Stands for `functionTimeout`, which no test has the time for.
const FUNCTION_TIMEOUT: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) struct Worker {
    root: PathBuf,
    description: Description,
    env: BTreeMap<String, String>,
    port: u16,
    life: Mutex<Option<Life>>,
    ready: watch::Sender<bool>,
}

/// From a start to the next: connections to a handler that was killed are of no use with its successor.
#[derive(Debug)]
struct Life {
    child: Leash,
    client: Client,
}

impl Worker {
    pub(super) fn new(root: &Path, description: Description, settings: &[(&str, &str)]) -> Self {
        let port = loopback::free_port();
        let mut env = BTreeMap::from([
            ("FUNCTIONS_WORKER_RUNTIME".to_owned(), "custom".to_owned()),
            ("AZURE_FUNCTIONS_ENVIRONMENT".to_owned(), "Development".to_owned()),
        ]);
        env.extend(settings.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())));
        for name in ["FUNCTIONS_CUSTOMHANDLER_PORT", "FUNCTIONS_HTTPWORKER_PORT"] {
            env.insert(name.to_owned(), port.to_string());
        }
        env.insert("FUNCTIONS_APP_ROOT_PATH".to_owned(), root.to_string_lossy().into_owned());
        Self {
            root: root.to_owned(),
            description,
            env,
            port,
            life: Mutex::default(),
            ready: watch::Sender::new(false),
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A setting with its `%NAME%` put in.
    pub(super) fn expanded(&self, text: &str) -> String {
        let settings = self.env.iter();
        settings.fold(text.to_owned(), |text, (name, value)| text.replace(&format!("%{name}%"), value))
    }

    /// Starts the handler and waits until it answers anything at all.
    pub(super) async fn start(&self) -> anyhow::Result<()> {
        let client = client()?;
        let child = Leash::spawn(&mut self.command()).context("the handler can't be started")?;
        *self.life() = Some(Life { child, client: client.clone() });
        let deadline = Instant::now() + PATIENCE;
        while client.get(self.url()).send().await.is_err_and(|error| error.is_connect()) {
            self.check_alive()?;
            if Instant::now() > deadline {
                bail!("the handler doesn't listen within {PATIENCE:?}: {:#?}", self.output());
            }
            time::sleep(PING).await;
        }
        self.ready.send_replace(true);
        Ok(())
    }

    pub(super) fn kill(&self) -> anyhow::Result<()> {
        self.ready.send_replace(false);
        match self.life().as_ref() {
            Some(life) => life.child.kill().context("can't kill the handler"),
            None => Ok(()),
        }
    }

    /// Invocations wait until the handler is there, also while it is started again.
    pub(super) async fn ready(&self) -> anyhow::Result<Client> {
        if deadline::until(&self.ready, PATIENCE, |ready| *ready).await.is_err() {
            bail!("the handler isn't there within {PATIENCE:?}");
        }
        self.check_alive()?;
        self.life().as_ref().map(|life| life.client.clone()).context("a handler that is ready was started")
    }

    pub(super) fn id(&self) -> Option<u32> {
        self.life().as_ref().map(|life| life.child.id())
    }

    /// What the handler wrote since its last start.
    pub(super) fn output(&self) -> Output {
        self.life().as_ref().map(|life| life.child.output()).unwrap_or_default()
    }

    /// `POST /{function}` with the header set that was seen on the wire, the body chunked.
    pub(super) async fn invoke(&self, function: &str, envelope: &Value) -> Invocation {
        let client = match self.ready().await {
            Ok(client) => client,
            Err(error) => return Invocation::unanswered(format!("{error:#}")),
        };
        let trace = guid().replace('-', "");
        let request = client
            .post(format!("{}/{function}", self.url()))
            .timeout(FUNCTION_TIMEOUT)
            .header("X-Azure-Functions-HostVersion", HOST_VERSION)
            .header("X-Azure-Functions-InvocationId", guid())
            .header("User-Agent", format!("Azure-Functions-Host/{HOST_VERSION}"))
            .header("traceparent", format!("00-{trace}-{}-00", &trace[16..]))
            .header("Content-Type", "application/json; charset=utf-8")
            .body(chunked(envelope.to_string().into()));
        match answer(request).await {
            Ok(invocation) => invocation,
            Err(error) if error.is_timeout() => {
                Invocation { outcome: Outcome::Hang, ..Invocation::unanswered(error.to_string()) }
            }
            Err(error) => Invocation::unanswered(format!("{:#}", anyhow::Error::from(error))),
        }
    }

    fn command(&self) -> std::process::Command {
        let path = self.expanded(&self.description.default_executable_path);
        let staged = self.root.join(&path);
        let mut command = command(if staged.is_file() { staged } else { path.into() });
        let arguments = self.description.arguments.iter();
        // The host joins them with spaces, unquoted.
        command.args(
            arguments.flat_map(|argument| {
                self.expanded(argument).split(' ').map(str::to_owned).collect::<Vec<_>>()
            }),
        );
        command.current_dir(self.root.join(&self.description.working_directory)).envs(&self.env);
        for name in ["FUNCTIONS_CUSTOMHANDLER_WORKER_ID", "FUNCTIONS_HTTPWORKER_ID"] {
            command.env(name, guid());
        }
        command
    }

    fn check_alive(&self) -> anyhow::Result<()> {
        let ended = self.life().as_ref().and_then(|life| life.child.ended());
        match ended {
            Some(end) => bail!("the handler ended by itself ({end}): {:#?}", self.output()),
            None => Ok(()),
        }
    }

    fn life(&self) -> MutexGuard<'_, Option<Life>> {
        self.life.lock().expect("nothing panics while it holds the lock")
    }
}

#[expect(clippy::disallowed_methods, reason = "the host has a client of its own, without our timeouts")]
fn client() -> reqwest::Result<Client> {
    Client::builder().no_proxy().redirect(Policy::none()).build()
}

/// A body whose length isn't told.
pub(super) fn chunked(body: Bytes) -> Body {
    Body::wrap(Full::new(body).map_frame(|frame| frame))
}

async fn answer(request: reqwest::RequestBuilder) -> reqwest::Result<Invocation> {
    let response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    Ok(Invocation::judged(status, &headers, &response.bytes().await?))
}
