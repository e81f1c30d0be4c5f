//! The measured process: the release binary by itself, with a data folder of its own and nothing of this machine's
//! settings. Dropping it kills it.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::sink::Sink;

/// Warnings, but for what is off: nothing else is configured here, and it is meant to be off.
const LOG: &str = "warn,handlers::standalone=error";

/// A running `oncall`, whose demo tenant takes alerts.
#[derive(Debug)]
pub(super) struct Oncall {
    child: Child,
    address: SocketAddr,
    door: String,
}

/// An address that nobody listens on.
pub(super) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

/// The binary, told where to listen, where its data is and where mail goes.
pub(super) fn command(binary: &Path, folder: &Path, address: SocketAddr, sink: &Sink) -> Command {
    let mut command = Command::new(binary);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null());
    command.env("ONCALL_LISTEN", address.to_string()).env("ONCALL_DATA_DIR", folder);
    command.env("SMTP_URL", sink.url()).env("MAIL_FROM", "oncall@msp.example").env("ONCALL_LOG", LOG);
    command
}

/// The binary as the Functions host starts it, told where its account is: the emulator, which takes any key.
pub(super) fn under_the_host(binary: &Path, port: u16, account: &str) -> Command {
    let mut command = Command::new(binary);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null());
    command.env("FUNCTIONS_CUSTOMHANDLER_PORT", port.to_string()).env("ONCALL_LOG", LOG);
    command.env("ONCALL_PUBLIC_URL", "https://oncall.msp.example");
    command.env("COSMOS_ENDPOINT", account).env("COSMOS_KEY", "ZW11bGF0b3I=");
    command.env("ONCALL_LINK_SECRET", "a secret of nobody, for as long as this is measured");
    command
}

impl Oncall {
    /// Starts it, and reads from its banner where alerts go.
    pub(super) fn start(binary: &Path, folder: &Path, sink: &Sink) -> Result<Self> {
        let address = free_address()?;
        let mut child = command(binary, folder, address, sink).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().context("its output is piped")?;
        let (found, door) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(url) = line.trim().strip_prefix("webhook") {
                    drop(found.send(url.trim().to_owned()));
                } else if line.contains("WARN") || line.contains("ERROR") {
                    println!("oncall: {line}");
                }
            }
        });
        // Owned from here on, so that it is killed whatever happens.
        let mut oncall = Self { child, address, door: String::new() };
        let url = door.recv_timeout(Duration::from_secs(10)).context("it named no webhook within 10 s")?;
        let path = url.strip_prefix(&format!("http://{address}")).context("the webhook is somewhere else")?;
        path.clone_into(&mut oncall.door);
        Ok(oncall)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Path and query that alerts are posted to.
    pub(super) fn door(&self) -> &str {
        &self.door
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Oncall {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Kills a child and waits until it is gone.
pub(super) fn end(child: &mut Child) {
    // It may have ended by itself.
    drop(child.kill());
    drop(child.wait());
}
