//! A serving process that can be told to stop, as a service manager tells it.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child as Process, Command, ExitStatus, Stdio};

use acceptance::process::Oncall;
use tokio::task;

use super::super::api::http;
use super::super::eventually;

/// The process. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Child {
    process: Option<Process>,
    address: String,
}

impl Child {
    /// Serves with these settings, on a port of its own, by the binary that `oncall` runs.
    pub(super) async fn serve(oncall: &Oncall, settings: &[(&str, String)]) -> Self {
        let address = free_address();
        let mut command = Command::new(binary(oncall));
        command.env_clear().envs(settings.iter().map(|(name, value)| (name, value)));
        command
            .env("ONCALL_LISTEN", &address)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = Self { process: Some(command.spawn().expect("it starts")), address };
        let health = format!("{}/api/health", child.url());
        eventually("an answer", async || http().get(&health).send().await.ok()).await;
        child
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// SIGTERM, and how it ended.
    pub(super) async fn terminate(mut self) -> ExitStatus {
        let mut process = self.process.take().expect("it runs");
        let killed = Command::new("sh").args(["-c", "kill -TERM $0", &process.id().to_string()]).status();
        assert!(killed.expect("a shell").success());
        task::spawn_blocking(move || process.wait().expect("its end")).await.expect("no panic")
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            process.kill().and_then(|()| process.wait()).ok();
        }
    }
}

/// The file that a process runs.
fn binary(oncall: &Oncall) -> PathBuf {
    fs::read_link(Path::new("/proc").join(oncall.id().to_string()).join("exe")).expect("Linux tells")
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port of loopback");
    listener.local_addr().expect("its address").to_string()
}
